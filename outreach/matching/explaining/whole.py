"""A request forced in, exactly: CP-SAT on all options, goal by goal, for small problems; and whether it can be placed at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from outreach.matching.check import values
from outreach.matching.explaining.stand import Stand
from outreach.matching.explanation import Because
from outreach.matching.plan import Value
from outreach.matching.problem import Assignment
from outreach.matching.solving.columns import Long
from outreach.matching.solving.engine import Clock, Effort
from outreach.matching.solving.part import Part
from outreach.matching.values import better

# CP-SAT's deterministic seconds for one question.
BUDGET = 5.0


class Whole:
    """Questions about one plan, each answered on a model of its own. Raises `OutOfTime`."""

    def __init__(self, stand: Stand, clock: Clock, seed: int) -> None:
        self.stand = stand
        self.clock = clock
        self.effort = Effort(1, seed, BUDGET)
        self.plan = tuple(stand.plan.values())

    def possible(self, request: str) -> bool | None:
        """Whether any plan has the request; None where that was not found out.

        Leaving anybody else unplaced is always allowed, so only its own places and those of pins matter, and who could share them.
        """
        stand, options = self.stand, self.stand.options
        mine = stand.rows(request)
        pinned = [options.positions.request[pin.request] for pin in stand.problem.pins]
        asked = np.concatenate([mine, np.flatnonzero(np.isin(options.request, pinned))])
        there = [stand.filling(resource) for resource in sorted(set(map(stand.resource, asked.tolist())))]
        part = Part(options, np.unique(np.concatenate(there)), _none(), self.clock)
        part.one_of(mine.tolist())
        part.aim(())
        choice = part.choose(self.effort, self.clock)
        return True if choice.chosen is not None else False if choice.impossible else None

    def because(self, request: str) -> Because | None:
        """The first goal that falls with the request forced in, and by how much; None where CP-SAT did not find it out."""
        stand, problem = self.stand, self.stand.problem
        now = values(problem, self.plan)
        part = Part(stand.options, np.arange(len(stand.options), dtype=np.int64), _none(), self.clock)
        part.one_of(stand.rows(request).tolist())
        best: list[Assignment] = []
        for goal in problem.objectives:
            part.aim((goal,))
            choice = part.choose(self.effort, self.clock)
            if choice.chosen is None or not choice.proven:
                return None
            best = stand.days.timed(choice.chosen)
            reached = values(problem, best)[goal]
            if better(goal, now[goal], reached):
                return self._because(goal, _apart(now[goal], reached), best)
            if better(goal, reached, now[goal]):
                # The plan is not the best one, so nothing is said about who competes with whom.
                return None
            part.hold(goal, now[goal])
        return self._because(problem.objectives[-1], 0, best)

    def _because(self, goal: str, loss: Value, best: Sequence[Assignment]) -> Because:
        there = {one.request for one in best}
        new = tuple(one for one in best if self.stand.plan.get(one.request) != one)
        losing = tuple(name for name in self.stand.plan if name not in there)
        return Because(goal, loss, True, new, losing)


def _apart(one: Value, other: Value) -> Value:
    return max(one, other) - min(one, other)


def _none() -> Long:
    return np.zeros(0, dtype=np.int64)
