"""Travel minutes, worked out by hand."""

from __future__ import annotations

import pytest

from outreach.matching.problem import Travel
from outreach.matching.travel import Ways, kilometres

CENTRAL = (114.158, 22.282)
SHA_TIN = (114.195, 22.383)


def test_the_distance_is_the_great_circle() -> None:
    assert kilometres((0.0, 0.0), (0.0, 1.0)) == pytest.approx(111.19508, abs=1e-4)
    assert kilometres((0.0, 60.0), (1.0, 60.0)) == pytest.approx(55.59754 - 0.00158, abs=2e-3)
    assert kilometres((0.0, 0.0), (180.0, 0.0)) == pytest.approx(20015.1145, abs=1e-3)


def test_minutes_are_rounded_up_and_zones_add_either_way() -> None:
    ways = Ways(Travel(12, 2.2, (("island", "mainland", 15),)))
    assert kilometres(CENTRAL, SHA_TIN) == pytest.approx(11.857, abs=1e-3)
    assert ways.minutes(CENTRAL, None, SHA_TIN, None) == 39  # 12 + 26.09
    assert ways.minutes(CENTRAL, "island", SHA_TIN, "mainland") == 54
    assert ways.minutes(SHA_TIN, "mainland", CENTRAL, "island") == 54
    assert ways.minutes(CENTRAL, "island", SHA_TIN, "island") == 39
    assert ways.minutes(CENTRAL, "island", SHA_TIN, None) == 39
    assert ways.minutes(CENTRAL, "island", SHA_TIN, "sea") == 39


def test_equal_places_are_no_way_apart_whatever_their_zones() -> None:
    assert Ways(Travel(12, 2.2, (("a", "b", 15),))).minutes(CENTRAL, "a", CENTRAL, "b") == 0


def test_a_whole_number_of_minutes_is_not_rounded_up() -> None:
    assert Ways(Travel(12.0000000001, 0)).minutes(CENTRAL, None, SHA_TIN, None) == 12
    assert Ways(Travel(12.001, 0)).minutes(CENTRAL, None, SHA_TIN, None) == 13
    assert Ways(Travel(0, 0)).minutes(CENTRAL, None, SHA_TIN, None) == 0
