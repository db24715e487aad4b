"""A plan out of a solution of the LP that takes patterns in parts: an integer program chooses among the patterns near it.

It finds plans and proves nothing. HiGHS is given so many nodes, not so much time, so that a run ends the same on any machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from outreach.matching.solving.background import Task
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.integer import Integer
from outreach.matching.solving.master import Relaxed
from outreach.matching.solving.relaxation import Relaxation

NODES = 50


def mended(
    relaxation: Relaxation,
    relaxed: Relaxed,
    weights: Mapping[str, int],
    clock: Clock,
    placed: Collection[int] = (),
) -> set[int] | None:
    """Options of a plan that has the requests at these positions: what the LP takes wholly stays, the rest is chosen anew.

    None where there is no such plan. Raises `OutOfTime`.
    """
    kept = relaxation.decided(relaxed)
    pool = relaxation.beside(kept, relaxation.master.columns)
    program = Integer(relaxation.ground, relaxation.links, [*kept, *pool], weights, {}, kept, clock, placed)
    found = Task(partial(program.solve, clock.left(), 0, (), NODES)).wait(clock)
    clock.check()
    return None if found is None else set(found)
