"""Better plans by choosing a part of the best one anew, over and over: large neighbourhood search with CP-SAT on small models.

Shaw, "Using constraint programming and local search methods to solve vehicle routing problems", 1998. The parts are drawn by
`regions.py`. Within a part the goals that are proven are held and the others optimised in their exact order.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue

import numpy as np

from outreach.matching.check import values
from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED, Assignment
from outreach.matching.solving.background import Task
from outreach.matching.solving.engine import Clock, Effort, OutOfTime, run
from outreach.matching.solving.goal_row import GoalRow
from outreach.matching.solving.goals import rank
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.model import Model
from outreach.matching.solving.regions import Region, Regions
from outreach.matching.solving.team_cuts import chosen_by, cut
from outreach.matching.solving.timetable import TeamDays

# CP-SAT's deterministic seconds for one part: about as many of the wall.
BUDGET = 0.6
# How long to wait for the thread at the end; CP-SAT hears a stop within half a second.
GOODBYE = 0.6
SMALLEST, FIRST, LARGEST = 8, 50, 400
# Beyond this the weights of an exact order are too large for CP-SAT's relaxation; the last goals are left out.
MOST = 2**50


class LocalSearch:
    """Works on one plan (its options). `step` is one part; `start` goes on and on in another thread until `stop`.

    `idle` counts the parts since the last better plan.
    """

    def __init__(self, ground: Ground, regions: Regions, clock: Clock, seed: int) -> None:
        self.ground = ground
        self.regions = regions
        self.clock = clock
        self.seed = seed
        self.size = float(FIRST)
        self.idle = 0
        self.found: SimpleQueue[list[int]] = SimpleQueue()
        self._over = False
        self._given: tuple[list[int], frozenset[str]] | None = None
        self._plan: list[int] = []
        self._proven: frozenset[str] = frozenset()
        self._task: Task[None] | None = None

    def give(self, plan: Sequence[int], proven: Mapping[str, bool]) -> None:
        """Go on from this plan; goals that are proven cannot be better."""
        self._given = list(plan), frozenset(goal for goal, whether in proven.items() if whether)

    def start(self) -> None:
        """Search in a thread of its own; better plans appear in `found`."""
        # The wish to stop comes through `stop`: whoever listens for it outside does so in one thread only.
        self.clock = Clock(self.clock.began, self.clock.deadline, lambda: self._over)
        self._task = Task(self._search)

    def stop(self) -> None:
        """Ask the thread to end and wait a moment for it."""
        self._over = True
        if self._task is not None:
            now = time.monotonic()
            self._task.wait(Clock(now, now + GOODBYE, lambda: False))

    def at_work(self) -> bool:
        """Whether the thread is searching."""
        return self._task is not None and not self._task.done()

    def news(self) -> list[list[int]]:
        """The plans found since the last time, the best last."""
        plans: list[list[int]] = []
        while True:
            try:
                plans.append(self.found.get_nowait())
            except Empty:
                return plans

    def _search(self) -> None:
        try:
            while self.step():
                pass
        except OutOfTime:
            return

    def step(self) -> bool:
        """Choose one part anew; False where there is nothing left to choose or to improve. Raises `OutOfTime`."""
        self.clock.check()
        self._take_given()
        if len(self._proven) == len(self.ground.problem.objectives):
            return False
        region = self.regions.around(self._plan, round(self.size))
        if region is None:
            return False
        found = self._anew(region)
        self.idle += 1
        if found is not None and self._rank(found) > self._rank(self._plan):
            self._plan, self.idle = found, 0
            self.found.put(found)
        return True

    def _take_given(self) -> None:
        if self._given is not None:
            (plan, self._proven), self._given = self._given, None
            if not self._plan or self._rank(plan) > self._rank(self._plan):
                self._plan, self.idle = plan, 0

    def _rank(self, plan: Sequence[int]) -> tuple[Value, ...]:
        problem = self.ground.problem
        return rank(problem, values(problem, self.ground.days.timed(plan)))

    def _anew(self, region: Region) -> list[int] | None:
        rows = np.sort(np.concatenate([region.free, region.fixed]))
        options = self.ground.options.subset(rows)
        model = Model(options, TeamDays(options), self.clock)
        for at in np.searchsorted(rows, region.fixed).tolist():
            model.cp.add(model.chosen[at] == 1)
        before = np.flatnonzero(np.isin(rows, np.array(self._plan)))
        hint = model.days.timed(before.tolist())
        self._aim(model, rows, hint)
        model.hint(hint)
        while True:
            effort = Effort(1, self.seed, BUDGET)
            answer = run(model.cp, effort, self.clock, on_values=_deaf, on_bound=_deaf)
            self._learn_size(answer.proven)
            if answer.values is None:
                return None
            chosen = chosen_by(model, answer.values)
            if not cut(model, chosen):
                return [*region.apart.tolist(), *rows[chosen].tolist()]

    def _learn_size(self, proven: bool) -> None:
        """Parts as large as can be solved wholly most of the time."""
        self.size = min(LARGEST, self.size * 1.05) if proven else max(SMALLEST, self.size * 0.9)

    def _aim(self, model: Model, rows: Ints, before: Sequence[Assignment]) -> None:
        """Hold what is proven at its present value in this part; the others weigh more than everything after them."""
        from ortools.sat.python import cp_model

        now: Mapping[str, Value] = values(self.ground.problem, before)
        goals = [GoalRow(model, goal) for goal in self.ground.problem.objectives]
        for row in goals:
            if row.goal in self._proven:
                row.hold(now[row.goal])
        weight = 1
        sums, weights = [], []
        for row in reversed(self._told_apart([row for row in goals if row.goal not in self._proven], rows)):
            sums.append(row.sum)
            weights.append(weight if row.goal in MAXIMISED else -weight)
            weight *= self._span(row, rows) + 1
        model.cp.maximize(cp_model.LinearExpr.weighted_sum(sums, weights))

    def _told_apart(self, goals: list[GoalRow], rows: Ints) -> list[GoalRow]:
        """As many of the first goals as whole weights allow."""
        kept: list[GoalRow] = []
        whole = 1
        for row in goals:
            whole *= self._span(row, rows) + 1
            if kept and whole > MOST:
                break
            kept.append(row)
        return kept

    def _span(self, row: GoalRow, rows: Ints) -> int:
        """By how much two plans of this part differ in a goal at most."""
        if row.goal in ("equity", "cost", "changes"):
            return row.furthest
        most = np.zeros(len(self.ground.problem.requests), dtype=np.int64)
        np.maximum.at(most, self.ground.request[rows], np.abs(self.ground.gain[row.goal][rows]))
        return int(most.sum())


def _deaf(_: object) -> None:
    """CP-SAT's last word is all that is asked for here."""
