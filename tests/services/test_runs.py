"""A run is a row: asked for once, claimed once, watched, stopped, and believed only after it was judged again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from outreach.models import Assignment, Proposal, Round, RoundState, RunState, SolveRun, db
from outreach.services.claims import DIED_TWICE, KEPT_POINTS, LEASE
from outreach.services.runs import (
    CannotRun,
    ask_to_stop,
    claim_run,
    finish_run,
    hand_back,
    note_progress,
    start_run,
)
from tests import build
from tests.build import NOW
from tests.services.test_bridge import plan_for

LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
def closed(app, cast):
    """A closed round with one request and one slot that fits it, and Stan."""
    with app.app_context():
        round_ = build.round_(RoundState.CLOSED)
        offer = build.offer(cast.company())
        build.slot(offer)
        build.visit_request(round_, cast.school(), cast.user("tess"), [offer])
        yield round_, cast.user("stan")


def start(round_, by):
    return start_run(round_id=round_.id, seconds=5, workers=1, by=by, now=NOW)


def run_row(number):
    db.session.rollback()
    return db.session.get_one(SolveRun, number)


def test_a_run_goes_from_the_button_to_a_proposal(closed):
    round_, stan = closed
    run = start(round_, stan)
    claimed = claim_run(now=NOW)
    assert (claimed.number, claimed.seconds, claimed.result) == (run.id, 5, "plan.json")
    assert claimed.command == (
        *("match", "problem.json", "--out", "plan.json", "--seconds", "5"),
        *("--workers", "1", "--seed", "0", "--json-lines", "--quiet"),
    )
    point = {"event": "bound", "goal": "groups", "value": 1, "bound": 1, "seconds": 0.1}
    assert note_progress(claimed, events=[point], now=NOW) is False
    proposal = finish_run(
        claimed,
        state=RunState.DONE,
        result=plan_for(claimed.files["problem.json"]),
        fault="",
        now=NOW,
    )
    assert [(goal["name"], goal["value"]) for goal in proposal.objectives][:2] == [
        ("equity", 100),
        ("groups", 1),
    ]
    assert db.session.scalar(select(func.count(Assignment.id))) == 1
    assert (run_row(run.id).state, run_row(run.id).progress) == (RunState.DONE, [point])
    assert db.session.get_one(Round, round_.id).state is RoundState.REVIEW


def test_a_second_press_finds_the_first_run(closed):
    round_, stan = closed
    start(round_, stan)
    with pytest.raises(CannotRun):
        start(round_, stan)
    assert db.session.scalar(select(func.count(SolveRun.id))) == 1


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.COLLECTING, RoundState.PUBLISHED])
def test_only_a_closed_round_is_solved(app, cast, state):
    with app.app_context(), pytest.raises(CannotRun):
        start(build.round_(state), cast.user("stan"))


def test_nothing_asked_or_nothing_given_is_said_before_a_run(app, cast):
    with app.app_context():
        round_ = build.round_(RoundState.CLOSED)
        with pytest.raises(CannotRun, match="request"):
            start(round_, cast.user("stan"))
        build.visit_request(round_, cast.school(), cast.user("tess"), [cast.company()])
        with pytest.raises(CannotRun, match="slot"):
            start(round_, cast.user("stan"))


def test_one_run_is_claimed_once(closed):
    round_, stan = closed
    start(round_, stan)
    assert claim_run(now=NOW) is not None
    assert claim_run(now=NOW) is None


def test_stopping_ends_a_waiting_run_and_is_told_to_a_running_one(closed):
    round_, stan = closed
    waiting = start(round_, stan)
    assert ask_to_stop(run_id=waiting.id, by=stan, now=NOW).state is RunState.STOPPED
    running = start(round_, stan)
    claimed = claim_run(now=NOW)
    assert ask_to_stop(run_id=running.id, by=stan, now=NOW).state is RunState.RUNNING
    assert note_progress(claimed, events=[], now=NOW) is True
    finish_run(claimed, state=RunState.STOPPED, result=None, fault="", now=NOW)
    assert run_row(running.id).state is RunState.STOPPED


def test_a_run_whose_worker_died_gets_one_more_chance(closed):
    round_, stan = closed
    run = start(round_, stan)
    claim_run(now=NOW)
    again = claim_run(now=LATER)
    assert again.number == run.id
    assert claim_run(now=LATER + LEASE + timedelta(seconds=1)) is None
    assert (run_row(run.id).state, run_row(run.id).fault) == (RunState.FAILED, DIED_TWICE)


def test_a_worker_that_wakes_up_late_has_no_say_in_the_second_try(closed):
    round_, stan = closed
    run = start(round_, stan)
    late = claim_run(now=NOW)
    text = plan_for(late.files["problem.json"])
    claim_run(now=LATER)
    assert note_progress(late, events=[{"goal": "groups", "value": 1}], now=LATER) is True
    hand_back(late)
    assert finish_run(late, state=RunState.DONE, result=text, fault="", now=LATER) is None
    assert (run_row(run.id).state, run_row(run.id).progress) == (RunState.RUNNING, [])


def test_a_run_that_is_told_about_keeps_its_lease(closed):
    round_, stan = closed
    run = start(round_, stan)
    note_progress(claim_run(now=NOW), events=[], now=LATER - timedelta(seconds=2))
    assert claim_run(now=LATER) is None
    assert run_row(run.id).state is RunState.RUNNING


@pytest.mark.parametrize("spoil", [lambda text: text.replace('"slot-', '"slot-9'), lambda text: text[:-20]])
def test_a_plan_that_breaks_rules_or_is_no_plan_fails_the_run(closed, spoil):
    round_, stan = closed
    run = start(round_, stan)
    claimed = claim_run(now=NOW)
    spoilt = spoil(plan_for(claimed.files["problem.json"]))
    assert finish_run(claimed, state=RunState.DONE, result=spoilt, fault="", now=NOW) is None
    assert run_row(run.id).state is RunState.FAILED
    assert run_row(run.id).fault != ""
    assert db.session.scalar(select(func.count(Proposal.id))) == 0


def test_ending_without_a_plan_is_a_failure_that_is_said(closed):
    round_, stan = closed
    run = start(round_, stan)
    finish_run(claim_run(now=NOW), state=RunState.DONE, result=None, fault="", now=NOW)
    assert (run_row(run.id).state, run_row(run.id).fault) == (
        RunState.FAILED,
        "The scheduler ended without a plan.",
    )


def test_the_curve_is_thinned_but_its_end_is_exact(closed):
    round_, stan = closed
    run = start(round_, stan)
    claimed = claim_run(now=NOW)
    points = [{"event": "bound", "goal": "groups", "value": i, "seconds": i} for i in range(KEPT_POINTS)]
    note_progress(claimed, events=points, now=NOW)
    note_progress(claimed, events=[{"event": "bound", "goal": "groups", "value": 9999}], now=NOW)
    kept = run_row(run.id).progress
    assert len(kept) < KEPT_POINTS
    assert kept[-1]["value"] == 9999
