"""A request forced into a plan by exchanging a few places: the best such exchange shows at most how much it would cost.

Who has to leave is found rule by rule: somebody of the slot or the team's days, somebody of the same school, group or crew,
a session of the same company; one of them, or one near the request and one at the place. Who left, or somebody who waits, may then
take what became free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from outreach.matching.explaining.stand import Stand, Worth

# Of a company whose sessions are used up, so many others are tried.
COMPANIONS = 6


@dataclass(frozen=True, slots=True)
class Exchange:
    """Rows of the plan that leave and rows that come (the request's own first), and what that changes in the goals."""

    leaving: tuple[int, ...]
    coming: tuple[int, ...]
    worth: Worth


class Exchanges:
    """Looks for exchanges in one plan. `enough(worth)` tells when a search may end."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.pinned = {pin.request for pin in stand.problem.pins}
        self._of_company: dict[int, list[int]] = {}
        for row in stand.draft.of_request.values():
            self._of_company.setdefault(int(stand.options.company[row]), []).append(row)

    def best(self, request: str, enough: Worth) -> Exchange | None:
        """The exchange that costs least of those tried; the search ends with the first that costs no more than `enough`."""
        best: Exchange | None = None
        for one in self._tried(request):
            if best is None or one.worth > best.worth:
                best = one
                if best.worth >= enough:
                    return best
        return best

    def _tried(self, request: str) -> Iterator[Exchange]:
        rows = self.stand.rows(request).tolist()
        yield from self._single(request, rows)
        yield from self._double(request, rows)

    def _single(self, request: str, rows: Sequence[int]) -> Iterator[Exchange]:
        """Nobody leaves, or one."""
        near = self._movable(self.stand.near(request))
        for row in rows:
            yield from self._after((), row)
            for other in dict.fromkeys([*near, *self._movable(self._at(row))]):
                yield from self._after((other,), row)

    def _double(self, request: str, rows: Sequence[int]) -> Iterator[Exchange]:
        """One near the request, and one at its new place."""
        for near in self._movable(self.stand.near(request)):
            for row in rows:
                for other in self._movable(self._at(row)):
                    if other != near:
                        yield from self._after((near, other), row)

    def _at(self, row: int) -> list[int]:
        """Who fills the place now, and sessions of its company."""
        stand = self.stand
        inside = stand.inside(stand.resource(row))
        company = int(stand.options.company[row])
        limits = stand.draft.limits
        full = stand.draft.company_total[company] >= limits.company_total[company]
        full |= stand.draft.company_week[company, limits.week[row]] >= limits.company_week[company]
        if full:
            mine = self._of_company.get(company, [])
            same_week = [one for one in mine if limits.week[one] == limits.week[row]]
            inside += same_week[:COMPANIONS]
        return inside

    def _movable(self, rows: Iterable[int]) -> list[int]:
        requests = self.stand.problem.requests
        return [row for row in rows if requests[int(self.stand.options.request[row])].id not in self.pinned]

    def _after(self, leaving: tuple[int, ...], row: int) -> Iterator[Exchange]:
        """The exchange as it is, and with what becomes free filled again."""
        stand = self.stand
        with stand.without(leaving), stand.with_row(row) as added:
            if not added or not stand.enough([row]):
                return
            whole = stand.enough(leaving)
            if whole:
                yield Exchange(leaving, (row,), stand.worth(leaving, (row,)))
            refills = self._refills(leaving, row)
            if refills:
                best = max(refills, key=lambda more: stand.worth(leaving, (row, more)))
                with stand.with_row(best) as filled:
                    if filled and stand.enough([row, best, *leaving]):
                        yield Exchange(leaving, (row, best), stand.worth(leaving, (row, best)))

    def _refills(self, leaving: Sequence[int], row: int) -> list[int]:
        """Rows that could come now: of those who left, and of whoever waits for a place that they left."""
        if not leaving:
            return []
        stand = self.stand
        parts = [stand.options.of_request.at(int(stand.options.request[one])) for one in leaving]
        parts += [stand.filling(stand.resource(one)) for one in leaving]
        return [one for one in stand.fitting(np.unique(np.concatenate(parts))) if one not in leaving]
