"""The best patterns of a resource or site when every option has a value: exact, so that what it finds none better than is a bound.

A pattern of a slot is a set of groups that may share it; a pattern of a team's block is a set of sessions it can give. Sets
are built in the order of falling value and given up as soon as the most valuable options left cannot make them better than
what is known. A slot for which that takes too long is filled by dynamic programming instead (`packing.py`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.combining import Found, Members, Shelf, TooMany, combined
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground, Ints, Site
from outreach.matching.solving.packing import Packing
from outreach.matching.solving.partners import BlockPartners, Partners, SlotPartners
from outreach.matching.solving.promising import Promising
from outreach.matching.solving.set_search import SetSearch

KEPT = 3
# Patterns of a resource that are looked at when it shares its sessions with others; what lies behind them is bounded. Where only
# that bound is worth more than the site's price, more are looked at, in so many steps each (at the widest 0.7 s on a city).
WIDE = 12
WIDER = (96, 768, 6144)
STEPS = 100_000
# Sets of a slot that are looked at one by one, about a millisecond; then a table is faster.
SLOT_STEPS = 400
# Sums of values stay below this.
ROOM = 1 << 62


@dataclass(frozen=True, slots=True)
class Listing:
    """A resource's best patterns, falling, and what any other is worth at most (None: no other is worth anything)."""

    patterns: list[Found]
    rest: int | None

    @property
    def best(self) -> int:
        """What the best pattern is worth at most, 0 for none."""
        return max(0, self.rest or 0, *(value for value, _ in self.patterns[:1]))


@dataclass(frozen=True, slots=True)
class Included:
    """A site's best pattern that has a certain option (None: not known), and by how much it is worth less than its best of all."""

    loss: int
    site: int
    members: Members | None


@dataclass
class Priced:
    """What a round of pricing found: per site the value of its best pattern (0 for none), and patterns worth more than the
    site's price, the best first."""

    best: list[int]
    columns: list[tuple[int, Members]] = field(default_factory=list)


