"""The mutants of the waitlist race. Never part of the product: `tests/races/test_waitlist.py` serves them instead of it.

`passing_on_later` gives places back in one transaction and passes them on in the next one. `looking_first` does so, too, and
asks who is next and what is free before its transaction, with no guard left inside it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select, update

from outreach.app import create_app
from outreach.clock import utc_now
from outreach.models import Booking, Slot, User, WaitlistEntry, WaitlistState, db
from outreach.services import bookings, places, waitlist
from outreach.services.outbox import queue
from outreach.services.seats import SLOTS
from outreach.services.suitability import held_round
from outreach.services.transaction import audit, changed_rows, deed
from tests.races.oversold import take_without_condition, without_checks

# What passes between giving a place back and passing it on.
THINKING = 0.5
DEEDS = ("cancel_booking", "decline_booking")

really_pass_on = waitlist.pass_on
_freed = threading.local()


def remember(*, slot: Slot | None, now: datetime) -> list[Booking]:
    """Nothing is passed on inside the deed that freed the places."""
    _freed.slot = 0 if slot is None else slot.id
    return []


def then(deed_of_product: Callable[..., Booking], pass_on: Callable[[int], None]) -> Callable[..., Booking]:
    """The deed, a moment, and what should have been part of it."""

    def carried_out(**words: Any) -> Booking:
        _freed.slot = 0
        booking = deed_of_product(**words)
        if _freed.slot:
            pass_on(_freed.slot)
        return booking

    return carried_out


@deed
def pass_on_late(slot_id: int) -> None:
    """All guards are in force, only the moment is wrong."""
    changed_rows(update(SLOTS).where(SLOTS.c.id == slot_id).values(state=SLOTS.c.state))
    really_pass_on(slot=db.session.get_one(Slot, slot_id, populate_existing=True), now=utc_now())


def passing_on_later() -> Flask:
    """Whoever books in between jumps the queue."""

    def pass_on(slot_id: int) -> None:
        time.sleep(THINKING)
        pass_on_late(slot_id)

    return _mutant(pass_on)


def look(slot_id: int) -> list[int]:
    """Who is next, for what is free now."""
    db.session.rollback()
    slot = db.session.get_one(Slot, slot_id)
    room, groups = slot.max_pupils - slot.pupils_taken, slot.max_groups - slot.groups_taken
    chosen: list[int] = []
    waiting = select(WaitlistEntry).where(
        WaitlistEntry.slot_id == slot_id, WaitlistEntry.state == WaitlistState.WAITING
    )
    for entry in db.session.scalars(waiting.order_by(WaitlistEntry.created_at, WaitlistEntry.id)):
        if entry.pupils <= room and len(chosen) < groups:
            chosen.append(entry.id)
            room -= entry.pupils
    db.session.rollback()
    return chosen


@deed
def offer_to(slot_id: int, chosen: list[int]) -> None:
    """The places are given to those who were seen, whatever has happened since."""
    now = utc_now()
    for number in chosen:
        entry, slot = db.session.get_one(WaitlistEntry, number), db.session.get_one(Slot, slot_id)
        teacher, confirm_by = db.session.get_one(User, entry.created_by_id), now + waitlist.HOLDING
        booking = places.take_place(
            group=places.Group.of(entry),
            round_=held_round(slot.day),
            offer=slot.offer,
            slot=slot,
            day=slot.day,
            start_time=slot.start_time,
            end_time=slot.end_time,
            travel_minutes=30,
            confirm_by=confirm_by,
            by=teacher,
            now=now,
        )
        offered = {"state": WaitlistState.OFFERED, "booking_id": booking.id}
        changed_rows(update(WaitlistEntry).where(WaitlistEntry.id == number).values(**offered))
        key = f"place-offered:{booking.id}"
        queue("place_offered", user=teacher, dedupe=key, booking=booking, now=now)
        audit("waitlist.offer", entry, by=None, now=now, booking=booking.id)


def looking_first() -> Flask:
    """Two who give places back at once promise the same place to the same group twice."""
    event.listen(Engine, "connect", without_checks)
    places.take_seats = take_without_condition
    places.hold = lambda booking: None

    def pass_on(slot_id: int) -> None:
        chosen = look(slot_id)
        time.sleep(THINKING)
        offer_to(slot_id, chosen)

    return _mutant(pass_on)


def _mutant(pass_on: Callable[[int], None]) -> Flask:
    bookings.pass_on = remember
    for name in DEEDS:
        setattr(bookings, name, then(getattr(bookings, name), pass_on))
    return create_app()
