"""Which one more slot would place most of the groups that wait: a list to take to the firms.

1. `worth.py`: the duals of the pattern LP tell what each request is worth in a new place while nobody placed loses theirs, and
   bound what any one slot can bring.
2. `scores.py`: every kind x topic x key stage x district x half-day is scored by that; `choosing.py` takes the most promising ones,
   no two that count on the same groups.
3. `confirming.py`: each is added alone and the plan solved again around it; nobody who has a place loses it, anybody may move.
4. Each plan is judged by the rules of `check` before its slot is told.

Key stages stand for grades: groups that share a slot are of one key stage, and a firm that takes all its grades takes each of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import numpy as np

from outreach.matching.check import faults_of
from outreach.matching.explaining.stand import Unfit
from outreach.matching.plan import Plan
from outreach.matching.problem import Assignment, Problem
from outreach.matching.recruiting.choosing import Choosing, Promising
from outreach.matching.recruiting.confirming import Trial, Trials
from outreach.matching.recruiting.extra import Count, Extra, Recruit
from outreach.matching.recruiting.ideas import Added, added
from outreach.matching.recruiting.scores import Fitting
from outreach.matching.recruiting.space import Space
from outreach.matching.recruiting.worth import Worth, worth_of
from outreach.matching.solving.engine import Clock, Loading, OutOfTime

MOST = 20
# So many ideas are tried at most for one that is told, a batch at a time.
PATIENCE = 3
# So many options at most are few enough for CP-SAT to answer exactly, slot by slot.
EXACT = 400
# The LP has this share of the time at most: any round's prices prove a bound.
PRICING = 0.6

Listener = Callable[[str, int, int], None]
"""Hears the phase, how much of it is done, and of how much."""


def recruit(
    problem: Problem,
    plan: Plan,
    *,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 0,
    most: int = MOST,
    exact: int = EXACT,
    on_progress: Listener | None = None,
    on_extra: Callable[[Extra], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Recruit:
    """The best `most` slots, within `seconds` of wall time; what the time did not suffice to confirm is not told.

    `on_extra` hears each slot as soon as it is confirmed, in no order. Problems of at most `exact` options are answered by CP-SAT
    as a whole. Raises `Unfit` for a plan that breaks a rule of the problem, `OutOfTime` where nothing at all could be found out.
    """
    began = time.monotonic()
    clock = Clock(began, began + seconds, stop or _never)
    for fault in faults_of(problem, plan.assignments):
        raise Unfit(fault.sentence)
    run = _Run(problem, plan, clock, (workers, seed, exact), on_progress or _deaf, on_extra or _unheard)
    return run.answer(most)


class _Run:
    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        clock: Clock,
        effort: tuple[int, int, int],
        listener: Listener,
        on_extra: Callable[[Extra], None],
    ) -> None:
        self.problem = problem
        self.plan = {one.request: one for one in plan.assignments}
        self.served = {problem.visit_request[name].school for name in self.plan}
        self.clock = clock
        self.workers, self.seed, self.exact = effort
        self.listener, self.on_extra = listener, on_extra
        loading = Loading()
        self.space = Space(problem)
        self.fitting = Fitting(self.space, clock)
        clock.check()
        loading.wait(clock)
        listener("prices", 0, 1)
        largest = max((one.max_groups for one in self.space.typical.values()), default=1)
        self.worth: Worth = worth_of(problem, tuple(self.plan.values()), largest, clock.part(PRICING))
        self.tried = 0
        self.extras: list[Extra] = []
        self.without = Count(0, self._most(0))

    def _most(self, score: int) -> int:
        """How many more groups a slot of this score can bring at most."""
        waiting = len(self.problem.requests) - len(self.plan)
        return max(0, min(waiting, self.worth.groups(score)))

    def answer(self, most: int) -> Recruit:
        placed = np.array([one.id in self.plan for one in self.problem.requests], dtype=np.bool_)
        choosing = Choosing(self.fitting, self.worth.values, ~placed)
        with suppress(OutOfTime):
            self._try_without()
            ideas = islice(choosing.ideas(self.clock), PATIENCE * most)
            while len(self.extras) < most and (batch := list(islice(ideas, most))):
                self._try(batch, most)
        self.extras.sort(
            key=lambda one: (-one.groups.value, -self._weight(one), -one.waiting, len(one.moves))
        )
        return Recruit(
            placed=len(self.plan),
            waiting=len(self.problem.requests) - len(self.plan),
            without=self.without,
            ideas=sum(1 for _ in self.fitting.blocks()) * 2 * len(self.space.days),
            tried=self.tried,
            priced=self.worth.rounds > 0,
            extras=tuple(self.extras[:most]),
            seconds=round(self.clock.seconds(), 3),
        )

    def _weight(self, extra: Extra) -> int:
        return sum(self.problem.school[name].weight for name in extra.schools)

    def _try(self, batch: Sequence[Promising], most: int) -> None:
        firms = added(self.space, [one.idea for one in batch], self.tried + 1)
        trials = self._trials(firms)
        for one, firm in zip(batch, firms, strict=True):
            self.clock.check()
            self.listener("slots", len(self.extras), most)
            bound = self._most(self.fitting.score(one.idea, self.worth.values))
            trial = trials.of(firm, bound)
            self.tried += 1
            self._take(one, trial, self._count(trial, bound))
            if len(self.extras) == most:
                return

    def _trials(self, firms: Sequence[Added]) -> Trials:
        effort = (self.workers, self.seed, self.exact)
        return Trials(self.problem, tuple(self.plan.values()), firms, self.worth.values, effort, self.clock)

    def _try_without(self) -> None:
        if self.without.bound:
            self.listener("without", 0, 1)
            trial = self._trials([]).without(self.without.bound)
            found = self._count(trial, self.without.bound)
            self.without = found if not trial.faults(self.problem, self.plan) else self.without

    def _count(self, trial: Trial, bound: int) -> Count:
        value = len(trial.assignments) - len(self.plan)
        return Count(value, bound if trial.most is None else min(bound, trial.most))

    def _take(self, one: Promising, trial: Trial, groups: Count) -> None:
        """Tell what a slot brings if it brings anything and the judge agrees."""
        if not groups.value or trial.firm is None or trial.faults(self.problem, self.plan):
            return
        gains = tuple(new for new in trial.assignments if new.request not in self.plan)
        schools = dict.fromkeys(self.problem.visit_request[new.request].school for new in gains)
        extra = Extra(
            one.idea,
            trial.firm,
            groups,
            one.waiting,
            gains,
            tuple(self._moves(trial)),
            tuple(name for name in schools if name not in self.served),
            one.also,
        )
        self.extras.append(extra)
        self.on_extra(extra)

    def _moves(self, trial: Trial) -> Iterator[tuple[Assignment, Assignment]]:
        for new in trial.assignments:
            old = self.plan.get(new.request)
            if old is not None and old != new:
                yield old, new


def _never() -> bool:
    return False


def _deaf(_: str, __: int, ___: int) -> None:
    """Nobody listens."""


def _unheard(_: Extra) -> None:
    """Nobody listens."""
