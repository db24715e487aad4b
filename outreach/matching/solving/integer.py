"""The best choice among given patterns, by HiGHS through MathOpt: an integer program; each site takes one pattern at most."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.highs import by_highs
from outreach.matching.solving.links import Links
from outreach.matching.solving.master import Members
from outreach.matching.solving.sharing import Sharing

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

# HiGHS stops when value and bound are this close, by default 1e-4: on a city that would be a dozen groups.
GAP = 1e-9


class Integer:
    """Maximises a weighted sum of goals over the patterns: `held` goals reach at least these levels of `Ground`, the patterns of
    `kept` are chosen whatever else is, and the requests at the positions of `placed` have a place. Raises `OutOfTime`: writing a
    large one takes seconds."""

    def __init__(
        self,
        ground: Ground,
        links: Links,
        patterns: Sequence[tuple[int, Members]],
        weights: Mapping[str, int],
        held: Mapping[str, int],
        kept: Collection[tuple[int, Members]],
        clock: Clock,
        placed: Collection[int] = (),
    ) -> None:
        from ortools.math_opt.python import mathopt

        self.ground = ground
        self.clock = clock
        self.patterns = patterns
        self.model = mathopt.Model()
        self.chosen = [self.model.add_binary_variable() for _ in patterns]
        self._add_rows(Sharing(ground, links, patterns))
        self._add_reach()
        self._add_placed(placed)
        self._add_goals(weights, held)
        for at, pattern in enumerate(patterns):
            if pattern in kept:
                self.chosen[at].lower_bound = 1.0

    def _add_rows(self, sharing: Sharing) -> None:
        for row in sharing.rows():
            self.clock.check()
            added = self.model.add_linear_constraint(ub=float(row.limit))
            for at, count in zip(row.patterns.tolist(), row.counts.tolist(), strict=True):
                added.set_coefficient(self.chosen[at], float(count))

    def _add_reach(self) -> None:
        reaching = np.sum([np.abs(gains) for gains in self.ground.reach.values()], axis=0)
        self.reached: dict[int, mathopt.Variable] = {}
        rows: dict[int, mathopt.LinearConstraint] = {}
        for at, (_, members) in enumerate(self.patterns):
            for school in set(self.ground.school[list(members)].tolist()):
                if not reaching[school]:
                    continue
                if school not in rows:
                    self.reached[school] = self.model.add_variable(lb=0.0, ub=1.0)
                    rows[school] = self.model.add_linear_constraint(ub=0.0)
                    rows[school].set_coefficient(self.reached[school], 1.0)
                rows[school].set_coefficient(self.chosen[at], -1.0)

    def _add_placed(self, placed: Collection[int]) -> None:
        """These requests and the pinned ones have a place."""
        requests = self.ground.problem.requests
        wanted = {at for at, one in enumerate(requests) if one.id in self.ground.pinned or at in placed}
        rows = {at: self.model.add_linear_constraint(lb=1.0) for at in sorted(wanted)}
        for at, (_, members) in enumerate(self.patterns):
            for request in set(self.ground.request[list(members)].tolist()) & wanted:
                rows[request].set_coefficient(self.chosen[at], 1.0)

    def _add_goals(self, weights: Mapping[str, int], held: Mapping[str, int]) -> None:
        self.model.objective.is_maximize = True
        top = max(weights.values())
        rows = {goal: self.model.add_linear_constraint(lb=float(value)) for goal, value in held.items()}
        pairs = [
            (self.chosen[at], self.ground.gains(members)) for at, (_, members) in enumerate(self.patterns)
        ]
        pairs += [
            (variable, {goal: int(gains[school]) for goal, gains in self.ground.reach.items()})
            for school, variable in self.reached.items()
        ]
        for variable, gains in pairs:
            self.clock.check()
            for goal, row in rows.items():
                if gains[goal]:
                    row.set_coefficient(variable, float(gains[goal]))
            worth = sum(weight * gains[goal] for goal, weight in weights.items())
            # The most important goal has about one point per unit, so that HiGHS' tolerances mean what they should.
            self.model.objective.set_linear_coefficient(variable, worth / top)

    def solve(
        self, seconds: float, seed: int, start: Collection[Members], nodes: int | None = None
    ) -> list[int] | None:
        """The options of the best choice found in this time and number of nodes, or None when there was none.

        `start`: a whole choice to begin with.
        """
        from ortools.math_opt.python import mathopt

        parameters = mathopt.SolveParameters(
            time_limit=datetime.timedelta(seconds=seconds),
            relative_gap_tolerance=GAP,
            random_seed=seed,
            node_limit=nodes,
        )
        wanted = set(start)
        hint = mathopt.SolutionHint(
            variable_values={
                variable: float(members in wanted)
                for variable, (_, members) in zip(self.chosen, self.patterns, strict=True)
            }
        )
        hints = [hint] if wanted else []
        result = by_highs(self.model, parameters, mathopt.ModelSolveParameters(solution_hints=hints))
        if result is None or not result.has_primal_feasible_solution():
            return None
        values = result.variable_values(self.chosen)
        return [
            option
            for value, (_, members) in zip(values, self.patterns, strict=True)
            if value > 0.5
            for option in members
        ]
