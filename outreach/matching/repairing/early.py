"""What the process of `ahead.py` does: the LP of `most.py` around the bookings that can stay.

Where those alone are no plan, nothing is heard, and the LP is solved where it is asked for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

import numpy as np

from outreach.matching.plan import Plan
from outreach.matching.problem import Problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.ahead import Early
from outreach.matching.repairing.applying import apply
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.most import Most
from outreach.matching.repairing.policies import serving_of
from outreach.matching.repairing.scene import Scene
from outreach.matching.repairing.standing import standing
from outreach.matching.solving.engine import Clock, Effort, OutOfTime


def serve(
    connection: Connection, problem: Problem, plan: Plan, events: Events, deadline: float, effort: Effort
) -> None:
    """What the other process does: tell `Early`s, the last of them marked."""
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
    """The LP around the bookings that can stay; `send` gets what is known as it comes. Raises `OutOfTime` and `ProblemRefused`.

    Where those alone are no plan (a pin is missed, or a team needs one session to reach another) nothing is sent.
    """
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
