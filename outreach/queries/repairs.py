"""Repairs as pages and deeds read them: what was asked, the answers, which wait for a decision, and which was carried out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, select

from outreach.clock import local
from outreach.models import (
    IN_FORCE,
    Booking,
    BookingState,
    Publication,
    Round,
    Slot,
    Study,
    StudyKind,
    db,
)

FEWEST_SCHOOLS, SAME_DATES, MOST_SERVED = "fewest-schools", "same-dates", "most-served"
SLOT_CANCELLED, TEAM_ILL, DAY_LOST = "slot-cancelled", "team-ill", "day-lost"


@dataclass(frozen=True, slots=True)
class Asked:
    """What happened, as the core's event; the bookings that ended by it; how many of the ended ones were booked directly."""

    event: dict[str, Any]
    struck: tuple[int, ...]
    direct: int = 0

    @property
    def lost_day(self) -> date | None:
        """The day that is lost, where it is one."""
        return date.fromisoformat(self.event["day"]) if self.event.get("kind") == DAY_LOST else None

    def strikes(self, booking: Booking) -> bool:
        """A live booking that cannot take place, whatever is decided: it is of the lost day and of a district that loses it."""
        districts = self.event.get("districts", [])
        return booking.day == self.lost_day and (not districts or booking.school.district in districts)

    def document(self) -> dict[str, Any]:
        """As a study keeps it."""
        return {"event": self.event, "struck": list(self.struck), "direct": self.direct}


