"""The waitlist: first come, first offered - of those whose whole group fits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import (
    Booking,
    BookingState,
    OutboxMessage,
    School,
    Slot,
    SlotState,
    WaitlistEntry,
    WaitlistState,
    db,
)
from outreach.services import suitability, waitlist
from outreach.services.bookings import cancel_booking, confirm_booking, decline_booking, lapse_bookings
from outreach.services.waitlist import leave_waitlist
from tests.booking_stage import Stage, change, letters, make_stage, read, states, taken
from tests.build import NOW
from tests.cast import Cast

SOON = NOW + timedelta(minutes=5)
HELD_UNTIL = SOON + timedelta(hours=48)


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    with app.app_context():
        yield make_stage(cast)


def free(stage: Stage, booking: int) -> None:
    """Tess gives a place back, five minutes later."""
    cancel_booking(
        booking_id=booking, cancelled_by="school", reason="Sports day", by=stage.user("tess"), now=SOON
    )


def entries() -> list[str]:
    return [entry.state.value for entry in _all()]


def _all() -> list[WaitlistEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(WaitlistEntry).order_by(WaitlistEntry.id)))


def test_a_freed_place_is_offered_in_the_same_breath(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    entry = stage.wait(slot)
    free(stage, booking)
    offered = read(Booking, stage.offered(entry))
    assert (offered.state, offered.confirm_by, offered.school_id) == (
        BookingState.AWAITING,
        HELD_UNTIL,
        stage.cast.secondary,
    )
    assert taken(slot) == (30, 1)
    assert letters("place_offered") == [("place_offered", "theo")]
    letter = db.session.query(OutboxMessage).filter_by(template="place_offered").one()
    assert letter.expires_at == HELD_UNTIL


def test_an_offered_place_keeps_who_accompanies_the_group(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    entry = stage.wait(slot, crew="Ms Lee")
    free(stage, booking)
    assert read(Booking, stage.offered(entry)).crew == "Ms Lee"


def test_an_offered_place_is_taken_by_confirming(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    entry = stage.wait(slot)
    free(stage, booking)
    confirm_booking(booking_id=stage.offered(entry), by=stage.user("theo"), now=SOON)
    assert (states(), entries()) == (["cancelled", "confirmed"], ["offered"])


@pytest.mark.parametrize("how", ["decline", "lapse"])
def test_what_the_first_leaves_goes_to_the_next(stage: Stage, how: str) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    first = stage.wait(slot)
    second = stage.wait(slot, label="S2B")
    free(stage, booking)
    assert entries() == ["offered", "waiting"]
    if how == "decline":
        decline_booking(booking_id=stage.offered(first), by=stage.user("theo"), now=SOON)
    else:
        assert lapse_bookings(now=HELD_UNTIL) == 1
    assert entries() == ["offered", "offered"]
    assert read(Booking, stage.offered(second)).group_label == "S2B"
    assert taken(slot) == (30, 1)


def test_the_first_whose_group_fits(stage: Stage) -> None:
    """Ten seats are freed: the group of thirty that came first waits on, the group of ten gets them."""
    slot = stage.slot(max_pupils=40)
    stage.book(slot, by="tom", label="P5B", pupils=30)
    booking = stage.book(slot, pupils=10)
    stage.wait(slot, by="tess", school="primary", label="P6A", grade="P6", pupils=30)
    stage.wait(slot, by="tess", school="primary", label="P6B", grade="P6", pupils=10)
    free(stage, booking)
    assert entries() == ["waiting", "offered"]
    assert taken(slot) == (40, 2)


def test_freed_seats_may_serve_two(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot, pupils=40)
    for label, pupils in (("S2A", 20), ("S2B", 25), ("S2C", 20)):
        stage.wait(slot, label=label, pupils=pupils)
    free(stage, booking)
    assert entries() == ["offered", "waiting", "offered"]
    assert taken(slot) == (40, 2)


def test_who_does_not_go_with_the_others_waits_on(stage: Stage) -> None:
    """A primary group shares no key stage with the secondary one; nothing of the attempt is left."""
    slot = stage.slot(max_pupils=60)
    stage.book(slot, by="theo", school="secondary", pupils=30)
    booking = stage.book(slot, by="theo", school="secondary", label="S2B")
    stage.wait(slot, by="tess", school="primary")
    stage.wait(slot, by="theo", label="S2C")
    cancel_booking(
        booking_id=booking, cancelled_by="school", reason="Sports day", by=stage.user("theo"), now=SOON
    )
    assert entries() == ["waiting", "offered"]
    assert taken(slot) == (60, 2)


def test_a_school_without_a_free_day_is_passed_over_and_stays(stage: Stage) -> None:
    change(School, stage.cast.secondary, max_per_day=1)
    slot = stage.slot()
    booking = stage.book(slot)
    stage.wait(slot)
    stage.book(stage.slot(start=time(13), end=time(14)), by="theo", school="secondary", label="S2B")
    free(stage, booking)
    assert (entries(), taken(slot), states()) == (["waiting"], (0, 0), ["cancelled", "confirmed"])


def test_a_place_is_held_for_half_of_the_time_that_is_left(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    entry = stage.wait(slot)
    starts_at = read(Slot, slot).starts_at
    before = starts_at - timedelta(hours=30)
    cancel_booking(booking_id=booking, cancelled_by="school", reason="Ill", by=stage.user("tess"), now=before)
    assert read(Booking, stage.offered(entry)).confirm_by == before + timedelta(hours=15)


def test_on_the_last_day_nothing_is_offered(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    stage.wait(slot)
    late = read(Slot, slot).starts_at - timedelta(hours=23)
    cancel_booking(booking_id=booking, cancelled_by="school", reason="Ill", by=stage.user("tess"), now=late)
    assert entries() == ["waiting"]


def test_a_cancelled_slot_offers_nothing(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    stage.wait(slot)
    change(Slot, slot, state=SlotState.CANCELLED)
    free(stage, booking)
    assert entries() == ["waiting"]


def test_joining_twice_is_once(stage: Stage) -> None:
    slot = stage.slot()
    stage.book(slot)
    assert stage.wait(slot) == stage.wait(slot)
    assert entries() == ["waiting"]


def test_leaving_lets_the_next_one_through(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    entry = stage.wait(slot)
    stage.wait(slot, label="S2B")
    for _ in range(2):
        assert leave_waitlist(entry_id=entry, by=stage.user("theo"), now=NOW).state is WaitlistState.LEFT
    free(stage, booking)
    assert entries() == ["left", "offered"]


def test_an_offered_place_is_not_left_but_declined(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot)
    entry = stage.wait(slot)
    free(stage, booking)
    with pytest.raises(waitlist.NotWaiting):
        leave_waitlist(entry_id=entry, by=stage.user("theo"), now=SOON)


def test_nobody_waits_where_there_is_room(stage: Stage) -> None:
    slot = stage.slot()
    stage.book(slot, pupils=10)
    with pytest.raises(waitlist.PlacesAreFree, match="room"):
        stage.wait(slot, by="tess", school="primary", label="P5B", pupils=30)
    with pytest.raises(waitlist.PlacesAreFree, match="has a place"):
        stage.wait(slot, by="tess", school="primary", label="P5A", pupils=40)


def test_a_group_that_can_never_come_does_not_wait(stage: Stage) -> None:
    slot = stage.slot()
    stage.book(slot)
    with pytest.raises(suitability.DoesNotSuit):
        stage.wait(slot, pupils=41)
    change(Slot, slot, state=SlotState.CANCELLED)
    with pytest.raises(waitlist.SlotOver):
        stage.wait(slot)
    assert entries() == []
