"""A request forced into the pattern LP: what the goals can reach then, and the plan nearest to the given one that does.

The objective is the goals that count here, in their order, and last as few changes of the plan as possible. So the LP's own optimum
is the plan itself, and with one request forced in it changes the plan only where it has to: nine times out of ten its solution is
whole, and it is a plan; else one is sought near it (`mending.py`). Where the goals fall, the prices of the same LP prove it
(`Prices.bound`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from outreach.matching.check import values
from outreach.matching.explanation import SERVING
from outreach.matching.plan import Value
from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.blend import in_order
from outreach.matching.solving.columns import Long
from outreach.matching.solving.engine import Clock, Loading
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.master import Relaxed
from outreach.matching.solving.mending import mended
from outreach.matching.solving.options import options_of
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.timetable import TeamDays

CHANGES = "changes"
WHOLE = 1e-6
# Of a request so many options are forced in one by one at most (few where the LP is loose around the plan itself).
BRANCHES, FEW = 12, 3
# Below every weighted sum.
FARTHEST = -(2**62)


@dataclass(frozen=True, slots=True)
class Forced:
    """What was found with a request forced in. `bound`: what no plan with it gains in the weighted sum of the counting goals (None
    where nothing was proven). `plan`: all assignments of one, None where the LP's solution is no plan."""

    request: str
    bound: int | None
    plan: tuple[Assignment, ...] | None
    weights: tuple[int, ...]

    def total(self, worth: Sequence[int]) -> int:
        """The weighted sum that `bound` is about, of what a plan gains in each goal."""
        return sum(weight * gain for weight, gain in zip(self.weights, worth, strict=False))


@dataclass(frozen=True, slots=True)
class _Known:
    """No plan has more than `bound`; `plan` has `total`. Both are weighted sums in units."""

    bound: int
    total: int
    plan: tuple[Assignment, ...] | None


def counting(problem: Problem) -> tuple[str, ...]:
    """The goals up to the last that says how many are served: with all of these kept, nobody was outcompeted."""
    last = max((at for at, goal in enumerate(problem.objectives) if goal in SERVING), default=-1)
    return problem.objectives[: last + 1]


def forcible(problem: Problem) -> bool:
    """Whether this LP can answer: changes of an earlier plan as a goal of its own leave no room for those of the given one."""
    return CHANGES not in counting(problem)


