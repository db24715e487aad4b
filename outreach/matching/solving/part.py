"""A part of a plan chosen anew by CP-SAT: some options are free, those that share something with them stay chosen.

The rules are those of `model.py`, so a choice together with the rest of the plan is faultless. Who needs to stay is for
`neighbours.py` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED
from outreach.matching.solving.columns import Long, Whole
from outreach.matching.solving.engine import Clock, Effort, run
from outreach.matching.solving.goal_row import GoalRow
from outreach.matching.solving.goals import option_gains
from outreach.matching.solving.model import Model
from outreach.matching.solving.options import Options
from outreach.matching.solving.team_cuts import chosen_by, cut
from outreach.matching.solving.timetable import TeamDays

# Beyond this the weights of an exact order are too large for CP-SAT's relaxation; the last goals are left out.
MOST = 2**50


@dataclass(frozen=True, slots=True)
class Choice:
    """The options chosen in a part (rows of the whole, those that stay among them), None where none was found.

    `proven`: nothing is better in what was aimed at; `impossible`: there is nothing to choose. Both are CP-SAT's word. `complete`:
    all that was aimed at could be weighed.
    """

    chosen: list[int] | None
    proven: bool
    impossible: bool
    complete: bool


class Part:
    """A model over `free` and `fixed` options (rows of `options`). Raises `OutOfTime` while it is written.

    Values of goals are those of the part alone: `check.values` of its assignments.
    """

    def __init__(self, options: Options, free: Whole, fixed: Whole, clock: Clock) -> None:
        self.rows: Long = np.sort(np.concatenate([free, fixed]).astype(np.int64))
        self.options = options.subset(self.rows)
        self.model = Model(self.options, TeamDays(self.options), clock)
        self._at = {row: at for at, row in enumerate(self.rows.tolist())}
        self._goals: dict[str, GoalRow] = {}
        self._complete = True
        for row in fixed.tolist():
            self.model.cp.add(self.model.chosen[self._at[row]] == 1)

    def __contains__(self, row: int) -> bool:
        return row in self._at

    def one_of(self, rows: Sequence[int]) -> None:
        """At least one of these options is to be chosen."""
        self.model.cp.add_bool_or([self.model.chosen[self._at[row]] for row in rows])

    def hold(self, goal: str, value: Value) -> None:
        """At least as good as this value."""
        self._goal(goal).hold(value)

    def aim(self, goals: Sequence[str]) -> None:
        """Each of these goals weighs more than all after it."""
        from outreach.matching.solving.cpsat import cp_model

        kept = self._told_apart([self._goal(goal) for goal in goals])
        self._complete = len(kept) == len(goals)
        weight = 1
        sums, weights = [], []
        for row in reversed(kept):
            sums.append(row.sum)
            weights.append(weight if row.goal in MAXIMISED else -weight)
            weight *= self._span(row) + 1
        self.model.cp.maximize(cp_model.LinearExpr.weighted_sum(sums, weights))

    def hint(self, rows: Sequence[int]) -> None:
        """Begin with these options."""
        self.model.hint(self.model.days.timed([self._at[row] for row in rows]))

    def choose(self, effort: Effort, clock: Clock) -> Choice:
        """The best choice within the effort."""
        while True:
            answer = run(self.model.cp, effort, clock, on_values=_deaf, on_bound=_deaf)
            if answer.values is None:
                return Choice(None, answer.proven, answer.impossible, self._complete)
            chosen = chosen_by(self.model, answer.values)
            if not cut(self.model, chosen):
                found: list[int] = self.rows[chosen].tolist()
                return Choice(found, answer.proven, False, self._complete)

    def _goal(self, goal: str) -> GoalRow:
        if goal not in self._goals:
            self._goals[goal] = GoalRow(self.model, goal)
        return self._goals[goal]

    def _told_apart(self, goals: list[GoalRow]) -> list[GoalRow]:
        """As many of the first goals as whole weights allow."""
        kept: list[GoalRow] = []
        whole = 1
        for row in goals:
            whole *= self._span(row) + 1
            if kept and whole > MOST:
                break
            kept.append(row)
        return kept

    def _span(self, row: GoalRow) -> int:
        """By how much two plans of this part differ in a goal at most."""
        if row.goal in ("equity", "cost", "changes"):
            return row.furthest
        most = np.zeros(len(self.options.problem.requests), dtype=np.int64)
        np.maximum.at(most, self.options.request, np.abs(option_gains(self.options, row.goal)))
        return int(most.sum())


def _deaf(_: object) -> None:
    """CP-SAT's last word is all that is asked for here."""
