"""The best patterns of every site when every option has a value: exact, so that what it finds none better than is a bound.

A pattern of a slot is a set of groups that may share it; a pattern of a team's block is a set of sessions it can give
(`filling.py`). A pattern of resources that share a limit of sessions has one of some of them (`together.py`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.combining import Found, Members
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.filling import Filling
from outreach.matching.solving.ground import Ground, Ints, Site
from outreach.matching.solving.promising import Promising, largest
from outreach.matching.solving.together import Together, vague

KEPT = 3
# Sums of values stay below this.
ROOM = 1 << 62


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
        self.filling = Filling(ground, clock)
        self._together = Together(self.filling, KEPT)
        self._last: tuple[Ints, Ints] | None = None
        self._widened: dict[int, int] = {}
        """Sites that were looked at widely at these values, and the price then: at no lower one more would be seen."""
        self._priced: dict[int, tuple[int, list[Found]]] = {}

    def price(
        self, values: Ints, uses: Ints, site_prices: Ints, covers: int = 0, *, floors: bool = False
    ) -> Priced:
        """Every site's best pattern at these values of options and of using a resource. Raises `OutOfTime`.

        The best patterns of all sites want the same few requests, of which the LP can place each but once. A cover is patterns
        of all sites that share no request: `covers` of them are added where they gain (the idea of complementary columns; Ghoniem
        and Sherali, "Complementary column generation and bounding approaches for set partitioning formulations", 2009).

        `floors`: what a site asks is a floor for its patterns, those below need not be found (without covers). Where prices are
        nearly right a round then takes half the time. On the far way of a whole city it saved 5 s of 60 too, but the patterns
        that it then had made worse plans: preference 54,460 to 54,550 instead of 54,665 of at most 54,745 (two workers, 60 s).
        """
        prices = site_prices.tolist()
        changed = self._changed(values, uses, prices)
        # Covers look at all sites again.
        among = np.arange(self.ground.n) if covers else np.flatnonzero(changed[self._site_of_option])
        promising = Promising(self.ground, values, uses, self._sizes, among)
        most = self._most(promising, values, uses) if floors else []
        priced = {number: one for number, one in self._priced.items() if not changed[number]}
        for number in promising.sites():
            if not changed[number]:
                continue
            if not floors:
                priced[number] = self._site(number, promising, prices[number])
            elif most[number] > prices[number]:
                priced[number] = self._site(number, promising, prices[number], floor=prices[number])
            else:
                priced[number] = most[number], []
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
        for number in np.flatnonzero(changed).tolist():
            self._widened.pop(number, None)
        for number, one in self._priced.items():
            if vague(one, prices[number]) and self._is_lower(number, prices[number]):
                changed[number] = True
        return changed

    def _most(self, promising: Promising, values: Ints, uses: Ints) -> list[int]:
        """By site, more than which no pattern is worth: by what there is, and by what it was worth before and what has risen."""
        most = promising.most(self._rooms)
        if self._last is not None:
            before = np.zeros_like(most)
            before[list(self._priced)] = [bound for bound, _ in self._priced.values()]
            risen = values - self._last[0]
            there = np.flatnonzero(self.ground.site_of >= 0)
            np.add.at(before, self.ground.site_of[there], np.maximum(uses - self._last[1], 0)[there])
            rising = np.flatnonzero(risen > 0)
            # An option that nobody could have before may not be counted any more: then only what there is can tell.
            if int(risen.max(initial=0)) * int(self._rooms.max(initial=0)) < ROOM:
                most = np.minimum(most, before + largest(self.ground, rising, risen[rising], self._rooms))
        told: list[int] = most.tolist()
        return told

    def _is_lower(self, number: int, price: int) -> bool:
        """Whether a site has not been looked at widely at this price or a lower one."""
        return number not in self._widened or price < self._widened[number]

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

    @cached_property
    def _rooms(self) -> Ints:
        return np.array([self._largest(number) for number in range(len(self.ground.sites))], dtype=np.int64)

    def _largest(self, number: int) -> int:
        """How many options a pattern of a site has at most."""
        site = self.ground.sites[number]
        sizes = self._sizes[list(site.resources)]
        if site.limit is None:
            return int(sizes[0])
        # A session of a team is of one group.
        a_session = max(
            int(size) if at < self.ground.slots else 1 for at, size in zip(site.resources, sizes, strict=True)
        )
        return min(site.limit * a_session, int(sizes.sum()))

    @cached_property
    def _sizes(self) -> Ints:
        return self.filling.sizes()

    def _site(
        self, number: int, promising: Promising, price: int | None = None, floor: int = 0
    ) -> tuple[int, list[Found]]:
        """A site's best value (or a bound of it; never below 0) and its best patterns, falling.

        `price`: what the LP asks for the site; a bound above it that no pattern reaches is looked into. `floor`: patterns worth no
        more need not be found.
        """
        self.clock.check()
        site = self.ground.sites[number]
        everything = self._everything(site, promising)
        if everything is not None:
            return everything[0], [everything] if everything[1] else []
        if site.limit is None:
            listing = self.filling.listing(site.resources[0], promising, None, KEPT, floor)
            return max(listing.best, floor), listing.patterns
        wider = price if price is not None and self._is_lower(number, price) else None
        bound, patterns, widened = self._together.best(site, promising, wider, floor)
        if wider is not None and widened:
            self._widened[number] = wider
        return bound, patterns

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
