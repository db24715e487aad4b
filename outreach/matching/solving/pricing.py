"""The best patterns of a resource or site when every option has a value: exact, so that what it finds none better than is a bound.

A pattern of a slot is a set of groups that may share it; a pattern of a team's block is a set of sessions it can give. Sets
are built in the order of falling value and given up as soon as the most valuable options left cannot make them better than
what is known. A slot for which that takes too long is filled by dynamic programming instead (`packing.py`).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.combining import Found, Members, Shelf, combined
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.packing import Packing
from outreach.matching.solving.partners import BlockPartners, Partners, SlotPartners

KEPT = 3
# Patterns of a resource that are looked at when it shares its sessions with others; what lies behind them is bounded.
WIDE = 12
# Sets of a slot that are looked at one by one, about a millisecond; then a table is faster.
SLOT_STEPS = 400
# Sets of any resource between two looks at the clock: whether a team can give eight sessions takes a millisecond.
STEPS_A_LOOK = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """A resource's best patterns, falling, and what any other is worth at most (None: no other is worth anything)."""

    patterns: list[Found]
    rest: int | None

    @property
    def best(self) -> int:
        """What the best pattern is worth at most, 0 for none."""
        return max(0, self.rest or 0, *(value for value, _ in self.patterns[:1]))


@dataclass
class Priced:
    """What a round of pricing found: per site the value of its best pattern (0 for none), and patterns worth more than the
    site's price, the best first."""

    best: list[int]
    columns: list[tuple[int, Members]] = field(default_factory=list)


class Pricing:
    """Answers for one ground; what can be with what is worked out once and kept."""

    def __init__(self, ground: Ground, clock: Clock) -> None:
        self.ground = ground
        self.clock = clock
        self.groups = np.array(
            [ground.problem.limits(slot).max_groups for slot in ground.problem.slots], dtype=np.int64
        )
        self._partners: dict[int, Partners] = {}
        self._packings: dict[int, Packing] = {}
        self._last: tuple[Ints, Ints] | None = None
        self._priced: dict[int, tuple[int, list[Found]]] = {}

    def price(self, values: Ints, uses: Ints, site_prices: Ints) -> Priced:
        """Every site's best pattern at these values of options and of using a resource. Raises `OutOfTime`."""
        promising = _Promising(self.ground, values, uses, self._sizes())
        best = [0] * len(self.ground.sites)
        found: list[tuple[int, int, Members]] = []
        prices = site_prices.tolist()
        same = self._same(values, uses)
        priced: dict[int, tuple[int, list[Found]]] = {}
        for number in promising.sites():
            self.clock.check()
            priced[number] = self._priced[number] if same[number] else self._site(number, promising)
            best[number], patterns = priced[number]
            found += [(prices[number] - value, number, members) for value, members in patterns]
        self._last, self._priced = (values, uses), priced
        found.sort()
        return Priced(best, [(number, members) for gap, number, members in found if gap < 0])

    def _same(self, values: Ints, uses: Ints) -> NDArray[np.bool_]:
        """Which sites were priced at these very values the last time: late rounds change few of them."""
        ground = self.ground
        same = np.full(len(ground.sites), self._last is not None)
        if self._last is not None:
            changed = ground.resource[values != self._last[0]]
            same[ground.site_of[changed]] = False
            same[ground.site_of[np.flatnonzero((uses != self._last[1]) & (ground.site_of >= 0))]] = False
        return same

    def least_loss(self, rows: Ints, values: Ints, uses: Ints, best: Sequence[int]) -> int | None:
        """By how much the best patterns (`best` by site, as `price` found them) fall at least where one of these options has to be
        in a pattern; None where none can be in any."""
        least: int | None = None
        raised = values.copy()
        # More than all else together, so that every best pattern has one of them where any has.
        lift = int(np.abs(values).sum() + np.abs(uses).sum()) + 1
        raised[rows] += lift
        promising = _Promising(self.ground, raised, uses, self._sizes())
        for number in np.unique(self.ground.site_of[self.ground.resource[rows]]).tolist():
            value, _ = self._site(number, promising)
            # Where tails bound a week, two of the options may stand in one bound: then the loss is below 0 and tells nothing.
            if value > lift // 2:
                loss = best[number] - (value - lift)
                least = loss if least is None else min(least, loss)
        return None if least is None else max(0, least)

    def _sizes(self) -> Ints:
        """How many options a pattern of each resource may have at most."""
        slots = self.ground.slots
        # Whoever sets no limit writes a large number, which would leave 64 bits when it multiplies prices.
        groups = np.minimum(self.groups, np.diff(self.ground.bounds)[:slots])
        return np.concatenate([groups, self.ground.largest[slots:]])

    def _site(self, number: int, promising: _Promising) -> tuple[int, list[Found]]:
        """A site's best value (or, for resources together, a bound of it; never below 0) and its best patterns, falling."""
        site = self.ground.sites[number]
        if site.limit is None:
            listing = self._alone(site.resources[0], promising, None, KEPT)
            return listing.best, listing.patterns
        shelves = [self._shelf(at, promising, site.limit) for at in site.resources if promising.of(at)]
        return combined(shelves, site.limit, self.ground.request, KEPT)

    def _shelf(self, at: int, promising: _Promising, limit: int) -> Shelf:
        """The best patterns of a resource for each number of sessions."""
        if at < self.ground.slots:
            listing = self._alone(at, promising, None, WIDE)
            return Shelf({1: listing.patterns}, {1: listing.rest})
        listed: dict[int, list[Found]] = {}
        tails: dict[int, int | None] = {}
        for sessions in range(1, min(int(promising.sizes[at]), limit) + 1):
            listing = self._alone(at, promising, sessions, WIDE)
            listed[sessions] = [one for one in listing.patterns if len(one[1]) == sessions]
            tails[sessions] = listing.rest
        return Shelf(listed, tails)

    def _alone(self, at: int, promising: _Promising, size: int | None, keep: int) -> Listing:
        most = int(promising.sizes[at]) if size is None else size
        return self.patterns(at, promising.of(at), promising.use(at), most, keep)

    def patterns(
        self, resource: int, options: Sequence[tuple[int, int]], use: int, size: int, keep: int
    ) -> Listing:
        """The `keep` best patterns of a resource among (value, option) in falling order. Raises `OutOfTime`."""
        partners = self.partners(resource)
        if size == 1:
            singles: list[Found] = [(value + use, (option,)) for value, option in options]
            return _listing([one for one in singles if partners.enough(one[1])][:keep], keep)
        search = _Search(partners, options, use, size, keep, self.clock)
        found = search.run(SLOT_STEPS if isinstance(partners, SlotPartners) else None)
        if found is None and isinstance(partners, SlotPartners):
            packed = self._packing(resource, partners).best(options, use, keep)
            return Listing(packed.patterns, packed.bound)
        return _listing(found or [], keep)

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


