"""Rounds that were published before the tests' Monday, with requests and bookings of every fate: what the ledger reads.

past = published(cast, 1)                       # number 1 is the newest; its visits lie before build.NOW
asked(past, cast, times=2)
booked(past, cast, BookingState.LAPSED)
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from outreach.clock import to_utc
from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Offer,
    Proposal,
    Publication,
    Round,
    RoundState,
    RunState,
    Slot,
    SolveRun,
    db,
)
from tests import build
from tests.cast import Cast

_numbers = count(1)
LENGTH = timedelta(days=40)


def published(cast: Cast, number: int, *, at: datetime | None = None, **facts: Any) -> Round:
    """The `number`-th round before now, forty days long, published ten days before its first day."""
    first_day = date(2026, 11, 1) - number * LENGTH
    days = {"first_day": first_day, "last_day": first_day + LENGTH - timedelta(days=1)}
    names = {"name_en": f"Round {number}", "name_zh": f"第{number}輪"}
    usual: dict[str, Any] = {**names, **days, "closes_on": first_day - timedelta(days=20)}
    round_ = build.round_(**{"state": RoundState.ARCHIVED, **usual, **facts})
    stan, before = cast.people["stan"], to_utc(first_day - timedelta(days=10), time(12))
    run = build.kept(
        SolveRun(
            round_id=round_.id, requested_by_id=stan, requested_at=before, seconds_limit=5, workers=1,
            state=RunState.DONE,
        )
    )  # fmt: skip
    proposal = build.kept(
        Proposal(
            solve_run_id=run.id, round_id=round_.id, objectives=[], plan="{}", status="optimal", created_at=before
        )
    )  # fmt: skip
    build.kept(
        Publication(
            round_id=round_.id, number=1, proposal_id=proposal.id, published_by_id=stan, published_at=at or before
        )
    )  # fmt: skip
    return round_


def asked(round_: Round, cast: Cast, school: str = "primary", *, times: int = 1, **facts: Any) -> None:
    """Requests that were handed in."""
    teacher = cast.user("tess" if school == "primary" else "theo")
    for _ in range(times):
        build.visit_request(round_, cast.school(school), teacher, **facts)


def booked(
    round_: Round,
    cast: Cast,
    state: BookingState = BookingState.ATTENDED,
    *,
    by: str | None = None,
    school: str = "primary",
    published: bool = True,
    notice: timedelta = timedelta(days=20),
    **facts: Any,
) -> Booking:
    """A place on the thirtieth day of a round; what ended, ended so long before the visit (`notice`), `by` whom."""
    slot = _slot_of(round_, cast, live=state in LIVE)
    publication = db.session.scalar(select(Publication.id).where(Publication.round_id == round_.id))
    usual = _times(slot, state, notice) | {
        "round_id": round_.id,
        "publication_id": publication if published else None,
        "school_id": getattr(cast, school),
        "created_by_id": cast.people["tess"],
        "state": state,
        "cancelled_by": (by or "company") if state is BookingState.CANCELLED else None,
    }
    return build.kept(Booking(**{**_place(slot), **usual, **facts}))


def _times(slot: Slot, state: BookingState, notice: timedelta) -> dict[str, Any]:
    ended = state in (BookingState.DECLINED, BookingState.LAPSED, BookingState.CANCELLED)
    return {
        "confirm_by": slot.starts_at - timedelta(days=21),
        "decided_at": slot.starts_at - notice if ended else None,
        "created_at": slot.starts_at - timedelta(days=40),
    }


def _slot_of(round_: Round, cast: Cast, *, live: bool) -> Slot:
    offer = db.session.scalars(select(Offer)).first() or build.offer(cast.company())
    number = next(_numbers)
    # An offer has one slot at a time.
    start = time(10 + number // 60 % 5, number % 60)
    taken = {"pupils_taken": 30, "groups_taken": 1} if live else {}
    return build.slot(offer, day=round_.first_day + timedelta(days=30), start=start, end=time(16), **taken)


def _place(slot: Slot) -> dict[str, Any]:
    times = ("day", "start_time", "end_time", "starts_at", "ends_at")
    group = {"group_label": "P5A", "pupils": 30, "staff": 2, "grade": "P5", "languages": ("yue",)}
    place = {
        "reference": f"L{slot.id:05}",
        "offer_id": slot.offer_id,
        "slot_id": slot.id,
        "travel_minutes": 30,
    }
    return {**place, **group, **{name: getattr(slot, name) for name in times}}


def history(cast: Cast) -> tuple[Round, Round]:
    """Tess' school: turned away in the last round; before it one place of three, one late, one called off. Theo's: two places."""
    last, before = published(cast, 1), published(cast, 2)
    asked(last, cast, times=2)
    asked(before, cast, times=3)
    booked(before, cast)
    booked(before, cast, BookingState.LAPSED)
    booked(before, cast, BookingState.CANCELLED, by="weather", notice=timedelta(hours=5))
    asked(last, cast, "secondary", times=2)
    booked(last, cast, school="secondary")
    booked(last, cast, BookingState.NO_SHOW, school="secondary")
    return last, before
