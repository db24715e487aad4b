"""The options that pricing has to look at, at given values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

import numpy as np

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
