"""A plan out of a solution of the forced LP that takes patterns in parts: an integer program chooses among the patterns near it.

It finds plans and proves nothing. HiGHS is given so many nodes, not so much time, so that a run ends the same on any machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from outreach.matching.solving.background import Task
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.integer import Integer
from outreach.matching.solving.master import Members, Relaxed
from outreach.matching.solving.relaxation import Relaxation

# Patterns that are looked at beside those the LP takes wholly, and in place of them.
SOME = 3_000
NODES = 50

Patterns = list[tuple[int, Members]]


def mended(
    relaxation: Relaxation, relaxed: Relaxed, request: int, weights: Mapping[str, int], clock: Clock
) -> Iterator[set[int]]:
    """Options of plans that have the request at this position, found more and more laboriously. Raises `OutOfTime`."""
    for kept, pool in _programs(relaxation, relaxed):
        program = Integer(
            relaxation.ground, relaxation.links, [*kept, *pool], weights, {}, kept, clock, placed=(request,)
        )
        found = Task(partial(program.solve, clock.left(), 0, (), NODES)).wait(clock)
        clock.check()
        if found is not None:
            yield set(found)


def _programs(relaxation: Relaxation, relaxed: Relaxed) -> Iterator[tuple[Patterns, Patterns]]:
    """What is kept, and what is chosen among: what the LP decided stays; or the patterns that lose least by its prices."""
    kept = relaxation.decided(relaxed)
    yield kept, relaxation.beside(kept, relaxation.master.columns)
    taken = [relaxation.master.columns[at] for at in np.flatnonzero(relaxed.share > 0).tolist()]
    yield [], list(dict.fromkeys([*taken, *relaxation.promising(relaxed, SOME, None)]))
