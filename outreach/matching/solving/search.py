"""Goal by goal: maximise the first, hold its value, go on to the next; come back with more effort to what is not proven yet.

Effort is measured in CP-SAT's deterministic time, so that a run with one worker that ends before its limit ends the same way on any
machine. The limit itself is wall time and cuts everything short.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from outreach.matching.problem import MAXIMISED
from outreach.matching.solving.engine import Answer, Effort, run
from outreach.matching.solving.goal_row import GoalRow
from outreach.matching.solving.goals import unscaled
from outreach.matching.solving.model import Model
from outreach.matching.solving.team_cuts import chosen_by, cut
from outreach.matching.solving.work import Work

FIRST_BUDGET = 4.0
GROWTH = 3
ROUNDING = 1e-6


class Search:
    """Improves `best` (which holds a plan already) and its bounds until all is proven or the time is over."""

    def __init__(self, work: Work) -> None:
        self.options, self.days, self.best = work.options, work.days, work.best
        self.clock, self.progress, self.effort = work.clock, work.progress, work.effort
        self.goals = self.options.problem.objectives
        self.model = Model(self.options, self.days, self.clock)
        self.rows = {goal: GoalRow(self.model, goal) for goal in self.goals}

    def all_goals(self, budget: float) -> None:
        """Rounds over the unproven goals, each with a larger budget (CP-SAT's deterministic seconds for a goal)."""
        while self.clock.left() > 0 and not all(map(self.best.proven, self.goals)):
            known = (self.best.values, dict(self.best.bounds))
            settled = [self.goal(goal, budget) for goal in self.goals if not self.best.proven(goal)]
            if all(settled) and known == (self.best.values, self.best.bounds):
                # CP-SAT calls everything finished, and the judge does not agree: more effort is vain, the bounds stay open.
                return
            budget *= GROWTH

    def goal(self, goal: str, budget: float) -> bool:
        """Work on one goal (with that many of CP-SAT's deterministic seconds); whether the solver calls it finished."""
        if self.clock.left() <= 0:
            return False
        self.progress.phase("goal", goal)
        for row in self.rows.values():
            row.free()
        for earlier in self.goals[: self.goals.index(goal)]:
            self.rows[earlier].hold(self.best.values[earlier])
        self.rows[goal].aim()
        while self.clock.left() > 0:
            self.model.hint(self.best.assignments or ())
            answer = self._run(goal, budget)
            if answer.values is None or not cut(self.model, chosen_by(self.model, answer.values)):
                return answer.proven or answer.impossible
        return False

    def _run(self, goal: str, budget: float) -> Answer:
        def on_bound(bound: float) -> None:
            self._learn(goal, bound)

        effort = Effort(self.effort.workers, self.effort.seed, budget)
        return run(self.model.cp, effort, self.clock, on_values=self._take, on_bound=on_bound)

    def _learn(self, goal: str, bound: float) -> None:
        row = self.rows[goal]
        if not math.isfinite(bound) or abs(bound) > row.furthest:
            return
        whole = math.floor(bound + ROUNDING) if goal in MAXIMISED else math.ceil(bound - ROUNDING)
        value = unscaled(whole, row.scale)
        if self.best.learn(goal, value):
            self.progress.bound(goal, self.best.values[goal], self.best.bounds[goal])

    def _take(self, values: Sequence[int]) -> None:
        chosen = chosen_by(self.model, values)
        if not any(self.days.impossible(members) for members in self.days.sets(chosen).values()):
            self.best.offer(self.days.timed(chosen))
