"""A request forced into the pattern LP: what the goals can reach then, and the plan nearest to the given one that does.

The objective is the goals that count here, in their order, and last as few changes of the plan as possible. So the LP's own optimum
is the plan itself, and with one request forced in it changes the plan only where it has to: its solution is whole but for
rare cases, and it is a plan. Where the goals fall, the prices of the same LP prove it (`Prices.bound`).
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
from outreach.matching.solving.engine import Clock, Loading
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.master import Relaxed
from outreach.matching.solving.options import options_of
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.timetable import TeamDays

CHANGES = "changes"
WHOLE = 1e-6


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
        self.weights = self._weights()
        self.kept = self.total(values(self.problem, plan))
        """The plan's own weighted sum, in units."""
        self._begin([options.indices_for(one)[0] for one in plan])

    def _weights(self) -> dict[str, int]:
        """A step of each goal weighs more than everything after it can change; all but the changes weigh multiples of `unit`."""
        ground = self.ground
        self.unit = len(self.problem.incumbent) + 1
        weights = {CHANGES: 1}
        below = 1
        for goal in reversed(self.goals):
            weights[goal] = self.unit * -(-below // ground.step[goal])
            parts = (ground.gain[goal], ground.use_gain[goal])
            most = sum(int(np.abs(part).max(initial=0)) for part in parts) * len(self.problem.requests)
            below += weights[goal] // self.unit * (most + int(np.abs(ground.reach[goal]).sum()))
        return dict(reversed(weights.items()))

    def total(self, reached: Mapping[str, Value]) -> int:
        """The weighted sum of the goals at these values, in units: of two plans the better one has more."""
        ground = self.ground
        return sum(self.weights[goal] // self.unit * ground.level(goal, reached[goal]) for goal in self.goals)

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
        loss = self.relaxation.pricing.least_loss(rows, self._values, self._uses, self._best)
        return None if loss is None else (self._base - loss) // (self._unit * self.unit)

    def force(self, request: str) -> Forced:
        """The request forced in. Ends with a plan that keeps the goals, or with the proof that no plan does better than the LP."""
        at = self.ground.options.positions.request[request]
        try:
            with self.relaxation.master.forced(at):
                bound, last = self._nearest()
        except Unsolved:
            return self.said(request, None)
        return self.said(request, bound, self._plan(last))

    def said(self, request: str, bound: int | None, plan: tuple[Assignment, ...] | None = None) -> Forced:
        """An answer; `bound` is a weighted sum in units."""
        weights = tuple(self.weights[goal] // self.unit for goal in self.goals)
        return Forced(request, None if bound is None else bound - self.kept, plan, weights)

    def _nearest(self) -> tuple[int, Relaxed]:
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
            last = self.relaxation.priced(relaxed)
            best = min(best, self._whole(last))
            if best <= reached or not last.new:
                return best, relaxed

    def _plan(self, relaxed: Relaxed) -> tuple[Assignment, ...] | None:
        share = relaxed.share
        chosen = np.flatnonzero(share > WHOLE)
        if (share[chosen] < 1 - WHOLE).any():
            return None
        columns = self.relaxation.master.columns
        rows = [row for at in chosen.tolist() for row in columns[at][1]]
        return tuple(self.ground.days.timed(rows))
