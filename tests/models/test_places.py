"""The well-known places: one for each district at least, all in Hong Kong, names in both languages."""

from __future__ import annotations

import pytest

from outreach.models.district import DISTRICTS
from outreach.models.places import CENTRES, PLACES, SITES, place_near


def test_each_district_has_its_centre_and_every_code_is_its_own() -> None:
    assert [place.district for place in CENTRES] == [district.code for district in DISTRICTS]
    assert len(PLACES) == len(SITES) + len(CENTRES)


@pytest.mark.parametrize("place", PLACES.values(), ids=lambda place: place.code)
def test_a_place_lies_in_hong_kong_and_has_both_names(place: tuple[str, str, str, str, float, float]) -> None:
    _code, name_en, name_zh, _district, longitude, latitude = place
    assert (113.8 < longitude < 114.5, 22.15 < latitude < 22.6) == (True, True)
    assert (name_en.isascii(), name_zh.isascii()) == (True, False)


def test_the_nearest_known_place_of_the_same_district() -> None:
    assert place_near("P", 114.21, 22.43) is PLACES["science-park"]
    assert place_near("P", 114.165, 22.445) is PLACES["district-P"]
    # Kowloon Tong is nearer, but in another district.
    assert place_near("F", 114.175, 22.335) is PLACES["district-F"]


@pytest.mark.parametrize("place", PLACES.values(), ids=lambda place: place.code)
def test_a_place_is_nearest_to_itself(place: tuple[str, str, str, str, float, float]) -> None:
    _code, _en, _zh, district, longitude, latitude = place
    assert place_near(district, longitude, latitude) == place
