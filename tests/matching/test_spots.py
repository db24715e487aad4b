"""Ways for arrays of places: the minutes that single ways take, to the last one."""

from __future__ import annotations

import random

import numpy as np
import pytest

from outreach.matching.problem import Problem, School, Travel
from outreach.matching.solving.spots import Spots
from outreach.matching.travel import Ways, kilometres

ZONES = (None, "island", "mainland", "elsewhere")
AROUND = ((0.0, 90.0), (0.0, -90.0), (180.0, 0.0), (0.0, 0.0), (-180.0, 0.0), (77.0, 90.0), (114.1, 22.3))


def spots_of(places: list[tuple[float, float]], zones: list[str | None], travel: Travel) -> Spots:
    schools = tuple(
        School(f"S{at}", place, zone=zone) for at, (place, zone) in enumerate(zip(places, zones, strict=True))
    )
    return Spots(Problem(schools=schools, travel=travel), Ways(travel))


def assert_equal(spots: Spots) -> None:
    a, b = (one.ravel() for one in np.meshgrid(spots.school, spots.school))
    truth = [spots.ways.minutes(*spots.all[i], *spots.all[j]) for i, j in zip(a, b, strict=True)]
    assert spots.minutes(a, b).tolist() == truth


@pytest.mark.parametrize("per_km", [0, 1e-7, 0.3, 2.2, 1e6])
@pytest.mark.parametrize("base", [-30, 0, 12, 12.5, 1e9])
def test_they_are_the_single_ways(per_km: float, base: float) -> None:
    rng = random.Random(f"{per_km}/{base}")
    near = [(114.1 + rng.random() / 5, 22.3 + rng.random() / 5) for _ in range(12)]
    far = [(rng.uniform(-180, 180), rng.uniform(-90, 90)) for _ in range(12)]
    places = [*near, *far, *AROUND, near[0], near[1]]
    zones = [rng.choice(ZONES) for _ in places]
    travel = Travel(base, per_km, (("island", "mainland", 15), ("mainland", "elsewhere", 0.25)))
    assert_equal(spots_of(places, zones, travel))


def test_a_way_of_whole_minutes_is_no_matter_of_the_last_bit() -> None:
    """Arrays are reckoned with other instructions than single numbers on some machines: here a cosine is off by a little."""
    rng = random.Random(8)
    differing = 0
    for _ in range(60):
        places = [(114.1 + rng.random() / 5, 22.3 + rng.random() / 5) for _ in range(2)]
        # The first minute begins exactly here, so that a bit more or less decides.
        travel = Travel(40 + 1e-9 - 2.2 * kilometres(*sorted(places)), 2.2)
        spots = spots_of(places, [None, None], travel)
        spots._cos *= 1 + 1e-14
        assert_equal(spots)
        bare = np.ceil(travel.base_minutes + 2.2 * kilometres(*sorted(places)) * (1 + 1e-14) - 1e-9)
        differing += int(bare) != spots.minutes(spots.school[:1], spots.school[1:]).item()
    assert differing > 10


def test_each_place_with_its_zone_has_one_number() -> None:
    spots = spots_of([(1.0, 2.0), (1.0, 2.0), (1.0, 2.0)], [None, "island", None], Travel())
    assert spots.all == [((1.0, 2.0), None), ((1.0, 2.0), "island")]
    assert spots.school.tolist() == [0, 1, 0]
    assert spots.minutes(np.array([0]), np.array([1])).tolist() == [0]
