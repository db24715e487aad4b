"""Rounds move one legal step at a time, never overlap, and of two people who press at once one wins."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from outreach.models import ROUND_MOVES, AuditEntry, Round, RoundState, RunState, SolveRun, db
from outreach.services.rounds import NoSuchMove, RoundRefused, create_round, edit_round, move_round
from outreach.services.transaction import ChangedMeanwhile, Refusal
from tests import build
from tests.build import NOW

FACTS = {
    "name_en": "Spring 2027",
    "name_zh": "2027年春季",
    "closes_on": date(2027, 1, 15),
    "first_day": date(2027, 3, 1),
    "last_day": date(2027, 5, 28),
}


@pytest.fixture
def stan(app, cast):
    """Programme staff, in an application context."""
    with app.app_context():
        yield cast.user("stan")


def test_a_new_round_is_a_draft_with_the_usual_goals(stan):
    round_ = create_round(**FACTS, by=stan, now=NOW)
    assert (round_.state, round_.goals) == (RoundState.DRAFT, ("equity", "groups", "preference", "travel"))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "round.create")).one()
    assert (entry.user_id, entry.thing, entry.thing_id) == (stan.id, "round", round_.id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name_en": "  "}, "name_en"),
        ({"name_zh": ""}, "name_zh"),
        ({"last_day": date(2027, 2, 27)}, "last_day"),
        ({"last_day": date(2028, 6, 1)}, "last_day"),
        ({"closes_on": date(2027, 3, 1)}, "closes_on"),
        ({"goals": ()}, "goals"),
        ({"goals": ("equity", "equity")}, "goals"),
        ({"goals": ("beauty",)}, "goals"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(stan, change, field):
    with pytest.raises(RoundRefused) as refused:
        create_round(**{**FACTS, **change}, by=stan, now=NOW)
    assert refused.value.field == field
    assert db.session.scalar(select(func.count(Round.id))) == 0


def test_a_day_belongs_to_one_round(stan):
    create_round(**FACTS, by=stan, now=NOW)
    with pytest.raises(RoundRefused) as refused:
        create_round(
            **{**FACTS, "first_day": date(2027, 5, 28), "last_day": date(2027, 7, 1)}, by=stan, now=NOW
        )
    assert refused.value.field == "first_day"
    beside = {**FACTS, "first_day": date(2027, 5, 29), "last_day": date(2027, 7, 1)}
    assert create_round(**beside, by=stan, now=NOW).id is not None


def test_a_round_may_be_changed_where_it_stands_but_not_over_a_newer_version(stan):
    round_ = create_round(**FACTS, by=stan, now=NOW)
    facts = {**FACTS, "confirm_days": 5, "goals": ("groups",), "by": stan, "now": NOW}
    changed = edit_round(round_id=round_.id, seen_version=1, **facts)
    assert (changed.confirm_days, changed.goals, changed.version) == (5, ("groups",), 2)
    with pytest.raises(ChangedMeanwhile):
        edit_round(round_id=round_.id, seen_version=1, **facts)


def test_only_the_moves_of_the_law_are_possible(stan):
    for before in RoundState:
        for to in RoundState:
            round_ = build.round_(before)
            lawful = to in ROUND_MOVES[before] and to is not RoundState.PUBLISHED
            try:
                move_round(round_id=round_.id, to=to, seen_version=1, by=stan, now=NOW)
                moved = True
            except NoSuchMove:
                moved = False
            after = to if lawful else before
            assert (moved, db.session.get_one(Round, round_.id).state) == (lawful, after), (before, to)


def test_of_two_people_with_the_same_page_one_moves_the_round(stan):
    round_ = build.round_(RoundState.CLOSED)
    move_round(round_id=round_.id, to=RoundState.COLLECTING, seen_version=1, by=stan, now=NOW)
    move_round(round_id=round_.id, to=RoundState.CLOSED, seen_version=2, by=stan, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        move_round(round_id=round_.id, to=RoundState.COLLECTING, seen_version=1, by=stan, now=NOW)


def test_a_round_is_not_reopened_under_the_scheduler(stan):
    round_ = build.round_(RoundState.CLOSED)
    run = SolveRun(
        round_id=round_.id,
        requested_by_id=stan.id,
        requested_at=NOW,
        seconds_limit=5,
        workers=1,
        state=RunState.QUEUED,
    )
    build.kept(run)
    with pytest.raises(Refusal):
        move_round(round_id=round_.id, to=RoundState.COLLECTING, seen_version=1, by=stan, now=NOW)
