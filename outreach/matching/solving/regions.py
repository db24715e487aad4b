"""Which part of a plan to choose anew: grown around what the LP's prices say is lost there.

At the prices of the pattern LP the distance between a plan and the bound falls apart into losses of sites (their best pattern is
worth more than the one they have) and of requests that go without. A region begins at such a loss and goes on to whom it would
have to be taken from: from a request to the sites that suit it best, from a site to its groups and to those it would rather have.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.neighbours import Neighbours
from outreach.matching.solving.prices import LinkRow, Prices
from outreach.matching.solving.supply import grouped

# Of each request and of each site so many of the best ways on are known, and some of them are gone.
KNOWN = 10
GONE = 4
# Options of a request that are free in its region: the most valuable ones.
FREE = 40


@dataclass(frozen=True, slots=True)
class Region:
    """Options (ascending) to choose among, those that stay chosen and share something with them, and all others that stay."""

    free: Ints
    fixed: Ints
    apart: Ints


class Regions:
    """Draws regions of one ground at the prices of its LP."""

    def __init__(
        self, ground: Ground, prices: Prices, links: Sequence[LinkRow], rng: np.random.Generator
    ) -> None:
        self.ground = ground
        self.rng = rng
        self.price = prices.request
        self.site_price = prices.site
        self.worth = prices.option_values(ground, links)
        self.uses = prices.use_values(ground)
        self.site: Ints = ground.site_of[ground.resource]
        self._by_request = _Falling(self.worth, ground.request, len(ground.problem.requests))
        self._by_site = _Falling(self.worth, self.site, len(ground.sites))
        asking = np.bincount(ground.request, minlength=len(ground.problem.requests)) > 0
        self._choice = np.concatenate([np.ones(len(ground.sites), dtype=np.bool_), asking])
        self._neighbours = Neighbours(ground.options, ground.days)

    def around(self, chosen: Sequence[int], size: int) -> Region | None:
        """A region of about `size` requests of a plan (its options); None where there is nothing to choose."""
        plan = np.array(sorted(chosen), dtype=np.int64)
        where = {int(self.ground.request[at]): int(self.site[at]) for at in plan.tolist()}
        there: dict[int, list[int]] = {}
        for request, site in where.items():
            there.setdefault(site, []).append(request)
        asking: dict[int, None] = {}
        for request in self._growing(plan, where, there):
            asking[request] = None
            if len(asking) >= size:
                break
        return self._region(plan, np.array(sorted(asking), dtype=np.int64)) if asking else None

    def _growing(self, plan: Ints, where: dict[int, int], there: dict[int, list[int]]) -> Iterator[int]:
        """Requests from a lossy beginning outwards; where that ends, from another one."""
        seen: set[tuple[bool, int]] = set()
        lost = self._lost(plan)
        for _ in range(2 * len(self.ground.problem.requests)):
            waiting = deque([self._beginning(lost)])
            while waiting:
                is_site, at = thing = waiting.popleft()
                if thing in seen:
                    continue
                seen.add(thing)
                if is_site:
                    waiting += [(False, request) for request in there.get(at, ())]
                    waiting += [
                        (False, int(self.ground.request[one])) for one in self._ways_on(self._by_site, at)
                    ]
                else:
                    yield at
                    waiting += [(True, where[at])] if at in where else []
                    waiting += [(True, int(self.site[one])) for one in self._ways_on(self._by_request, at)]

    def _ways_on(self, falling: _Falling, at: int) -> list[int]:
        found: list[int] = self.rng.permutation(falling.best(at, KNOWN))[:GONE].tolist()
        return found

    def _lost(self, plan: Ints) -> Ints:
        """Running sums of what is lost at each site and then at each request (and a little wherever there is a choice)."""
        value = np.bincount(self.site[plan], weights=self.worth[plan], minlength=len(self.site_price))
        used = np.unique(self.ground.resource[plan])
        value += np.bincount(
            self.ground.site_of[used], weights=self.uses[used], minlength=len(self.site_price)
        )
        without = np.where(self._choice[len(self.site_price) :], self.price, 0)
        without[self.ground.request[plan]] = 0
        losses = np.concatenate([self.site_price - value, without]).clip(min=0)
        return np.cumsum(losses + self._choice * max(1.0, losses.sum() / 10 / len(losses)))

    def _beginning(self, lost: Ints) -> tuple[bool, int]:
        at = int(np.searchsorted(lost, self.rng.random() * lost[-1], side="right"))
        sites = len(self.site_price)
        return (True, at) if at < sites else (False, at - sites)

    def _region(self, plan: Ints, asking: Ints) -> Region:
        ground = self.ground
        stays = ~np.isin(ground.request[plan], asking)
        parts = [self._by_request.best(at, FREE) for at in asking.tolist()]
        free = np.unique(np.concatenate([plan[~stays], *parts]))
        others = plan[stays]
        near = self._neighbours.near(others, free)
        return Region(free, others[near], others[~near])


class _Falling:
    """The options of each owner in falling order of worth."""

    def __init__(self, worth: Ints, owner: Ints, owners: int) -> None:
        order = np.argsort(-worth, kind="stable")
        inner, self._begins = grouped(owner[order], owners)
        self._order = order[inner]

    def best(self, owner: int, most: int) -> Ints:
        begin, end = self._begins[owner], self._begins[owner + 1]
        return self._order[begin : min(begin + most, end)]
