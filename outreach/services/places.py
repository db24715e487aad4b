"""Places: how a group gets its seats and hours, and how they are given back. Used by publishing, direct booking and the waitlist.

`take_place` acts first and looks then: `seats.py` takes the seats of the slot, `holdings.py` the days and hours of the school,
the crew, the company and the team. Whatever does not fit raises a `Refusal`, which rolls everything back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from outreach.clock import to_utc
from outreach.models import (
    Booking,
    BookingState,
    Occupancy,
    Offer,
    OfferState,
    Publication,
    Round,
    School,
    Slot,
    Team,
    User,
    VisitRequest,
    WaitlistEntry,
    db,
)
from outreach.services.holdings import hold, lock_rows
from outreach.services.reminders import drop_reminders, plan_reminders
from outreach.services.seats import SlotClosed, When, give_back_seats, take_seats
from outreach.services.transaction import Refusal, audit, changed_rows, insert_or_ignore

# Without letters and digits that are mistaken for each other on the phone.
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class TooManyPupils(Refusal):
    """A team's session takes fewer pupils than the group has."""


class FormSentTwice(Refusal):
    """The form that would make this booking has made one already."""


@dataclass(frozen=True, slots=True)
class Group:
    """Who comes: a class group of one school. No pupil is named."""

    school: School
    label: str
    crew: str
    pupils: int
    staff: int
    grade: str
    languages: tuple[str, ...]
    wheelchair: bool

    @classmethod
    def of(cls, asked: VisitRequest | WaitlistEntry) -> Group:
        """The group that a request or an entry of a waitlist speaks of."""
        return cls(
            school=asked.school,
            label=asked.group_label,
            crew=asked.crew,
            pupils=asked.pupils,
            staff=asked.staff,
            grade=asked.grade,
            languages=asked.languages,
            wheelchair=asked.wheelchair,
        )


def take_place(
    *,
    group: Group,
    round_: Round,
    offer: Offer,
    slot: Slot | None = None,
    team: Team | None = None,
    day: date,
    start_time: time,
    end_time: time,
    travel_minutes: int,
    confirm_by: datetime | None,
    publication: Publication | None = None,
    visit_request: VisitRequest | None = None,
    confirmed: bool = False,
    minimum_applies: bool = True,
    form_key: str | None = None,
    by: User,
    now: datetime,
) -> Booking:
    """Make a binding booking inside the caller's deed, or refuse. `team` for a session of a team, `slot` for all else.

    A publication fills a slot group by group, so the slot's minimum is asked for only without one (and not where
    `minimum_applies` is False: a place that is passed on)."""
    when = When(day, start_time, end_time)
    _hold_offer(offer)
    if slot is not None:
        take_seats(slot, offer, group, when, minimum_applies=minimum_applies and publication is None)
    elif group.pupils > offer.max_pupils:
        raise TooManyPupils(
            _l("A session takes %(most)d pupils at most.", most=offer.max_pupils), field="pupils"
        )
    lock_rows(school=group.school, company=offer.company, team=team)
    whose = {"round_id": round_.id, "offer_id": offer.id, "created_by_id": by.id, "form_key": form_key}
    state = _first_state(confirmed=confirmed, confirm_by=confirm_by, now=now)
    links = _numbers(publication=publication, visit_request=visit_request, slot=slot, team=team)
    booking = _insert(_facts(group) | whose | links | _times(when, travel_minutes) | state)
    hold(booking)
    plan_reminders(booking=booking, now=now)
    audit("booking.create", booking, by=by, now=now, state=booking.state.value)
    return booking


def release_place(*, booking: Booking, now: datetime) -> None:
    """Give seats, hours and reminders back, inside the caller's deed, which has just ended the booking's life.

    The caller decides that by a conditional UPDATE of the state, so a place is given back once."""
    changed_rows(delete(Occupancy).where(Occupancy.booking_id == booking.id))
    drop_reminders(booking=booking)
    if booking.slot_id is not None:
        give_back_seats(booking)


def booking_of_form(form_key: str) -> Booking | None:
    """The booking that this form has made already."""
    return db.session.scalar(select(Booking).where(Booking.form_key == form_key))


def _hold_offer(offer: Offer) -> None:
    # FOR SHARE: whoever withdraws the offer waits for us, or we see it withdrawn.
    state = db.session.scalar(select(Offer.state).where(Offer.id == offer.id).with_for_update(read=True))
    if state is not OfferState.POSTED:
        raise SlotClosed(_l("This offer is no longer posted."))


def _facts(group: Group) -> dict[str, Any]:
    return {
        "school_id": group.school.id,
        "group_label": group.label,
        "crew": group.crew,
        "pupils": group.pupils,
        "staff": group.staff,
        "grade": group.grade,
        "languages": group.languages,
        "wheelchair": group.wheelchair,
    }


def _first_state(*, confirmed: bool, confirm_by: datetime | None, now: datetime) -> dict[str, Any]:
    if confirmed:
        return {"state": BookingState.CONFIRMED, "created_at": now, "decided_at": now}
    return {"state": BookingState.AWAITING, "created_at": now, "confirm_by": confirm_by}


def _numbers(**rows: Publication | VisitRequest | Slot | Team | None) -> dict[str, int | None]:
    return {f"{name}_id": None if row is None else row.id for name, row in rows.items()}


def _times(when: When, travel_minutes: int) -> dict[str, Any]:
    starts_at, ends_at = to_utc(when.day, when.start_time), to_utc(when.day, when.end_time)
    return when._asdict() | {"starts_at": starts_at, "ends_at": ends_at, "travel_minutes": travel_minutes}


def _insert(values: dict[str, Any]) -> Booking:
    """Write the row under a reference that is free: the UNIQUE tells, nobody asks first."""
    for _attempt in range(20):
        reference = "OB-" + "".join(secrets.choice(REFERENCE_LETTERS) for _place in range(6))
        if insert_or_ignore(Booking, reference=reference, **values):
            return db.session.scalars(select(Booking).where(Booking.reference == reference)).one()
        form_key = values["form_key"]
        if form_key is not None and booking_of_form(form_key) is not None:
            raise FormSentTwice(_l("This form has been sent already."))
    raise RuntimeError("no reference is free")
