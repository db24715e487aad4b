"""A day on which schools are closed: asked about, nothing ends; carried out, the weather has cancelled what could not stay."""

from __future__ import annotations

import json
from datetime import date, datetime, time

import pytest

from outreach.clock import to_utc
from outreach.models import Booking, BookingState, Round, RoundState, RunState, School, Study, db
from outreach.services.answers import claim_study, finish_study
from outreach.services.bookings import book_free_place
from outreach.services.lost_days import NothingLost, ask_lost_day
from outreach.services.places import Group
from tests.booking_stage import change, letters, read, states
from tests.build import NOW
from tests.repair_stage import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    RepairStage,
    answer_to,
    answered,
    live_of,
    repairs,
    worked_out,
)


def ask(stage: RepairStage, day: date = THURSDAY, *districts: str, now: datetime = NOW) -> Study:
    return ask_lost_day(round_id=stage.round_, day=day, districts=districts, by=stage.user("stan"), now=now)


def test_asking_cancels_nothing_and_the_core_finds_another_day(stage: RepairStage) -> None:
    slot, spare = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, MONDAY)
    request = stage.ask("tess", [stage.offer, stage.other])
    booking = stage.book(request, slot)
    assert ask(stage).subject == "day-2027-03-04"
    assert states() == ["confirmed"]
    found = repairs(worked_out())
    (move,) = found["fewest-schools"].moves
    assert (move.booking_id, move.fell) == (booking, False)
    assert move.to is not None
    assert move.to.slot_id == spare
    assert [len(one.losses) for one in found.values()] == [0, 1, 0]


def test_what_could_not_stay_was_cancelled_by_the_weather(stage: RepairStage) -> None:
    """One group moves, one finds nothing, one had booked directly; another district's day is not lost."""
    change(School, stage.cast.primary, max_per_day=3)
    slot, spare = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, MONDAY)
    elsewhere = stage.book(stage.ask("theo", [stage.offer]), stage.slot(stage.other, THURSDAY))
    moved, lost = stage.ask("tess", [stage.other]), stage.ask("tess", [stage.offer], group_label="P5B")
    bookings = [stage.book(moved, slot), stage.book(lost, slot)]
    group = Group(stage.cast.school(), "P6C", "", 20, 2, "P6", ("yue",), False)
    direct = book_free_place(slot_id=slot, group=group, form_key="x", by=stage.user("tess"), now=NOW).id
    assert ask(stage, THURSDAY, "R").subject == "day-2027-03-04-R"
    study = answered({moved: spare, lost: None, f"booking-{direct}": None})
    before = len(letters())
    stage.carry_out(study, "fewest-schools")
    rows = [read(Booking, number) for number in (*bookings, direct)]
    assert [(row.state, row.cancelled_by) for row in rows] == [(BookingState.CANCELLED, "weather")] * 3
    assert rows[0].cancel_reason.startswith("Moved to 8 March 2027 (Monday), 10:00 am")
    assert rows[1].cancel_reason == (
        "Schools are closed on that day, and no other place was found. 當日學校停課，而且未能另覓名額。"
    )
    assert read(Booking, elsewhere).state is BookingState.CONFIRMED
    placed = live_of(moved)
    assert placed is not None
    assert placed.slot_id == spare
    told = letters()[before:]
    assert sorted(one for one in told if one[1] == "tess") == [
        ("booking_cancelled", "tess"),
        ("booking_cancelled", "tess"),
        ("booking_moved", "tess"),
    ]
    assert sorted(one for one in told if one[1] != "tess") == [
        *[("booking_cancelled", "cora")] * 3,
        ("group_placed", "cole"),
    ]


def test_who_stands_on_a_lost_day_is_no_answer(stage: RepairStage) -> None:
    slot = stage.slot(stage.offer, THURSDAY)
    stage.book(stage.ask("tess", [stage.offer]), slot)
    ask(stage)
    task = claim_study(now=NOW)
    assert task is not None
    told = json.dumps(answer_to(task, {}))
    finish_study(task, state=RunState.DONE, result=told, fault="", now=NOW)
    study = db.session.query(Study).one()
    assert (study.state, study.answer) == (RunState.FAILED, None)
    assert "it is not free" in study.fault


@pytest.mark.parametrize(
    ("day", "districts", "now"),
    [
        (date(2026, 11, 20), (), NOW),
        (date(2027, 6, 30), (), NOW),
        (FRIDAY, (), NOW),
        (THURSDAY, ("D",), NOW),
        (THURSDAY, (), to_utc(FRIDAY, time(0, 30))),
    ],
)
def test_nothing_is_asked_where_nothing_is_lost(
    stage: RepairStage, day: date, districts: tuple[str, ...], now: datetime
) -> None:
    stage.book(stage.ask("tess", [stage.offer]), stage.slot(stage.offer, THURSDAY))
    with pytest.raises(NothingLost) as refusal:
        ask(stage, day, *districts, now=now)
    assert refusal.value.field == "day"
    assert db.session.query(Study).count() == 0


def test_a_round_that_is_not_in_force_has_no_day_to_lose(stage: RepairStage) -> None:
    change(Round, stage.round_, state=RoundState.ARCHIVED)
    with pytest.raises(NothingLost):
        ask(stage)
