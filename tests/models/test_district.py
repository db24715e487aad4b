"""The 18 districts, their spellings, and the side of the harbour."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from outreach.models.district import DISTRICT, DISTRICTS, district_of, zone_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "hk_districts_18.csv"


def test_eighteen_districts_with_the_official_codes() -> None:
    assert "".join(DISTRICT) == "ABCDEFGHJKLMNPQRST"
    assert [district.code for district in DISTRICTS] == list(DISTRICT)


def test_names_and_regions_are_those_of_the_shared_table() -> None:
    if not SHARED.exists():
        pytest.skip("the shared table of districts is not here")
    rows = csv.DictReader(io.StringIO(SHARED.read_text("utf-8-sig")))
    assert [tuple(district) for district in DISTRICTS] == [
        (row["district_code"], row["district_en"], row["district_zh"], row["region"]) for row in rows
    ]


@pytest.mark.parametrize("district", DISTRICTS, ids=lambda district: district.name_en)
def test_every_spelling_of_a_district(district: tuple[str, str, str, str]) -> None:
    code, name_en, name_zh, _region = district
    spellings = [
        name_en,
        name_en.upper(),
        f"{name_en} District",
        name_en.replace(" and ", " & ").replace(" ", ""),
    ]
    assert {district_of(text) for text in [*spellings, name_zh, name_zh.removesuffix("區")]} == {code}


@pytest.mark.parametrize("text", ["", "區", "District", "Kowloon", "九龍", "\x00"])
def test_what_is_no_district(text: str) -> None:
    assert district_of(text) is None


@pytest.mark.parametrize(
    ("district", "place", "zone"),
    [
        ("A", (114.154, 22.287), "island"),
        ("D", (114.156, 22.243), "island"),
        ("E", (114.171, 22.319), "mainland"),
        ("Q", (114.260, 22.317), "mainland"),
        ("T", (113.944, 22.288), "mainland"),  # Tung Chung
        ("T", (113.862, 22.254), "mainland"),  # Tai O
        ("T", (114.017, 22.308), "mainland"),  # Discovery Bay
        ("T", (114.001, 22.265), "mainland"),  # Mui Wo
        ("T", (114.028, 22.204), "island"),  # Cheung Chau
        ("T", (114.039, 22.282), "island"),  # Peng Chau
        ("T", (114.114, 22.226), "island"),  # Lamma
    ],
)
def test_the_side_of_the_harbour(district: str, place: tuple[float, float], zone: str) -> None:
    assert zone_of(district, *place) == zone
