"""Column generation: the LP over some patterns, prices, better patterns at these prices, again and again.

Gilmore and Gomory, "A linear programming approach to the cutting-stock problem", 1961; Barnhart and others,
"Branch-and-price: column generation for solving huge integer programs", 1998.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.links import Links
from outreach.matching.solving.master import Master, Members, Relaxed
from outreach.matching.solving.pricing import Pricing

SINGLES = 8
# A column counts as chosen by the LP from this share on.
CHOSEN = 0.999


@dataclass(frozen=True)
class Round:
    """One round: the LP's solution, the patterns and rows that were new after it, and a bound of every plan's objective: `whole`
    in the prices' unit."""

    relaxed: Relaxed
    whole: int
    new: int

    @property
    def bound(self) -> float:
        """The bound as the objective counts, for comparing with the LP."""
        return self.whole / self.relaxed.prices.unit


class Relaxation:
    """The pattern LP of a ground, kept from goal to goal with its columns and its basis."""

    def __init__(self, ground: Ground, clock: Clock) -> None:
        self.ground = ground
        self.clock = clock
        self.links = Links(ground)
        self.master = Master(ground, self.links)
        self.pricing = Pricing(ground, clock)

    def seed(self, chosen: Iterable[int], weights: Mapping[str, int]) -> None:
        """Begin with the patterns of a plan (its options) and each request's most gainful options alone. Raises `OutOfTime`."""
        ground = self.ground
        self.master.add(self.patterns_of(chosen))
        gain = sum((weight * ground.gain[goal] for goal, weight in weights.items()), np.zeros(ground.n))
        order = np.lexsort((np.arange(ground.n), -gain, ground.request))
        request = ground.request[order]
        begins = np.flatnonzero(np.append(True, request[1:] != request[:-1])) if len(order) else order
        position = np.arange(ground.n) - np.repeat(begins, np.diff(np.append(begins, ground.n)))
        for option in order[position < SINGLES].tolist():
            self.clock.check()
            resource = int(ground.resource[option])
            if self.pricing.partners(resource).enough((option,)):
                self.master.add([(int(ground.site_of[resource]), (option,))])

    def patterns_of(self, chosen: Iterable[int]) -> list[tuple[int, Members]]:
        """A plan's options as one pattern per site."""
        found: dict[int, list[int]] = {}
        for option in chosen:
            site = int(self.ground.site_of[self.ground.resource[option]])
            found.setdefault(site, []).append(option)
        return [(site, tuple(sorted(members))) for site, members in sorted(found.items())]

    def decided(self, last: Round) -> list[tuple[int, Members]]:
        """The patterns that the LP takes wholly."""
        return [self.master.columns[at] for at in np.flatnonzero(last.relaxed.share >= CHOSEN).tolist()]

    def beside(
        self, kept: Iterable[tuple[int, Members]], patterns: Iterable[tuple[int, Members]]
    ) -> list[tuple[int, Members]]:
        """Those of the patterns that share neither site nor request with the kept ones."""
        sites: set[int] = set()
        asking: set[int] = set()
        for site, members in kept:
            sites.add(site)
            asking.update(map(self.ground.request.item, members))
        return [
            (site, members)
            for site, members in patterns
            if site not in sites and asking.isdisjoint(map(self.ground.request.item, members))
        ]

    def promising(self, last: Round, most: int, gap: float | None) -> list[tuple[int, Members]]:
        """The LP's patterns that lose less than `gap` of the objective by being chosen (`most` of them, the best first)."""
        master, prices = self.master, last.relaxed.prices
        values = prices.option_values(self.ground, master.link_rows[: len(prices.links)])
        site = np.array([number for number, _ in master.columns], dtype=np.int64)
        column = np.repeat(np.arange(len(site)), [len(members) for _, members in master.columns])
        option = np.array([at for _, members in master.columns for at in members], dtype=np.int64)
        loss = prices.site[site]
        np.subtract.at(loss, column, values[option])
        used = np.unique(column * self.ground.resources + self.ground.resource[option])
        uses = prices.use_values(self.ground)
        np.subtract.at(loss, used // self.ground.resources, uses[used % self.ground.resources])
        order = np.lexsort((np.arange(len(loss)), loss))[:most]
        limit = np.inf if gap is None else gap * prices.unit
        return [master.columns[at] for at in order.tolist() if loss[at] <= limit]

    def converge(self, tolerance: float, heard: Callable[[Round], bool]) -> Round:
        """Rounds until nothing is left to gain, the bound is as close to the LP as that share of it, or `heard` says it is enough.

        Raises `OutOfTime` (from the LP or between rounds).
        """
        while True:
            last = self._round()
            enough = heard(last)
            if (
                enough
                or last.new == 0
                or last.bound - last.relaxed.value <= tolerance * abs(last.relaxed.value)
            ):
                return last

    def _round(self) -> Round:
        return self.priced(self.master.solve(self.clock))

    def priced(self, relaxed: Relaxed) -> Round:
        """The bound that a solution's prices prove, and the patterns and rows that it lacks, taken into the LP."""
        prices = relaxed.prices
        links = list(self.master.link_rows)
        values = prices.option_values(self.ground, links)
        priced = self.pricing.price(values, prices.use_values(self.ground), prices.site)
        whole = prices.bound(self.ground, links, priced.best, self.master.held)
        new = self.master.separate(relaxed) + self.master.add(priced.columns)
        self.clock.check()
        return Round(relaxed, whole, new)
