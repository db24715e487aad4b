"""How many can be served after the events at all, and by how few changes: the pattern LP of the whole changed problem.

Its objective is the policy's own order up to the changes, as one exact sum (`in_order`). So its optimum is near the plan so far,
its solution is nearly whole, and its prices bound every plan of the changed problem: those that serve most, and among them those
that change least. With the duals that came with the plan so far only what has changed is worked out (`anchors.py`); without any
the LP begins with the plan and each request's best options. Where it still hopes for more than any plan has, it is parted
(`branching.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from outreach.matching.plan import Value
from outreach.matching.problem import Assignment
from outreach.matching.repairing.found import PATTERNS, Proof, proof
from outreach.matching.repairing.policies import CHANGES
from outreach.matching.repairing.scene import Scene
from outreach.matching.repairing.shares import ROUNDS
from outreach.matching.solving.blend import in_order
from outreach.matching.solving.branching import Branching
from outreach.matching.solving.columns import Long
from outreach.matching.solving.diving import dive
from outreach.matching.solving.engine import GLOP, Clock, Loading, OutOfTime
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.known_duals import blended
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.master import Relaxed
from outreach.matching.solving.mending import mended
from outreach.matching.solving.options import Options
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.rounding import rounded

WHOLE = 1e-6
# So many branches at most: at first, because other ways to a plan may be quicker after many changes, and in the end.
FEW, MANY = 6, 300
# Of a solution in parts so much is taken at a time, in this share of the time that is left.
PART = 0.15
HALF = 0.5


def _nobody() -> None:
    return None


class Most:
    """The LP around one plan of the changed problem (`rows`, its options): the goals `serving` in their order, then the changes."""

    def __init__(self, scene: Scene, serving: Sequence[str], rows: Long, clock: Clock) -> None:
        self.scene = scene
        self.goals = (*serving, CHANGES)
        self.clock = clock
        self.best = rows
        """The best plan by these goals that is known here."""
        self.bound: int | None = None
        """No plan has more of the weighted sum than this."""
        self.last: Round | None = None
        self._ended = False

    def solve(self, told: Callable[[], object] = _nobody) -> None:
        """Bring value and bound together as far as the time allows; afterwards `best` and `proofs` tell what is known.

        `told` is called as soon as there is a bound, and then before each further way to a plan, if there is need of one.
        """
        with suppress(OutOfTime, Unsolved):
            self.prepare()
            Loading(GLOP).wait(self.clock)
            # Its way begins near its end: no threads for prices that are only nearly right.
            self.relaxation = Relaxation(self.ground, self.clock.rest(ROUNDS))
            self._begin()
            with suppress(OutOfTime):
                self.relaxation.converge(0.0, self._heard, to_the_end=True)
                self._ended = True
            for way in (self._as_it_is, self._soon_branched, self._dived, self._mended, self._branched):
                if self.last is None or not self._open():
                    break
                told()
                self.take(way(self.last.relaxed))

    def hear(self, plan: Sequence[Assignment], bound: int | None) -> None:
        """The same from somebody who has solved this LP: a plan of the changed problem, judged there, and the bound of the weighted
        sum."""
        self.bound = bound
        indices = [self.scene.options.indices_for(one) for one in plan]
        self.take((mine[0] for mine in indices), judged=True)

    def prepare(self) -> None:
        """What `hear` and `take` need; `solve` calls it itself. Raises `OutOfTime`."""
        self.ground = Ground(self._options(), self.scene.days, self.clock)
        self.weights, _ = in_order(self.ground, self.goals[:-1])
        self._worth = self.ground.worth(self.weights, self.best)

    def proofs(self, values: Mapping[str, Value]) -> dict[str, Proof]:
        """What is proven about a plan of these values: nothing before the LP has been solved once."""
        found: dict[str, Proof] = {}
        if self.bound is None:
            return found
        left = self.bound
        for goal in self.goals:
            weight, step = self.weights[goal], self.ground.step[goal]
            # Later goals add nothing below zero, so this is a bound of the goal itself; a plan as good in it leaves the rest.
            level = left // (weight * step) * step
            found[goal] = proof(goal, values[goal], self.ground.value(goal, level), PATTERNS)
            left -= weight * self.ground.level(goal, values[goal])
        return found

    def _options(self) -> Options:
        """The scene's options, of a problem that names these goals."""
        options, problem = self.scene.options, self.scene.problem
        if set(self.goals) <= set(problem.objectives):
            return options
        return options.with_columns(replace(problem, objectives=self.goals), options.columns)

    def _begin(self) -> None:
        self.relaxation.master.aim(self.weights)
        known = blended(self.ground, self.scene.duals, self.weights)
        if known is None:
            self.relaxation.seed(self.best.tolist(), self.weights)
        else:
            self.relaxation.anchor(self.best.tolist(), known)

    def _heard(self, last: Round) -> bool:
        self.last = last
        whole = last.whole // last.relaxed.prices.unit
        self.bound = whole if self.bound is None else min(self.bound, whole)
        # The LP of more patterns is never lower, so no round brings the bound below this one, if no row is missing.
        settled = not last.anchored and not last.cut and self.bound <= math.floor(last.relaxed.value + WHOLE)
        return settled or not self._open()

    def _open(self) -> bool:
        """Whether there may be a better plan than the best one."""
        return self.bound is None or self.bound > self._worth

    def take(self, rows: Iterable[int] | None, *, judged: bool = False) -> None:
        """A plan that may be better than the best one; unless it has been `judged`, it may be none."""
        found = None if rows is None else np.array(sorted(rows), dtype=np.int64)
        if found is None:
            return
        worth = self.ground.worth(self.weights, found)
        if worth > self._worth and (judged or not self.scene.faults(self.scene.assignments(found))):
            self.best, self._worth = found, worth

    def _as_it_is(self, relaxed: Relaxed) -> set[int] | None:
        """The LP's solution where it takes every pattern wholly or not at all."""
        chosen = np.flatnonzero(relaxed.share > WHOLE)
        if (relaxed.share[chosen] < 1 - WHOLE).any():
            return None
        columns = self.relaxation.master.columns
        return {row for at in chosen.tolist() for row in columns[at][1]}

    def _dived(self, _: Relaxed) -> list[int]:
        master, until = self.relaxation.master, self.clock.rest(HALF)
        use = dive(self.ground, master, PART, until, self.clock, lambda: None)
        return rounded(self.scene.options, self.scene.days, use, self.clock)

    def _soon_branched(self, relaxed: Relaxed) -> None:
        """After a single slot a few branches find the best plan, and that it is."""
        self._branched(relaxed, FEW)

    def _branched(self, relaxed: Relaxed, most: int = MANY) -> None:
        """Where an LP that is at its end hopes for more than any plan has: finds plans on its way, and lowers the bound."""
        branching = Branching(
            self.relaxation, lambda: self._worth, lambda found: self.take(self._as_it_is(found)), most
        )
        # Its time is that of the LP; other ways to a plan have their own.
        with suppress(OutOfTime):
            if self.bound is not None and self._ended:
                self.bound = branching.bound(relaxed, self.bound)

    def _mended(self, relaxed: Relaxed) -> set[int] | None:
        return mended(self.relaxation, relaxed, self.weights, self.clock)
