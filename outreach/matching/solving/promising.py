"""The options that pricing has to look at, at given values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.ground import Ground, Ints


class Promising:
    """Those `among` the options that can be in a pattern worth anything, by resource and in falling order of value."""

    def __init__(self, ground: Ground, values: Ints, uses: Ints, sizes: Ints, among: Ints) -> None:
        self.ground = ground
        self.sizes = sizes
        self._uses = uses
        self._taken: set[int] = set()
        top = np.zeros(ground.resources, dtype=np.int64)
        np.maximum.at(top, ground.resource[among], values[among])
        # With the best companions an option of negative value can still serve a slot's minimum.
        rest = (sizes - 1) * top + uses
        chosen = among[values[among] + rest[ground.resource[among]] > 0]
        chosen = chosen[np.lexsort((chosen, -values[chosen], ground.resource[chosen]))]
        self._chosen, self._worth = chosen, values[chosen]
        self._options = chosen.tolist()
        self._values = values[chosen].tolist()
        resources, begins, counts = np.unique(ground.resource[chosen], return_index=True, return_counts=True)
        self._span = {
            at: (begin, begin + count)
            for at, begin, count in zip(resources.tolist(), begins.tolist(), counts.tolist(), strict=True)
        }

    @contextmanager
    def without(self) -> Iterator[set[int]]:
        """For a while without the options of the requests in this set, which the caller fills."""
        try:
            yield self._taken
        finally:
            self._taken = set()

    def sites(self) -> list[int]:
        """The sites with any promising option."""
        return sorted({int(self.ground.site_of[at]) for at in self._span})

    def most(self, rooms: Ints) -> Ints:
        """By site, more than which no pattern is worth: its best options of as many requests as it has room for (`rooms`)."""
        ground = self.ground
        uses = np.maximum(self._uses, 0)
        uses[ground.alone] = self._uses[ground.alone]
        found: Ints = np.zeros(len(ground.sites), dtype=np.int64)
        there = np.flatnonzero(ground.site_of >= 0)
        np.add.at(found, ground.site_of[there], uses[there])
        gaining = np.flatnonzero(self._worth > 0)
        found += largest(ground, self._chosen[gaining], self._worth[gaining], rooms)
        return np.maximum(found, 0)

    def of(self, resource: int) -> list[tuple[int, int]]:
        """(value, option) of a resource, the most valuable first."""
        begin, end = self._span.get(resource, (0, 0))
        pairs = zip(self._values[begin:end], self._options[begin:end], strict=True)
        if not self._taken:
            return list(pairs)
        request = self.ground.request
        return [(value, option) for value, option in pairs if request.item(option) not in self._taken]

    def gaining(self, resource: int) -> list[tuple[int, int]]:
        """Of these the ones that are worth something by themselves."""
        return list(takewhile(lambda pair: pair[0] > 0, self.of(resource)))

    def use(self, resource: int) -> int:
        return int(self._uses[resource])


def largest(ground: Ground, options: Ints, worth: Ints, rooms: Ints) -> Ints:
    """By site the sum of what its best `options` are `worth` (above 0), of as many requests as it has room for (`rooms`)."""
    found: Ints = np.zeros(len(ground.sites), dtype=np.int64)
    request, site = ground.request[options], ground.site_of[ground.resource[options]]
    # A request that several resources of a site could take counts once.
    order = np.lexsort((-worth, request, site))
    best = order[_first(site[order], request[order])]
    best = best[np.lexsort((-worth[best], site[best]))]
    site = site[best]
    taken = np.arange(len(site)) - np.searchsorted(site, site) < rooms[site]
    np.add.at(found, site[taken], worth[best[taken]])
    return found


def _first(*keys: Ints) -> NDArray[np.bool_]:
    """Which entries are the first of their kind, of sorted ones."""
    new = np.ones(len(keys[0]), dtype=np.bool_)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return new
