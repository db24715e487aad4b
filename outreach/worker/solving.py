"""One run of the scheduler, from its row to its proposal: the child solves, this file listens and keeps the row alive."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from outreach.models import RunState
from outreach.services.runs import ClaimedRun, claim_run, finish_run, hand_back, note_progress
from outreach.worker.child import Child

log = structlog.get_logger()

POLL_SECONDS = 0.25
# Often enough that a stop is honoured in five seconds and the page's curve moves; not so often that it costs anything.
NOTE_SECONDS = 1.0
OVERRAN = "The scheduler ran past its limit and was ended."
# What the command line answers when pins contradict each other.
CONTRADICTORY = 3

Make = Callable[[ClaimedRun], Child]
Clock = Callable[[], datetime]


def solve_next(*, clock: Clock, ending: Callable[[], bool], make: Make = Child) -> int | None:
    """Carry out the oldest waiting run, if there is one; its number. Needs an app context.

    When the worker itself must end, the child is killed and the run handed back: the next worker begins it anew."""
    run = claim_run(now=clock())
    if run is None:
        return None
    log.info("run begins", run=run.run_id, seconds=run.seconds)
    with make(run) as child:
        stop_asked = _follow(run, child, clock=clock, ending=ending)
        if child.process.returncode is not None:
            _finish(run, child, stop_asked=stop_asked, clock=clock)
            return run.run_id
    hand_back(run_id=run.run_id, claimed_at=run.claimed_at)
    return run.run_id


def _finish(run: ClaimedRun, child: Child, *, stop_asked: bool, clock: Clock) -> None:
    state, fault = outcome(child, stop_asked=stop_asked)
    finish_run(
        run_id=run.run_id,
        claimed_at=run.claimed_at,
        state=state,
        plan_text=child.plan(),
        fault=fault,
        now=clock(),
    )
    log.info("run ends", run=run.run_id, state=state.value, fault=fault)


def _follow(run: ClaimedRun, child: Child, *, clock: Clock, ending: Callable[[], bool]) -> bool:
    """Until the child has ended: pass on what it tells, pass on a stop. True when a stop was asked for."""
    stop_asked, noted = False, 0.0
    while not ending():
        ended = child.wait(POLL_SECONDS)
        if ended or time.monotonic() - noted >= NOTE_SECONDS:
            noted = time.monotonic()
            stop_asked = note_progress(
                run_id=run.run_id, claimed_at=run.claimed_at, events=child.events(), now=clock()
            )
        if ended:
            return stop_asked
        if stop_asked:
            child.stop()
    return stop_asked


def outcome(child: Child, *, stop_asked: bool) -> tuple[RunState, str]:
    """What a child that has ended means for its run; whether there is a plan is judged later."""
    code = child.process.returncode
    if stop_asked:
        return RunState.STOPPED, ""
    if code == 0:
        return RunState.DONE, ""
    if code == CONTRADICTORY:
        return RunState.CONTRADICTORY, child.complaint()
    complaint = OVERRAN if child.killed else child.complaint() or f"The scheduler ended with code {code}."
    return (RunState.STOPPED if child.plan() is not None else RunState.FAILED), complaint
