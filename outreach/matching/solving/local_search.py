"""Better plans by choosing a part of the best one anew, over and over: large neighbourhood search with CP-SAT on small models.

Shaw, "Using constraint programming and local search methods to solve vehicle routing problems", 1998. The parts are drawn by
`regions.py`. Within a part the goals that are proven are held and the others optimised in their exact order.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue

from outreach.matching.check import values
from outreach.matching.plan import Value
from outreach.matching.solving.background import Task
from outreach.matching.solving.engine import POLL_SECONDS, Clock, Effort, OutOfTime
from outreach.matching.solving.goals import rank
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.part import Part
from outreach.matching.solving.regions import Region, Regions

# CP-SAT's deterministic seconds for one part: about as many of the wall.
BUDGET = 0.6
# How long to wait for the thread at the end; CP-SAT hears a stop within half a second.
GOODBYE = 0.6
SMALLEST, FIRST, LARGEST = 8, 50, 400


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
        self._resting = False
        self._given: tuple[list[int], frozenset[str]] | None = None
        self._plan: list[int] = []
        self._proven: frozenset[str] = frozenset()
        self._task: Task[None] | None = None

    def give(self, plan: Sequence[int], proven: Mapping[str, bool]) -> None:
        """Go on, from this plan; goals that are proven cannot be better."""
        self._given = list(plan), frozenset(goal for goal, whether in proven.items() if whether)
        self._resting = False

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

    def rest(self) -> None:
        """Leave the processor to others until a plan is given; the part that is being chosen comes to its end."""
        self._resting = True

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
                while self._resting:
                    self.clock.check()
                    time.sleep(POLL_SECONDS)
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
        part = Part(self.ground.options, region.free, region.fixed, self.clock)
        before = [at for at in self._plan if at in part]
        now: Mapping[str, Value] = values(self.ground.problem, self.ground.days.timed(before))
        part.hint(before)
        for goal in self._proven:
            part.hold(goal, now[goal])
        part.aim([goal for goal in self.ground.problem.objectives if goal not in self._proven])
        choice = part.choose(Effort(1, self.seed, BUDGET), self.clock)
        self._learn_size(choice.proven)
        return None if choice.chosen is None else [*region.apart.tolist(), *choice.chosen]

    def _learn_size(self, proven: bool) -> None:
        """Parts as large as can be solved wholly most of the time."""
        self.size = min(LARGEST, self.size * 1.05) if proven else max(SMALLEST, self.size * 0.9)
