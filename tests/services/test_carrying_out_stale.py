"""What changed since a repair was worked out is not overwritten: each guard, its mutant, and people at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask

from outreach.clock import to_utc
from outreach.models import (
    BlockedDays,
    Booking,
    Publication,
    RequestState,
    School,
    Slot,
    SlotState,
    VisitRequest,
    db,
)
from outreach.services import carrying_out
from outreach.services.bookings import book_free_place, cancel_booking
from outreach.services.carrying_out import StaleRepair
from outreach.services.places import Group
from outreach.services.transaction import Refusal
from tests import build
from tests.at_once import at_once
from tests.booking_stage import change, taken
from tests.build import NOW
from tests.repair_stage import (
    MONDAY,
    RepairStage,
    everything,
)

Numbers = dict[str, int]


def book_far(stage: RepairStage, chain: Numbers) -> None:
    group = Group(stage.cast.school(), "P6C", "", 20, 2, "P6", ("yue",), False)
    book_free_place(slot_id=chain["far"], group=group, form_key="far", by=stage.user("tess"), now=NOW)


def end_held(stage: RepairStage, chain: Numbers) -> None:
    cancel_booking(
        booking_id=chain["held"], cancelled_by="school", reason="Exam", by=stage.user("theo"), now=NOW
    )


def block_monday(stage: RepairStage, chain: Numbers) -> None:
    days = {"first_day": MONDAY, "last_day": MONDAY}
    build.kept(BlockedDays(school_id=stage.cast.secondary, reason="Exam", **days))


def resize_held(stage: RepairStage, chain: Numbers) -> None:
    change(Booking, chain["held"], crew="Ms Lo")


CHANGES: dict[str, Callable[[RepairStage, Numbers], object]] = {
    "a booking that would move has ended": end_held,
    "a booking that would move was changed": resize_held,
    "the new place was taken": book_far,
    "the new slot was cancelled": lambda stage, chain: change(Slot, chain["far"], state=SlotState.CANCELLED),
    "the new slot takes fewer pupils": lambda stage, chain: change(Slot, chain["far"], max_pupils=10),
    "the school's calendar blocks the new day": block_monday,
    "the school wants no visit more": lambda stage, chain: change(
        School, stage.cast.primary, day_start=time(12)
    ),
    "the request was withdrawn": lambda stage, chain: change(
        VisitRequest, chain["fell"], state=RequestState.WITHDRAWN
    ),
}


@pytest.mark.parametrize("meanwhile", CHANGES)
def test_what_changed_meanwhile_is_not_overwritten(
    stage: RepairStage, chain: Numbers, meanwhile: str
) -> None:
    CHANGES[meanwhile](stage, chain)
    before = everything()
    with pytest.raises(Refusal) as refusal:
        stage.carry_out(chain["study"], "most-served")
    assert isinstance(refusal.value, StaleRepair)
    assert "Look for repairs anew" in str(refusal.value.words)
    assert everything() == before


def test_what_changed_elsewhere_does_not_stop_a_repair(stage: RepairStage, chain: Numbers) -> None:
    aside = stage.slot(stage.offer, date(2027, 3, 11))
    group = Group(stage.cast.school(), "P6C", "", 20, 2, "P6", ("yue",), False)
    book_free_place(slot_id=aside, group=group, form_key="aside", by=stage.user("tess"), now=NOW)
    assert stage.carry_out(chain["study"], "most-served").number == 1


@pytest.mark.parametrize(
    "meanwhile", ["a booking that would move was changed", "the school's calendar blocks the new day"]
)
def test_without_its_guards_a_repair_would_overwrite(
    stage: RepairStage, chain: Numbers, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutants: each guard alone is missed by one of the changes above."""
    guard = "_refuse_changed" if "changed" in meanwhile else "_refuse_broken"
    monkeypatch.setattr(carrying_out, guard, lambda *_given, **_named: None)
    CHANGES[meanwhile](stage, chain)
    assert stage.carry_out(chain["study"], "most-served").number == 1


def test_seats_decide_even_where_nobody_looked(
    stage: RepairStage, chain: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for guard in ("_refuse_changed", "_refuse_broken"):
        monkeypatch.setattr(carrying_out, guard, lambda *_given, **_named: None)
    book_far(stage, chain)
    before = everything()
    with pytest.raises(Refusal):
        stage.carry_out(chain["study"], "most-served")
    assert everything() == before


def test_nobody_is_moved_within_two_working_days(stage: RepairStage, chain: Numbers) -> None:
    """On Wednesday, Friday is too near: Theo's visit stays, and nobody is newly sent there."""
    wednesday = to_utc(date(2027, 3, 3), time(9))
    before = everything()
    with pytest.raises(StaleRepair):
        stage.carry_out(chain["study"], "most-served", now=wednesday)
    assert everything() == before
    assert stage.carry_out(chain["study"], "most-served", now=to_utc(date(2027, 3, 2), time(9))).number == 1


def test_of_two_officers_who_choose_differently_one_is_told(
    app: Flask, stage: RepairStage, chain: Numbers
) -> None:
    answers = at_once(
        app,
        lambda: stage.carry_out(chain["study"], "most-served"),
        lambda: stage.carry_out(chain["study"], "same-dates", by="ada"),
    )
    assert sorted(answers) == ["CarriedOut", "done"]
    db.session.rollback()
    assert db.session.query(Publication).count() == 1
    assert db.session.query(Booking).count() == 4


def test_of_a_repair_and_a_last_booking_at_once_one_has_the_place(
    app: Flask, stage: RepairStage, chain: Numbers
) -> None:
    answers = at_once(
        app,
        lambda: stage.carry_out(chain["study"], "most-served"),
        lambda: book_far(stage, chain),
    )
    assert answers in (["done", "SlotFull"], ["StaleRepair", "done"], ["SlotFull", "done"])
    assert taken(chain["far"])[1] == 1
