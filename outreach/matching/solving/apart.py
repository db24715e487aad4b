"""A bound of what resources are worth together where they want the same few requests, each of which only one of them can have.

By themselves all would take the best requests, so the sum of their best patterns says too much. Here a request that several could
take has a price, paid by whoever takes it, and the prices come back once: whatever they are, no combination is worth more
(Geoffrion, "Lagrangean relaxation for integer programming", 1974). They rise where a request is taken twice and fall where nobody
takes it (Held, Wolfe and Crowder, "Validation of subgradient optimization", 1974).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from outreach.matching.solving.combining import Found, Members
from outreach.matching.solving.filling import Filling
from outreach.matching.solving.ground import Ints
from outreach.matching.solving.promising import Promising

ADJUSTMENTS = 40


def apart(
    filling: Filling, resources: Sequence[int], limit: int, promising: Promising, target: int
) -> tuple[int, Found | None]:
    """A bound of their patterns together in so many sessions, brought down towards `target`, and a combination worth more than
    `target`, if one was met. Raises `OutOfTime`."""
    request = filling.ground.request
    offers = [promising.of(at) for at in resources]
    wanted = Counter(
        asked for options in offers for asked in {request.item(at) for value, at in options if value > 0}
    )
    prices = {asked: 0 for asked, times in wanted.items() if times > 1}
    least, met = None, None
    for _ in range(ADJUSTMENTS):
        filling.clock.check()
        tops = [
            _tops(filling, at, limit, sorted(_less(options, prices, request), reverse=True), promising)
            for at, options in zip(resources, offers, strict=True)
        ]
        value, members = _together(tops, limit)
        bound = value + sum(prices.values())
        least = bound if least is None else min(least, bound)
        taken = Counter(map(request.item, members))
        if max(taken.values(), default=0) <= 1:
            own = _worth(filling, members, offers, promising)
            if own > target and (met is None or own > met[0]):
                met = own, tuple(sorted(members))
        slopes = {
            asked: taken[asked] - 1
            for asked, price in prices.items()
            if taken[asked] > 1 or (price and not taken[asked])
        }
        if least <= target or not slopes:
            break
        step = -(-(bound - target) // sum(slope * slope for slope in slopes.values()))
        for asked, slope in slopes.items():
            prices[asked] = max(0, prices[asked] + step * slope)
    return least or 0, met


def _worth(
    filling: Filling, members: Members, offers: Iterable[Sequence[tuple[int, int]]], promising: Promising
) -> int:
    """What these options are worth without the prices."""
    values = {at: value for options in offers for value, at in options}
    used = set(filling.ground.resource[list(members)].tolist())
    return sum(values[at] for at in members) + sum(map(promising.use, used))


def _less(
    options: Iterable[tuple[int, int]], prices: Mapping[int, int], request: Ints
) -> Iterator[tuple[int, int]]:
    """The options at these prices."""
    return ((value - prices.get(request.item(at), 0), at) for value, at in options)


def _tops(
    filling: Filling, at: int, limit: int, options: Sequence[tuple[int, int]], promising: Promising
) -> dict[int, Found]:
    """The best pattern of a resource by number of sessions."""
    size, use = int(promising.sizes[at]), promising.use(at)
    sessions = (
        {1: size} if at < filling.ground.slots else {one: one for one in range(1, min(size, limit) + 1)}
    )
    found = {}
    for count, room in sessions.items():
        listing = filling.patterns(at, options, use, room, 1)
        if listing.best > 0:
            members: Members = listing.patterns[0][1] if listing.patterns else ()
            found[count] = listing.best, members
    return found


def _together(tops: Sequence[Mapping[int, Found]], limit: int) -> Found:
    """The best of them in so many sessions, as if none minded the others."""
    worth: list[Found] = [(0, ())] * (limit + 1)
    for top in tops:
        worth = [max(_with(worth, top, left), key=lambda one: one[0]) for left in range(limit + 1)]
    return worth[limit]


def _with(worth: Sequence[Found], top: Mapping[int, Found], left: int) -> Iterator[Found]:
    yield worth[left]
    for count, (value, members) in top.items():
        if count <= left:
            before, others = worth[left - count]
            yield before + value, others + members
