"""Taking a place writes a booking with everything it holds; giving it back leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import (
    Booking,
    BookingState,
    Occupancy,
    Offer,
    OfferState,
    Round,
    RoundState,
    School,
    Slot,
    db,
)
from outreach.services import holdings, places, seats
from outreach.services.places import Group, take_place
from outreach.services.transaction import one_transaction
from tests import build
from tests.build import NOW
from tests.cast import Cast
from tests.place_stage import CONFIRM_BY, PlaceStage, held, taken


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[PlaceStage]:
    with app.app_context():
        yield PlaceStage(cast, build.round_(RoundState.PUBLISHED).id)


def test_a_place_is_a_booking_with_seats_and_hours(stage: PlaceStage) -> None:
    slot = stage.slot()
    booking = db.session.get_one(Booking, stage.book(slot, crew="Ms Chan"))
    assert (booking.state, booking.pupils, booking.confirm_by) == (BookingState.AWAITING, 30, CONFIRM_BY)
    assert booking.starts_at == booking.slot.starts_at
    assert booking.returns_at - booking.leaves_at == timedelta(hours=3)
    assert booking.reference[:3] == "OB-"
    assert taken(slot) == (30, 1)
    resources = db.session.scalars(select(Occupancy.resource).order_by(Occupancy.resource)).all()
    marks = [f"crew:1:Ms Chan:2027-03-04T{h:02}:{m:02}" for h in (9, 10, 11, 12) for m in (0, 15, 30, 45)][
        2:-2
    ]
    assert resources == [*marks, "group:1:2027-03-04:P5A", "school:1:2027-03-04:0"]


def test_a_released_place_can_be_taken_again(stage: PlaceStage) -> None:
    slot = stage.slot()
    stage.release(stage.book(slot, crew="Ms Chan"))
    assert (taken(slot), held()) == ((0, 0), 0)
    stage.book(slot, crew="Ms Chan")
    assert taken(slot) == (30, 1)


def test_a_withdrawn_offer_has_no_places(stage: PlaceStage) -> None:
    slot = stage.slot()
    stage.change(Offer, db.session.get_one(Slot, slot).offer_id, state=OfferState.WITHDRAWN)
    with pytest.raises(seats.SlotClosed):
        stage.book(slot)


def test_a_request_has_one_place(stage: PlaceStage) -> None:
    round_ = db.session.get_one(Round, stage.round_)
    visit_request = build.visit_request(round_, stage.cast.school(), stage.cast.user("tess"))
    slots = [stage.slot(day=date(2027, 3, 4)), stage.slot(day=date(2027, 3, 5))]

    def publish(slot: int) -> None:
        with one_transaction():
            row = db.session.get_one(Slot, slot)
            take_place(
                group=Group.of(visit_request),
                round_=round_,
                offer=row.offer,
                slot=row,
                day=row.day,
                start_time=row.start_time,
                end_time=row.end_time,
                travel_minutes=30,
                confirm_by=CONFIRM_BY,
                visit_request=visit_request,
                by=stage.cast.user("stan"),
                now=NOW,
            )

    publish(slots[0])
    with pytest.raises(holdings.RequestPlaced):
        publish(slots[1])


def test_a_form_makes_one_booking(stage: PlaceStage) -> None:
    slot = stage.slot(max_pupils=100, max_groups=3)
    stage.change(School, stage.cast.primary, max_per_day=3)
    row = db.session.get_one(Slot, slot)
    usual = {"day": row.day, "start_time": row.start_time, "end_time": row.end_time, "travel_minutes": 30}
    for label, refused in (("P5A", False), ("P5B", True)):
        with one_transaction() if not refused else pytest.raises(places.FormSentTwice):
            take = {"group": stage.group(label=label), "round_": db.session.get_one(Round, stage.round_)}
            take |= {"offer": row.offer, "slot": row, "confirm_by": CONFIRM_BY, "form_key": "1:abc"}
            if refused:
                with one_transaction():
                    take_place(**take, **usual, by=stage.cast.user("tess"), now=NOW)
            else:
                take_place(**take, **usual, by=stage.cast.user("tess"), now=NOW)
    assert taken(slot) == (30, 1)
