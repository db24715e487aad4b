"""Adopting a change: into the request while the round collects, with its place once it is published, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import (
    BlockedDays,
    Booking,
    Reason,
    RequestState,
    RequestWindow,
    RoundState,
    Slot,
    SlotState,
    VisitRequest,
    db,
)
from outreach.services.adopting import NotAdoptable, PlaceGone, adopt_change, ways_of
from outreach.services.suitability import NotYourSchool, SchoolNotFree
from outreach.services.transaction import ChangedMeanwhile, Refusal
from tests import build
from tests.at_once import at_once
from tests.booking_stage import change as set_row
from tests.booking_stage import letters, read
from tests.build import NOW
from tests.cast import Cast
from tests.reason_stage import ReasonStage, answers_of, change, make_reason_stage, seats, to_slot, weekly

THURSDAY = date(2027, 3, 4)


@pytest.fixture
def trial(app: Flask, cast: Cast) -> Iterator[ReasonStage]:
    """The round collects again after a proposal was made."""
    with app.app_context():
        yield make_reason_stage(cast, RoundState.COLLECTING, max_pupils=20)


@pytest.fixture
def published(app: Flask, cast: Cast) -> Iterator[ReasonStage]:
    """The round is published; a session holds twenty pupils of one group."""
    with app.app_context():
        yield make_reason_stage(cast, RoundState.PUBLISHED, max_pupils=20, max_groups=1)


def fewer(stage: ReasonStage, school: str = "primary", slot: int | None = None) -> tuple[int, int, int]:
    """A request of thirty that twenty would place: request, reason, slot."""
    asked = stage.leave_out(school)
    slot = slot or stage.slot()
    reason = stage.tell(asked, change("pupils", 30, 20, to_slot(asked, slot)))
    return asked, reason, slot


def adopt(
    stage: ReasonStage, asked: int, reason: int, *, by: str = "tess", seen: int | None = None, number: int = 0
) -> VisitRequest:
    db.session.rollback()
    return adopt_change(
        request_id=asked,
        reason_id=reason,
        number=number,
        seen_version=answers_of(asked).version if seen is None else seen,
        by=stage.cast.user(by),
        now=NOW,
    )


def bookings() -> list[tuple[int | None, str, int, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(Booking).order_by(Booking.id)).unique()
    return [(row.visit_request_id, row.group_label, row.pupils, row.state.value) for row in rows]


def test_while_the_round_collects_the_answer_changes_and_the_next_run_decides(trial: ReasonStage) -> None:
    asked, reason, _slot = fewer(trial)
    seen = answers_of(asked).version
    adopt(trial, asked, reason, seen=seen)
    row = answers_of(asked)
    assert (row.pupils, row.state, bookings()) == (20, RequestState.SUBMITTED, [])
    adopt(trial, asked, reason, seen=seen)
    assert answers_of(asked).version == row.version


def test_an_older_page_adopts_nothing(trial: ReasonStage) -> None:
    asked, reason, _slot = fewer(trial)
    for seen, told, number in (
        (answers_of(asked).version - 1, reason, 0),
        (None, reason + 1, 0),
        (None, reason, 7),
    ):
        with pytest.raises(ChangedMeanwhile):
            adopt(trial, asked, told, seen=seen, number=number)
    with pytest.raises(NotYourSchool):
        adopt(trial, asked, reason, by="theo")
    assert answers_of(asked).pupils == 30


def test_a_split_hands_in_a_second_request_once(trial: ReasonStage) -> None:
    asked = trial.leave_out(group_label="3A", grade="P3")
    halves = (to_slot(f"{asked}#1", trial.slot()), to_slot(f"{asked}#2", trial.slot(day=date(2027, 3, 5))))
    reason = trial.tell(asked, change("split", 30, [15, 15], *halves, effort=6.0))
    seen = answers_of(asked).version
    for _press in range(2):
        adopt(trial, asked, reason, seen=seen)
    rows = db.session.scalars(select(VisitRequest).order_by(VisitRequest.id)).unique().all()
    found = [(row.group_label, row.pupils, row.state, len(row.windows), row.topics) for row in rows]
    topics = ("robotics",)
    assert found == [
        ("3A", 15, RequestState.SUBMITTED, 5, topics),
        ("3A (2)", 15, RequestState.SUBMITTED, 5, topics),
    ]


def test_a_weekday_more_is_a_weekday_more(trial: ReasonStage) -> None:
    mornings = [RequestWindow(weekday=day, start_time=time(8), end_time=time(13)) for day in range(3)]
    asked = trial.leave_out(windows=mornings)
    old = dict.fromkeys(range(3), (time(8), time(13)))
    new = {**old, 3: (time(13), time(16))}
    slot = trial.slot(start=time(14), end=time(15))
    witness = to_slot(asked, slot)
    reason = trial.tell(asked, change("windows", weekly(old), weekly(new), witness, effort=3.0))
    adopt(trial, asked, reason)
    # Nobody is away after the end of the school's day.
    end = trial.cast.school().day_end
    found = [(one.weekday, one.start_time, one.end_time) for one in answers_of(asked).windows]
    assert found[-1] == (3, time(13), min(time(16), end))
    assert len(found) == 4


def test_in_a_published_round_the_place_is_taken_in_the_same_deed(published: ReasonStage) -> None:
    asked, reason, slot = fewer(published)
    seen = answers_of(asked).version
    adopt(published, asked, reason, seen=seen)
    assert (answers_of(asked).pupils, seats(slot)) == (20, (20, 1))
    assert bookings() == [(asked, "P5A", 20, "confirmed")]
    assert letters() == [("booking_confirmed", "tess"), ("visit_coming", "cora")]
    adopt(published, asked, reason, seen=seen)
    assert (len(bookings()), seats(slot)) == (1, (20, 1))


def test_both_halves_of_a_split_have_their_places_or_neither(published: ReasonStage) -> None:
    asked = published.leave_out()
    first, second = published.slot(), published.slot(day=date(2027, 3, 5))
    halves = (to_slot(f"{asked}#2", second), to_slot(f"{asked}#1", first))
    reason = published.tell(asked, change("split", 30, [16, 14], *halves, effort=6.0))
    set_row(Slot, second, state=SlotState.CANCELLED)
    with pytest.raises(PlaceGone):
        adopt(published, asked, reason)
    assert (answers_of(asked).pupils, bookings(), seats(first)) == (30, [], (0, 0))
    set_row(Slot, second, state=SlotState.OPEN)
    adopt(published, asked, reason)
    assert bookings() == [(asked, "P5A", 16, "confirmed"), (None, "P5A (2)", 14, "confirmed")]


def test_a_place_that_has_gone_leaves_everything_as_it_was(published: ReasonStage) -> None:
    asked, reason, slot = fewer(published)
    for gone in (
        {"pupils_taken": 5, "groups_taken": 1},
        {"state": SlotState.CANCELLED},
        {"day": date(2027, 3, 6)},
    ):
        before = {name: getattr(read(Slot, slot), name) for name in gone}
        set_row(Slot, slot, **gone)
        with pytest.raises(PlaceGone):
            adopt(published, asked, reason)
        set_row(Slot, slot, **before)
    assert (answers_of(asked).pupils, bookings(), letters()) == (30, [], [])


def test_a_day_that_the_school_has_blocked_is_refused_in_its_own_words(published: ReasonStage) -> None:
    asked, reason, slot = fewer(published)
    days = {"first_day": THURSDAY, "last_day": THURSDAY}
    build.kept(BlockedDays(school_id=published.cast.primary, reason="Exam", **days))
    with pytest.raises(SchoolNotFree, match="Exam"):
        adopt(published, asked, reason)
    assert (answers_of(asked).pupils, bookings(), seats(slot)) == (30, [], (0, 0))


def test_nobody_else_is_moved_once_a_round_is_published(published: ReasonStage) -> None:
    asked, other = published.leave_out(), published.leave_out("secondary")
    slot, elsewhere = published.slot(), published.slot(day=date(2027, 3, 5))
    moving = change("pupils", 30, 20, to_slot(asked, slot), to_slot(other, elsewhere))
    reason = published.tell(asked, moving)
    with pytest.raises(NotAdoptable):
        adopt(published, asked, reason)
    assert answers_of(asked).pupils == 30


def test_of_two_teachers_who_adopt_for_one_last_seat_one_wins(app: Flask, published: ReasonStage) -> None:
    asked, reason, slot = fewer(published)
    others, their_reason, _slot = fewer(published, "secondary", slot)
    seen = {asked: answers_of(asked).version, others: answers_of(others).version}
    db.session.rollback()
    wanted = ((asked, reason, "tess"), (others, their_reason, "theo"))
    found = at_once(
        app, *(partial(adopt, published, one, told, by=by, seen=seen[one]) for one, told, by in wanted)
    )
    assert sorted(found) == ["PlaceGone", "done"]
    assert (len(bookings()), seats(slot)) == (1, (20, 1))
    assert sorted(answers_of(one).pupils for one in (asked, others)) == [20, 30]


@pytest.mark.parametrize("state", [RoundState.REVIEW, RoundState.CLOSED, RoundState.ARCHIVED])
def test_no_other_round_lets_anybody_adopt(app: Flask, cast: Cast, state: RoundState) -> None:
    with app.app_context():
        stage = make_reason_stage(cast, state)
        asked, reason, _slot = fewer(stage)
        with pytest.raises(Refusal):
            adopt(stage, asked, reason)
        assert (answers_of(asked).pupils, bookings()) == (30, [])


def test_what_a_page_may_offer(published: ReasonStage) -> None:
    """A free place is offered; one that is gone, and one for which others move, are told without a button."""
    asked, reason_id, slot = fewer(published)

    def hindrance() -> str | None:
        db.session.rollback()
        (way,) = ways_of(read(Reason, reason_id), now=NOW)
        return None if way.hindrance is None else str(way.hindrance)

    assert hindrance() is None
    set_row(Slot, slot, day=date(2027, 3, 6))
    assert hindrance() == "Your school's calendar, or your other answers, stand against it by now."
    set_row(Slot, slot, day=THURSDAY, pupils_taken=20, groups_taken=1)
    assert hindrance() == "This place has gone in the meantime."
    set_row(Slot, slot, day=date(2026, 11, 2))
    assert hindrance() == "This time has passed."
    assert answers_of(asked).pupils == 30
