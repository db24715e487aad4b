"""The reader of the official school file: every form, every oddity, every fault with its line and column."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from outreach.models.district import DISTRICTS
from outreach.services.school_file import RowFault, SchoolFile, SchoolRow, read_school_file
from tests.services.school_file_lookalike import FORMS, look_alike, school_row, written


def read(*rows: dict[str, str], form: str = "utf8-comma") -> SchoolFile:
    return read_school_file(written(list(rows), form))


def only(*rows: dict[str, str], form: str = "utf8-comma") -> SchoolRow:
    """The one school of a file without faults."""
    file = read(*rows, form=form)
    assert (file.faults, len(file.schools)) == ((), 1)
    return file.schools[0]


def sections(file: SchoolFile) -> dict[str, int]:
    return dict(Counter(school.section for school in file.schools))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_schools(form: str) -> None:
    made = look_alike()
    file = read_school_file(written(made.rows, form))
    assert file.faults == ()
    assert sections(file) == made.sections
    assert dict(file.left_out) == made.left_out
    assert file.rows == len(made.rows)
    plain = read_school_file(written(made.rows, "utf8-comma"))
    facts = {
        (
            one.name_en,
            one.name_zh,
            one.level,
            one.finance_type,
            one.gender,
            one.phone,
            one.website,
            one.session,
        )
        for one in plain.schools
    }
    assert facts == {
        (
            one.name_en,
            one.name_zh,
            one.level,
            one.finance_type,
            one.gender,
            one.phone,
            one.website,
            one.session,
        )
        for one in file.schools
    }
    if not form.endswith("tab"):
        assert {one.source_key: one.district for one in file.schools} == {
            one.source_key: one.district for one in plain.schools
        }


def test_one_row_in_full() -> None:
    row = school_row(512345, kind="dss", district=DISTRICTS[8], STUDENTS_GENDER="GIRLS")
    assert only(row) == SchoolRow(
        registration="512345",
        level="primary",
        source_key="512345-primary",
        name_key="poleungschoolno.512345",
        name_en=row["ENGLISH NAME"],
        name_zh=row["中文名稱"],
        address_en="1 SCHOOL ROAD, KWUN TONG",
        address_zh="觀塘區校園道1號",
        district="J",
        finance_type="dss",
        session="whole_day",
        gender="girls",
        longitude=float(row["LONGITUDE"]),
        latitude=float(row["LATITUDE"]),
        phone="25123450",
        website="http://www.s512345.example.org",
        line=2,
        first_place_known=True,
    )


def test_the_first_place_is_the_lowest_number_wherever_it_stands() -> None:
    rows = [school_row(place=place, district=DISTRICTS[place]) for place in (12, 3, 7)]
    school = only(*rows)
    assert (school.district, school.address_en, school.line) == (
        DISTRICTS[3].code,
        rows[1]["ENGLISH ADDRESS"],
        3,
    )


def test_a_first_place_without_telephone_borrows_that_of_the_next() -> None:
    first = school_row(TELEPHONE="N.A.", WEBSITE="N.A.")
    assert (only(first, school_row(place=2)).phone, only(first, school_row(place=2)).website) == (
        "25123450",
        "http://www.s512345.example.org",
    )


def test_whole_day_wins_over_the_half_days_of_the_same_school() -> None:
    half = [school_row(session="morning"), school_row(session="afternoon")]
    assert only(*half).session == "morning"
    assert only(*half, school_row(session="whole_day")).session == "whole_day"


def test_two_levels_of_one_registration_are_two_schools() -> None:
    file = read(school_row(kind="special"), school_row(kind="special", level="secondary"))
    assert [one.source_key for one in file.schools] == ["512345-primary", "512345-secondary"]
    assert sections(file) == {"special": 2}


def test_kindergartens_and_evening_sessions_are_left_out_without_being_judged() -> None:
    rows = [
        school_row(1, level="kindergarten", DISTRICT="?", LONGITUDE="?"),
        school_row(session="evening", LATITUDE="?"),
        school_row(),
    ]
    file = read(*rows)
    assert (len(file.schools), dict(file.left_out), file.faults) == (1, {"kindergarten": 1, "evening": 1}, ())


@pytest.mark.parametrize(
    ("heading", "cell", "attribute", "value"),
    [
        ("TELEPHONE", "N.A.", "phone", ""),
        ("TELEPHONE", "", "phone", ""),
        ("TELEPHONE", "25704436,25713291", "phone", "25704436"),
        ("TELEPHONE", "35860107/94444622", "phone", "35860107"),
        ("TELEPHONE", "2570443625713291", "phone", "25704436"),
        ("TELEPHONE", "3612 4660", "phone", "36124660"),
        ("TELEPHONE", "(852) 2570-4436", "phone", "25704436"),
        ("TELEPHONE", "85225704", "phone", "85225704"),
        ("TELEPHONE", "２５７０４４３６", "phone", "25704436"),
        ("WEBSITE", "www.example.org", "website", "http://www.example.org"),
        ("WEBSITE", "HTTPS://example.org/a?b=%e6", "website", "HTTPS://example.org/a?b=%e6"),
        ("WEBSITE", "javascript:alert(1)", "website", ""),
        ("WEBSITE", 'http://example.org/"onclick=x', "website", ""),
        ("WEBSITE", "http://" + "a" * 300, "website", ""),
        ("ENGLISH_NAME", "  ST.  ANY'S\u200b \u3000SCHOOL ", "name_en", "ST. ANY'S SCHOOL"),
        ("ENGLISH_NAME", "Ｎｏ．１ ＳＣＨＯＯＬ", "name_en", "No.1 SCHOOL"),
        ("ENGLISH_NAME", "N" * 140, "name_en", "N" * 140),
        ("ENGLISH_NAME", "N.A.", "name_en", school_row()["中文名稱"]),
        ("中文名稱", "深水埗鰂魚涌㘭䔄學校", "name_zh", "深水埗鰂魚涌㘭䔄學校"),
        ("中文名稱", "聖誰學校（小學部）", "name_zh", "聖誰學校(小學部)"),
        ("中文名稱", "N.A.", "name_zh", school_row()["ENGLISH NAME"]),
        ("中文地址", "新界某邨第１２座", "address_zh", "新界某邨第12座"),
        ("ENGLISH_ADDRESS", "N.A.", "address_en", ""),
        ("LONGITUDE", "１１４．２", "longitude", 114.2),
        ("DISTRICT", "Central & Western District", "district", "A"),
        ("DISTRICT", "CENTRAL AND WESTERN", "district", "A"),
        ("DISTRICT", "中西區", "district", "A"),
        ("DISTRICT", "ShamShuiPo", "district", "F"),
        ("DISTRICT", "Nowhere", "district", "J"),
        ("SESSION", "Whole Day", "session", "whole_day"),
        ("SESSION", "?", "session", "whole_day"),
        ("SCHOOL_LEVEL", "N.A.", "level", "primary"),
        ("STUDENTS_GENDER", "N.A.", "gender", "mixed"),
        ("FINANCE_TYPE", "N.A.", "finance_type", "aided"),
    ],
)
def test_how_a_cell_is_read(heading: str, cell: str, attribute: str, value: object) -> None:
    assert getattr(only(school_row(**{heading: cell})), attribute) == value


@pytest.mark.parametrize(
    "kind", ["aided", "government", "dss", "caput", "private", "pis", "esf", "international", "special"]
)
@pytest.mark.parametrize("level", ["primary", "secondary"])
def test_every_type_is_told_from_category_and_finance(kind: str, level: str) -> None:
    assert only(school_row(kind=kind, level=level)).finance_type == kind


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"LONGITUDE": "abc"}, ("LONGITUDE", "bad_coordinate", {"value": "abc"})),
        ({"LONGITUDE": "1e2"}, ("LONGITUDE", "bad_coordinate", {"value": "1e2"})),
        ({"LATITUDE": "nan"}, ("LATITUDE", "bad_coordinate", {"value": "nan"})),
        ({"LATITUDE": "N.A."}, ("LATITUDE", "missing", {})),
        ({"LATITUDE": "114.2"}, ("LATITUDE", "outside_hong_kong", {"value": "114.2"})),
        ({"LONGITUDE": "113.5"}, ("LONGITUDE", "outside_hong_kong", {"value": "113.5"})),
        ({"SCHOOL_NO.": "5123450001"}, ("SCHOOL NO.", "bad_number", {"value": "5123450001"})),
        ({"SCHOOL_NO.": "5.12E+11"}, ("SCHOOL NO.", "bad_number", {"value": "5.12E+11"})),
        ({"SCHOOL_NO.": ""}, ("SCHOOL NO.", "missing", {})),
        ({"ENGLISH_NAME": "N.A.", "中文名稱": ""}, ("ENGLISH NAME", "missing", {})),
        ({"ENGLISH_NAME": "X" * 201}, ("ENGLISH NAME", "too_long", {"limit": "200"})),
        ({"ENGLISH_ADDRESS": "X" * 5000}, ("ENGLISH ADDRESS", "too_long", {"limit": "300"})),
        ({"中文名稱": "學\x07校"}, ("中文名稱", "unreadable_characters", {})),
        ({"中文名稱": "學\ufffd校"}, ("中文名稱", "unreadable_characters", {})),
        ({"中文名稱": "學\x00校"}, ("中文名稱", "unreadable_characters", {})),
        ({"DISTRICT": "KOWLOON", "分區": "九龍"}, ("DISTRICT", "unknown_word", {"value": "KOWLOON"})),
        ({"DISTRICT": "", "分區": ""}, ("DISTRICT", "missing", {})),
        ({"SESSION": "NIGHT", "學校授課時間": "?"}, ("SESSION", "unknown_word", {"value": "NIGHT"})),
        (
            {"SCHOOL_LEVEL": "TERTIARY", "學校類型": ""},
            ("SCHOOL LEVEL", "unknown_word", {"value": "TERTIARY"}),
        ),
        ({"FINANCE_TYPE": "GIFT", "資助種類": "N.A."}, ("FINANCE TYPE", "unknown_word", {"value": "GIFT"})),
    ],
)
def test_a_row_that_cannot_be_read_is_reported_and_the_others_go_on(
    changes: dict[str, str], fault: tuple[str, str, dict[str, str]]
) -> None:
    file = read(school_row(512001), school_row(**changes), school_row(512002))
    assert file.faults == (RowFault(3, *fault),)
    assert [one.registration for one in file.schools] == ["512001", "512002"]


def test_all_faults_of_a_row_are_found_at_once() -> None:
    file = read(school_row(LONGITUDE="x", LATITUDE="y", DISTRICT="z", 分區="z"), school_row(512002))
    assert [fault.field for fault in file.faults] == ["DISTRICT", "LONGITUDE", "LATITUDE"]


def test_a_line_is_the_line_of_the_file_even_behind_line_breaks_in_cells() -> None:
    rows = [school_row(512001, ENGLISH_ADDRESS="1 ROAD\r\n2 ROAD"), school_row(LATITUDE="x")]
    file = read(*rows)
    assert file.schools[0].address_en == "1 ROAD 2 ROAD"
    assert [fault.line for fault in file.faults] == [4]


def test_rows_with_too_few_or_too_many_cells() -> None:
    good = written([school_row()], "utf8-comma").decode()
    file = read_school_file(
        f"{good}\r\n1,2,3\r\n{good.splitlines()[1]},,,\r\n{good.splitlines()[1]},x\r\n".encode()
    )
    cells = {"expected": "33"}
    assert file.faults == (
        RowFault(4, "", "cells", cells | {"found": "3"}),
        RowFault(5, "SCHOOL NO.", "repeated_number", {"number": "512345000123", "line": "2"}),
        RowFault(6, "", "cells", cells | {"found": "34"}),
    )


def test_a_quotation_mark_that_never_ends_spoils_rows_but_not_the_reading() -> None:
    rows = [school_row(512001), school_row(512002), school_row(512003)]
    text = written(rows, "utf8-comma").decode().split("\r\n")
    text[2] = '"' + text[2] + "x" * 140_000
    file = read_school_file("\r\n".join(text).encode())
    assert [one.registration for one in file.schools] == ["512001", "512003"]
    assert file.faults == (RowFault(3, "", "unreadable_row"),)


def test_json_records_that_are_none_are_reported_by_position() -> None:
    names = json.loads(written([school_row(512001), school_row(512002)], "json-names"))
    content = json.dumps(
        [names[0], 7, {**names[1], "LATITUDE": [22]}, {**names[1], "LATITUDE": 22.3, "LONGITUDE": 114}]
    )
    file = read_school_file(content.encode())
    assert file.faults == (RowFault(2, "", "not_a_record"), RowFault(3, "LATITUDE", "not_text"))
    assert [(one.line, one.latitude, one.longitude) for one in file.schools] == [
        (1, 22.3731, 114.135),
        (4, 22.3, 114.0),
    ]


def test_numbers_as_json_numbers() -> None:
    record = json.loads(written([school_row()], "json-names"))[0]
    file = read_school_file(
        json.dumps([{**record, "SCHOOL NO.": 512345000123, "TELEPHONE": 25704436.0}]).encode()
    )
    assert [(one.registration, one.phone) for one in file.schools] == [("512345", "25704436")]
