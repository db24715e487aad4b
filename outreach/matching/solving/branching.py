"""Branch and price: what no plan reaches, where the pattern LP alone would let it.

An LP that takes options in parts may be worth more than every plan. So a request is chosen of which it takes some in part: any plan
has the request there, or it has it not there. Either LP is worth no more, and mostly less; where it is still worth more than the
best plan, it is parted again. An LP without parts is a plan, or it lacks a rule that no pattern knows (Barnhart and others,
"Branch-and-price: column generation for solving huge integer programs", 1998).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.master import Relaxed
from outreach.matching.solving.relaxation import Relaxation, Round

# So much of an option is not there, or there wholly.
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Branch:
    """All plans that have these requests (positions), and none of these options."""

    placed: AbstractSet[int] = frozenset()
    closed: AbstractSet[int] = frozenset()


class Branching:
    """Branches of a relaxation that has been solved, at most so many (`most`).

    `worth` tells what the best plan known is worth, `tried` may make a plan of an LP's solution. Both are about the objective, in
    whole points.
    """

    def __init__(
        self,
        relaxation: Relaxation,
        worth: Callable[[], int],
        tried: Callable[[Relaxed], object],
        most: int,
    ) -> None:
        self.relaxation = relaxation
        self.worth = worth
        self.tried = tried
        self.left = most

    def bound(self, relaxed: Relaxed, bound: int) -> int:
        """What no plan exceeds, given an optimum of the LP and its bound. Raises `OutOfTime`."""
        return self._parted(relaxed, bound, Branch())

    def _parted(self, relaxed: Relaxed, bound: int, branch: Branch) -> int:
        some = self._in_part(relaxed)
        if some is None:
            return bound
        request = self.relaxation.ground.request
        mine = int(request[some[0]])
        others = frozenset(np.flatnonzero(request == mine).tolist()) - frozenset(some)
        there = Branch(branch.placed | {mine}, branch.closed | others)
        elsewhere = Branch(branch.placed, branch.closed | frozenset(some))
        return max(self._within(there, bound), self._within(elsewhere, bound))

    def _within(self, branch: Branch, bound: int) -> int:
        """What no plan of a branch exceeds, given what none of a larger one does."""
        if bound <= self.worth() or not self.left:
            return bound
        self.left -= 1
        least = bound

        def heard(last: Round) -> bool:
            nonlocal least
            least = min(least, last.whole // last.relaxed.prices.unit)
            settled = not last.anchored and not last.cut and least <= math.floor(last.relaxed.value + WHOLE)
            return settled or least <= self.worth()

        closed = sorted(branch.closed)
        try:
            with ExitStack() as stack:
                for request in sorted(branch.placed):
                    stack.enter_context(self.relaxation.master.forced(request, ()))
                stack.enter_context(self.relaxation.master.without(closed))
                last = self.relaxation.converge(0.0, heard, closed, to_the_end=True)
        except Unsolved:
            # No patterns so far have them all: that says nothing of those to come.
            return least
        if least > self.worth():
            self.tried(last.relaxed)
        return self._parted(last.relaxed, least, branch) if least > self.worth() else least

    def _in_part(self, relaxed: Relaxed) -> list[int] | None:
        """Options that a request takes most nearly by half, the first of several: all in one slot or with one team, and where every
        request takes those wholly or not at all, a single one. None where nothing is in parts."""
        ground = self.relaxation.ground
        there = np.flatnonzero(relaxed.use > WHOLE)
        places = ground.request[there].astype(np.int64) * ground.resources + ground.resource[there]
        for kinds in (places, there):
            found, kind = np.unique(kinds, return_inverse=True)
            away = np.abs(np.bincount(kind, weights=relaxed.use[there], minlength=1) - 0.5)
            best = int(np.argmin(away))
            if len(found) and away[best] < 0.5 - WHOLE:
                one = int(there[kind == best][0])
                return self._alike(one) if kinds is places else [one]
        return None

    def _alike(self, option: int) -> list[int]:
        """All options of its request in its slot or with its team."""
        ground = self.relaxation.ground
        alike = (ground.request == ground.request[option]) & (ground.resource == ground.resource[option])
        return list(np.flatnonzero(alike).tolist())
