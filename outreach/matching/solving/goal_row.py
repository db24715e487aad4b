"""A goal of a CP-SAT model as a row that can be held at a value, and as its objective."""

from __future__ import annotations

from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED
from outreach.matching.solving.goals import scaled
from outreach.matching.solving.model import Model


class GoalRow:
    """One goal of a model: `sum + constant` is its value times `scale`, and never further from 0 than `furthest`."""

    def __init__(self, model: Model, goal: str) -> None:
        from outreach.matching.solving.cpsat import cp_model

        terms, constant, self.scale = model.goal_terms(goal)
        self.model = model.cp
        self.goal = goal
        self.constant = constant
        self.furthest = abs(constant) + sum(abs(weight) for _, weight in terms)
        self.sum = cp_model.LinearExpr.weighted_sum(
            [one for one, _ in terms], [weight for _, weight in terms]
        )
        self.row = self.model.add(self.sum <= self.furthest) if terms else None
        self.free()

    def free(self) -> None:
        """Any value."""
        self._between(-self.furthest, self.furthest)

    def hold(self, value: Value) -> None:
        """At least as good as this value."""
        whole = scaled(value, self.scale) - self.constant
        if self.goal in MAXIMISED:
            self._between(whole, self.furthest)
        else:
            self._between(-self.furthest, whole)

    def _between(self, low: int, high: int) -> None:
        if self.row is not None:
            self.row.proto.linear.domain[0] = low
            self.row.proto.linear.domain[1] = high

    def aim(self) -> None:
        """Make this goal the objective."""
        self.model.clear_objective()  # type: ignore[no-untyped-call]
        if self.goal in MAXIMISED:
            self.model.maximize(self.sum + self.constant)
        else:
            self.model.minimize(self.sum + self.constant)
