"""Column generation: the LP over some patterns, prices, better patterns at these prices, again and again.

Gilmore and Gomory, "A linear programming approach to the cutting-stock problem", 1961; Barnhart and others,
"Branch-and-price: column generation for solving huge integer programs", 1998.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from outreach.matching.solving.anchors import Anchors
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.known_duals import RowPrices
from outreach.matching.solving.links import Links
from outreach.matching.solving.master import Master, Members, Relaxed
from outreach.matching.solving.pricing import Pricing

SINGLES = 8
# The bound is far from the LP from this share on. Until then prices need not be exact, and covers are worth their time.
FAR = 0.01
COVERS = 2
# A column counts as chosen by the LP from this share on.
CHOSEN = 0.999
# The value of an option that is in no pattern: below what all others of a pattern are worth (see `prices.unit_of`).
WORTHLESS = -(1 << 60)


@dataclass(frozen=True)
class Round:
    """One round: the LP's solution, the patterns and rows that were new after it, and a bound of every plan's objective: `whole`
    in the prices' unit."""

    relaxed: Relaxed
    whole: int
    new: int
    exact: bool = True
    """Whether the LP was solved exactly; nearly, it tells about its value and its end only roughly."""
    cut: int = 0
    """How many rows the solution breaks that were not in the LP: with them its value may be lower."""
    anchored: bool = False
    """Whether the solution makes use of anchors: then it is none of the LP's own, and its value may be too high."""

    @property
    def bound(self) -> float:
        """The bound as the objective counts, for comparing with the LP."""
        return self.whole / self.relaxed.prices.unit

    @property
    def gap(self) -> float:
        """Between the bound and the LP, as a share of the LP."""
        value = self.relaxed.value
        return (self.bound - value) / abs(value) if value else float(self.bound > 0)


class Relaxation:
    """The pattern LP of a ground, kept from goal to goal with its columns and its basis.

    `threads`: for a far way from the first patterns to the best ones; 0 where it begins near its end."""

    def __init__(self, ground: Ground, clock: Clock, threads: int = 0) -> None:
        self.ground = ground
        self.threads = threads
        self.clock = clock
        self.links = Links(ground)
        self.master = Master(ground, self.links)
        self.pricing = Pricing(ground, clock, self.master.known)
        self._anchors: Anchors | None = None

    def anchor(self, chosen: Iterable[int], known: RowPrices) -> None:
        """Begin with the patterns of a plan (its options) and with known prices, once the objective is set. Raises `OutOfTime`."""
        self._anchors = Anchors(self.master, known)
        self.master.add(self.patterns_of(chosen))

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
            if self.pricing.filling.partners(resource).enough((option,)):
                self.master.add([(int(ground.site_of[resource]), (option,))])

    def patterns_of(self, chosen: Iterable[int]) -> list[tuple[int, Members]]:
        """A plan's options as one pattern per site."""
        found: dict[int, list[int]] = {}
        for option in chosen:
            site = int(self.ground.site_of[self.ground.resource[option]])
            found.setdefault(site, []).append(option)
        return [(site, tuple(sorted(members))) for site, members in sorted(found.items())]

    def decided(self, relaxed: Relaxed) -> list[tuple[int, Members]]:
        """The patterns that the LP takes wholly."""
        return [self.master.columns[at] for at in np.flatnonzero(relaxed.share >= CHOSEN).tolist()]

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

    def promising(self, relaxed: Relaxed, most: int, gap: float | None) -> list[tuple[int, Members]]:
        """The LP's patterns that lose less than `gap` of the objective by being chosen (`most` of them, the best first)."""
        master, prices = self.master, relaxed.prices
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

    def converge(
        self,
        tolerance: float,
        heard: Callable[[Round], bool],
        without: Sequence[int] = (),
        *,
        to_the_end: bool = False,
    ) -> Round:
        """Rounds until nothing is left to gain, the bound is as close to the LP as that share of it, or `heard` says it is enough.

        `without`: options that the master has closed (`Master.without`). `to_the_end`: a solution that breaks a row is not near,
        its bound may still fall. Raises `OutOfTime` (from the LP or between rounds).
        """
        last, far = self._round(far=True, without=without), True
        while True:
            enough = heard(last)
            near = last.gap <= tolerance and not (last.anchored or (to_the_end and last.cut))
            if enough or (last.exact and (near or last.new == 0)):
                return last
            far = far and last.gap > FAR and last.new > 0
            last = self._round(far=far, without=without)

    def _round(self, *, far: bool, without: Sequence[int] = ()) -> Round:
        threads = self.threads if far and self.master.heavy else 0
        relaxed = self.master.solve(self.clock, nearly_with=threads, near=self._anchors is not None)
        covers = COVERS if far and self.threads else 0
        found = self.priced(relaxed, without, covers=covers, exact=not threads)
        gap = found.bound - relaxed.value
        loosened = self._anchors.loosen(relaxed, gap) if self._anchors else 0
        return replace(found, new=found.new + loosened, anchored=loosened > 0)

    def exactly(self) -> Round:
        """One round with an exact solution. Raises `OutOfTime` and `Unsolved`."""
        return self._round(far=False)

    def priced(
        self, relaxed: Relaxed, without: Sequence[int] = (), *, covers: int = 0, exact: bool = True
    ) -> Round:
        """The bound that a solution's prices prove, and the patterns and rows that it lacks, taken into the LP.

        `without`: options that no pattern may have, so that the bound is one of plans without them. `covers` as in `Pricing.price`.
        """
        prices = relaxed.prices
        links = list(self.master.link_rows)
        values = prices.option_values(self.ground, links)
        values[list(without)] = WORTHLESS
        uses, floors = prices.use_values(self.ground), self._anchors is not None
        priced = self.pricing.price(values, uses, prices.site, covers, floors=floors)
        whole = prices.bound(self.ground, links, priced.best, self.master.held)
        cut = self.master.separate(relaxed)
        new = cut + self.master.add(priced.columns)
        self.clock.check()
        return Round(relaxed, whole, new, exact, cut)
