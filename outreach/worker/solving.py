"""One piece of background work, from its row to its end: the child works, this file listens and keeps the row alive."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from outreach.models import RunState
from outreach.services.answers import claim_study, finish_study, hand_back_study, note_study
from outreach.services.claims import Task
from outreach.services.runs import claim_run, finish_run, hand_back, note_progress
from outreach.worker.child import Child

log = structlog.get_logger()

POLL_SECONDS = 0.25
# Often enough that a stop is honoured in five seconds and the page's curve moves; not so often that it costs anything.
NOTE_SECONDS = 1.0
OVERRAN = "The scheduler ran past its limit and was ended."
# What the command line answers when pins contradict each other.
CONTRADICTORY = 3

Make = Callable[[Task], Child]
Clock = Callable[[], datetime]


class Finish(Protocol):
    """Ends a row with what its child has come to."""

    def __call__(
        self, task: Task, *, state: RunState, result: str | None, fault: str, now: datetime
    ) -> object: ...


@dataclass(frozen=True)
class Line:
    """A kind of row that waits in line for the worker, and the deeds that move it on."""

    noun: str
    claim: Callable[..., Task | None]
    note: Callable[..., bool]
    hand_back: Callable[[Task], Any]
    finish: Finish


RUNS = Line("run", claim_run, note_progress, hand_back, finish_run)
STUDIES = Line("study", claim_study, note_study, hand_back_study, finish_study)


def solve_next(*, clock: Clock, ending: Callable[[], bool], make: Make = Child) -> int | None:
    """Carry out the oldest waiting run of the scheduler, if there is one; its number. Needs an app context."""
    return carry_out_next(RUNS, clock=clock, ending=ending, make=make)


def study_next(*, clock: Clock, ending: Callable[[], bool], make: Make = Child) -> int | None:
    """The same for the oldest waiting study."""
    return carry_out_next(STUDIES, clock=clock, ending=ending, make=make)


def carry_out_next(line: Line, *, clock: Clock, ending: Callable[[], bool], make: Make) -> int | None:
    """Carry out the oldest waiting row of a line. Needs an app context.

    When the worker itself must end, the child is killed and the row handed back: the next worker begins it anew."""
    task = line.claim(now=clock())
    if task is None:
        return None
    log.info(f"{line.noun} begins", number=task.number, seconds=task.seconds)
    with make(task) as child:
        stop_asked = _follow(line, task, child, clock=clock, ending=ending)
        if child.process.returncode is not None:
            _finish(line, task, child, stop_asked=stop_asked, clock=clock)
            return task.number
    line.hand_back(task)
    return task.number


def _finish(line: Line, task: Task, child: Child, *, stop_asked: bool, clock: Clock) -> None:
    state, fault = outcome(child, stop_asked=stop_asked)
    line.finish(task, state=state, result=child.result(), fault=fault, now=clock())
    log.info(f"{line.noun} ends", number=task.number, state=state.value, fault=fault)


def _follow(line: Line, task: Task, child: Child, *, clock: Clock, ending: Callable[[], bool]) -> bool:
    """Until the child has ended: pass on what it tells, pass on a stop. True when a stop was asked for."""
    stop_asked, noted = False, 0.0
    while not ending():
        ended = child.wait(POLL_SECONDS)
        if ended or time.monotonic() - noted >= NOTE_SECONDS:
            noted = time.monotonic()
            stop_asked = line.note(task, events=child.events(), now=clock())
        if ended:
            return stop_asked
        if stop_asked:
            child.stop()
    return stop_asked


def outcome(child: Child, *, stop_asked: bool) -> tuple[RunState, str]:
    """What a child that has ended means for its row; whether there is a result is judged later."""
    code = child.process.returncode
    if stop_asked:
        return RunState.STOPPED, ""
    if code == 0:
        return RunState.DONE, ""
    if code == CONTRADICTORY:
        return RunState.CONTRADICTORY, child.complaint()
    complaint = OVERRAN if child.killed else child.complaint() or f"The scheduler ended with code {code}."
    return (RunState.STOPPED if child.result() is not None else RunState.FAILED), complaint
