"""Runs of the scheduler: asked for and stopped on a page, claimed and finished by the worker.

The way of a run: `start_run` writes a row -> the worker's tick calls `claim_run`, which takes it and writes the problem down ->
the child solves a file, the worker calls `note_progress` with its events -> `finish_run` judges the plan once more and
stores the proposal. A worker that died leaves a lease that ends: the next claim queues its run again, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from outreach.models import ALIVE, Proposal, Round, RoundState, RunState, SolveRun, User, db
from outreach.queries.matching import matching_rows
from outreach.services.bridge import ReadPlan, Unreadable, problem_text, read_plan_of
from outreach.services.transaction import Refusal, audit, broken_rule, changed_rows, deed

LEASE = timedelta(seconds=30)
# The page draws a curve: more points than this tell nobody more.
KEPT_POINTS = 600
DIED_TWICE = "The worker stopped twice during this run."


class CannotRun(Refusal):
    """The round is not in a state, or has nothing, to schedule."""


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """What the worker's child needs, and nothing else."""

    run_id: int
    problem: str
    seconds: int
    workers: int
    seed: int
    claimed_at: datetime
    """The fence: what is said of a run counts only from the claim that holds it now."""


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
    queued = update(SolveRun).where(SolveRun.id == run_id, SolveRun.state == RunState.QUEUED)
    ended = changed_rows(queued.values(state=RunState.STOPPED, ended_at=now, stop_asked_at=now))
    if not ended:
        running = update(SolveRun).where(SolveRun.id == run_id, SolveRun.state == RunState.RUNNING)
        changed_rows(running.values(stop_asked_at=now))
    db.session.refresh(run)
    audit("run.stop", run, by=by, now=now)
    return run


def claim_run(*, now: datetime) -> ClaimedRun | None:
    """Take the oldest waiting run and write its problem down; None when nothing waits. Called by the worker only."""
    run_id = _take(now=now)
    if run_id is None:
        return None
    run = db.session.get_one(SolveRun, run_id)
    try:
        problem, digest = problem_text(run.round_, now=now)
    except Unreadable as refused:
        _end(run_id=run_id, claimed_at=now, state=RunState.FAILED, read=None, fault=str(refused), now=now)
        return None
    _write_problem(run_id=run_id, problem=problem, digest=digest)
    return ClaimedRun(run_id, problem, run.seconds_limit, run.workers, run.seed, now)


@deed
def _take(*, now: datetime) -> int | None:
    _put_back_orphans(now=now)
    waiting = select(SolveRun.id).where(SolveRun.state == RunState.QUEUED).order_by(SolveRun.id).limit(1)
    run_id = db.session.scalar(waiting)
    if run_id is None:
        return None
    taken = changed_rows(
        update(SolveRun)
        .where(SolveRun.id == run_id, SolveRun.state == RunState.QUEUED)
        .values(state=RunState.RUNNING, started_at=now, lease_until=now + LEASE, version=SolveRun.version + 1)
    )
    return run_id if taken else None


def _put_back_orphans(*, now: datetime) -> None:
    # Orphaned once, a run gets a second chance; twice means that the run itself kills workers.
    orphaned = (SolveRun.state == RunState.RUNNING, SolveRun.lease_until < now)
    changed_rows(
        update(SolveRun)
        .where(*orphaned, SolveRun.fault == "")
        .values(state=RunState.QUEUED, lease_until=None, fault="orphaned")
    )
    changed_rows(
        update(SolveRun)
        .where(*orphaned, SolveRun.fault == "orphaned")
        .values(state=RunState.FAILED, lease_until=None, ended_at=now, fault=DIED_TWICE)
    )


@deed
def _write_problem(*, run_id: int, problem: str, digest: str) -> None:
    values = {"problem": problem, "problem_sha256": digest, "progress": []}
    changed_rows(
        update(SolveRun).where(SolveRun.id == run_id, SolveRun.state == RunState.RUNNING).values(**values)
    )


@deed
def note_progress(*, run_id: int, claimed_at: datetime, events: list[dict[str, Any]], now: datetime) -> bool:
    """Keep what the child told, hold the run for another while; True when it should stop (or is no longer ours)."""
    run = db.session.get_one(SolveRun, run_id)
    if run.state is not RunState.RUNNING or run.started_at != claimed_at:
        return True
    points = [*run.progress, *events]
    if len(points) > KEPT_POINTS:
        # Every other point of the older half: the curve keeps its shape, the end stays exact.
        half = len(points) // 2
        points = points[:half:2] + points[half:]
    run.progress = points
    run.lease_until = now + LEASE
    return run.stop_asked_at is not None


@deed
def hand_back(*, run_id: int, claimed_at: datetime) -> None:
    """A worker that is told to end gives its run back: the next one begins it anew, and nobody counts it as a death."""
    ours = update(SolveRun).where(
        SolveRun.id == run_id, SolveRun.state == RunState.RUNNING, SolveRun.started_at == claimed_at
    )
    changed_rows(ours.values(state=RunState.QUEUED, lease_until=None, version=SolveRun.version + 1))


def finish_run(
    *,
    run_id: int,
    claimed_at: datetime,
    state: RunState,
    plan_text: str | None,
    fault: str,
    now: datetime,
) -> Proposal | None:
    """End a run. A plan is judged once more, outside any transaction, before it becomes a proposal."""
    run = db.session.get_one(SolveRun, run_id)
    state, fault, read = _judged(run, state, plan_text, fault)
    return _end(run_id=run_id, claimed_at=claimed_at, state=state, read=read, fault=fault, now=now)


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
    ended = changed_rows(
        update(SolveRun)
        .where(SolveRun.id == run_id, SolveRun.state.in_(ALIVE), SolveRun.started_at == claimed_at)
        .values(state=state, ended_at=now, lease_until=None, fault=fault, version=SolveRun.version + 1)
    )
    if not ended:
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
    # The first proposal brings the round into review; a reopened round stays where it is.
    changed_rows(
        update(Round)
        .where(Round.id == run.round_id, Round.state == RoundState.CLOSED)
        .values(state=RoundState.REVIEW, version=Round.version + 1)
    )
    return proposal
