"""Rows between resources that seldom bind, so they enter the LP only when a solution breaks them.

They are a school's day (H5), a group's day and a crew's time (H6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.prices import LinkRow

SLACK = 1e-6


class Links:
    """All such rows of a ground by name, with their options; made when they are asked for."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        problem = ground.problem
        groups = {one.group: at for at, one in enumerate(problem.requests) if one.group is not None}
        self.group = np.array(
            [-1 if one.group is None else groups[one.group] for one in problem.requests], dtype=np.int64
        )
        crews = {one.crew: at for at, one in enumerate(problem.requests) if one.crew is not None}
        self.crew = np.array(
            [-1 if one.crew is None else crews[one.crew] for one in problem.requests], dtype=np.int64
        )
        options = ground.options
        self.leaves: Ints = options.leaves
        self.returns: Ints = options.returns
        # An option whose time is open meets nobody else of its crew (`options.py` split it otherwise).
        self.fixed: NDArray[np.bool_] = options.first == options.last

    def broken(self, use: NDArray[np.float64]) -> list[LinkRow]:
        """The rows that a fractional use of the options (`n` numbers from 0 to 1) breaks."""
        used = np.flatnonzero(use > SLACK)
        ground = self.ground
        found = list(self._by_day(used, use, ground.school[used], self._day_limits(used)))
        mine = used[self.group[ground.request[used]] >= 0]
        found += self._by_day(
            mine, use, len(ground.problem.schools) + self.group[ground.request[mine]], np.ones(len(mine))
        )
        return [*found, *self._crews(used, use)]

    def _day_limits(self, options: Ints) -> NDArray[np.float64]:
        limits = np.array([school.max_per_day for school in self.ground.problem.schools], dtype=np.float64)
        return limits[self.ground.school[options]] if len(options) else np.zeros(0)

    def _by_day(
        self, used: Ints, use: NDArray[np.float64], owner: Ints, limits: NDArray[np.float64]
    ) -> Iterator[LinkRow]:
        if not len(used):
            return
        keys, position = np.unique(owner * 10_000_000 + self.ground.day[used], return_inverse=True)
        sums = np.bincount(position, weights=use[used])
        limit = np.zeros(len(keys))
        limit[position] = limits
        for at in np.flatnonzero(sums > limit + SLACK).tolist():
            number, day = divmod(int(keys[at]), 10_000_000)
            yield LinkRow(self._on_day(number, day), int(limit[at]))

    def _on_day(self, owner: int, day: int) -> Ints:
        schools = len(self.ground.problem.schools)
        mine = (
            self.ground.school == owner
            if owner < schools
            else self.group[self.ground.request] == owner - schools
        )
        return np.flatnonzero(mine & (self.ground.day == day))

    def _crews(self, used: Ints, use: NDArray[np.float64]) -> Iterator[LinkRow]:
        crew = self.crew[self.ground.request]
        mine: dict[int, list[int]] = defaultdict(list)
        for at in used[(crew[used] >= 0) & self.fixed[used]].tolist():
            mine[int(crew[at])].append(at)
        for number, options in sorted(mine.items()):
            everybody = np.flatnonzero((crew == number) & self.fixed)
            for moment in sorted({int(self.leaves[at]) for at in options}):
                away = everybody[(self.leaves[everybody] <= moment) & (moment < self.returns[everybody])]
                if use[away].sum() > 1 + SLACK:
                    yield LinkRow(away, 1)
