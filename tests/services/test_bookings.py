"""The life of a booking: booked, confirmed, declined, cancelled, lapsed, attended - each once, and in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask

from outreach.models import Booking, BookingState, Round, School, Slot, db
from outreach.services import bookings
from outreach.services.bookings import (
    cancel_booking,
    cancellers_for,
    confirm_booking,
    decline_booking,
    lapse_bookings,
    record_attendance,
)
from outreach.services.places import take_place
from outreach.services.seats import SlotFull
from outreach.services.transaction import ChangedMeanwhile, Refusal, one_transaction
from tests import build
from tests.booking_stage import Stage, change, letters, make_stage, read, states, taken
from tests.build import NOW
from tests.cast import Cast

CONFIRM_BY = NOW + timedelta(days=10)


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    with app.app_context():
        yield make_stage(cast)


def awaiting(stage: Stage, slot: int) -> int:
    """A booking as a publication makes it."""
    with one_transaction():
        row = db.session.get_one(Slot, slot)
        booking = take_place(
            group=stage.group(),
            round_=db.session.get_one(Round, stage.round_),
            offer=row.offer,
            slot=row,
            day=row.day,
            start_time=row.start_time,
            end_time=row.end_time,
            travel_minutes=20,
            confirm_by=CONFIRM_BY,
            by=stage.cast.user("tess"),
            now=NOW,
        )
        return booking.id


def confirm(stage: Stage, booking: int, **facts: Any) -> Booking:
    return confirm_booking(booking_id=booking, by=stage.user("tess"), **{"now": NOW, **facts})


def decline(stage: Stage, booking: int, **facts: Any) -> Booking:
    return decline_booking(booking_id=booking, by=stage.user("tess"), now=NOW, **facts)


def cancel(stage: Stage, booking: int, by: str, name: str, **facts: Any) -> Booking:
    usual = {"reason": "The hall is flooded", "now": NOW, **facts}
    return cancel_booking(booking_id=booking, cancelled_by=name, by=stage.user(by), **usual)


class TestFreePlaces:
    """Booking directly."""

    def test_a_free_place_is_confirmed_at_once_and_both_sides_hear(self, stage: Stage) -> None:
        slot = stage.slot()
        booking = read(Booking, stage.book(slot))
        assert (booking.state, booking.decided_at, booking.confirm_by) == (BookingState.CONFIRMED, NOW, None)
        assert booking.travel_minutes == 28
        assert taken(slot) == (30, 1)
        assert letters() == [("booking_confirmed", "tess"), ("visit_coming", "cora")]

    def test_the_same_form_sent_twice_makes_one_booking(self, stage: Stage) -> None:
        slot = stage.slot()
        first, second = (stage.book(slot, key="abc") for _ in range(2))
        assert first == second
        assert (taken(slot), len(letters())) == ((30, 1), 2)

    def test_the_second_click_finds_the_first_in_a_slot_that_it_filled(self, stage: Stage) -> None:
        slot = stage.slot(max_pupils=30)
        assert stage.book(slot, key="abc") == stage.book(slot, key="abc")

    def test_a_form_with_other_answers_is_refused(self, stage: Stage) -> None:
        slot = stage.slot()
        stage.book(slot, key="abc")
        with pytest.raises(bookings.FormUsed):
            stage.book(slot, key="abc", pupils=5)
        assert taken(slot) == (30, 1)

    def test_another_persons_key_is_another_form(self, stage: Stage) -> None:
        slot = stage.slot(max_pupils=60)
        first = stage.book(slot, key="abc")
        assert stage.book(slot, by="tom", key="abc", label="P5B") != first

    def test_names_are_kept_without_needless_spaces(self, stage: Stage) -> None:
        booking = read(Booking, stage.book(stage.slot(), label="  P5  A ", crew=" Ms  Chan"))
        assert (booking.group_label, booking.crew) == ("P5 A", "Ms Chan")


class TestDeciding:
    """Confirming and declining what was published."""

    def test_confirming_tells_both_sides_once(self, stage: Stage) -> None:
        booking = awaiting(stage, stage.slot())
        assert confirm(stage, booking).state is BookingState.CONFIRMED
        confirm(stage, booking)
        assert letters() == [("booking_confirmed", "tess"), ("visit_coming", "cora")]

    def test_what_somebody_else_changed_is_not_confirmed_blindly(self, stage: Stage) -> None:
        booking = awaiting(stage, stage.slot())
        seen = read(Booking, booking).version
        change(Booking, booking, staff=3)
        with pytest.raises(ChangedMeanwhile):
            confirm(stage, booking, seen_version=seen)
        assert confirm(stage, booking, seen_version=seen + 1).state is BookingState.CONFIRMED

    def test_after_the_deadline_it_is_too_late(self, stage: Stage) -> None:
        booking = awaiting(stage, stage.slot())
        with pytest.raises(bookings.NotToBeDecided, match="time to confirm"):
            confirm(stage, booking, now=CONFIRM_BY)
        assert confirm(stage, booking, now=CONFIRM_BY - timedelta(seconds=1)).state is BookingState.CONFIRMED

    def test_declining_frees_the_place_and_tells_the_company(self, stage: Stage) -> None:
        slot = stage.slot()
        booking = awaiting(stage, slot)
        assert decline(stage, booking, reason="Sports day").cancel_reason == "Sports day"
        decline(stage, booking)
        assert (states(), taken(slot)) == (["declined"], (0, 0))
        assert letters() == [("booking_declined", "cora")]

    def test_what_is_decided_stays_decided(self, stage: Stage) -> None:
        booking = awaiting(stage, stage.slot())
        decline(stage, booking)
        with pytest.raises(bookings.NotToBeDecided):
            confirm(stage, booking)
        other = awaiting(stage, stage.slot(day=date(2027, 3, 5)))
        confirm(stage, other)
        with pytest.raises(bookings.NotToBeDecided):
            decline(stage, other)


class TestCancelling:
    """Each side in its own name, with a reason."""

    def test_both_sides_hear_why_and_the_place_is_free(self, stage: Stage) -> None:
        slot = stage.slot()
        booking = stage.book(slot)
        row = cancel(stage, booking, "tess", "school")
        assert (row.state, row.cancelled_by, row.cancel_reason) == (
            BookingState.CANCELLED,
            "school",
            "The hall is flooded",
        )
        cancel(stage, booking, "tess", "school")
        assert taken(slot) == (0, 0)
        assert letters("booking_cancelled") == [("booking_cancelled", "tess"), ("booking_cancelled", "cora")]

    def test_in_whose_name(self, stage: Stage) -> None:
        booking = read(Booking, stage.book(stage.slot()))
        names = ("tess", "tom", "theo", "cora", "cole", "hana", "stan", "ada")
        everybody = ("programme", "school", "company", "weather")
        assert {name: cancellers_for(stage.cast.user(name), booking) for name in names} == {
            "tess": ("school",),
            "tom": ("school",),
            "theo": (),
            "cora": ("company",),
            "cole": (),
            "hana": ("company",),
            "stan": everybody,
            "ada": everybody,
        }

    @pytest.mark.parametrize(
        ("by", "name", "facts"),
        [
            ("tess", "company", {}),
            ("cora", "weather", {}),
            ("theo", "school", {}),
            ("tess", "school", {"reason": "  "}),
            ("tess", "school", {"now": build.to_utc(date(2027, 3, 4), time(10))}),
            ("tess", "school", {"seen_version": 99}),
        ],
    )
    def test_what_cannot_be_cancelled_stands(
        self, stage: Stage, by: str, name: str, facts: dict[str, Any]
    ) -> None:
        slot = stage.slot()
        booking = stage.book(slot)
        with pytest.raises(Refusal):
            cancel(stage, booking, by, name, **facts)
        assert (states(), taken(slot)) == (["confirmed"], (30, 1))

    def test_a_cancelled_place_can_be_booked_again_by_another_form_only(self, stage: Stage) -> None:
        slot = stage.slot()
        booking = stage.book(slot, key="abc")
        cancel(stage, booking, "tess", "school")
        with pytest.raises(bookings.FormUsed):
            stage.book(slot, key="abc")
        assert (states(), taken(slot)) == (["cancelled"], (0, 0))
        assert stage.book(slot, key="def") != booking
        assert states() == ["cancelled", "confirmed"]


class TestLapsing:
    """What nobody confirmed."""

    def test_only_what_is_overdue_lapses_and_each_once(self, stage: Stage) -> None:
        slot = stage.slot()
        awaiting(stage, slot)
        stage.book(stage.slot(day=date(2027, 3, 5)))
        assert lapse_bookings(now=CONFIRM_BY - timedelta(seconds=1)) == 0
        assert lapse_bookings(now=CONFIRM_BY) == 1
        assert lapse_bookings(now=CONFIRM_BY) == 0
        assert (states(), taken(slot)) == (["lapsed", "confirmed"], (0, 0))
        assert letters("booking_lapsed") == [("booking_lapsed", "tess")]


class TestAttendance:
    """Who came."""

    def test_it_is_noted_after_the_visit_and_can_be_corrected(self, stage: Stage) -> None:
        booking = stage.book(stage.slot())
        after = build.to_utc(date(2027, 3, 4), time(10))
        with pytest.raises(bookings.NotToBeDecided):
            record_attendance(booking_id=booking, came=True, by=stage.user("cora"), now=NOW)
        record_attendance(booking_id=booking, came=False, by=stage.user("cora"), now=after)
        record_attendance(booking_id=booking, came=True, by=stage.user("cora"), now=after)
        assert states() == ["attended"]

    def test_a_visit_that_was_still_counts_for_the_limit(self, stage: Stage) -> None:
        change(School, stage.cast.primary, max_bookings=1)
        booking = stage.book(stage.slot())
        after = build.to_utc(date(2027, 3, 4), time(13))
        record_attendance(booking_id=booking, came=True, by=stage.user("cora"), now=after)
        with pytest.raises(Refusal, match="as many bookings"):
            stage.book(stage.slot(day=date(2027, 3, 5)), now=after)


def test_seats_are_not_sold_twice_one_after_the_other(stage: Stage) -> None:
    slot = stage.slot()
    stage.book(slot)
    with pytest.raises(SlotFull):
        stage.book(slot, label="P5B")
