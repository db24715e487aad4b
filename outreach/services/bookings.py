"""Bookings: booking a free place, confirming, declining, cancelling, lapsing, and who came.

Each change of state is one conditional UPDATE: state and version stand in its WHERE, so of two people who decide at once one
does. Freed places are passed on to the waitlist in the same transaction. `cancel_booking_in` is for other deeds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from outreach.models import LIVE, Booking, BookingState, Slot, User, db
from outreach.models.bookings import CANCELLERS
from outreach.permissions.judges import company_of, school_of
from outreach.queries.contacts import hosts_of, teacher_of
from outreach.services.outbox import queue
from outreach.services.places import Group, booking_of_form, release_place, take_place
from outreach.services.repairing import ask_repair_of_session
from outreach.services.suitability import (
    held_round,
    one_line,
    own_school,
    refuse_incomplete,
    refuse_unsuitable,
)
from outreach.services.teams import close_hours
from outreach.services.transaction import ChangedMeanwhile, Refusal, audit, changed_rows, deed
from outreach.services.waitlist import pass_on

BATCH = 100


class NotToBeDecided(Refusal):
    """The booking no longer waits for an answer."""


class CannotCancel(Refusal):
    """It stands no longer, it has begun, or somebody else would have to cancel it."""


class FormUsed(Refusal):
    """The form has made another booking: its answers were changed since, or the booking has ended."""

    status = 422


def book_free_place(*, slot_id: int, group: Group, form_key: str, by: User, now: datetime) -> Booking:
    """Book a free place of a published round; confirmed at once. The same form sent twice makes one booking.

    When the second click comes first to the slot's row it may find the slot full - of its own first click."""
    try:
        return _book(slot_id=slot_id, group=group, form_key=form_key, by=by, now=now)
    except Refusal:
        made = booking_of_form(_own_key(by, form_key))
        if made is None:
            raise
        return _same_booking(made, slot_id, group)


def _own_key(by: User, form_key: str) -> str:
    # Bound to the person: a key that somebody else learns leads nowhere.
    return f"{by.id}:{form_key}"[:80]


def _same_booking(made: Booking, slot_id: int, group: Group) -> Booking:
    wanted = (slot_id, group.school.id, one_line(group.label), group.pupils)
    if not made.live or (made.slot_id, made.school_id, made.group_label, made.pupils) != wanted:
        raise FormUsed(_l("This form has made a booking already. Open it again for another one."))
    return made


@deed
def _book(*, slot_id: int, group: Group, form_key: str, by: User, now: datetime) -> Booking:
    made = booking_of_form(_own_key(by, form_key))
    if made is not None:
        return _same_booking(made, slot_id, group)
    school = own_school(by, group.school.id)
    group = replace(group, school=school, label=one_line(group.label), crew=one_line(group.crew))
    refuse_incomplete(group)
    slot = db.session.get_one(Slot, slot_id)
    round_ = held_round(slot.day)
    booking = take_place(
        group=group,
        round_=round_,
        offer=slot.offer,
        slot=slot,
        day=slot.day,
        start_time=slot.start_time,
        end_time=slot.end_time,
        travel_minutes=refuse_unsuitable(group, slot, now=now),
        confirm_by=None,
        confirmed=True,
        form_key=_own_key(by, form_key),
        by=by,
        now=now,
    )
    tell_confirmed(booking, now=now)
    return booking


@deed
def confirm_booking(*, booking_id: int, seen_version: int | None = None, by: User, now: datetime) -> Booking:
    """The teacher takes the place. Confirming twice is harmless."""
    moved = _move(
        booking_id,
        (BookingState.AWAITING,),
        Booking.confirm_by > now,
        seen_version=seen_version,
        state=BookingState.CONFIRMED,
        decided_at=now,
    )
    booking = _read(booking_id)
    if not moved:
        if booking.state is BookingState.CONFIRMED:
            return booking
        raise _why_undecided(booking, seen_version, now=now)
    tell_confirmed(booking, now=now)
    audit("booking.confirm", booking, by=by, now=now)
    return booking


@deed
def decline_booking(
    *, booking_id: int, reason: str = "", seen_version: int | None = None, by: User, now: datetime
) -> Booking:
    """The teacher leaves the place to others. Declining twice is harmless."""
    moved = _move(
        booking_id,
        (BookingState.AWAITING,),
        seen_version=seen_version,
        state=BookingState.DECLINED,
        cancel_reason=reason.strip()[:300],
        decided_at=now,
    )
    booking = _read(booking_id)
    if not moved:
        if booking.state is BookingState.DECLINED:
            return booking
        raise _why_undecided(booking, seen_version, now=now)
    release_place(booking=booking, now=now)
    _tell_hosts("booking_declined", booking, now=now)
    audit("booking.decline", booking, by=by, now=now)
    pass_on(slot=booking.slot, now=now)
    return booking


@deed
def cancel_booking(
    *,
    booking_id: int,
    cancelled_by: str,
    reason: str,
    seen_version: int | None = None,
    by: User,
    now: datetime,
) -> Booking:
    """End a booking that stands. `cancelled_by`: "school", "company", "programme" or "weather". Twice is harmless."""
    booking = db.session.get_one(Booking, booking_id)
    if cancelled_by not in cancellers_for(by, booking):
        raise CannotCancel(_l("You cannot cancel this booking in that name."), field="cancelled_by")
    if booking.state is BookingState.CANCELLED:
        return booking
    if booking.starts_at <= now:
        raise CannotCancel(_l("This visit has begun already; it can no longer be cancelled."))
    if seen_version is not None and booking.version != seen_version:
        raise ChangedMeanwhile
    cancel_booking_in(booking=booking, cancelled_by=cancelled_by, reason=reason, by=by, now=now)
    if cancelled_by == "company" and booking.team_id is not None:
        close_hours(booking)
        ask_repair_of_session(booking, by=by, now=now)
    return booking