def asked_of(study: Study) -> Asked:
    """What a repair was asked about."""
    kept = json.loads(study.question or "{}")["asked"]
    return Asked(kept["event"], tuple(kept["struck"]), kept["direct"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group would go. One of `slot_id` and `team_id` is set, as in a booking."""

    slot_id: int | None
    team_id: int | None
    offer_id: int
    day: date
    start_time: time
    end_time: time
    travel_minutes: int


@dataclass(frozen=True, slots=True)
class Change:
    """One group that is not where it was: `booking_id` None for a gain, `to` None for a loss. `fell`: its booking has ended."""

    request_id: int | None
    booking_id: int | None
    fell: bool
    to: Place | None


@dataclass(frozen=True, slots=True)
class Repair:
    """The answer under one policy."""

    policy: str
    proven: bool
    proof: tuple[dict[str, Any], ...]
    changes: tuple[Change, ...]

    @property
    def moves(self) -> tuple[Change, ...]:
        """Who had a place and gets another one."""
        return tuple(one for one in self.changes if one.booking_id is not None and one.to is not None)

    @property
    def losses(self) -> tuple[Change, ...]:
        """Who had a place and gets none."""
        return tuple(one for one in self.changes if one.to is None)

    @property
    def gains(self) -> tuple[Change, ...]:
        """Who had none and gets one."""
        return tuple(one for one in self.changes if one.booking_id is None)


def repairs_of(study: Study) -> list[Repair]:
    """The judged answers of a study, in the order of its policies; none before it has ended with some."""
    if study.answer is None:
        return []
    return [
        Repair(one["policy"], one["proven"], tuple(one["proof"]), tuple(map(_change, one["changes"])))
        for one in json.loads(study.answer)["answers"]
    ]


def _change(kept: dict[str, Any]) -> Change:
    to = kept["to"]
    place = to and Place(
        to["slot"],
        to["team"],
        to["offer"],
        date.fromisoformat(to["day"]),
        time.fromisoformat(to["start"]),
        time.fromisoformat(to["end"]),
        to["travel"],
    )
    return Change(kept["request"], kept["booking"], kept["fell"], place)


def versions_seen(study: Study) -> dict[str, dict[int, int]]:
    """The versions of rows when the question was asked, by table."""
    seen = json.loads(study.question or "{}").get("seen", {})
    return {table: {int(number): version for number, version in rows.items()} for table, rows in seen.items()}


def publication_of(study: Study) -> Publication | None:
    """What carrying out the study has made binding."""
    return db.session.scalar(select(Publication).where(Publication.study_id == study.id))


def subject_of(cancelled: Slot | Booking) -> str:
    """What a repair of a slot, or of a team's session, is filed under."""
    return f"{'slot' if isinstance(cancelled, Slot) else 'booking'}-{cancelled.id}"


def cancelled_of(study: Study) -> Slot | Booking | None:
    """The cancelled slot that a repair is about, or the booking of a team's session; None for a lost day."""
    slot, session = study.subject_id("slot"), study.subject_id("booking")
    if slot is not None:
        return db.session.get(Slot, slot)
    return None if session is None else db.session.get(Booking, session)


def is_looked_for(booking: Booking, *, now: datetime) -> bool:
    """Another place is looked for, for a group whose slot or session was cancelled, and nobody has decided yet."""
    if booking.state is not BookingState.CANCELLED or booking.starts_at <= now:
        return False
    about = _about(subject_of(booking.slot or booking))
    studies = [study for study in about if booking.id in asked_of(study).struck]
    decided = select(Publication.id).where(Publication.study_id.in_([study.id for study in studies]))
    return bool(studies) and db.session.scalars(decided).first() is None


def _about(subject: str) -> list[Study]:
    same = select(Study).where(Study.kind == StudyKind.REPAIR, Study.subject == subject)
    return list(db.session.scalars(same.order_by(Study.id.desc())).unique())


def newest_about(study: Study) -> Study:
    """The newest question about the same; this one where nobody has asked anew."""
    return next(one for one in _about(study.subject) if one.round_id == study.round_id)


def repairs_about(cancelled: Iterable[Slot | Booking]) -> dict[int, int]:
    """For each of these slots, or of these bookings, that a repair was asked about, the number of the newest question."""
    subjects = {subject_of(one): one.id for one in cancelled}
    asked = select(Study.subject, func.max(Study.id)).where(
        Study.kind == StudyKind.REPAIR, Study.subject.in_(subjects)
    )
    return {
        subjects[subject]: number for subject, number in db.session.execute(asked.group_by(Study.subject))
    }


def repair_asked(cancelled: Slot | Booking, *, at: datetime) -> int | None:
    """The number of the question that was asked when this was cancelled, at that moment; None where nobody is looked for."""
    return next((one.id for one in _about(subject_of(cancelled)) if one.requested_at == at), None)


@dataclass(frozen=True, slots=True)
class Listed:
    """A repair in a list: `waits` until somebody decides, as long as the newest question about its subject is this one."""

    study: Study
    cancelled: Slot | Booking | None
    asked: Asked
    publication: Publication | None
    waits: bool


def repairs_in(round_: Round, *, now: datetime) -> list[Listed]:
    """The repairs of a round, the newest first; of several questions about one slot those that were decided, and the last."""
    return _listed(Study.round_id == round_.id, now=now)


def repairs_waiting(*, now: datetime) -> list[Listed]:
    """What staff have to decide, or is being worked out, in all rounds in force."""
    in_force = select(Round.id).where(Round.state.in_(IN_FORCE))
    return [one for one in _listed(Study.round_id.in_(in_force), now=now) if one.waits]


def _listed(condition: ColumnElement[bool], *, now: datetime) -> list[Listed]:
    studies = db.session.scalars(
        select(Study).where(Study.kind == StudyKind.REPAIR, condition).order_by(Study.id.desc())
    ).unique()
    made = {
        one.study_id: one
        for one in db.session.scalars(select(Publication).where(Publication.study_id.is_not(None)))
    }
    found, subjects = [], set()
    for study in studies:
        key, publication = (study.round_id, study.subject), made.get(study.id)
        if publication is None and key in subjects:
            continue
        cancelled, asked = cancelled_of(study), asked_of(study)
        day = asked.lost_day
        ahead = cancelled.starts_at > now if cancelled else day is not None and day >= local(now).date()
        found.append(Listed(study, cancelled, asked, publication, publication is None and ahead))
        subjects.add(key)
    return found
