"""Cancelling a slot: everything that hangs on it ends in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from outreach.clock import to_utc
from outreach.models import (
    AuditEntry,
    Booking,
    BookingState,
    Occupancy,
    Reminder,
    ReminderState,
    Slot,
    SlotState,
    WaitlistEntry,
    WaitlistState,
    db,
)
from outreach.services.slots import SlotDoesNotHold, SlotOver, add_slot, cancel_slot
from tests.booking_stage import Stage, letters, make_stage, read, states
from tests.build import NOW
from tests.cast import Cast


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    """A published round with an offer of Robo Works."""
    with app.app_context():
        yield make_stage(cast)


def cancel(stage: Stage, slot: int, reason: str = "The room is flooded") -> None:
    """Cora cancels."""
    cancel_slot(slot_id=slot, reason=reason, by=stage.user("cora"), now=NOW)


def test_everybody_who_booked_is_cancelled_by_the_company_and_told(stage: Stage) -> None:
    slot, other = stage.slot(), stage.slot(day=date(2027, 3, 11))
    first = stage.book(slot, pupils=20)
    kept = stage.book(other)
    cancel(stage, slot)
    ended = read(Booking, first)
    assert (ended.state, ended.cancelled_by, ended.cancel_reason) == (
        BookingState.CANCELLED,
        "company",
        "The room is flooded",
    )
    row = read(Slot, slot)
    assert (row.state, row.cancel_reason, row.pupils_taken, row.groups_taken) == (
        SlotState.CANCELLED,
        "The room is flooded",
        0,
        0,
    )
    assert read(Booking, kept).state is BookingState.CONFIRMED
    assert letters("booking_cancelled") == [("booking_cancelled", "tess"), ("booking_cancelled", "cora")]
    held = {row.booking_id for row in db.session.query(Occupancy)}
    assert held == {kept}
    rings = {row.booking_id: row.state for row in db.session.query(Reminder)}
    assert rings == {first: ReminderState.DROPPED, kept: ReminderState.PLANNED}
    entry = db.session.query(AuditEntry).filter_by(action="slot.cancel").one()
    assert (entry.thing_id, entry.detail) == (slot, {"bookings": 1})


def test_who_waits_for_a_cancelled_slot_leaves_the_list_and_is_told_not_offered_a_place(stage: Stage) -> None:
    slot = stage.slot(max_groups=1)
    stage.book(slot)
    entry = stage.wait(slot)
    cancel(stage, slot)
    assert (read(WaitlistEntry, entry).state, states()) == (WaitlistState.LEFT, ["cancelled"])
    assert letters("slot_cancelled", "place_offered") == [("slot_cancelled", "theo")]


def test_a_slot_is_cancelled_once(stage: Stage) -> None:
    slot = stage.slot()
    cancel(stage, slot)
    with pytest.raises(SlotOver):
        cancel(stage, slot, "Again")
    assert read(Slot, slot).cancel_reason == "The room is flooded"


def test_a_slot_that_has_begun_is_not_cancelled(stage: Stage) -> None:
    slot = stage.slot()
    begun = to_utc(date(2027, 3, 4), read(Slot, slot).start_time) + timedelta(minutes=1)
    with pytest.raises(SlotOver):
        cancel_slot(slot_id=slot, reason="Late", by=stage.user("cora"), now=begun)
    assert read(Slot, slot).state is SlotState.OPEN


def test_without_a_reason_nothing_happens(stage: Stage) -> None:
    slot = stage.slot()
    stage.book(slot)
    with pytest.raises(SlotDoesNotHold) as refusal:
        cancel(stage, slot, "  ")
    assert refusal.value.field == "reason"
    assert (read(Slot, slot).state, states()) == (SlotState.OPEN, ["confirmed"])


def test_a_slot_that_is_opened_again_starts_empty(stage: Stage) -> None:
    slot = stage.slot()
    stage.book(slot)
    cancel(stage, slot)
    old = read(Slot, slot)
    again = add_slot(
        offer_id=stage.offer,
        day=old.day,
        start_time=old.start_time,
        end_time=old.end_time,
        by=stage.user("cora"),
        now=NOW,
    )
    assert (again.id, again.state, again.groups_taken) == (slot, SlotState.OPEN, 0)
    stage.book(slot)
    assert states() == ["cancelled", "confirmed"]
