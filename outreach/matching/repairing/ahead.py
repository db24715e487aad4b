"""The LP of `most.py` in a process of its own, from the first moment on: for the other policies CP-SAT has to be loaded first.

It begins with the bookings that can stay. Where those alone are no plan, or where it does not come to its end, nothing is heard,
and the LP is solved where it is asked for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pickle import UnpicklingError

import numpy as np

from outreach.matching.plan import Plan
from outreach.matching.problem import Assignment, Problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.applying import apply
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.most import Most
from outreach.matching.repairing.policies import serving_of
from outreach.matching.repairing.scene import Scene
from outreach.matching.repairing.standing import standing
from outreach.matching.solving.engine import MATH_OPT, Clock, Effort, OutOfTime
from outreach.matching.solving.other import Other

# Of the time there is, the rest being for whoever takes over its answer.
SHARE = 0.92


@dataclass(frozen=True, slots=True)
class Early:
    """A plan of the changed problem, and the bound of the weighted sum of `Most`, if there is one. `last`: nothing more comes."""

    plan: tuple[Assignment, ...]
    bound: int | None
    last: bool = False


class Ahead:
    """The other process, which loads what it needs at once; `end` is to be called whatever happens. `found`: what has been heard of
    it last."""

    def __init__(self) -> None:
        self._other = Other(_serve, _load)
        self._open = True
        self.found: Early | None = None

    def begin(self, problem: Problem, plan: Plan, events: Events, clock: Clock, effort: Effort) -> None:
        """Give it the question, once."""
        self._other.give(problem, plan, events, clock.rest(SHARE).deadline, effort)

    def finished(self, patience: float = 0.0) -> bool:
        """Take in what has come, waiting so many seconds for the first of it; whether nothing more will come."""
        # It may have come to its end in the middle of a word.
        with suppress(EOFError, OSError, UnpicklingError):
            while self._open and self._other.connection.poll(patience):
                patience = 0.0
                # Until there is more to be had, the end of it would be an error.
                self._open = False
                self.found = self._other.connection.recv()
                self._open = not (self.found and self.found.last)
        return not self._open

    def end(self) -> None:
        """Stop it, whatever it does."""
        self._other.end()


def started() -> Ahead | None:
    """A second process; None where there is no room for one more, or where no process may have children: then one does it all."""
    with suppress(OSError, AssertionError):
        return Ahead()
    return None


def _load() -> None:
    import_module(MATH_OPT)


def _serve(
    connection: Connection, problem: Problem, plan: Plan, events: Events, deadline: float, effort: Effort
) -> None:
    parent = os.getppid()
    # Whoever started it may have been killed.
    clock = Clock(time.monotonic(), deadline, lambda: os.getppid() != parent)
    # What is wrong with the events is told by the process that was asked.
    with suppress(OutOfTime, ProblemRefused, BrokenPipeError):
        solve_early(problem, plan, events, clock, effort, connection.send)
    connection.close()


def solve_early(
    problem: Problem,
    plan: Plan,
    events: Events,
    clock: Clock,
    effort: Effort,
    send: Callable[[Early], object],
) -> None:
    """The LP around the bookings that can stay; `send` gets what is known as it comes. Raises `OutOfTime` and `ProblemRefused`."""
    changed = apply(problem, plan.assignments, events)
    scene = Scene(changed, clock, effort, plan.duals)
    stay = tuple(standing(changed))
    if not scene.complete or scene.faults(stay):
        return
    positions = scene.options.positions.request
    rows = scene.kept_row[[positions[one.request] for one in stay]]
    most = Most(scene, serving_of(changed.problem), np.sort(rows), clock)
    most.solve(lambda: send(Early(scene.assignments(most.best), most.bound)))
    send(Early(scene.assignments(most.best), most.bound, last=True))
