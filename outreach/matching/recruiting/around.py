"""Whose places to choose anew around a new one, so that as many as can be of those who wait get a place.

The new place is taken by somebody who waits, or by somebody who has a place and leaves it to the next one. So the requests that
matter are found from the new place on: who wants it, who wants the places of those, and so on. Somebody who waits can end such
a chain only if the school may have one more booking: nobody loses a place, so a full school stays full.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from outreach.matching.explaining.stand import Stand
from outreach.matching.solving.columns import Flags, Long
from outreach.matching.solving.neighbours import Neighbours

# At each place so many of those who wait, and of those who have another place, are looked at: the most valuable ones.
WANTING = 12


class Around:
    """Regions of one plan. `values` tells by request what a place for it is worth (`worth.py`)."""

    def __init__(self, stand: Stand, values: Long) -> None:
        self.stand = stand
        self.values = values
        draft = stand.draft
        positions = stand.options.positions
        school = np.array([positions.school[one.school] for one in stand.problem.requests], dtype=np.int64)
        placed = draft.placed[: len(school)]
        room: Flags = draft.school_total < draft.limits.school_total
        self.hopeful: Flags = ~placed & room[school]
        """Who waits and belongs to a school that may have one more booking."""
        pinned = [positions.request[pin.request] for pin in stand.problem.pins]
        self._movable: Flags = placed.copy()
        self._movable[pinned] = False
        self._neighbours = Neighbours(stand.options, stand.days)

    def requests(self, places: Sequence[int], size: int) -> list[int]:
        """About `size` requests (positions) to choose among when something is free at `places` (resources), ascending."""
        asking: dict[int, None] = {}
        for request in self._growing(places):
            asking[request] = None
            if len(asking) >= size:
                break
        return sorted(asking)

    def everybody(self) -> list[int]:
        """All requests that have a choice."""
        found: list[int] = np.flatnonzero(self.hopeful | self._movable).tolist()
        return found

    def hoped_for(self, allowed: Flags) -> list[int]:
        """Every place that somebody of a school with room could have, by these options."""
        stand = self.stand
        mine = allowed & self.hopeful[stand.options.request]
        found: list[int] = np.unique(stand.days.resource[mine]).tolist()
        return found

    def _growing(self, places: Sequence[int]) -> Iterator[int]:
        stand = self.stand
        row_of = {int(stand.options.request[row]): row for row in stand.draft.of_request.values()}
        seen = set(places)
        waiting = deque(places)
        while waiting:
            for request in self._wanting(waiting.popleft()):
                yield request
                for one in [request, *self._beside(request)]:
                    if one in row_of:
                        yield one
                        resource = stand.resource(row_of[one])
                        if resource not in seen:
                            seen.add(resource)
                            waiting.append(resource)

    def _wanting(self, resource: int) -> list[int]:
        """Who could have a place there: those who wait first, then those who have another."""
        requests = np.unique(self.stand.options.request[self.stand.filling(resource)])
        requests = requests[np.argsort(-self.values[requests], kind="stable")]
        found: list[int] = requests[self.hopeful[requests]][:WANTING].tolist()
        found += requests[self._movable[requests]][:WANTING].tolist()
        return found

    def _beside(self, request: int) -> list[int]:
        """Who has a place and shares a school, group or crew with somebody who waits: perhaps on the very day."""
        if not self.hopeful[request]:
            return []
        stand = self.stand
        near = [int(stand.options.request[row]) for row in stand.near(stand.problem.requests[request].id)]
        return [one for one in near if self._movable[one]]

    def rows(self, requests: list[int], allowed: Flags) -> tuple[Long, Long, Long]:
        """The options to choose among, the chosen ones that stay and share something with them, and all others that stay."""
        stand = self.stand
        among = np.isin(stand.options.request, requests)
        free = np.flatnonzero(among & allowed)
        chosen = np.array(sorted(stand.draft.of_request.values()), dtype=np.int64)
        others = chosen[~among[chosen]]
        near = self._neighbours.near(others, free)
        return free, others[near], others[~near]
