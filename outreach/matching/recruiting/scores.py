"""All ideas scored at once: what the most valuable requests that could take a slot are worth together.

A score is never below the value of the slot's best pattern: of seats, languages and days it knows only that each single group fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outreach.matching.problem import CODING_SESSION
from outreach.matching.recruiting.ideas import probe
from outreach.matching.recruiting.space import Idea, Space
from outreach.matching.solving.columns import Flags, Long
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.model import STAGES
from outreach.matching.solving.options import options_of


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """The ideas that differ in their half-day only."""

    kind: str
    topic: str
    stage: int
    district: str


class Fitting:
    """Who could go where and when. `free[kind, district]` has a row per request and a column per half-day of `Space.days`."""

    def __init__(self, space: Space, clock: Clock) -> None:
        self.space = space
        asked = space.problem.requests
        self.stage = np.array([STAGES[one.grade] for one in asked], dtype=np.int64)
        self.likes: dict[str, Flags] = {
            topic: np.array([one.open or topic in one.topics for one in asked], dtype=np.bool_)
            for topic in space.topics
        }
        pinned = {pin.request for pin in space.problem.pins}
        self._movable = np.array([one.id not in pinned for one in asked], dtype=np.bool_)
        self.free: dict[tuple[str, str], Flags] = {
            (kind, district): np.zeros((len(asked), 2 * len(space.days)), dtype=np.bool_)
            for kind in space.kinds
            for district in space.districts
        }
        self._ask(clock)

    def _ask(self, clock: Clock) -> None:
        """The candidate rules are asked of the solver's own arrays, about a slot in every district on every half-day."""
        days = {day: at for at, day in enumerate(self.space.days)}
        options = options_of(probe(self.space), clock)
        number = np.array([days.get(day, -1) for day in options.day.tolist()], dtype=np.int64)
        for at, district in enumerate(self.space.districts):
            for half in range(2):
                part = 2 * at + half
                for kind in self.space.kinds:
                    coding = kind == CODING_SESSION
                    mine = options.team == part if coding else _between(options.slot, part, len(days))
                    rows = np.flatnonzero(mine & (number >= 0) & self._movable[options.request])
                    self.free[kind, district][options.request[rows], 2 * number[rows] + half] = True

    def blocks(self) -> Iterator[Block]:
        """All of them, in a fixed order."""
        for kind, district in self.free:
            for stage in self.space.stages:
                for topic in self.space.topics:
                    yield Block(kind, topic, stage, district)

    def who(self, block: Block) -> Long:
        """The requests that suit a block, whatever their time."""
        return np.flatnonzero((self.stage == block.stage) & self.likes[block.topic])

    def scores(self, block: Block, values: Long) -> Long:
        """For each half-day what the best requests are worth, as many as a slot holds groups."""
        who, free = self._valuable(block, values)
        most = self.space.typical[block.kind].max_groups
        found: Long = values[who] @ (free & (np.cumsum(free, axis=0) <= most))
        return found

    def best(self, block: Block, half: int, values: Long) -> list[int]:
        """Those best requests of one half-day (numbered from 0 over `Space.days`)."""
        who, free = self._valuable(block, values)
        found: list[int] = who[free[:, half]][: self.space.typical[block.kind].max_groups].tolist()
        return found

    def count(self, block: Block, among: Flags) -> Long:
        """For each half-day how many of some requests could take the slot."""
        who = self.who(block)
        found: Long = self.free[block.kind, block.district][who[among[who]]].sum(axis=0)
        return found

    def score(self, idea: Idea, values: Long) -> int:
        """What one idea's slot is worth at most."""
        block = Block(idea.kind, idea.topic, idea.stage, idea.district)
        return int(self.scores(block, values)[2 * self.space.days.index(idea.day) + idea.half])

    def idea(self, block: Block, half: int) -> Idea:
        """One idea of a block."""
        day = self.space.days[half // 2]
        return Idea(block.kind, block.topic, block.stage, block.district, day, half % 2)

    def _valuable(self, block: Block, values: Long) -> tuple[Long, Flags]:
        who = self.who(block)
        who = who[values[who] > 0]
        who = who[np.argsort(-values[who], kind="stable")]
        return who, self.free[block.kind, block.district][who]


def _between(numbers: NDArray[np.integer[Any]], part: int, count: int) -> Flags:
    found: Flags = (numbers >= part * count) & (numbers < (part + 1) * count)
    return found
