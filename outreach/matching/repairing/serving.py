"""Serving more at the price of more changes: parts of the plan around somebody without a place are chosen anew.

A part frees one request that has no place, some of the bookings that stand in its way, some that stand in their way, and a few
others without a place; the rest stays. Each choice of CP-SAT is at least as good as what it replaces, by the policy's own measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from outreach.matching.plan import Value
from outreach.matching.repairing.policies import rank_by
from outreach.matching.repairing.scene import Scene
from outreach.matching.solving.columns import Flags, Long, Whole
from outreach.matching.solving.engine import Clock, Effort, OutOfTime
from outreach.matching.solving.part import Part

# Bookings freed around the one without a place, and others without a place that may come in.
IN_THE_WAY = 24
BEHIND = 16
WAITING = 40
# One part's share of CP-SAT's deterministic time, some two seconds.
PART_BUDGET = 2.0
# So many targets in a row without a better plan end the search (those with a place by now among them).
PATIENCE = 2000


class Serving:
    """Looks for better plans by `measures`, of which those before `changes` serve; with `workers` threads if others are at work."""

    def __init__(self, scene: Scene, measures: Sequence[str], clock: Clock, workers: int = 0) -> None:
        self.scene = scene
        self.measures = measures
        self.clock = clock
        self.rng = np.random.default_rng(scene.effort.seed)
        self.effort = Effort(workers or scene.effort.workers, scene.effort.seed, PART_BUDGET)

    def improved(self, rows: Long, enough: Callable[[Mapping[str, Value]], bool]) -> Long:
        """A plan at least as good. Ends when `enough` says yes, when patience ends, or with the clock."""
        best, in_vain = rows, 0
        values = self.scene.measured(self.scene.assignments(best))
        hopeful = int((self.scene.options.of_request.counts > 0).sum())
        patience = min(PATIENCE, 2 * hopeful)
        for target in self._targets(rows):
            in_vain += 1
            if self.clock.left() <= 0 or in_vain > patience or enough(values):
                break
            if self._settled(best, target):
                continue
            found = self._chosen_anew(best, target)
            if found is None:
                continue
            better = self.scene.measured(self.scene.assignments(found))
            if rank_by(self.measures, better) > rank_by(self.measures, values):
                best, values, in_vain = found, better, 0
        return best

    def _settled(self, plan: Long, target: int) -> bool:
        """Whether the request is where it was, or newly has a place: nothing is to be gained around it."""
        scene = self.scene
        mine = plan[scene.options.request[plan] == target]
        return bool(len(mine)) and (not scene.had[target] or int(mine[0]) == int(scene.kept_row[target]))

    def _targets(self, rows: Long) -> Iterator[int]:
        """Requests to find a place for, again and again: those that had one first, those of schools with nothing before others."""
        scene = self.scene
        served = np.zeros(len(scene.problem.schools), dtype=np.bool_)
        served[scene.school[scene.options.request[rows]]] = True
        hopeful = scene.options.of_request.counts > 0
        while True:
            order = self.rng.permutation(np.flatnonzero(hopeful))
            urgent = scene.had[order] * 2 + ~served[scene.school[order]]
            yield from order[np.argsort(-urgent, kind="stable")].tolist()

    def _chosen_anew(self, plan: Long, target: int) -> Long | None:
        scene = self.scene
        asking = self._asking(plan, target)
        request = scene.options.request
        stays = ~asking[request[plan]]
        fixed, own = plan[stays], plan[~stays]
        free = scene.possible_beside(fixed, np.flatnonzero(scene.rows_of(asking)))
        free = np.union1d(free, own)
        near = scene.neighbours.near(fixed, free)
        try:
            part = Part(scene.options, free, fixed[near], self.clock)
            part.aim(self.measures)
            part.hint(np.concatenate([own, fixed[near]]).tolist())
            choice = part.choose(self.effort, self.clock)
        except OutOfTime:
            return None
        if choice.chosen is None:
            return None
        return np.union1d(np.array(choice.chosen, dtype=np.int64), fixed[~near])

    def _asking(self, plan: Long, target: int) -> Flags:
        """By request: whether it may be placed anew."""
        scene = self.scene
        request = scene.options.request
        asking: Flags = np.zeros(len(scene.had), dtype=np.bool_)
        asking[target] = True
        for most in (IN_THE_WAY, BEHIND):
            wanted = np.flatnonzero(scene.rows_of(asking))
            self._add(asking, request[plan[self._beside(plan, wanted)]], most)
        unplaced = np.ones(len(scene.had), dtype=np.bool_)
        unplaced[request[plan]] = False
        there = np.isin(scene.days.resource, scene.days.resource[plan[asking[request[plan]]]])
        self._add(asking, np.unique(request[there & unplaced[request]]), WAITING)
        pinned = [scene.options.positions.request[pin.request] for pin in scene.problem.pins]
        asking[pinned] = False
        return asking

    def _beside(self, plan: Long, wanted: Long) -> Flags:
        """Which chosen options fill a slot, team-day or school that some of the wanted ones would need."""
        options, resource = self.scene.options, self.scene.days.resource
        found: Flags = np.isin(resource[plan], resource[wanted])
        found |= np.isin(options.school[plan], options.school[wanted])
        # A company's week is full as often as a slot is.
        company, week = options.company.astype(np.int64), options.week
        found |= np.isin(company[plan] * 10**7 + week[plan], company[wanted] * 10**7 + week[wanted])
        return found

    def _add(self, asking: Flags, more: Whole, most: int) -> None:
        new = np.array([one for one in dict.fromkeys(more.tolist()) if not asking[one]], dtype=np.int64)
        asking[self.rng.permutation(new)[:most]] = True
