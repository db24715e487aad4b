"""The mutant of the seat race: it asks whether seats are free, and then takes them without a condition.

Never part of the product: `tests/races/test_last_seats.py` serves it instead of the real application and must find it out.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, update

from outreach.app import create_app
from outreach.models import Slot, db
from outreach.services import bookings, places, seats
from outreach.services.transaction import changed_rows

# What a page needs between looking and acting.
THINKING = 0.1
really_book = bookings.book_free_place


def book_after_looking(*, slot_id: int, group: places.Group, **rest: Any) -> Any:
    """Check, then act."""
    slot = db.session.get_one(Slot, slot_id)
    if slot.pupils_taken + group.pupils > slot.max_pupils:
        raise seats.SlotFull("This session is full.")
    time.sleep(THINKING)
    return really_book(slot_id=slot_id, group=group, **rest)


def take_without_condition(
    slot: Slot, offer: object, group: places.Group, when: object, **rest: bool
) -> None:
    """The seats are added, whatever the limit."""
    taken, groups = seats.SLOTS.c.pupils_taken, seats.SLOTS.c.groups_taken
    changed_rows(
        update(seats.SLOTS)
        .where(seats.SLOTS.c.id == slot.id)
        .values(pupils_taken=taken + group.pupils, groups_taken=groups + 1)
    )
    db.session.refresh(slot)


def without_checks(connection: Any, record: object) -> None:
    """SQLite forgets the CHECK of the table as well; on PostgreSQL the test drops it."""
    if hasattr(connection, "execute") and hasattr(connection, "isolation_level"):
        cursor = connection.cursor()
        if type(connection).__module__.startswith("sqlite3"):
            cursor.execute("PRAGMA ignore_check_constraints=ON")


def mutant() -> Flask:
    """The application without its guard."""
    event.listen(Engine, "connect", without_checks)
    bookings.book_free_place = book_after_looking
    places.take_seats = take_without_condition
    return create_app()