def cancel_booking_in(*, booking: Booking, cancelled_by: str, reason: str, by: User, now: datetime) -> None:
    """Cancel inside the caller's deed: both sides are told, the place is passed on where its slot is still open."""
    if not reason.strip():
        raise CannotCancel(_l("Give a reason: the other side will read it."), field="reason")
    moved = _move(
        booking.id,
        LIVE,
        seen_version=booking.version,
        state=BookingState.CANCELLED,
        cancelled_by=cancelled_by,
        cancel_reason=reason.strip()[:300],
        decided_at=now,
    )
    booking = _read(booking.id)
    if not moved:
        raise CannotCancel(_l("This booking no longer stands."))
    release_place(booking=booking, now=now)
    key = f"booking-cancelled:{booking.id}"
    queue("booking_cancelled", user=teacher_of(booking), dedupe=key, booking=booking, now=now)
    _tell_hosts("booking_cancelled", booking, now=now)
    audit("booking.cancel", booking, by=by, now=now, cancelled_by=cancelled_by)
    pass_on(slot=booking.slot, now=now)


def cancellers_for(user: User, booking: Booking) -> tuple[str, ...]:
    """In whose name this person may cancel: their own side's; programme staff in everybody's."""
    if user.is_staff:
        return ("programme", *(name for name in CANCELLERS if name != "programme"))
    sides = {"school": school_of(user, booking), "company": company_of(user, booking)}
    return tuple(name for name, theirs in sides.items() if theirs)


@deed
def lapse_bookings(*, now: datetime) -> int:
    """End what was not confirmed in time and pass the places on; tells how many. At most a batch in one transaction."""
    overdue = (
        select(Booking.id)
        .where(Booking.state == BookingState.AWAITING, Booking.confirm_by <= now)
        .order_by(Booking.confirm_by, Booking.id)
        .limit(BATCH)
    )
    return sum(_lapse(number, now=now) for number in db.session.scalars(overdue).all())


def _lapse(booking_id: int, *, now: datetime) -> int:
    moved = _move(
        booking_id,
        (BookingState.AWAITING,),
        Booking.confirm_by <= now,
        state=BookingState.LAPSED,
        decided_at=now,
    )
    if not moved:
        return 0
    booking = _read(booking_id)
    release_place(booking=booking, now=now)
    key = f"booking-lapsed:{booking.id}"
    queue("booking_lapsed", user=teacher_of(booking), dedupe=key, booking=booking, now=now)
    audit("booking.lapse", booking, by=None, now=now)
    pass_on(slot=booking.slot, now=now)
    return 1


@deed
def record_attendance(*, booking_id: int, came: bool, by: User, now: datetime) -> Booking:
    """Note after the visit whether the group came; may be corrected."""
    state = BookingState.ATTENDED if came else BookingState.NO_SHOW
    moved = _move(
        booking_id,
        (BookingState.CONFIRMED, BookingState.ATTENDED, BookingState.NO_SHOW),
        Booking.starts_at <= now,
        state=state,
    )
    if not moved:
        raise NotToBeDecided(_l("Who came is noted after a confirmed visit has begun."))
    booking = _read(booking_id)
    audit("booking.attend", booking, by=by, now=now, came=came)
    return booking


def _move(
    booking_id: int,
    states: tuple[BookingState, ...],
    *conditions: Any,
    seen_version: int | None = None,
    **values: Any,
) -> bool:
    statement = update(Booking).where(Booking.id == booking_id, Booking.state.in_(states), *conditions)
    if seen_version is not None:
        statement = statement.where(Booking.version == seen_version)
    values["version"] = Booking.version + 1
    return changed_rows(statement.values(**values).execution_options(synchronize_session=False)) == 1


def _read(booking_id: int) -> Booking:
    return db.session.get_one(Booking, booking_id, populate_existing=True)


def _why_undecided(booking: Booking, seen_version: int | None, *, now: datetime) -> Refusal:
    if booking.state is not BookingState.AWAITING:
        return NotToBeDecided(_l("This booking no longer waits for an answer."))
    if booking.confirm_by is not None and booking.confirm_by <= now:
        return NotToBeDecided(_l("The time to confirm is over; the place goes to another school."))
    return ChangedMeanwhile()


def tell_confirmed(booking: Booking, *, now: datetime) -> None:
    """Inside the caller's deed, which has confirmed a booking: the letters to both sides."""
    key = f"booking-confirmed:{booking.id}"
    queue("booking_confirmed", user=teacher_of(booking), dedupe=key, booking=booking, now=now)
    _tell_hosts("visit_coming", booking, now=now)


def _tell_hosts(template: str, booking: Booking, *, now: datetime) -> None:
    for host in hosts_of(booking.offer.company):
        key = f"{template.replace('_', '-')}:{booking.id}:{host.id}"
        queue(template, user=host, dedupe=key, booking=booking, now=now)
