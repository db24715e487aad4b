"""A run from its row to its proposal, with the real solver; and every way in which a child can end."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from outreach.models import Proposal, RoundState, RunState, SolveRun, db
from outreach.services import runs
from outreach.services.claims import DIED_TWICE, Task
from outreach.services.runs import ask_to_stop, start_run
from outreach.services.transaction import one_transaction
from outreach.worker import child as child_room
from outreach.worker.child import Child
from outreach.worker.solving import OVERRAN, solve_next
from tests import build
from tests.build import NOW
from tests.cast import Cast


@pytest.fixture
def run_id(app: Flask, cast: Cast) -> Iterator[int]:
    """A queued run of a round with two requests and two slots."""
    with app.app_context():
        round_ = build.round_(RoundState.CLOSED)
        offer = build.offer(cast.company())
        build.slot(offer)
        build.slot(offer, day=build.FIRST_DAY + timedelta(days=1))
        build.visit_request(round_, cast.school(), cast.user("tess"), [offer])
        build.visit_request(round_, cast.school("secondary"), cast.user("theo"), [offer])
        yield start_run(round_id=round_.id, seconds=20, workers=1, by=cast.user("stan"), now=NOW).id


def row(run_id: int) -> SolveRun:
    db.session.rollback()
    return db.session.get_one(SolveRun, run_id, populate_existing=True)


def never() -> bool:
    return False


def solve(make: Callable[[Task], Child] = Child, ending: Callable[[], bool] = never) -> int | None:
    return solve_next(clock=lambda: NOW, ending=ending, make=make)


def instead(script: str) -> Callable[[Task], Child]:
    """A child that runs this script in place of the solver; `folder` is where its files lie."""

    def make(run: Task) -> Child:
        return Child(run, [sys.executable, "-c", script])

    return make


def test_the_real_solver_makes_a_proposal(run_id: int) -> None:
    assert solve() == run_id
    run = row(run_id)
    assert (run.state, run.fault, run.ended_at, run.lease_until) == (RunState.DONE, "", NOW, None)
    proposal = db.session.query(Proposal).filter_by(solve_run_id=run_id).one()
    assert proposal.status == "optimal"
    groups = {goal["name"]: goal for goal in proposal.objectives}["groups"]
    assert (groups["value"], groups["bound"], groups["proven"]) == (2, 2, True)
    assert run.round_.state is RoundState.REVIEW
    assert run.progress[-1]["event"] == "end"
    assert {event["event"] for event in run.progress} >= {"phase", "plan", "end"}
    assert solve() is None


def test_a_stop_on_the_page_ends_a_stubborn_child_within_five_seconds(
    app: Flask, cast: Cast, run_id: int
) -> None:
    moments: list[float] = []

    class Stubborn(Child):
        def wait(self, seconds: float) -> bool:
            ended = super().wait(seconds)
            if ended:
                moments.append(time.monotonic())
            return ended

    def stop_later() -> None:
        time.sleep(1.5)
        with app.app_context():
            ask_to_stop(run_id=run_id, by=cast.user("stan"), now=NOW)
        moments.append(time.monotonic())

    presser = threading.Thread(target=stop_later)
    presser.start()
    script = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    assert solve(lambda run: Stubborn(run, [sys.executable, "-c", script])) == run_id
    presser.join()
    pressed, ended = moments
    assert ended - pressed < 5
    assert row(run_id).state is RunState.STOPPED


def test_a_child_that_overruns_is_killed_and_told(run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_room, "OVERRUN_SECONDS", 0.2)
    with one_transaction():
        db.session.get_one(SolveRun, run_id).seconds_limit = 1
    assert solve(instead("import time; time.sleep(60)")) == run_id
    assert (row(run_id).state, row(run_id).fault) == (RunState.FAILED, OVERRAN)


@pytest.mark.parametrize(
    ("script", "state", "fault"),
    [
        ("import sys; sys.exit('no memory is left')", RunState.FAILED, "no memory is left"),
        ("import os; os.kill(os.getpid(), 9)", RunState.FAILED, "The scheduler ended with code -9."),
        ("import sys; sys.stderr.write('pins clash'); sys.exit(3)", RunState.CONTRADICTORY, "pins clash"),
        ("pass", RunState.FAILED, "The scheduler ended without a plan."),
    ],
)
def test_a_child_without_a_plan(run_id: int, script: str, state: RunState, fault: str) -> None:
    assert solve(instead(script)) == run_id
    run = row(run_id)
    assert (run.state, run.fault) == (state, fault)
    assert db.session.query(Proposal).count() == 0


def test_a_plan_that_is_none_is_not_kept(run_id: int) -> None:
    class Liar(Child):
        def result(self) -> str:
            return '{"format": "outreach-plan/1"}'

    assert solve(lambda run: Liar(run, [sys.executable, "-c", "pass"])) == run_id
    assert row(run_id).state is RunState.FAILED
    assert row(run_id).fault != ""
    assert db.session.query(Proposal).count() == 0


def test_a_worker_that_must_end_hands_its_run_to_the_next_one(run_id: int) -> None:
    for _ in range(3):
        ending = threading.Event()
        threading.Timer(0.5, ending.set).start()
        began = time.monotonic()
        assert solve(instead("import time; time.sleep(60)"), ending.is_set) == run_id
        assert time.monotonic() - began < 10
        assert (row(run_id).state, row(run_id).lease_until) == (RunState.QUEUED, None)
    assert solve() == run_id
    assert row(run_id).state is RunState.DONE


def test_a_run_whose_worker_died_is_begun_anew_once(run_id: int) -> None:
    def claimed(minutes: int) -> Task | None:
        return runs.claim_run(now=NOW + timedelta(minutes=minutes))

    assert claimed(0) is not None
    assert claimed(0) is None
    assert claimed(1) is not None
    assert claimed(2) is None
    assert (row(run_id).state, row(run_id).fault) == (RunState.FAILED, DIED_TWICE)


def test_progress_is_noted_while_the_child_works(run_id: int) -> None:
    script = (
        "import json, time\n"
        "print(json.dumps({'event': 'bound', 'goal': 'groups', 'value': 1, 'bound': 2, 'seconds': 0.1}), flush=True)\n"
        "time.sleep(2.5)"
    )
    seen: list[int] = []

    def watch() -> bool:
        seen.append(len(row(run_id).progress))
        return False

    solve(instead(script), watch)
    assert 1 in seen[:-3]
    assert row(run_id).progress[0]["bound"] == 2
