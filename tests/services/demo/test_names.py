"""Names are unique, bilingual, in the forms of Hong Kong, and nobody's real name as far as the official list tells."""

from __future__ import annotations

from random import Random

from outreach.services.demo.names import INTERNATIONAL, SAINTS, SPONSORS, person
from outreach.services.demo.places import DISTRICTS
from outreach.services.demo.schools import invented_schools

SCHOOLS = invented_schools(1100, Random(5))
CJK = range(0x4E00, 0xA000)
ENDINGS_ZH = {"primary": ("小學", "學校"), "secondary": ("中學", "書院", "學校"), "special": ("學校",)}


def test_1100_schools_have_1100_names_in_each_language() -> None:
    assert len({school.name.en for school in SCHOOLS}) == 1100
    assert len({school.name.zh for school in SCHOOLS}) == 1100


def test_names_end_as_schools_names_do() -> None:
    for school in SCHOOLS:
        stem = school.name.zh.partition("（")[0]
        assert stem.endswith(ENDINGS_ZH[school.section]), school.name.zh


def test_the_chinese_is_chinese_and_the_english_is_not() -> None:
    for school in SCHOOLS:
        assert all(ord(c) in CJK or c in "（）" for c in school.name.zh), school.name.zh
        assert school.name.en.isascii(), school.name.en


def test_a_bracketed_place_is_one_of_the_schools_own_district() -> None:
    parts = {part.name_zh: d.code for d in DISTRICTS for part in d.parts}
    bracketed = [school for school in SCHOOLS if "（" in school.name.zh]
    assert bracketed
    for school in bracketed:
        assert parts[school.name.zh.partition("（")[2].rstrip("）")] == school.district


def test_government_schools_are_called_so() -> None:
    for school in SCHOOLS:
        assert (
            ("官立" in school.name.zh) == (school.finance == "government") == ("Government" in school.name.en)
        )


def test_people_have_a_surname_and_a_given_name_in_both_languages() -> None:
    rng = Random(6)
    people = [person(rng) for _ in range(200)]
    assert {len(one.zh) for one in people} == {3}
    assert {len(one.en.split()) for one in people} == {3}


def test_word_lists_hold_no_name_twice() -> None:
    for names in (SPONSORS, SAINTS, INTERNATIONAL):
        assert len({name.en for name in names}) == len({name.zh for name in names}) == len(names)
