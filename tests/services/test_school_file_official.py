"""The official file itself, where the shared copies are; the look-alikes cover its form elsewhere."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from outreach.services.school_file import SchoolFile, read_school_file

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared file {name} is not here; the look-alikes cover its form")
    return path.read_bytes()


def sections(file: SchoolFile) -> dict[str, int]:
    return dict(Counter(school.section for school in file.schools))


@pytest.fixture(scope="module")
def official() -> SchoolFile:
    return read_school_file(shared("SCH_LOC_EDB.csv"))


def test_1220_schools(official: SchoolFile) -> None:
    assert sections(official) == {"primary": 588, "secondary": 510, "special": 122}
    assert (official.rows, official.faults) == (3513, ())
    assert dict(official.left_out) == {"kindergarten": 2197, "evening": 13, "place": 83}


def test_every_school_is_whole(official: SchoolFile) -> None:
    for school in official.schools:
        assert school.name_en
        assert school.name_zh
        assert 113.8 < school.longitude < 114.4
        assert 22.1 < school.latitude < 22.6
    assert len({school.source_key for school in official.schools}) == 1220


def test_the_districts_are_counted_as_officially(official: SchoolFile) -> None:
    found = Counter((school.district, school.section) for school in official.schools)
    text = shared("hk_districts_18.csv").decode("utf-8-sig")
    expected = {}
    for row in csv.DictReader(io.StringIO(text)):
        for section, column in (
            ("primary", "primary"),
            ("secondary", "secondary"),
            ("special", "special_sections"),
        ):
            expected[row["district_code"], section] = int(row[column])
    assert dict(found) == {key: count for key, count in expected.items() if count}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_the_tab_copy_gives_the_same_schools(official: SchoolFile, encoding: str) -> None:
    rows = list(csv.reader(io.StringIO(shared("SCH_LOC_EDB.csv").decode("utf-16"), newline="")))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t").writerows(row[1:] for row in rows)
    copy = read_school_file(text.getvalue().encode(encoding))
    assert copy.faults == ()
    assert {(one.name_key, one.level) for one in copy.schools} == {
        (one.name_key, one.level) for one in official.schools
    }


def test_the_json_of_2022() -> None:
    file = read_school_file(shared("SCH_LOC_EDB_variant_json_letter_keys.json"))
    assert (sections(file), file.faults) == ({"primary": 590, "secondary": 503, "special": 120}, ())
