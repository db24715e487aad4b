"""The waitlist of a full slot: joining, leaving, and passing freed places on to the first group that fits.

`pass_on` runs in the transaction that freed the places, so nobody can book them in between: no entry is jumped over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from outreach.models import Booking, Slot, SlotState, User, WaitlistEntry, WaitlistState, db
from outreach.queries.contacts import teacher_for
from outreach.services.outbox import queue
from outreach.services.places import Group, take_place
from outreach.services.seats import SLOTS, groups_in
from outreach.services.suitability import (
    halfway,
    held_round,
    one_line,
    own_school,
    refuse_incomplete,
    refuse_unsuitable,
)
from outreach.services.transaction import Refusal, audit, changed_rows, deed, insert_or_ignore

HOLDING = timedelta(hours=48)
# A place that frees itself later than this is of no use to a school that must still ask parents.
LATEST = timedelta(hours=24)

KEPT_OF_GROUP = ("crew", "pupils", "staff", "grade", "languages", "wheelchair")


class PlacesAreFree(Refusal):
    """Nobody waits for a slot that has room for them."""


class SlotOver(Refusal):
    """The slot is cancelled."""


class NotWaiting(Refusal):
    """The entry has left the list, or was offered a place."""


@deed
def join_waitlist(*, slot_id: int, group: Group, by: User, now: datetime) -> WaitlistEntry:
    """Put a group on the waitlist of a slot that is full for it. The same group joins once; asking twice is harmless."""
    # The school is read anew: what the page had loaded is of an older transaction.
    group = replace(group, school=own_school(by, group.school.id), label=one_line(group.label))
    refuse_incomplete(group)
    # Holds the slot: a place that is freed meanwhile is either seen here or passed on to this entry.
    held = changed_rows(
        update(SLOTS)
        .where(SLOTS.c.id == slot_id, SLOTS.c.state == SlotState.OPEN)
        .values(state=SlotState.OPEN)
    )
    if held != 1:
        raise SlotOver(_l("This session is cancelled."))
    slot = db.session.get_one(Slot, slot_id, populate_existing=True)
    held_round(slot.day)
    refuse_unsuitable(group, slot, now=now)
    _refuse_needless(slot, group)
    facts = {name: getattr(group, name) for name in KEPT_OF_GROUP}
    place = {"slot_id": slot.id, "school_id": group.school.id, "group_label": group.label}
    made = insert_or_ignore(WaitlistEntry, **place, **facts, created_by_id=by.id, created_at=now)
    entry = db.session.scalars(
        select(WaitlistEntry).where(
            WaitlistEntry.slot_id == slot.id,
            WaitlistEntry.school_id == group.school.id,
            WaitlistEntry.group_label == group.label,
            WaitlistEntry.state == WaitlistState.WAITING,
        )
    ).one()
    if made:
        audit("waitlist.join", entry, by=by, now=now)
    return entry


def _refuse_needless(slot: Slot, group: Group) -> None:
    here = [b for b in groups_in(slot) if b.school_id == group.school.id and b.group_label == group.label]
    if here:
        raise PlacesAreFree(_l("This group has a place in this session."), field="group_label")
    if slot.groups_taken < slot.max_groups and slot.pupils_taken + group.pupils <= slot.max_pupils:
        raise PlacesAreFree(_l("There is room for your group: book the place directly."), field="pupils")


@deed
def leave_waitlist(*, entry_id: int, by: User, now: datetime) -> WaitlistEntry:
    """Take a group off the list. Leaving twice is harmless; a place that is offered is declined instead."""
    left = changed_rows(
        update(WaitlistEntry)
        .where(WaitlistEntry.id == entry_id, WaitlistEntry.state == WaitlistState.WAITING)
        .values(state=WaitlistState.LEFT, version=WaitlistEntry.version + 1)
        .execution_options(synchronize_session=False)
    )
    entry = db.session.get_one(WaitlistEntry, entry_id, populate_existing=True)
    if left == 1:
        audit("waitlist.leave", entry, by=by, now=now)
    elif entry.state is WaitlistState.OFFERED:
        raise NotWaiting(_l("A place is offered to this group: confirm or decline it."))
    return entry


def pass_on(*, slot: Slot | None, now: datetime) -> list[Booking]:
    """Offer what is free in a slot to those who wait, first come first, inside the caller's deed.

    A group that does not fit (its size, its school's day) is left waiting, and the next one is asked."""
    if slot is None or slot.state is not SlotState.OPEN or slot.starts_at < now + LATEST:
        return []
    offered: list[Booking] = []
    asked: set[int] = set()
    while (entry := _next_fitting(slot, asked)) is not None:
        asked.add(entry.id)
        booking = _offer_to(entry, slot, now=now)
        if booking is not None:
            offered.append(booking)
    return offered


def _next_fitting(slot: Slot, asked: set[int]) -> WaitlistEntry | None:
    """The first in the line for whom there is room now. One at a time: the line may be long, the room is small."""
    if slot.groups_taken >= slot.max_groups:
        return None
    return db.session.scalars(
        select(WaitlistEntry)
        .where(
            WaitlistEntry.slot_id == slot.id,
            WaitlistEntry.state == WaitlistState.WAITING,
            WaitlistEntry.pupils <= slot.max_pupils - slot.pupils_taken,
            WaitlistEntry.id.not_in(asked),
        )
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
        .limit(1)
    ).first()


def _offer_to(entry: WaitlistEntry, slot: Slot, *, now: datetime) -> Booking | None:
    teacher = teacher_for(entry.school_id, entry.created_by_id)
    group, confirm_by = Group.of(entry), halfway(now, slot.starts_at, HOLDING)
    try:
        # What is refused here must not undo the deed that freed the places.
        with db.session.begin_nested():
            booking = take_place(
                group=group,
                round_=held_round(slot.day),
                offer=slot.offer,
                slot=slot,
                day=slot.day,
                start_time=slot.start_time,
                end_time=slot.end_time,
                travel_minutes=refuse_unsuitable(group, slot, now=now),
                confirm_by=confirm_by,
                minimum_applies=False,
                by=teacher,
                now=now,
            )
            _mark_offered(entry, booking)
    except Refusal:
        # The seats are back; the row in memory must know.
        db.session.refresh(slot)
        return None
    key = f"place-offered:{booking.id}"
    # After that moment there is no place to take.
    queue("place_offered", user=teacher, dedupe=key, booking=booking, now=now, expires=confirm_by - now)
    audit("waitlist.offer", entry, by=None, now=now, booking=booking.id)
    return booking


def _mark_offered(entry: WaitlistEntry, booking: Booking) -> None:
    # Whoever leaves the list does not wait for the slot: of leaving and being offered a place, one happens.
    marked = changed_rows(
        update(WaitlistEntry)
        .where(WaitlistEntry.id == entry.id, WaitlistEntry.state == WaitlistState.WAITING)
        .values(state=WaitlistState.OFFERED, booking_id=booking.id, version=WaitlistEntry.version + 1)
        .execution_options(synchronize_session=False)
    )
    if marked != 1:
        raise NotWaiting(_l("The group has left the list."))
    db.session.refresh(entry)
