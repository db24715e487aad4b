"""The TAB copy of the school file lacks the school numbers: a name and a level must do."""

from __future__ import annotations

import pytest

from outreach.models.district import DISTRICTS
from outreach.services.school_file import RowFault, SchoolFile, SchoolRow, read_school_file
from tests.services.school_file_lookalike import school_row, written


def read(*rows: dict[str, str]) -> SchoolFile:
    return read_school_file(written(list(rows), "utf16-tab"))


def only(*rows: dict[str, str]) -> SchoolRow:
    """The one school of a file without faults."""
    file = read(*rows)
    assert (file.faults, len(file.schools)) == ((), 1)
    return file.schools[0]


def test_the_key_is_the_folded_name_and_the_level() -> None:
    keys = {
        only(school_row(ENGLISH_NAME=name)).source_key
        for name in ("Any School", "ANY  SCHOOL", "ＡＮＹ ＳＣＨＯＯＬ")
    }
    assert len(keys) == 1
    assert keys.pop().endswith("-primary")


def test_a_name_shared_by_two_levels_is_two_schools() -> None:
    file = read(school_row(), school_row(level="secondary"))
    assert [(one.level, one.registration) for one in file.schools] == [("primary", ""), ("secondary", "")]


@pytest.mark.parametrize("link", [{}, {"TELEPHONE": "N.A."}, {"WEBSITE": "N.A."}])
def test_places_joined_by_telephone_or_website_are_one_school(link: dict[str, str]) -> None:
    school = only(
        school_row(district=DISTRICTS[0], **link),
        school_row(place=2, district=DISTRICTS[1], **link),
    )
    assert (school.district, school.first_place_known) == ("A", False)


@pytest.mark.parametrize(
    "difference",
    [
        {"中文名稱": "另一所學校"},
        {"FINANCE_TYPE": "GOVERNMENT"},
        {"DISTRICT": "NORTH", "TELEPHONE": "20000000", "WEBSITE": "http://other.example.org"},
    ],
)
def test_rows_of_one_name_that_do_not_hang_together_are_reported(difference: dict[str, str]) -> None:
    file = read(school_row(512001), school_row(), school_row(**difference))
    assert [one.line for one in file.schools] == [2]
    told = {"name": school_row()["ENGLISH NAME"], "lines": "3, 4"}
    assert file.faults == (
        RowFault(3, "ENGLISH NAME", "ambiguous", told),
        RowFault(4, "ENGLISH NAME", "ambiguous", told),
    )
