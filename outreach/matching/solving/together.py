"""The best patterns of resources that share a limit of sessions: a shelf for each, with its best patterns by number of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from outreach.matching.solving.apart import apart
from outreach.matching.solving.combining import Found, Shelf, TooMany, beside, combined
from outreach.matching.solving.filling import Filling
from outreach.matching.solving.ground import Site
from outreach.matching.solving.promising import Promising

# Patterns on a shelf; what lies behind them is bounded. Where only that bound is worth more than the site's price, it is made
# sharper (`apart.py`), and if that is not enough more are looked at, in so many steps each (at the widest 0.7 s on a city).
WIDE = 12
WIDER = (96, 768, 6144)
STEPS = 100_000
# Of what the bound was above the price so much may be left.
NEGLIGIBLE = 1e-4


class Together:
    """Answers for one ground, the `keep` best patterns each."""

    def __init__(self, filling: Filling, keep: int) -> None:
        self.filling = filling
        self.keep = keep

    def best(
        self, site: Site, promising: Promising, price: int | None, floor: int
    ) -> tuple[int, list[Found], bool]:
        """A bound of the site's patterns, the best of them, falling, and whether they were looked at widely.

        `price`: what the LP asks for the site; a bound above it that no pattern reaches is looked into. Patterns worth no more than
        `floor` need not be found; the bound is not below it.
        """
        found = self._look(site, promising, WIDE, None, floor)
        widely = price is not None and vague(found, price)
        if price is not None and widely:
            above = found[0] - price
            found = self._sharper(site, promising, price, found)
            with suppress(TooMany):
                for wide in WIDER:
                    if vague(found, price) and found[0] - price > NEGLIGIBLE * above:
                        bound, patterns = self._look(site, promising, wide, STEPS, floor)
                        found = min(bound, found[0]), patterns or found[1]
        return *found, widely

    def _sharper(
        self, site: Site, promising: Promising, price: int, found: tuple[int, list[Found]]
    ) -> tuple[int, list[Found]]:
        """The same with the bound of `apart.py`."""
        bound, patterns = found
        resources = [at for at in site.resources if promising.of(at)]
        least, met = apart(self.filling, resources, site.limit or 0, promising, price)
        if met is not None and met not in patterns:
            patterns = sorted([met, *patterns], reverse=True)[: self.keep]
        return max(min(bound, least), *(value for value, _ in patterns[:1]), price), patterns

    def _look(
        self, site: Site, promising: Promising, wide: int, steps: int | None, floor: int
    ) -> tuple[int, list[Found]]:
        """The resources together, with so many patterns of each. Raises `TooMany` after so many steps."""
        limit = site.limit or 0
        resources = [at for at in site.resources if promising.of(at)]
        others = beside([self._most(at, promising, limit) for at in resources], limit)
        # With fewer sessions of its own a resource leaves more to the others.
        shelves = [
            self._shelf(at, promising, wide, [max(0, floor - worth) for worth in reversed(most)])
            for at, most in zip(resources, others, strict=True)
        ]
        return combined(shelves, limit, self.filling.ground.request, self.keep, steps, floor)

    def _most(self, at: int, promising: Promising, limit: int) -> dict[int, int]:
        """By number of sessions, what a resource is worth at most, whoever can be with whom."""
        values = [value for value, _ in promising.gaining(at)]
        if at < self.filling.ground.slots:
            return {1: max(0, sum(values[: int(promising.sizes[at])]) + promising.use(at))}
        return {count: sum(values[:count]) for count in range(1, min(int(promising.sizes[at]), limit) + 1)}

    def _shelf(self, at: int, promising: Promising, wide: int, floors: Sequence[int]) -> Shelf:
        """`floors`: by number of sessions, the value up to which a pattern is in no combination that is worth looking for."""
        if at < self.filling.ground.slots:
            listing = self.filling.listing(at, promising, None, wide, floors[1])
            return Shelf({1: listing.patterns}, {1: listing.rest})
        listed: dict[int, list[Found]] = {}
        tails: dict[int, int | None] = {}
        for sessions in range(1, min(int(promising.sizes[at]), len(floors) - 1) + 1):
            listing = self.filling.listing(at, promising, sessions, wide, floors[sessions])
            listed[sessions] = [one for one in listing.patterns if len(one[1]) == sessions]
            tails[sessions] = listing.rest
        return Shelf(listed, tails)


def vague(found: tuple[int, list[Found]], price: int) -> bool:
    """Whether a site's bound is above its price, and none of its patterns is."""
    bound, patterns = found
    return price < bound and (not patterns or patterns[0][0] <= price)
