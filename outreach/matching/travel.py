"""How long a way takes, in whole minutes.

`ceil(base_minutes + minutes_per_km * km + zone_minutes - 1e-9)`, 0 between equal places; km is the haversine distance on a sphere
of radius 6371.0088 km (the mean radius of the International Union of Geodesy and Geophysics). The 1e-9 keeps a sum that is an
integer but for rounding from taking one minute more.
"""

from __future__ import annotations

from math import asin, ceil, cos, radians, sin, sqrt

from outreach.matching.problem import Place, Travel

EARTH_RADIUS_KM = 6371.0088


def kilometres(a: Place, b: Place) -> float:
    """The haversine distance between two (longitude, latitude) places in degrees."""
    (lon_a, lat_a), (lon_b, lat_b) = a, b
    north = sin(radians(lat_b - lat_a) / 2)
    east = sin(radians(lon_b - lon_a) / 2)
    square = north * north + cos(radians(lat_a)) * cos(radians(lat_b)) * east * east
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(square)))


class Ways:
    """Travel minutes between places with zones; each pair is worked out once.

    A zone that is None (or named in no entry of `zone_minutes`) adds nothing.
    """

    def __init__(self, travel: Travel) -> None:
        self.travel = travel
        self._zone: dict[tuple[str | None, str | None], float] = {}
        for one, other, minutes in travel.zone_minutes:
            self._zone[one, other] = self._zone[other, one] = minutes
        self._known: dict[tuple[Place, str | None, Place, str | None], int] = {}

    def minutes(self, a: Place, zone_a: str | None, b: Place, zone_b: str | None) -> int:
        """One-way minutes from `a` to `b`; the same in either direction."""
        if a == b:
            return 0
        # One order for both directions, so that rounding cannot tell them apart.
        key = (a, zone_a, b, zone_b) if a < b else (b, zone_b, a, zone_a)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._work_out(*key)
        return found

    def _work_out(self, a: Place, zone_a: str | None, b: Place, zone_b: str | None) -> int:
        extra = self._zone.get((zone_a, zone_b), 0) if zone_a != zone_b else 0
        way = self.travel.base_minutes + self.travel.minutes_per_km * kilometres(a, b) + extra
        return max(0, ceil(way - 1e-9))

    def zone_minutes(self, zone_a: str | None, zone_b: str | None) -> float:
        """The extra minutes between two zones."""
        return self._zone.get((zone_a, zone_b), 0) if zone_a != zone_b else 0
