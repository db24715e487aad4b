"""Schools are shared out over the districts as they really are, and stand where schools stand."""

from __future__ import annotations

from math import cos, hypot, radians
from random import Random

import pytest

from outreach.services.demo.places import (
    DISTRICTS,
    KM_PER_DEGREE,
    SECTIONS,
    neighbourhood,
    place_in,
    shared_out,
)


def test_the_whole_city_is_the_official_count() -> None:
    assert shared_out(1220) == {
        (district.code, section): number
        for district in DISTRICTS
        for section, number in zip(SECTIONS, district.counts, strict=True)
    }


def test_sections_of_a_city_of_1100() -> None:
    shares = shared_out(1100)
    totals = {section: sum(n for (_, of), n in shares.items() if of == section) for section in SECTIONS}
    assert totals == {"primary": 531, "secondary": 459, "special": 110}


@pytest.mark.parametrize("schools", [18, 19, 60, 300, 1100, 1220])
def test_every_district_has_a_school_and_none_is_lost(schools: int) -> None:
    shares = shared_out(schools)
    assert sum(shares.values()) == schools
    assert all(any(shares[d.code, section] for section in SECTIONS) for d in DISTRICTS)
    assert min(shares.values()) >= 0


def test_a_city_with_fewer_schools_than_districts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 18 schools"):
        shared_out(17)


def test_places_lie_inside_their_neighbourhood() -> None:
    rng = Random(3)
    for district in DISTRICTS:
        for _ in range(50):
            part = neighbourhood(district, rng)
            lon, lat = place_in(part, rng)
            east = (lon - part.lon) * KM_PER_DEGREE * cos(radians(part.lat))
            assert hypot(east, (lat - part.lat) * KM_PER_DEGREE) <= part.spread + 0.002


def test_every_neighbourhood_is_drawn() -> None:
    rng = Random(4)
    for district in DISTRICTS:
        drawn = {neighbourhood(district, rng).name_en for _ in range(400)}
        assert drawn == {part.name_en for part in district.parts}
