"""Schools of the demonstration, invented or out of a school file."""

from __future__ import annotations

from collections import Counter
from random import Random

from outreach.services.demo.places import DISTRICTS, SECTIONS
from outreach.services.demo.schools import invented_schools, official_schools, school_file_of

SCHOOLS = invented_schools(1220, Random(1))


def test_special_schools_teach_one_of_the_two_levels() -> None:
    assert {s.level for s in SCHOOLS} == {"primary", "secondary"}
    assert {s.level for s in SCHOOLS if s.section == "special"} == {"primary", "secondary"}
    assert all(s.level == s.section for s in SCHOOLS if s.section != "special")


def test_invented_schools_come_in_as_a_school_file() -> None:
    file = school_file_of(SCHOOLS)
    assert (file.rows, file.faults) == (1220, ())
    assert [row.source_key for row in file.schools] == [school.key for school in SCHOOLS]
    assert Counter(row.section for row in file.schools) == {"primary": 588, "secondary": 510, "special": 122}
    assert len({row.name_key for row in file.schools}) == 1220


def test_some_schools_of_a_file_take_part_in_its_proportions() -> None:
    file = school_file_of(SCHOOLS)
    chosen = official_schools(file, 300, Random(2))
    assert len(chosen) == 300
    assert len({school.key for school in chosen}) == 300
    districts = Counter(school.district for school in chosen)
    for district in DISTRICTS:
        assert abs(districts[district.code] - sum(district.counts) * 300 / 1220) <= 1, district.name_en
    sections = Counter(school.section for school in chosen)
    for section, real in zip(SECTIONS, (588, 510, 122), strict=True):
        assert abs(sections[section] - real * 300 / 1220) <= 9, section
    assert sum(school.is_cast for school in chosen) == 1


def test_a_file_smaller_than_asked_gives_all_its_schools() -> None:
    file = school_file_of(SCHOOLS[:30])
    assert [s.key for s in official_schools(file, 60, Random(2))] == sorted(
        (row.source_key for row in file.schools),
        key=lambda key: next((r.district, r.section, key) for r in file.schools if r.source_key == key),
    )
