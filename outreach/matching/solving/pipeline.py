"""From a first plan to the best one with its proof: how the parts of this folder follow each other on a whole territory.

1. `Relaxation` solves the pattern LP of a blend of the goals; its solutions, rounded, are plans within seconds (`rounding.py`).
2. What the LP has decided is kept and the rest chosen by an integer program: on a city that is 1-2 groups from the best.
3. Goal by goal the LP, with the earlier goals held, proves how much better a plan could be.
4. Beside all this, in another thread, `LocalSearch` chooses parts of the best plan anew, where the LP's prices say that it loses.
5. Where value and bound still differ, the patterns that the difference leaves possible are searched goal by goal.

Where a small problem's LP is loose (a slot of many groups has one key stage, the LP shares it between several), CP-SAT searches the
whole: at once for a goal that counts who is served, for another after the search of its promising patterns.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

import numpy as np

from outreach.matching.explanation import SERVING
from outreach.matching.solving import pace
from outreach.matching.solving.background import Task
from outreach.matching.solving.blend import blend
from outreach.matching.solving.diving import dive
from outreach.matching.solving.engine import POLL_SECONDS
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.integer import Integer
from outreach.matching.solving.local_search import LocalSearch
from outreach.matching.solving.master import Members
from outreach.matching.solving.regions import Regions
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.rounding import rounded
from outreach.matching.solving.search import Search
from outreach.matching.solving.work import Work


class Pipeline:
    """Improves `best` (which holds a plan already) and its bounds until all is proven or nothing helps any more."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.options, self.days, self.best = work.options, work.days, work.best
        self.clock, self.progress, self.effort = work.clock, work.progress, work.effort
        self.goals = self.options.problem.objectives
        # With one worker a run is to end the same way on any machine: no part of it is cut short by a share of the time.
        self.alone = self.effort.workers == 1
        # Small enough for CP-SAT's search of the whole, which is then worth more than integer programs and more dives.
        self.small = not self.alone and len(self.options) <= pace.SMALL
        self.ground = Ground(self.options, self.days, self.clock)
        self.relaxation = Relaxation(self.ground, self.clock, self.effort.workers)
        self.bounded: dict[str, tuple[dict[str, int], Round]] = {}
        """Per goal the levels at which its LP was solved last, and that solution."""
        self.tried: set[tuple[str, tuple[tuple[str, int], ...]]] = set()
        """Goals and levels at which the promising patterns were searched in vain."""
        self.local: LocalSearch | None = None
        self.whole: Search | None = None
        self.searched: set[str] = set()
        """Goals for which CP-SAT has searched the whole."""
        self.hurried: set[str] = set()
        """Goals for which the promising patterns were searched as soon as the goal had a bound."""

    def run(self) -> None:
        """Raises `OutOfTime` and `Unsolved`."""
        try:
            blended = self._relax()
            self._begin_local(blended)
            self._choose_rest(blended)
            self._bounds()
            self._close()
        finally:
            if self.local is not None:
                self.local.stop()
                self._hear()

    def _relax(self) -> Round:
        """The LP of all goals at once."""
        self.progress.phase("relaxation")
        weights = blend(self.ground, self.goals)
        self.relaxation.master.aim(weights)
        self.relaxation.seed(self._chosen(), weights)
        until = self.clock if self.alone else self.clock.part(pace.RELAXING)
        rounds = 0

        def heard(last: Round) -> bool:
            nonlocal rounds
            rounds += 1
            # The first fractional plans are the worst and each rounding takes as long as a round of the LP.
            if rounds.bit_count() == 1:
                self._round(last)
            self._hear()
            if rounds == pace.USEFUL:
                self._begin_local(last)
            return until.left() <= 0

        last = self.relaxation.converge(pace.CLOSE, heard)
        if not last.exact:
            # What the LP takes wholly is to be seen, and only a basic solution takes much wholly.
            last = self.relaxation.exactly()
        self._round(last)
        self._dive(last, self.goals)
        return last

    def _round(self, last: Round) -> None:
        self._take(rounded(self.options, self.days, last.relaxed.use, self.clock))

    def _dive(self, last: Round, goals: Sequence[str]) -> None:
        """Plans from the LP of these goals as it stands, until one serves as many as the LP does."""
        until = self.clock if self.alone else self.clock.rest(pace.DIVING)
        for part in pace.PARTS[: 1 if self.alone else None]:
            if until.left() > 0 and self._serves_fewer(last, goals):
                use = dive(self.ground, self.relaxation.master, part, until, self.clock, self._hear)
                self.clock.check()
                self._take(rounded(self.options, self.days, use, self.clock))

    def _serves_fewer(self, last: Round, goals: Sequence[str]) -> bool:
        """Whether the best plan is a step or more behind the LP in a goal that counts groups; where there is none nobody knows."""
        served = [goal for goal in goals if goal in SERVING and not self.ground.reach[goal].any()]
        needed = {goal: level + self.ground.step[goal] for goal, level in self._levels(served).items()}
        gain, use = self.ground.gain, last.relaxed.use
        return not served or any(gain[goal] @ use >= needed[goal] - pace.ROUNDING for goal in served)

    def _begin_local(self, blended: Round) -> None:
        """From now on the local search is at work, at these prices."""
        links = self.relaxation.master.link_rows[: len(blended.relaxed.prices.links)]
        regions = Regions(self.ground, blended.relaxed.prices, links, np.random.default_rng(self.effort.seed))
        if self.local is not None:
            self.local.regions = regions
            return
        self.local = LocalSearch(self.ground, regions, self.clock, self.effort.seed)
        self._give()
        if not self.alone:
            self.local.start()

    def _give(self) -> None:
        if self.local is not None:
            self.local.give(self._chosen(), {goal: self.best.proven(goal) for goal in self.goals})

    def _hear(self) -> None:
        """Take over what the local search has found."""
        if self.local is not None:
            for plan in reversed(self.local.news()):
                # The last is the best; an earlier one is asked for only where the judge refuses it.
                if self.best.offer(self.days.timed(plan)):
                    return

    def _choose_rest(self, blended: Round) -> None:
        """What the LP takes wholly stays, an integer program chooses the rest."""
        self.progress.phase("rounding")
        weights = blend(self.ground, self.goals)
        kept = self.relaxation.decided(blended.relaxed)
        pool = self.relaxation.beside(kept, self.relaxation.promising(blended.relaxed, pace.SOME, None))
        # With the best plan to begin with HiGHS stays near it: on a city preference ended 0.3 % lower.
        self._choose(self._program([*kept, *pool], weights, {}, kept), ())

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
            known = self.best.assignments
            self.best.offer(self.days.timed(chosen))
            if self.best.assignments is not known:
                self._give()

    def _program(
        self,
        patterns: Sequence[tuple[int, Members]],
        weights: Mapping[str, int],
        held: Mapping[str, int],
        kept: Sequence[tuple[int, Members]],
    ) -> Integer:
        everything = list(dict.fromkeys(patterns))
        return Integer(self.ground, self.relaxation.links, everything, weights, held, kept, self.clock)

    def _choose(self, program: Integer, start: Sequence[Members]) -> None:
        """The best choice as far as an integer program finds it."""
        left = self.clock.left()
        share = pace.SHARE_SMALL if self.small else pace.SHARE
        seconds = max(0.0, min(left if self.alone else share * left, left - pace.MARGIN))
        nodes = pace.NODES_ALONE if self.alone else pace.NODES
        task = Task(lambda: program.solve(seconds, self.effort.seed, start, nodes))
        self._take(task.wait(self.clock, self._hear))

    def _bounds(self) -> None:
        """The LP of each goal that is open, the earlier goals held at the best plan's levels."""
        for goal in self.goals:
            held = self._levels(self.goals[: self.goals.index(goal)])
            if not self.best.proven(goal) and self.bounded.get(goal, ({"": 0}, None))[0] != held:
                self.bounded[goal] = held, self._bound(goal, held)
                if goal in SERVING:
                    self._bounded_first(goal)

    def _bounded_first(self, goal: str) -> None:
        """A goal that counts who is served is searched as soon as it has a bound: what it gains now moves all goals after it."""
        if not self.small and self.best.open_wide(goal, pace.WIDE):
            self._dive(self.bounded[goal][1], [goal])
        self._search_whole(goal)
        if goal not in self.hurried and self.best.open_wide(goal, pace.LOOSE):
            self.hurried.add(goal)
            self._search(goal)

    def _search_whole(self, goal: str) -> bool:
        """Once for a goal whose LP is loose, where the problem is small enough, by all threads: whether it was searched now."""
        if not self.small or goal in self.searched or not self.best.open_wide(goal, pace.LOOSE):
            return False
        self.searched.add(goal)
        self.whole = self.whole or Search(self.work)
        if self.local is not None:
            self.local.rest()
        self.whole.goal(goal, pace.SHARE_WHOLE * self.clock.left())
        self._give()
        return True

    def _levels(self, goals: Sequence[str]) -> dict[str, int]:
        return {goal: self.ground.level(goal, self.best.values[goal]) for goal in goals}

    def _bound(self, goal: str, held: dict[str, int]) -> Round:
        self.progress.phase("goal", goal)
        master = self.relaxation.master
        master.hold(held)
        master.aim({goal: 1})

        def heard(last: Round) -> bool:
            self._hear()
            now = self._levels(list(held))
            if any(now[earlier] < level for earlier, level in held.items()):
                # A better plan has come that is worse in one of the goals held: this bound is not for it.
                return True
            self._learn(goal, last)
            return self.best.proven(goal) or self._settled(goal, last)

        return self.relaxation.converge(0.0, heard)

    def _learn(self, goal: str, last: Round) -> None:
        # Whole numbers throughout: the bound is as exact as the prices.
        step = self.ground.step[goal]
        level = last.whole // (last.relaxed.prices.unit * step) * step
        if self.best.learn(goal, self.ground.value(goal, level)):
            self.progress.bound(goal, self.best.values[goal], self.best.bounds[goal])
            if self.best.proven(goal):
                self._give()

    def _settled(self, goal: str, last: Round) -> bool:
        """Whether more rounds cannot bring the bound to the next possible value: the LP of more patterns is never lower."""
        step = self.ground.step[goal]
        reached = math.floor(last.relaxed.value / step + pace.ROUNDING) * step
        return last.exact and reached >= self.ground.level(goal, self.best.bounds[goal])

    def _close(self) -> None:
        """Goal by goal: the patterns that could still improve it, until every goal has been looked at in vain."""
        while True:
            self._bounds()
            levels = tuple(self._levels(self.goals).items())
            open_goals = [goal for goal in self.goals if not self.best.proven(goal)]
            todo = [goal for goal in open_goals if (goal, levels) not in self.tried]
            # HiGHS can take all the time there is, so without a second thread it comes when nothing else helps.
            if open_goals and self.alone and self._local_helps():
                continue
            if todo:
                self.tried.add((todo[0], levels))
                self._search(todo[0])
            elif not any(self._search_whole(goal) for goal in open_goals) and not self._local_helps():
                return

    def _search(self, goal: str) -> None:
        self.progress.phase("search", goal)
        held, last = self.bounded[goal]
        gap = last.bound - self._levels([goal])[goal]
        later = self.goals[self.goals.index(goal) :]
        patterns = self.relaxation.promising(last.relaxed, pace.MANY, gap)
        program = self._program([*patterns, *self._now()], blend(self.ground, later), held, ())
        self._choose(program, [members for _, members in self._now()])

    def _local_helps(self) -> bool:
        """Let the local search go on until it finds a better plan; False when it has tried in vain for long."""
        if self.local is None:
            return False
        self.progress.phase("parts")
        known = self.best.assignments
        patience = pace.IDLE if self.alone or self.small else math.inf
        while self.best.assignments is known and self.local.idle < patience:
            if not (self.local.step() if self.alone else self.local.at_work()):
                return False
            if not self.alone:
                self.clock.check()
                time.sleep(POLL_SECONDS)
            self._hear()
        return self.best.assignments is not known
