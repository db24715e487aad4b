"""Which options belong to the same request, slot or team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from outreach.matching.solving.columns import Long, Small
from outreach.matching.solving.supply import grouped


class Named(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str: ...


class Groups(Mapping[str, Sequence[int]]):
    """The options of each thing by its id, ascending; only things with any, in the order of their first option.

    `at` gives them by the thing's position, `counts` how many each has; `order` holds all of them thing by thing, `begins` where
    each thing's begin.
    """

    def __init__(self, owner: Small, things: Sequence[Named], positions: Mapping[str, int]) -> None:
        self.order, self.begins = grouped(owner, len(things))
        self.counts: Long = np.diff(self.begins)
        self._things = things
        self._positions = positions

    def at(self, position: int) -> Long:
        """The options of the thing at this position of the problem's list."""
        return self.order[self.begins[position] : self.begins[position + 1]]

    def count(self, name: str) -> int:
        """How many options a thing has."""
        return int(self.counts[self._positions[name]])

    def __getitem__(self, name: str) -> Sequence[int]:
        mine: list[int] = self.at(self._positions[name]).tolist()
        if not mine:
            raise KeyError(name)
        return mine

    def __iter__(self) -> Iterator[str]:
        there = np.flatnonzero(self.counts)
        for position in there[np.argsort(self.order[self.begins[there]])].tolist():
            yield self._things[position].id

    def __len__(self) -> int:
        return int(np.count_nonzero(self.counts))
