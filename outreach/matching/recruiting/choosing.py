"""The most promising ideas, no twenty near copies: no two alike but for the half-day, no two that count on the same groups.

They are taken one after the other. Those whom an idea would serve are worth nothing to the ideas after it, so each stands for
groups of its own, and a list taken to the firms as a whole does not count anybody twice. Values only fall on the way, so an idea
whose old score does not lead need not be scored again ("lazy greedy"; Minoux, "Accelerated greedy algorithms", 1978).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outreach.matching.recruiting.scores import Block, Fitting
from outreach.matching.recruiting.space import Idea
from outreach.matching.solving.columns import Flags, Long
from outreach.matching.solving.engine import Clock


@dataclass(frozen=True, slots=True)
class Promising:
    """An idea, its score, how many waiting groups could take it, and the half-days (day, half) that would do as well."""

    idea: Idea
    score: int
    waiting: int
    also: tuple[tuple[int, int], ...]


class Choosing:
    """`waiting` marks the requests that are not placed."""

    def __init__(self, fitting: Fitting, values: Long, waiting: Flags) -> None:
        self.fitting = fitting
        self.values = values.copy()
        self.waiting = waiting

    def ideas(self, clock: Clock) -> Iterator[Promising]:
        """The next best idea, again and again, until none is worth anything. Raises `OutOfTime`."""
        heap: list[tuple[int, int, Block, int]] = []
        for block in self.fitting.blocks():
            clock.check()
            heap.append((*self._best(block), block, 0))
        heapq.heapify(heap)
        chosen = 0
        while heap:
            clock.check()
            score, _, block, known = heapq.heappop(heap)
            if score >= 0:
                return
            if known < chosen:
                heapq.heappush(heap, (*self._best(block), block, chosen))
                continue
            chosen += 1
            yield self._choose(block)

    def _best(self, block: Block) -> tuple[int, int]:
        """A block's best score and, of its half-days with that score, the most who wait: both negative, for a heap's order."""
        scores = self.fitting.scores(block, self.values)
        if scores.max(initial=0) <= 0:
            return 0, 0
        count = self.fitting.count(block, self.waiting)
        return -int(scores.max()), -int(count[scores == scores.max()].max())

    def _choose(self, block: Block) -> Promising:
        scores = self.fitting.scores(block, self.values)
        count = self.fitting.count(block, self.waiting)
        score, waiting = (-one for one in self._best(block))
        halves = np.flatnonzero((scores == score) & (count == waiting)).tolist()
        self.values[self.fitting.best(block, halves[0], self.values)] = 0
        days = self.fitting.space.days
        also = tuple((days[half // 2], half % 2) for half in halves[1:])
        return Promising(self.fitting.idea(block, halves[0]), score, waiting, also)
