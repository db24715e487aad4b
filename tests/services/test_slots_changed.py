"""Other limits for a slot that is there: what fits, what does not, who comes in, and what happens at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time

import pytest
from flask import Flask

from outreach.models import AuditEntry, Slot, SlotState, WaitlistEntry, db
from outreach.services.slots import Limits, SlotDoesNotHold, SlotOver, change_limits
from outreach.services.transaction import ChangedMeanwhile, Refusal
from tests.at_once import at_once
from tests.booking_stage import Stage, change, letters, make_stage, read, states, taken
from tests.build import NOW, to_utc
from tests.cast import Cast


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    with app.app_context():
        yield make_stage(cast)


def changes(stage: Stage, slot: int, **limits: int) -> list[int]:
    """Cora sets limits (those not named are the slot's own); the numbers of the bookings that are offered."""
    row = read(Slot, slot)
    wanted = {name: getattr(row, name) for name in ("min_pupils", "max_pupils", "max_groups")} | limits
    facts = {"slot_id": slot, "limits": Limits(**wanted), "seen_version": row.version}
    return [booking.id for booking in change_limits(**facts, by=stage.user("cora"), now=NOW)]  # type: ignore[arg-type]


def limits(slot: int) -> tuple[int, int, int]:
    row = read(Slot, slot)
    return row.min_pupils, row.max_pupils, row.max_groups


def test_limits_move_down_to_what_is_booked_and_no_further(stage: Stage) -> None:
    slot = stage.slot()
    stage.book(slot)
    stage.book(slot, label="P5B", pupils=5)
    changes(stage, slot, min_pupils=35, max_pupils=35, max_groups=2)
    assert limits(slot) == (35, 35, 2)
    for field, less in (
        ("max_pupils", {"max_pupils": 34, "min_pupils": 0}),
        ("max_groups", {"max_groups": 1}),
    ):
        with pytest.raises(SlotDoesNotHold) as refusal:
            changes(stage, slot, **less)
        assert (refusal.value.field, limits(slot)) == (field, (35, 35, 2))
    entries = db.session.query(AuditEntry).filter_by(action="slot.change_limits")
    assert [entry.detail for entry in entries] == [{"least": 35, "most": 35, "groups": 2}]


def test_a_minimum_shuts_nobody_out_and_may_stay_where_it_is(stage: Stage) -> None:
    slot = stage.slot()
    changes(stage, slot, min_pupils=20)
    stage.book(slot)
    with pytest.raises(SlotDoesNotHold) as refusal:
        changes(stage, slot, min_pupils=31)
    assert refusal.value.field == "min_pupils"
    # A place that was passed on may stay below the minimum.
    change(Slot, slot, min_pupils=32)
    changes(stage, slot, min_pupils=32, max_groups=2)
    assert limits(slot) == (32, 40, 2)


def test_who_waits_is_offered_the_room_in_order(stage: Stage) -> None:
    slot = stage.slot(max_pupils=30, max_groups=3)
    stage.book(slot)
    # The second would fit first, the first has waited longer.
    entries = [
        stage.wait(slot, by="tess", school="primary", label="P5B", pupils=25),
        stage.wait(slot, by="tess", school="primary", label="P5C", pupils=10),
    ]
    assert changes(stage, slot, max_pupils=39) == []
    assert len(changes(stage, slot, max_pupils=65)) == 2
    assert [read(WaitlistEntry, entry).state.value for entry in entries] == ["offered", "offered"]
    assert (taken(slot), states()) == ((65, 3), ["confirmed", "awaiting", "awaiting"])
    assert letters("place_offered") == [("place_offered", "tess")] * 2


@pytest.mark.parametrize(
    ("facts", "seen", "refusal"),
    [
        ({"state": SlotState.CANCELLED}, 1, SlotOver),
        ({"starts_at": to_utc(date(2026, 11, 2), time(10))}, 1, SlotOver),
        ({}, 9, ChangedMeanwhile),
    ],
)
def test_a_slot_that_is_over_or_was_changed_keeps_its_limits(
    stage: Stage, facts: dict[str, object], seen: int, refusal: type[Refusal]
) -> None:
    slot = stage.slot(**facts)
    with pytest.raises(refusal):
        change_limits(
            slot_id=slot, limits=Limits(max_pupils=50), seen_version=seen, by=stage.user("cora"), now=NOW
        )
    assert limits(slot) == (0, 40, 3)


def test_a_slot_is_shrunk_or_booked_and_never_oversold(app: Flask, cast: Cast) -> None:
    with app.app_context():
        stage = make_stage(cast)
    for turn in range(4):
        with app.app_context():
            # A day of its own: where the booking wins, the school's day is taken.
            slot = stage.slot(day=date(2027, 3, 1 + turn))
        booked, shrunk = at_once(
            app,
            lambda: stage.book(slot, label=f"P5{turn}", pupils=30),  # noqa: B023
            lambda: changes(stage, slot, max_pupils=20),  # noqa: B023
        )
        with app.app_context():
            most = limits(slot)[1]
            assert (booked, shrunk) in {
                ("done", "SlotDoesNotHold"),
                ("DoesNotSuit", "done"),
                ("SlotFull", "done"),
            }
            assert taken(slot) == ((30, 1) if booked == "done" else (0, 0))
            assert most == (40 if booked == "done" else 20)


def test_of_two_coordinators_who_change_at_once_one_does(app: Flask, cast: Cast) -> None:
    with app.app_context():
        stage = make_stage(cast)
        slot = stage.slot()

    def sets(most: int) -> Callable[[], object]:
        facts = {"slot_id": slot, "limits": Limits(max_pupils=most), "seen_version": 1}
        return lambda: change_limits(**facts, by=cast.user("cora"), now=NOW)  # type: ignore[arg-type]

    assert sorted(at_once(app, *(sets(most) for most in (41, 42, 43, 44)))) == ["ChangedMeanwhile"] * 3 + [
        "done"
    ]
