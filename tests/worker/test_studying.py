"""Studies of a plan: why requests have no place, asked with the proposal and answered by the real core."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from outreach.models import Proposal, Reason, RoundState, RunState, Study, StudyKind, db
from outreach.queries.reasons import left_out_by
from outreach.services.answers import NO_ANSWER
from outreach.services.claims import Task
from outreach.services.explaining import ask_why
from outreach.services.runs import start_run
from outreach.services.studies import ask_study_to_stop
from outreach.services.transaction import one_transaction
from outreach.worker.child import Child
from outreach.worker.solving import solve_next, study_next
from tests import build
from tests.build import NOW
from tests.cast import Cast


@pytest.fixture
def left_out(app: Flask, cast: Cast) -> Iterator[int]:
    """The number of the request that a solved round has left out."""
    with app.app_context():
        a_solved_round(cast)
        (without,) = left_out_by(proposal())
        yield without


def a_solved_round(cast: Cast) -> None:
    """A round whose one slot takes one of two groups, solved by the real core."""
    round_ = build.round_(RoundState.CLOSED)
    offer = build.offer(cast.company(), max_groups=1)
    build.slot(offer, max_groups=1)
    build.visit_request(round_, cast.school(), cast.user("tess"), [offer])
    build.visit_request(round_, cast.school("secondary"), cast.user("theo"), [offer])
    start_run(round_id=round_.id, seconds=20, workers=1, by=cast.user("stan"), now=NOW)
    solve_next(clock=lambda: NOW, ending=lambda: False)


def proposal() -> Proposal:
    return db.session.query(Proposal).one()


def study(make: Callable[[Task], Child] = Child) -> Study | None:
    """Carry the waiting study out and read it again."""
    number = study_next(clock=lambda: NOW, ending=lambda: False, make=make)
    db.session.rollback()
    return None if number is None else db.session.get_one(Study, number, populate_existing=True)


def instead(script: str) -> Callable[[Task], Child]:
    return lambda task: Child(task, [sys.executable, "-c", script])


def test_every_proposal_is_asked_why_and_the_core_answers(left_out: int) -> None:
    waiting = db.session.query(Study).one()
    assert (waiting.state, waiting.kind, waiting.proposal_id) == (
        RunState.QUEUED,
        StudyKind.EXPLAIN,
        proposal().id,
    )
    done = study()
    assert done is not None
    assert (done.state, done.fault) == (RunState.DONE, "")
    (reason,) = db.session.query(Reason).all()
    assert (reason.study_id, reason.visit_request_id, reason.reason) == (done.id, left_out, "not-worth-it")
    assert reason.because is not None
    assert (reason.because["goal"], reason.because["proven"]) == ("travel", True)
    assert len(reason.holders) == 1
    assert study() is None


def test_the_same_question_at_work_is_not_asked_twice(left_out: int, cast: Cast) -> None:
    first = db.session.query(Study).one()
    with one_transaction():
        assert ask_why(proposal(), by=cast.user("stan"), now=NOW).id == first.id
    study()
    with one_transaction():
        assert ask_why(proposal(), by=cast.user("stan"), now=NOW).id != first.id


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("pass", NO_ANSWER),
        ("import sys; sys.exit('no memory is left')", "no memory is left"),
        ("open('why.json', 'w').write('{')", "The answer cannot be read"),
        ("open('why.json', 'w').write('{\"format\": \"other/1\"}')", "format: 'other/1' is not"),
        ("open('why.json', 'w').write('{\"format\": \"outreach-why/1\"}')", "explanations"),
    ],
)
def test_an_answer_that_is_none_fails_the_study_and_keeps_nothing(
    left_out: int, script: str, fault: str
) -> None:
    failed = study(instead(script))
    assert failed is not None
    assert failed.state is RunState.FAILED
    assert fault in failed.fault
    assert (failed.answer, db.session.query(Reason).count()) == (None, 0)


def test_what_waits_is_stopped_at_once(left_out: int, cast: Cast) -> None:
    waiting = db.session.query(Study).one()
    stopped = ask_study_to_stop(study_id=waiting.id, by=cast.user("stan"), now=NOW)
    assert stopped.state is RunState.STOPPED
    assert study() is None


def test_a_proposal_without_its_problem_cannot_be_explained(left_out: int) -> None:
    with one_transaction():
        proposal().solve_run.problem = None
    assert study() is None
    failed = db.session.query(Study).one()
    assert (failed.state, failed.fault) == (RunState.FAILED, "The proposal's problem was not kept.")
