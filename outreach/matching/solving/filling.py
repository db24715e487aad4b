"""The best sets of options that can be together in one resource, each option having a value.

Sets are built in the order of falling value and given up as soon as the most valuable options left cannot make them better than
what is known. A slot for which that takes too long is filled by dynamic programming instead (`packing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

import numpy as np

from outreach.matching.solving.combining import Found
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.packing import Packing
from outreach.matching.solving.partners import BlockPartners, Partners, SlotPartners
from outreach.matching.solving.promising import Promising
from outreach.matching.solving.set_search import SetSearch

# Sets of a slot that are looked at one by one, about a millisecond; then a table is faster.
SLOT_STEPS = 400


@dataclass(frozen=True, slots=True)
class Listing:
    """A resource's best patterns, falling, and what any other is worth at most (None: no more than the floor that was given)."""

    patterns: list[Found]
    rest: int | None

    @property
    def best(self) -> int:
        """What the best pattern is worth at most, 0 for none."""
        return max(0, self.rest or 0, *(value for value, _ in self.patterns[:1]))


class Filling:
    """Answers for one ground; what can be with what is worked out once and kept."""

    def __init__(self, ground: Ground, clock: Clock) -> None:
        self.ground = ground
        self.clock = clock
        self._partners: dict[int, Partners] = {}
        self._packings: dict[int, Packing] = {}

    def sizes(self) -> Ints:
        """How many options a pattern of each resource may have at most."""
        problem, slots = self.ground.problem, self.ground.slots
        groups = np.array([problem.limits(slot).max_groups for slot in problem.slots], dtype=np.int64)
        # Whoever sets no limit writes a large number, which would leave 64 bits when it multiplies prices.
        groups = np.minimum(groups, np.diff(self.ground.bounds)[:slots])
        return np.concatenate([groups, self.ground.largest[slots:]])

    def patterns(
        self,
        resource: int,
        options: Sequence[tuple[int, int]],
        use: int,
        size: int,
        keep: int,
        floor: int = 0,
    ) -> Listing:
        """The `keep` best patterns of a resource among (value, option) in falling order; those worth no more than `floor` need not
        be among them. Raises `OutOfTime`."""
        partners = self.partners(resource)
        # With the best companions there are.
        rest = use + sum(max(0, value) for value, _ in options[: size - 1])
        options = list(takewhile(lambda one: one[0] + rest > floor, options))
        if size == 1:
            fitting = ((value + use, (option,)) for value, option in options if partners.enough((option,)))
            return _listing(list(islice(fitting, keep)), keep)
        search = SetSearch(partners, options, use, size, keep, self.clock, floor)
        found = search.run(SLOT_STEPS if isinstance(partners, SlotPartners) else None)
        if found is None and isinstance(partners, SlotPartners):
            packed = self._packing(resource, partners).best(options, use, keep)
            # The table knows no floor, and not the options that only patterns below it could have.
            return Listing([one for one in packed.patterns if one[0] > floor], max(packed.bound, floor))
        return _listing(found or [], keep)

    def listing(
        self, resource: int, promising: Promising, size: int | None, keep: int, floor: int = 0
    ) -> Listing:
        """The same among the promising options; `size` None: as many as can be."""
        most = int(promising.sizes[resource]) if size is None else size
        return self.patterns(resource, promising.of(resource), promising.use(resource), most, keep, floor)

    def _packing(self, resource: int, partners: SlotPartners) -> Packing:
        """Made when it is first needed."""
        if resource not in self._packings:
            self._packings[resource] = Packing(partners)
        return self._packings[resource]

    def partners(self, resource: int) -> Partners:
        """Who can be with whom in a resource."""
        known = self._partners.get(resource)
        if known is None:
            kind = SlotPartners if resource < self.ground.slots else BlockPartners
            known = self._partners[resource] = kind(self.ground, resource)
        return known


def _listing(patterns: list[Found], keep: int) -> Listing:
    return Listing(patterns, patterns[-1][0] if len(patterns) == keep else None)
