"""Seats of a slot: counted in pupils and groups, shared only by groups that go together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from flask import Flask

from outreach.models import (
    OfferKind,
    RoundState,
    School,
    Slot,
    SlotState,
    db,
)
from outreach.services import seats
from outreach.services.transaction import Refusal, one_transaction
from tests import build
from tests.cast import Cast
from tests.place_stage import PlaceStage, bookings, held, taken


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[PlaceStage]:
    with app.app_context():
        yield PlaceStage(cast, build.round_(RoundState.PUBLISHED).id)


@pytest.mark.parametrize(
    ("limits", "facts", "refusal", "field"),
    [
        ({"max_pupils": 29}, {}, seats.SlotFull, "pupils"),
        ({"min_pupils": 31}, {}, seats.TooFewPupils, "pupils"),
        ({"languages": ("en",)}, {}, seats.GroupsDoNotMix, "languages"),
    ],
)
def test_a_slot_refuses_what_does_not_fit(
    stage: PlaceStage, limits: dict[str, Any], facts: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    slot = stage.slot(**limits)
    with pytest.raises(refusal) as caught:
        stage.book(slot, **facts)
    assert caught.value.field == field
    assert (taken(slot), bookings(), held()) == ((0, 0), 0, 0)


def test_seats_are_counted_in_pupils_and_in_groups(stage: PlaceStage) -> None:
    slot = stage.slot(max_pupils=60, max_groups=2)
    stage.book(slot, pupils=31)
    with pytest.raises(seats.SlotFull, match="29 places are left; your group has 30 pupils"):
        stage.book(slot, label="P5B")
    other = stage.slot(max_pupils=60, max_groups=1, day=date(2027, 3, 5))
    stage.book(other)
    with pytest.raises(seats.SlotFull, match="full"):
        stage.book(other, label="P5B", pupils=1)


def test_a_cancelled_slot_or_one_that_moved_is_closed(stage: PlaceStage) -> None:
    slot = stage.slot()
    stage.change(Slot, slot, state=SlotState.CANCELLED)
    with pytest.raises(seats.SlotClosed):
        stage.book(slot)
    stage.change(Slot, slot, state=SlotState.OPEN)
    row = db.session.get_one(Slot, slot)
    with pytest.raises(seats.SlotClosed, match="moved"), one_transaction():
        seats.take_seats(
            row, row.offer, stage.group(), seats.When(row.day, time(8), time(9)), minimum_applies=True
        )


def test_groups_share_a_key_stage_and_one_language(stage: PlaceStage) -> None:
    slot = stage.slot(max_pupils=100, max_groups=5, languages=("yue", "en"))
    stage.change(School, stage.cast.primary, max_per_day=5)
    stage.book(slot, languages=("yue", "en"))
    with pytest.raises(seats.GroupsDoNotMix) as age:
        stage.book(slot, label="P3A", grade="P3")
    assert age.value.field == "grade"
    stage.book(slot, label="P6A", grade="P6", languages=("en",))
    with pytest.raises(seats.GroupsDoNotMix) as words:
        stage.book(slot, label="P4A", grade="P4", languages=("yue",))
    assert words.value.field == "languages"


def test_a_coding_session_is_for_one_school(stage: PlaceStage) -> None:
    slot = stage.slot(OfferKind.CODING_SESSION, max_pupils=100, max_groups=5)
    stage.change(School, stage.cast.primary, max_per_day=5)
    stage.book(slot)
    with pytest.raises(seats.GroupsDoNotMix):
        stage.book(slot, school="secondary", grade="P5")
    stage.book(slot, label="P5B")
    assert taken(slot) == (60, 2)
