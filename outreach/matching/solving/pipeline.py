"""From a first plan to the best one with its proof: how the parts of this folder follow each other on a whole territory.

1. `Relaxation` solves the pattern LP of a blend of the goals; its solutions, rounded, are plans within seconds (`rounding.py`).
2. What the LP has decided is kept and the rest chosen by an integer program: on a city that is 1-2 groups from the best.
3. Goal by goal the LP, with the earlier goals held, proves how much better a plan could be; meanwhile, in another thread, an
   integer program with far more patterns looks for a better plan.
4. Where value and bound still differ, the patterns that the difference leaves possible are searched goal by goal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.matching.solving.background import Task
from outreach.matching.solving.blend import blend
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.integer import Integer
from outreach.matching.solving.master import Members
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.rounding import rounded
from outreach.matching.solving.work import Work

# Patterns for an integer program, the most promising ones: what HiGHS chooses from in seconds, and in a minute.
SOME = 30_000
MANY = 12_000
# HiGHS cannot be interrupted, so it ends this much before the clock does.
MARGIN = 0.5


class Pipeline:
    """Improves `best` (which holds a plan already) and its bounds until all is proven or nothing helps any more."""

    def __init__(self, work: Work) -> None:
        self.options, self.days, self.best = work.options, work.days, work.best
        self.clock, self.progress, self.effort = work.clock, work.progress, work.effort
        self.goals = self.options.problem.objectives
        self.ground = Ground(self.options, self.days, self.clock)
        self.relaxation = Relaxation(self.ground, self.clock)
        self.bounded: dict[str, tuple[dict[str, int], Round]] = {}
        """Per goal the levels at which its LP was solved last, and that solution."""
        self.search: Task[list[int] | None] | None = None

    def run(self) -> None:
        """Raises `OutOfTime`."""
        blended = self._relax()
        weights = blend(self.ground, self.goals)
        self.progress.phase("rounding")
        kept = self.relaxation.decided(blended)
        pool = self.relaxation.beside(kept, self.relaxation.promising(blended, SOME, None))
        self._take(self._choice([*kept, *pool], weights, {}, kept).wait(self.clock))
        many = self.relaxation.promising(blended, MANY, None)
        search = self._choice([*many, *self._now()], weights, {}, ())
        if self.effort.workers == 1:
            self._take(search.wait(self.clock))
        else:
            self.search = search
        self._bounds()
        self._close()

    def _relax(self) -> Round:
        """The LP of all goals at once."""
        self.progress.phase("relaxation")
        weights = blend(self.ground, self.goals)
        self.relaxation.master.aim(weights)
        self.relaxation.seed(self._chosen(), weights)
        rounds = 0

        def heard(last: Round) -> bool:
            nonlocal rounds
            rounds += 1
            # The first fractional plans are the worst and each rounding takes as long as a round of the LP.
            if rounds.bit_count() == 1 or last.new == 0:
                self._take(rounded(self.options, self.days, last.relaxed.use, self.clock))
            return False

        return self.relaxation.converge(0.0, heard)

    def _chosen(self) -> list[int]:
        """The best plan as options."""
        return [
            index
            for assignment in self.best.assignments or ()
            for index in self.options.indices_for(assignment)[:1]
        ]

    def _now(self) -> list[tuple[int, Members]]:
        """The best plan as patterns."""
        return self.relaxation.patterns_of(self._chosen())

    def _take(self, chosen: Sequence[int] | None) -> None:
        if chosen is not None:
            self.best.offer(self.days.timed(chosen))

    def _choice(
        self,
        patterns: Sequence[tuple[int, Members]],
        weights: Mapping[str, int],
        held: Mapping[str, int],
        kept: Sequence[tuple[int, Members]],
    ) -> Task[list[int] | None]:
        """An integer program at work."""
        everything = list(dict.fromkeys(patterns))
        program = Integer(self.ground, self.relaxation.links, everything, weights, held, kept, self.clock)
        seconds = max(0.0, self.clock.left() - MARGIN)
        start = [] if kept else [members for _, members in self._now()]
        return Task(lambda: program.solve(seconds, self.effort.seed, start))

    def _hear_search(self, *, wait: bool) -> None:
        if self.search is not None and (wait or self.search.done()):
            search, self.search = self.search, None
            self._take(search.wait(self.clock))

    def _bounds(self) -> None:
        """The LP of each goal that is open, with the earlier goals held at the best plan's levels."""
        for goal in self.goals:
            self._hear_search(wait=False)
            earlier = self.goals[: self.goals.index(goal)]
            held = self._levels(earlier)
            if not self.best.proven(goal) and self.bounded.get(goal, ({"": 0}, None))[0] != held:
                self.bounded[goal] = held, self._bound(goal, held)

    def _levels(self, goals: Sequence[str]) -> dict[str, int]:
        return {goal: self.ground.level(goal, self.best.values[goal]) for goal in goals}

    def _bound(self, goal: str, held: dict[str, int]) -> Round:
        self.progress.phase("goal", goal)
        master = self.relaxation.master
        master.hold(held)
        master.aim({goal: 1})

        def heard(last: Round) -> bool:
            self._hear_search(wait=False)
            self._learn(goal, last)
            return self.best.proven(goal)

        return self.relaxation.converge(0.0, heard)

    def _learn(self, goal: str, last: Round) -> None:
        # Whole numbers throughout: the bound is as exact as the prices.
        step = self.ground.step[goal]
        level = last.whole // (last.relaxed.prices.unit * step) * step
        if self.best.learn(goal, self.ground.value(goal, level)):
            self.progress.bound(goal, self.best.values[goal], self.best.bounds[goal])

    def _close(self) -> None:
        """Goal by goal: the patterns that could still improve it, until every goal has been looked at in vain."""
        self._hear_search(wait=True)
        tried: set[tuple[str, tuple[tuple[str, int], ...]]] = set()
        while True:
            self._bounds()
            todo = [
                goal
                for goal in self.goals
                if not self.best.proven(goal) and (goal, tuple(self._levels(self.goals).items())) not in tried
            ]
            if not todo:
                return
            goal = todo[0]
            tried.add((goal, tuple(self._levels(self.goals).items())))
            self.progress.phase("search", goal)
            held, last = self.bounded[goal]
            gap = last.bound - self._levels([goal])[goal]
            later = self.goals[self.goals.index(goal) :]
            patterns = self.relaxation.promising(last, MANY, gap)
            self._take(
                self._choice([*patterns, *self._now()], blend(self.ground, later), held, ()).wait(self.clock)
            )
