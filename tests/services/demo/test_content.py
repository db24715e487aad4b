"""The word lists as files: well-formed, and Traditional Chinese throughout."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

CONTENT = files("outreach.services.demo").joinpath("content")
NAMES = sorted(entry.name for entry in CONTENT.iterdir())
# The forms Hong Kong writes, and its place names, which plain Big5 lacks.
LOCAL = set("着裏枱邨恒埗鰂脷磡㘭")


def test_all_lists_are_here() -> None:
    assert NAMES == [
        "areas.csv",
        "characters.csv",
        "districts.csv",
        "firms.csv",
        "hubs.csv",
        "neighbourhoods.csv",
        "offers_large.toml",
        "offers_sessions.toml",
        "offers_visits.toml",
        "saints.csv",
        "schools_international.csv",
        "sponsors.csv",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_no_simplified_only_character(name: str) -> None:
    text = CONTENT.joinpath(name).read_text(encoding="utf-8")
    # Big5 holds the traditional characters and none that exists in Simplified Chinese alone.
    foreign = {c for c in text if c not in LOCAL and not c.encode("big5", errors="ignore")}
    assert foreign == set()


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".csv")])
def test_every_row_has_every_column(name: str) -> None:
    rows = list(csv.reader(CONTENT.joinpath(name).read_text(encoding="utf-8").splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len({tuple(row) for row in rows}) == len(rows)
