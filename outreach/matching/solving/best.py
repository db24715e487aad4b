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
        self.bounds = safe_bounds(options)
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
        self.on_better()
        return True

    def learn(self, goal: str, bound: Value) -> bool:
        """Note a bound of a goal that holds for all plans with the present values of the earlier goals.

        It stays valid when an earlier goal improves: fewer plans reach that. A bound that our own plan beats is a solver's
        mistake and is not believed. Says whether the bound is new and believed.
        """
        if better(goal, self.values[goal], bound):
            return False
        known = self.bounds[goal]
        self.bounds[goal] = tighter(goal, known, bound)
        return self.bounds[goal] != known

    def proven(self, goal: str) -> bool:
        """Whether the goal's value is as good as its bound."""
        return self.values[goal] == self.bounds[goal]

    def objectives(self) -> tuple[Objective, ...]:
        """The goals of the best plan as a plan reports them."""
        return tuple(
            Objective(goal, self.values[goal], self.bounds[goal], self.proven(goal))
            for goal in self.problem.objectives
        )
