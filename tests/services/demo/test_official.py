"""The invented city against the official list of schools, where the shared copy of it is."""

from __future__ import annotations

from math import cos, hypot, radians
from pathlib import Path
from random import Random

import pytest

from outreach.services.demo.names import INTERNATIONAL, SAINTS, SPONSORS
from outreach.services.demo.schools import invented_schools
from outreach.services.school_file import SchoolFile, SchoolRow, read_school_file

OFFICIAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "SCH_LOC_EDB.csv"


@pytest.fixture(scope="module")
def official() -> SchoolFile:
    if not OFFICIAL.exists():
        pytest.skip("the shared copy of the official school file is not here")
    return read_school_file(OFFICIAL.read_bytes())


def test_no_real_school_has_an_invented_name(official: SchoolFile) -> None:
    real = {row.name_zh for row in official.schools} | {row.name_en.casefold() for row in official.schools}
    for seed in range(5):
        for school in invented_schools(1100, Random(seed)):
            assert school.name.zh not in real
            assert school.name.en.casefold() not in real


def test_no_real_school_has_an_invented_sponsor(official: SchoolFile) -> None:
    chinese = "\n".join(row.name_zh for row in official.schools)
    english = "\n".join(row.name_en for row in official.schools).casefold()
    for name in (*SPONSORS, *SAINTS, *INTERNATIONAL):
        assert name.zh not in chinese
        assert name.en.casefold() not in english


def test_invented_schools_stand_near_real_ones_of_their_district(official: SchoolFile) -> None:
    right = 0
    schools = invented_schools(1100, Random(7))
    for school in schools:
        nearest = min(official.schools, key=lambda row: _km(school.lon, school.lat, row))
        assert _km(school.lon, school.lat, nearest) < 0.8, school
        right += nearest.district == school.district
    assert right >= 0.97 * len(schools)


def _km(lon: float, lat: float, row: SchoolRow) -> float:
    return 111.2 * hypot((lon - row.longitude) * cos(radians(22.35)), lat - row.latitude)