class Forcing:
    """The LP around one plan. Raises `OutOfTime` and `Unsolved`."""

    def __init__(self, problem: Problem, plan: Sequence[Assignment], clock: Clock) -> None:
        self.goals = counting(problem)
        self.problem = replace(problem, incumbent=tuple(plan), objectives=(*self.goals, CHANGES))
        self.clock = clock
        options = options_of(self.problem, clock)
        Loading().wait(clock)
        self.ground = Ground(options, TeamDays(options), clock)
        self.relaxation = Relaxation(self.ground, clock)
        self.weights, self.unit = in_order(self.ground, self.goals)
        self.kept = self.total(values(self.problem, plan))
        """The plan's own weighted sum, in units."""
        self._given = {options.indices_for(one)[0]: one for one in plan}
        self._begin(list(self._given))

    def total(self, reached: Mapping[str, Value]) -> int:
        """The weighted sum of the goals at these values, in units: of two plans the better one has more."""
        ground = self.ground
        return sum(self.weights[goal] // self.unit * ground.level(goal, reached[goal]) for goal in self.goals)

    def _gained(self, rows: Sequence[int]) -> int:
        """The same of a plan given by its options."""
        ground = self.ground
        gains = ground.gains(rows)
        schools = np.unique(ground.school[list(rows)])
        return sum(
            self.weights[goal] // self.unit * (gains[goal] + int(ground.reach[goal][schools].sum()))
            for goal in self.goals
        )

    def _begin(self, chosen: Sequence[int]) -> None:
        """Solve the LP around the plan itself."""
        relaxation = self.relaxation
        relaxation.master.aim(self.weights)
        relaxation.seed(chosen, self.weights)
        last = relaxation.converge(0.0, lambda last: self._whole(last) <= self.kept)
        prices, links = last.relaxed.prices, relaxation.master.link_rows[: len(last.relaxed.prices.links)]
        self._values = prices.option_values(self.ground, links)
        self._uses = prices.use_values(self.ground)
        self._best = relaxation.pricing.price(self._values, self._uses, prices.site).best
        self._base, self._unit = last.whole, prices.unit
        self._whole_bound = self._whole(last)

    def _whole(self, last: Round) -> int:
        """The bound of the weighted sum, in units (the changes are less than one)."""
        return last.whole // (last.relaxed.prices.unit * self.unit)

    def bound(self, request: str) -> int | None:
        """What no plan with the request exceeds, by the prices of the plan itself; None where no plan can have it."""
        rows = self.ground.options.of_request.at(self.ground.options.positions.request[request])
        return self._quick(rows)

    def _quick(self, rows: Long) -> int | None:
        """What no plan with one of these options exceeds; None where there is none. The LP learns the pattern that loses least."""
        found = self.relaxation.pricing.with_one_of(rows, self._values, self._uses, self._best)
        if not found:
            return None
        self.relaxation.master.add((one.site, one.members) for one in found[:1] if one.members)
        return (self._base - found[0].loss) // (self._unit * self.unit)

    def force(self, request: str) -> Forced:
        """The request forced in. Ends with a plan that keeps the goals, or with the proof that no plan does better than the LP."""
        at = self.ground.options.positions.request[request]
        rows = self.ground.options.of_request.at(at)
        quick = self._quick(rows)
        if quick is None:
            return self.said(request, None)
        known = self._forced(at, (), quick)
        if known.total < min(known.bound, self.kept):
            known = self._branched(at, rows, known)
        return self.said(request, known.bound, known.plan)

    def _branched(self, request: int, rows: Long, known: _Known) -> _Known:
        """One option of the request after the other forced in: it is one of them, and with only one the LP is whole more often."""
        bounds = [
            (bound, row) for row in rows.tolist() if (bound := self._quick(np.array([row]))) is not None
        ]
        highest = known.total
        # Where the LP hopes for more than the plan itself has, branches find plans, but they hardly ever prove anything.
        most = BRANCHES if self._whole_bound == self.kept else FEW
        for number, (quick, row) in enumerate(sorted(bounds, reverse=True)):
            if quick <= highest:
                break
            if number == most:
                highest = quick
                break
            one = self._forced(request, [other for other in rows.tolist() if other != row], quick)
            known = replace(max(known, one, key=lambda found: found.total), bound=known.bound)
            if known.total >= self.kept:
                # Nobody is outcompeted, and about plans that are better than the given one there is nothing to prove.
                return known
            highest = max(highest, one.bound)
        return replace(known, bound=min(known.bound, highest))

    def _forced(self, request: int, without: Sequence[int], quick: int) -> _Known:
        """The LP with a request forced in, and not by the options `without`. `quick` is a bound that is known."""
        try:
            with self.relaxation.master.forced(request, without):
                bound, last = self._nearest(without)
        except Unsolved:
            return _Known(quick, FARTHEST, None)
        rows = self._whole_rows(last) or mended(self.relaxation, last, self.weights, self.clock, (request,))
        if rows is None:
            return _Known(min(bound, quick), FARTHEST, None)
        return _Known(min(bound, quick), self._gained(sorted(rows)), self._assignments(rows))

    def said(self, request: str, bound: int | None, plan: tuple[Assignment, ...] | None = None) -> Forced:
        """An answer; `bound` is a weighted sum in units."""
        weights = tuple(self.weights[goal] // self.unit for goal in self.goals)
        return Forced(request, None if bound is None else bound - self.kept, plan, weights)

    def _nearest(self, without: Sequence[int]) -> tuple[int, Relaxed]:
        master = self.relaxation.master
        best = self._whole_bound
        while True:
            relaxed = master.solve(self.clock)
            if master.separate(relaxed):
                continue
            reached = math.floor(relaxed.value + WHOLE) // self.unit
            # Nothing beats the plan in these goals by more than its own LP allows, so here no prices have to prove anything.
            if reached >= self.kept:
                return self._whole_bound, relaxed
            last = self.relaxation.priced(relaxed, without)
            best = min(best, self._whole(last))
            if best <= reached or not last.new:
                return best, relaxed

    def _whole_rows(self, relaxed: Relaxed) -> set[int] | None:
        share = relaxed.share
        chosen = np.flatnonzero(share > WHOLE)
        if (share[chosen] < 1 - WHOLE).any():
            return None
        columns = self.relaxation.master.columns
        return {row for at in chosen.tolist() for row in columns[at][1]}

    def _assignments(self, rows: set[int]) -> tuple[Assignment, ...]:
        """The options as a plan; where a resource is filled as before, with the times that were given."""
        resource = self.ground.resource
        changed = {resource.item(row) for row in rows.symmetric_difference(self._given)}
        kept = [one for row, one in self._given.items() if resource.item(row) not in changed]
        return (*kept, *self.ground.days.timed(row for row in rows if resource.item(row) in changed))
