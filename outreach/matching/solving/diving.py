"""A whole plan out of the pattern LP: take what it takes almost wholly, solve again, until nothing is in parts.

Sadykov and others, "Primal heuristics for branch and price: the assets of diving methods", 2019. Each solve begins from the last
basis, so a dive costs little more than a round of the LP, where an integer program over the same patterns may find nothing in time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.background import Task
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.glop import Solution
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.master import Master

# Shares below and above this count as none and all.
NOTHING = 1e-6
# What the LP takes to this share is taken together; where there is nothing like that, a part of what is open, the largest first.
SURE = 0.75


def dive(
    ground: Ground,
    master: Master,
    part: float,
    until: Clock,
    clock: Clock,
    heard: Callable[[], object],
) -> NDArray[np.float64]:
    """How much of each option the LP of the last dive uses (0 to 1 by option): whole numbers unless it came to a dead end.

    `part`: of the columns in parts so much is taken at a time. Which is best nobody knows beforehand; a small one takes longer.
    The master's limits and basis are as before afterwards. `heard` is called while an LP is solved. When `until` ends, the last
    solution counts. Raises `OutOfTime` at the end of `clock`.
    """
    basis = master.basis
    taken: list[int] = []
    share = np.zeros(len(master.columns))
    batch: list[int] = []
    try:
        while until.left() > 0:
            found = _solved(master, until, clock, heard)
            if found is None:
                # A dead end: of the last few only the first, and if it was the only one, no further.
                master.free(batch)
                if len(batch) <= 1:
                    break
                taken = taken[: len(taken) - len(batch)]
                batch = batch[:1]
            else:
                share = found.values[-len(share) :] if len(share) else share
                open_ = np.flatnonzero((share > NOTHING) & (share < 1 - NOTHING))
                if not len(open_):
                    break
                batch = _next(ground, master, share, open_, part)
            taken += batch
            master.take(batch)
    finally:
        master.free(taken)
        master.basis = basis
    return master.use(share)


def _solved(master: Master, until: Clock, clock: Clock, heard: Callable[[], object]) -> Solution | None:
    solve = partial(master.glop.solve, max(0.0, until.left()), master.basis, dual=True)
    found = Task(solve).wait(clock, heard)
    # The solver itself minds `until`; whoever left it behind at work could not use it again.
    clock.check()
    if found is not None:
        master.basis = found.basis
    return found


def _next(
    ground: Ground, master: Master, share: NDArray[np.float64], open_: NDArray[np.int64], part: float
) -> list[int]:
    """The columns to take next: none shares its site or a request with another."""
    order = open_[np.lexsort((open_, -share[open_]))].tolist()
    wanted = [at for at in order if share[at] >= SURE]
    if not wanted:
        wanted = order[: max(1, int(part * len(order)))]
    return list(_apart(ground, master.columns, wanted))


def _apart(
    ground: Ground, columns: Sequence[tuple[int, tuple[int, ...]]], wanted: Iterable[int]
) -> Iterable[int]:
    sites: set[int] = set()
    asking: set[int] = set()
    for at in wanted:
        site, members = columns[at]
        mine = ground.request[list(members)].tolist()
        if site not in sites and asking.isdisjoint(mine):
            sites.add(site)
            asking.update(mine)
            yield at