class _Promising:
    """The options that can be in a pattern worth anything, by resource and in falling order of value."""

    def __init__(self, ground: Ground, values: Ints, uses: Ints, sizes: Ints) -> None:
        self.ground = ground
        self.sizes = sizes
        self._uses = uses
        top = np.zeros(ground.resources, dtype=np.int64)
        np.maximum.at(top, ground.resource, values)
        # With the best companions an option of negative value can still serve a slot's minimum.
        rest = (sizes - 1) * top + uses
        chosen = np.flatnonzero(values + rest[ground.resource] > 0)
        chosen = chosen[np.lexsort((chosen, -values[chosen], ground.resource[chosen]))]
        self._options = chosen.tolist()
        self._values = values[chosen].tolist()
        resources, begins, counts = np.unique(ground.resource[chosen], return_index=True, return_counts=True)
        self._span = {
            at: (begin, begin + count)
            for at, begin, count in zip(resources.tolist(), begins.tolist(), counts.tolist(), strict=True)
        }

    def sites(self) -> list[int]:
        """The sites with any promising option."""
        return sorted({int(self.ground.site_of[at]) for at in self._span})

    def of(self, resource: int) -> list[tuple[int, int]]:
        """(value, option) of a resource, the most valuable first."""
        begin, end = self._span.get(resource, (0, 0))
        return list(zip(self._values[begin:end], self._options[begin:end], strict=True))

    def use(self, resource: int) -> int:
        return int(self._uses[resource])


class _Search:
    """The best sets of a resource's options: depth first in falling order, cut off by the values that could still be added."""

    def __init__(
        self,
        partners: Partners,
        options: Sequence[tuple[int, int]],
        use: int,
        size: int,
        keep: int,
        clock: Clock,
    ) -> None:
        self.partners = partners
        self.values = [value for value, _ in options]
        self.options = [option for _, option in options]
        self.use = use
        self.size = size
        self.keep = keep
        self.clock = clock
        self.steps = 0
        self.found: list[Found] = []
        # gains[i] - gains[j]: what options j..i-1 add where positive; with falling values the next ones are the best left.
        self.gains = [0, *_running(max(0, value) for value in self.values)]

    def run(self, most: int | None) -> list[Found] | None:
        """The sets, falling; None when that takes more than `most` steps. Raises `OutOfTime`."""
        self.most = math.inf if most is None else most
        self._extend((), self.use, 0)
        return None if self.steps > self.most else sorted(self.found, reverse=True)

    def _extend(self, members: Members, value: int, begin: int) -> None:
        room = self.size - len(members)
        for at in range(begin, len(self.options)):
            end = min(at + room, len(self.options))
            own = self.values[at]
            # The option itself counts even where it is negative, the following ones only where they help.
            most = value + own + self.gains[end] - self.gains[at + 1]
            if most <= self._floor() or self._over():
                return
            together = (*members, self.options[at])
            if members and not self.partners.together(together):
                continue
            self._note(together, value + own)
            if room > 1:
                self._extend(together, value + own, at + 1)

    def _over(self) -> bool:
        self.steps += 1
        if self.steps % STEPS_A_LOOK == 0:
            self.clock.check()
        return self.steps > self.most

    def _floor(self) -> int:
        return self.found[0][0] if len(self.found) == self.keep else 0

    def _note(self, members: Members, value: int) -> None:
        if value > self._floor() and self.partners.enough(members):
            if len(self.found) == self.keep:
                heapq.heapreplace(self.found, (value, members))
            else:
                heapq.heappush(self.found, (value, members))


def _listing(patterns: list[Found], keep: int) -> Listing:
    return Listing(patterns, patterns[-1][0] if len(patterns) == keep else None)


def _running(values: Iterable[int]) -> Iterator[int]:
    total = 0
    for value in values:
        total += value
        yield total