class Pricing:
    """Answers for one ground; what can be with what is worked out once and kept. `known`: options that are patterns, ascending."""

    def __init__(self, ground: Ground, clock: Clock, known: AbstractSet[Members] = frozenset()) -> None:
        self.ground = ground
        self.clock = clock
        self.known = known
        self.rng = random.Random(0)  # noqa: S311 - only spreads the covers
        self.groups = np.array(
            [ground.problem.limits(slot).max_groups for slot in ground.problem.slots], dtype=np.int64
        )
        self._partners: dict[int, Partners] = {}
        self._packings: dict[int, Packing] = {}
        self._last: tuple[Ints, Ints] | None = None
        self._widened: set[int] = set()
        """Sites that were looked at widely at these values: once more would show nothing new."""
        self._priced: dict[int, tuple[int, list[Found]]] = {}

    def price(self, values: Ints, uses: Ints, site_prices: Ints, covers: int = 0) -> Priced:
        """Every site's best pattern at these values of options and of using a resource. Raises `OutOfTime`.

        The best patterns of all sites want the same few requests, of which the LP can place each but once. A cover is patterns
        of all sites that share no request: `covers` of them are added where they gain (the idea of complementary columns; Ghoniem
        and Sherali, "Complementary column generation and bounding approaches for set partitioning formulations", 2009).
        """
        prices = site_prices.tolist()
        changed = self._changed(values, uses, prices)
        # Covers look at all sites again.
        among = np.arange(self.ground.n) if covers else np.flatnonzero(changed[self._site_of_option])
        promising = Promising(self.ground, values, uses, self._sizes, among)
        priced = {number: one for number, one in self._priced.items() if not changed[number]}
        for number in promising.sites():
            if changed[number]:
                self.clock.check()
                priced[number] = self._site(number, promising, prices[number])
        self._last, self._priced = (values, uses), priced
        gaining = [number for number in sorted(priced) if priced[number][0] > prices[number]]
        found = [
            (prices[number] - value, number, members)
            for number in gaining
            for value, members in priced[number][1]
        ]
        gaining.sort(key=lambda number: prices[number] - priced[number][0])
        for _ in range(covers):
            found += self._cover(gaining, promising, prices)
            self.rng.shuffle(gaining)
        best = [0] * len(self.ground.sites)
        for number, (bound, _) in priced.items():
            best[number] = bound
        found = sorted(set(found)) if covers else sorted(found)
        return Priced(best, [(number, members) for gap, number, members in found if gap < 0])

    def _cover(
        self, sites: Sequence[int], promising: Promising, prices: Sequence[int]
    ) -> Iterator[tuple[int, int, Members]]:
        """The best pattern of each of these sites among the requests that none before it has taken."""
        with promising.without() as taken:
            for number in sites:
                self.clock.check()
                # Falling, so the first of the known ones that is free is the best of all that are.
                known = self._priced[number][1]
                free = (one for one in known if taken.isdisjoint(self.ground.request[list(one[1])].tolist()))
                best = next(free, None)
                if best is None:
                    best = next(iter(self._site(number, promising)[1]), None)
                if best is not None:
                    value, members = best
                    yield prices[number] - value, number, members
                    taken.update(self.ground.request[list(members)].tolist())

    def _changed(self, values: Ints, uses: Ints, prices: Sequence[int]) -> NDArray[np.bool_]:
        """Which sites have to be priced: late rounds change few values. A bound may be too vague for a price that has fallen."""
        ground = self.ground
        changed = np.full(len(ground.sites), self._last is None)
        if self._last is not None:
            changed[self._site_of_option[values != self._last[0]]] = True
            changed[ground.site_of[np.flatnonzero((uses != self._last[1]) & (ground.site_of >= 0))]] = True
        self._widened -= set(np.flatnonzero(changed).tolist())
        for number, one in self._priced.items():
            if number not in self._widened and _vague(one, prices[number]):
                changed[number] = True
        return changed

    @cached_property
    def _site_of_option(self) -> Ints:
        found: Ints = self.ground.site_of[self.ground.resource]
        return found

    def with_one_of(self, rows: Ints, values: Ints, uses: Ints, best: Sequence[int]) -> list[Included]:
        """Per site that has any of these options the best pattern with one of them, if there is any, those of the least loss first.

        `best` by site, as `price` found them at these values of options and of using a resource. Raises `OutOfTime`.
        """
        ground = self.ground
        sites = np.unique(ground.site_of[ground.resource[rows]]).tolist()
        there = np.sort(
            np.concatenate([ground.members(at) for number in sites for at in ground.sites[number].resources])
        )
        largest = max(map(self._largest, sites))
        # No pattern is worth more, nor less than minus that; so with the lift those that have one of the options stand apart.
        most = largest * (int(np.abs(values[there]).max()) + int(np.abs(uses).max(initial=0))) + 1
        lift = 4 * most
        if lift * largest >= ROOM:
            return [Included(0, number, None) for number in sites]
        raised = values.copy()
        raised[rows] += lift
        promising = Promising(ground, raised, uses, self._sizes, there)
        found: list[Included] = []
        for number in sites:
            value, patterns = self._site(number, promising)
            if value > most:
                # Where tails bound a week, two of the options may stand in one bound: then the loss is below 0 and tells nothing.
                loss = max(0, best[number] - (value - lift))
                found.append(Included(loss, number, patterns[0][1] if patterns else None))
        return sorted(found, key=lambda one: (one.loss, one.site))

    def _largest(self, number: int) -> int:
        """How many options a pattern of a site has at most."""
        site, sizes = self.ground.sites[number], self._sizes
        each = int(sizes[list(site.resources)].max())
        return each if site.limit is None else each * min(site.limit, len(site.resources))

    @cached_property
    def _sizes(self) -> Ints:
        """How many options a pattern of each resource may have at most."""
        slots = self.ground.slots
        # Whoever sets no limit writes a large number, which would leave 64 bits when it multiplies prices.
        groups = np.minimum(self.groups, np.diff(self.ground.bounds)[:slots])
        return np.concatenate([groups, self.ground.largest[slots:]])

    def _site(self, number: int, promising: Promising, price: int | None = None) -> tuple[int, list[Found]]:
        """A site's best value (or, for resources together, a bound of it; never below 0) and its best patterns, falling.

        `price`: what the LP asks for the site; a bound above it that no pattern reaches is looked into.
        """
        site = self.ground.sites[number]
        everything = self._everything(site, promising)
        if everything is not None:
            return everything[0], [everything] if everything[1] else []
        if site.limit is None:
            listing = self._alone(site.resources[0], promising, None, KEPT)
            return listing.best, listing.patterns
        found = self._together(site, promising, WIDE, None)
        if price is not None and number not in self._widened and _vague(found, price):
            self._widened.add(number)
            with suppress(TooMany):
                for wide in WIDER:
                    if _vague(found, price):
                        found = self._together(site, promising, wide, STEPS)
        return found

    def _together(
        self, site: Site, promising: Promising, wide: int, steps: int | None
    ) -> tuple[int, list[Found]]:
        """The resources of a site together, with so many patterns of each. Raises `TooMany` after so many steps."""
        shelves = [
            self._shelf(at, promising, site.limit or 0, wide) for at in site.resources if promising.of(at)
        ]
        return combined(shelves, site.limit or 0, self.ground.request, KEPT, steps)

    def _everything(self, site: Site, promising: Promising) -> Found | None:
        """All that is worth anything at a site, where that is a known pattern (or nothing): no other is worth more."""
        total, members = 0, []
        for at in site.resources:
            gaining = promising.gaining(at)
            if gaining and promising.use(at):
                return None
            total += sum(value for value, _ in gaining)
            members += [option for _, option in gaining]
        found = tuple(sorted(members))
        return (total, found) if not found or found in self.known else None

    def _shelf(self, at: int, promising: Promising, limit: int, wide: int) -> Shelf:
        """The best patterns of a resource for each number of sessions, `wide` of each."""
        if at < self.ground.slots:
            listing = self._alone(at, promising, None, wide)
            return Shelf({1: listing.patterns}, {1: listing.rest})
        listed: dict[int, list[Found]] = {}
        tails: dict[int, int | None] = {}
        for sessions in range(1, min(int(promising.sizes[at]), limit) + 1):
            listing = self._alone(at, promising, sessions, wide)
            listed[sessions] = [one for one in listing.patterns if len(one[1]) == sessions]
            tails[sessions] = listing.rest
        return Shelf(listed, tails)

    def _alone(self, at: int, promising: Promising, size: int | None, keep: int) -> Listing:
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
        search = SetSearch(partners, options, use, size, keep, self.clock)
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


def _vague(found: tuple[int, list[Found]], price: int) -> bool:
    """Whether a site's bound is above its price, and none of its patterns is."""
    bound, patterns = found
    return price < bound and (not patterns or patterns[0][0] <= price)


def _listing(patterns: list[Found], keep: int) -> Listing:
    return Listing(patterns, patterns[-1][0] if len(patterns) == keep else None)
