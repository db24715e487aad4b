"""What each request is worth in a place that does not exist yet: the duals of the pattern LP, with everybody placed held in place.

The LP asks how many more groups could be placed, and how much more school weight served, while nobody who is placed loses the
place. By Lagrangian duality (`solving/prices.py`) a plan with one more site gains at most what its duals leave open without it
(`slack`), plus the value of that site's best pattern. Rows that a new option would share with others (days of a school, group or
crew) are not charged to it, which makes the bound weaker and never wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.engine import Clock, OutOfTime
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.options import Options, options_of
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.timetable import TeamDays

AIMS = ("groups", "equity")
# The LP may stop when its bound is as close as this share of its value.
CLOSE = 1e-7


@dataclass(frozen=True)
class Worth:
    """`values` per request, in whole numbers of which a group placed is `group` and a point of school weight is `unit`.

    `slack`: what could be gained without any new place, at most. `rounds`: of the LP, 0 where there was no time for one.
    """

    values: Ints
    slack: int
    group: int
    unit: int
    rounds: int

    def groups(self, best: int) -> int:
        """How many more groups are placed at most when the best pattern of the new place is worth `best`."""
        return (self.slack + best) // self.group

    def equity(self, best: int, groups: int) -> int:
        """How much more school weight is served at most by a plan that places so many more groups."""
        return (self.slack + best - groups * self.group) // self.unit


def worth_of(problem: Problem, assignments: Sequence[Assignment], most_groups: int, clock: Clock) -> Worth:
    """What requests are worth beside a faultless plan; `most_groups` is the most that one new place can hold.

    Where the LP finds no time, plain counting stands in.
    """
    heaviest = max((school.weight for school in problem.schools), default=0)
    # One more group outweighs all the schools that a slot and those who move up can bring.
    weight = 1 + heaviest * (1 + most_groups)
    try:
        options = options_of(replace(problem, objectives=AIMS, incumbent=()), clock)
        if options.complete and len(options):
            return _Prices(options, assignments, weight, clock).worth()
    except (OutOfTime, Unsolved):
        return counted(problem, assignments, weight)
    return counted(problem, assignments, weight)


def counted(problem: Problem, assignments: Sequence[Assignment], weight: int) -> Worth:
    """Without an LP: everybody who waits might be placed anyway, so that is the slack, and a new place can add itself."""
    placed = {one.request for one in assignments}
    served = {problem.visit_request[name].school for name in placed}
    gains = {
        one.id: weight + (0 if one.school in served else problem.school[one.school].weight)
        for one in problem.requests
        if one.id not in placed
    }
    values = np.array([gains.get(one.id, 0) for one in problem.requests], dtype=np.int64)
    return Worth(values, sum(gains.values()), weight, 1, 0)


class _Prices:
    def __init__(
        self, options: Options, assignments: Sequence[Assignment], weight: int, clock: Clock
    ) -> None:
        self.problem = options.problem
        self.weight = weight
        self.assignments = assignments
        self.clock = clock
        self.ground = Ground(options, TeamDays(options), clock)
        # Whoever is placed stays placed: to the LP that is what a pin is to it, an equation in place of "at most once".
        self.ground.pinned |= {one.request for one in assignments}
        self.rows = [index for one in assignments for index in options.indices_for(one)[:1]]
        self.least: Round | None = None
        self.rounds = 0

    def worth(self) -> Worth:
        relaxation = Relaxation(self.ground, self.clock)
        weights = {"groups": self.weight, "equity": 1}
        relaxation.master.aim(weights)
        try:
            relaxation.seed(self.rows, weights)
            relaxation.converge(CLOSE, self._heard)
        except (OutOfTime, Unsolved):
            # Any round's prices prove a bound.
            if self.least is None:
                raise
        if self.least is None:
            raise OutOfTime
        return self._read(self.least)

    def _heard(self, last: Round) -> bool:
        self.rounds += 1
        if self.least is None or last.bound < self.least.bound:
            self.least = last
        return False

    def _read(self, last: Round) -> Worth:
        ground, prices = self.ground, last.relaxed.prices
        unit = prices.unit
        position = ground.options.positions.school
        school = np.array([position[one.school] for one in self.problem.requests], dtype=np.int64)
        weights = np.array([one.weight for one in self.problem.schools], dtype=np.int64)
        # Where the ground counts a school by its option, so does a new option; a school without any has no row to count it.
        by_option = np.where(ground.reach["equity"] == 0, weights, 0)
        values = self.weight * unit + unit * by_option[school]
        values -= prices.request + prices.total[school] - prices.reach[school]
        return Worth(values, last.whole - unit * self._now(), self.weight * unit, unit, self.rounds)

    def _now(self) -> int:
        """The plan as the LP counts it."""
        served = {self.problem.visit_request[one.request].school for one in self.assignments}
        return self.weight * len(self.assignments) + sum(self.problem.school[name].weight for name in served)
