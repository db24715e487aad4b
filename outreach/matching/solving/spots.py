"""The places of a problem by number, and how long the ways between them take, for many pairs at once.

`Spots.minutes` gives exactly what `Ways.minutes` gives. The sines of arrays may differ from those of single numbers in the last
bit, so a way that comes within a hair's breadth of a whole minute is worked out once more by `Ways` itself.
"""

from __future__ import annotations

import numpy as np

from outreach.matching.problem import Place, Problem
from outreach.matching.solving.columns import Long, Small, Whole
from outreach.matching.travel import EARTH_RADIUS_KM, Ways

Spot = tuple[Place, str | None]

# Far above what the two ways to work out kilometres differ by (some 1e-11), far below what would make many ways doubtful.
DOUBTFUL_KM = 1e-8
DOUBTFUL_SHARE = 1e-12
# Near the opposite end of the earth the arc sine magnifies every error.
OPPOSITE = 0.98


class Spots:
    """Every (place, zone) of schools, offers and teams' homes. `school`, `offer` and `home` hold their positions, -1 for none."""

    def __init__(self, problem: Problem, ways: Ways) -> None:
        self.ways = ways
        self.all: list[Spot] = []
        self._position: dict[Spot, int] = {}
        self.school = self._positions([(one.place, one.zone) for one in problem.schools])
        self.offer = self._positions([(one.place, one.zone) for one in problem.offers])
        self.home = self._positions([(one.home, one.zone) for one in problem.teams])
        places = np.array([place for place, _ in self.all], dtype=np.float64).reshape(-1, 2)
        self._lon, self._lat = places[:, 0].copy(), places[:, 1].copy()
        self._cos = np.cos(np.radians(self._lat))
        names = sorted({name for one, other, _ in ways.travel.zone_minutes for name in (one, other)})
        numbers = {name: number for number, name in enumerate(names)}
        self._zone = np.array(
            [-1 if zone is None else numbers.get(zone, -1) for _, zone in self.all], dtype=np.int64
        )
        # The last row and column, which -1 points to, are for places without a zone that matters.
        self._extra = np.zeros((len(names) + 1, len(names) + 1))
        for one, other, minutes in ways.travel.zone_minutes:
            self._extra[numbers[one], numbers[other]] = self._extra[numbers[other], numbers[one]] = minutes

    def _positions(self, spots: list[tuple[Place | None, str | None]]) -> Small:
        return np.array([self._number(place, zone) for place, zone in spots], dtype=np.int32)

    def _number(self, place: Place | None, zone: str | None) -> int:
        if place is None:
            return -1
        number = self._position.setdefault((place, zone), len(self.all))
        if number == len(self.all):
            self.all.append((place, zone))
        return number

    def minutes(self, a: Whole, b: Whole) -> Long:
        """One-way minutes from each spot of `a` to its partner in `b` (positions; the two are broadcast)."""
        north = np.sin(np.radians(self._lat[b] - self._lat[a]) / 2)
        east = np.sin(np.radians(self._lon[b] - self._lon[a]) / 2)
        square = north * north + self._cos[a] * self._cos[b] * east * east
        km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(square)))
        travel = self.ways.travel
        way = (
            travel.base_minutes
            + travel.minutes_per_km * km
            + self._extra[self._zone[a], self._zone[b]]
            - 1e-9
        )
        found: Long = np.maximum(0, np.ceil(way)).astype(np.int64)
        same = (self._lat[a] == self._lat[b]) & (self._lon[a] == self._lon[b])
        found[same] = 0
        if travel.minutes_per_km:
            near = np.abs(way - np.rint(way)) <= (
                DOUBTFUL_KM * travel.minutes_per_km + DOUBTFUL_SHARE * np.abs(way)
            )
            for at in np.flatnonzero((near | (square > OPPOSITE)) & ~same).tolist():
                one, other = np.broadcast_arrays(a, b)
                found[at] = self.ways.minutes(*self.all[int(one[at])], *self.all[int(other[at])])
        return found
