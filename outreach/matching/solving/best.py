"""The best plan so far and the proven bounds: nothing gets in that the judge has not passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from outreach.matching.check import faults_of, values
from outreach.matching.plan import Objective, Value
from outreach.matching.problem import Assignment
from outreach.matching.solving.goals import rank, safe_bounds, tighter
from outreach.matching.solving.options import Options
from outreach.matching.values import better


class Best:
    """The best known plan by the goals in their order. `assignments` is None until the first plan that keeps the pins."""

    def __init__(self, options: Options, on_better: Callable[[], None]) -> None:
        self.problem = options.problem
        self.assignments: tuple[Assignment, ...] | None = None
        self.values: dict[str, Value] = {}
        self._safe = safe_bounds(options)
        self.bounds = dict(self._safe)
        self._given: dict[str, dict[str, Value]] = {}
        """Per goal the values of the earlier goals for which its bound holds: for all plans that are at least as good in these."""
        self.on_better = on_better

    def offer(self, assignments: Sequence[Assignment]) -> bool:
        """Take the plan if it is faultless and better; say whether it is faultless."""
        found = values(self.problem, assignments)
        if self.assignments is not None and rank(self.problem, found) <= rank(self.problem, self.values):
            return True
        if faults_of(self.problem, assignments):
            return False
        self.assignments = tuple(assignments)
        self.values = found
        self._forget()
        self.on_better()
        return True

    def _forget(self) -> None:
        """Give up the bounds that hold for better plans only: where a goal improves, the next one may fall.

        The bound of the next one stays, since fewer plans reach the better value; those after it were found with it held.
        """
        for goal, given in list(self._given.items()):
            if any(better(earlier, value, self.values[earlier]) for earlier, value in given.items()):
                self.bounds[goal] = self._safe[goal]
                del self._given[goal]

    def learn(self, goal: str, bound: Value) -> bool:
        """Note a bound of a goal that holds for all plans that are as good as the best one in the earlier goals.

        A bound that our own plan beats is a solver's mistake and is not believed. Says whether the bound is new and believed.
        """
        if better(goal, self.values[goal], bound):
            return False
        known = self.bounds[goal]
        self.bounds[goal] = tighter(goal, known, bound)
        if self.bounds[goal] == known:
            return False
        earlier = self.problem.objectives[: self.problem.objectives.index(goal)]
        self._given[goal] = {one: self.values[one] for one in earlier}
        return True

    def proven(self, goal: str) -> bool:
        """Whether the goal's value is as good as its bound."""
        return self.values[goal] == self.bounds[goal]

    def open_wide(self, goal: str, share: float) -> bool:
        """Whether the goal's bound is further than this share of itself from its value."""
        bound, value = float(self.bounds[goal]), float(self.values[goal])
        return abs(bound - value) > share * abs(bound)

    def objectives(self) -> tuple[Objective, ...]:
        """The goals of the best plan as a plan reports them."""
        return tuple(
            Objective(goal, self.values[goal], self.bounds[goal], self.proven(goal))
            for goal in self.problem.objectives
        )
