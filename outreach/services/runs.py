"""Runs of the scheduler: asked for and stopped on a page, claimed and finished by the worker.

The way of a run: `start_run` writes a row -> the worker's tick calls `claim_run`, which takes it and writes the problem down ->
the child solves a file, the worker calls `note_progress` with its events -> `finish_run` judges the plan once more, stores the
proposal, and asks why it leaves out whom it leaves out. How a row is claimed and held is in `claims.py`.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from outreach.models import Proposal, Round, RoundState, RunState, SolveRun, User, db
from outreach.queries.matching import matching_rows
from outreach.services.bridge import ReadPlan, Unreadable, problem_text, read_plan_of
from outreach.services.claims import Task, end, note, put_back, stop, take, write_down
from outreach.services.explaining import ask_why
from outreach.services.transaction import Refusal, audit, broken_rule, changed_rows, deed

note_progress = partial(note, SolveRun)
hand_back = partial(put_back, SolveRun)


class CannotRun(Refusal):
    """The round is not in a state, or has nothing, to schedule."""


@deed
def start_run(*, round_id: int, seconds: int, workers: int, by: User, now: datetime) -> SolveRun:
    """Queue a run for a closed round. A second press while one is alive is refused by the UNIQUE index."""
    round_ = db.session.get_one(Round, round_id)
    if round_.state not in (RoundState.CLOSED, RoundState.REVIEW):
        raise CannotRun(_l("Close the round for requests first, then run the scheduler."))
    rows = matching_rows(round_, now=now)
    if not rows.visit_requests:
        raise CannotRun(_l("Nobody has handed in a request: there is nothing to schedule."))
    if not rows.slots and not rows.teams:
        raise CannotRun(
            _l("No company has a slot or a team in the days of this round: there is nothing to give.")
        )
    run = SolveRun(
        round_id=round_id,
        requested_by_id=by.id,
        requested_at=now,
        seconds_limit=seconds,
        workers=workers,
        progress=[],
    )
    db.session.add(run)
    try:
        db.session.flush()
    except IntegrityError as fault:
        if "solve_run" not in broken_rule(fault):
            raise
        raise CannotRun(_l("The scheduler is at work on this round already.")) from fault
    audit("run.start", run, by=by, now=now, seconds=seconds)
    return run


@deed
def ask_to_stop(*, run_id: int, by: User, now: datetime) -> SolveRun:
    """Ask a run to end with the best plan it has; one that has not begun ends at once."""
    run = db.session.get_one(SolveRun, run_id)
    stop(SolveRun, run_id, now=now)
    db.session.refresh(run)
    audit("run.stop", run, by=by, now=now)
    return run


def claim_run(*, now: datetime) -> Task | None:
    """Take the oldest waiting run and write its problem down; None when nothing waits. Called by the worker only."""
    run_id = take(SolveRun, now=now)
    if run_id is None:
        return None
    run = db.session.get_one(SolveRun, run_id)
    try:
        problem, digest = problem_text(run.round_, now=now)
    except Unreadable as refused:
        _end(run_id=run_id, claimed_at=now, state=RunState.FAILED, read=None, fault=str(refused), now=now)
        return None
    write_down(SolveRun, run_id, problem=problem, problem_sha256=digest)
    command = (
        *("match", "problem.json", "--out", "plan.json", "--seconds", str(run.seconds_limit)),
        *("--workers", str(run.workers), "--seed", str(run.seed), "--json-lines", "--quiet"),
    )
    return Task(run_id, {"problem.json": problem}, command, "plan.json", run.seconds_limit, now)


def finish_run(
    task: Task, *, state: RunState, result: str | None, fault: str, now: datetime
) -> Proposal | None:
    """End a run. A plan is judged once more, outside any transaction, before it becomes a proposal."""
    run = db.session.get_one(SolveRun, task.number)
    state, fault, read = _judged(run, state, result, fault)
    return _end(run_id=run.id, claimed_at=task.claimed_at, state=state, read=read, fault=fault, now=now)


def _judged(
    run: SolveRun, state: RunState, plan_text: str | None, fault: str
) -> tuple[RunState, str, ReadPlan | None]:
    """What a run has come to, with the plan that may be believed."""
    if plan_text is None or run.problem is None:
        if state is RunState.DONE:
            return RunState.FAILED, fault or "The scheduler ended without a plan.", None
        return state, fault, None
    try:
        read = read_plan_of(run.problem, plan_text)
    except Unreadable as refused:
        return RunState.FAILED, str(refused), None
    if read.faults:
        return RunState.FAILED, "\n".join(read.faults[:20]), None
    if read.plan.status == "contradictory":
        return RunState.CONTRADICTORY, fault, None
    return state, fault, read


@deed
def _end(
    *,
    run_id: int,
    claimed_at: datetime,
    state: RunState,
    read: ReadPlan | None,
    fault: str,
    now: datetime,
) -> Proposal | None:
    if not end(SolveRun, run_id, claimed_at=claimed_at, state=state, fault=fault, now=now):
        return None
    run = db.session.get_one(SolveRun, run_id, populate_existing=True)
    audit(f"run.{state}", run, by=None, now=now)
    if read is None:
        return None
    return _store_proposal(run, read, now=now)


def _store_proposal(run: SolveRun, read: ReadPlan, *, now: datetime) -> Proposal:
    proposal = Proposal(
        solve_run_id=run.id,
        round_id=run.round_id,
        status=read.plan.status,
        objectives=[
            {
                "name": goal.name,
                "value": float(goal.value) if goal.name == "cost" else int(goal.value),
                "bound": float(goal.bound) if goal.name == "cost" else int(goal.bound),
                "proven": goal.proven,
            }
            for goal in read.plan.objectives
        ],
        plan=read.text,
        created_at=now,
    )
    db.session.add(proposal)
    db.session.flush()
    for assignment in read.assignments:
        assignment.proposal_id = proposal.id
    db.session.add_all(read.assignments)
    if read.plan.unplaced:
        ask_why(proposal, by=None, now=now)
    # The first proposal brings the round into review; a reopened round stays where it is.
    changed_rows(
        update(Round)
        .where(Round.id == run.round_id, Round.state == RoundState.CLOSED)
        .values(state=RoundState.REVIEW, version=Round.version + 1)
    )
    return proposal
