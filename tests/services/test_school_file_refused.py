"""What the reader of the school file refuses, and that nothing hostile makes it fall over."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.services.school_file import NotASchoolFile, SchoolFile, read_school_file
from tests.services.school_file_lookalike import FORMS, HEADINGS, look_alike, school_row, written


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "empty"),
        (b"\r\n \n\x00", "empty"),
        (b"PK\x03\x04rest of a workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "encoding"),
        (b"name,age\r\nTess,41\r\n", "no_headings"),
        (b"<!doctype html><title>Not found</title>", "no_headings"),
        ("學校,地址\r\n".encode("big5"), "encoding"),
        (b"[1, 2", "broken_json"),
        (b"[" * 100_000, "broken_json"),
        (b'{"a": 1}', "not_a_list"),
        (b"[]", "not_a_list"),
        (b"[[]]", "not_a_list"),
        (b"[{}]", "no_headings"),
        (b'[{"ENGLISH NAME": "X"}]', "missing_columns"),
        (written([], "utf16-comma"), "no_rows"),
        (written([], "json-letters"), "no_rows"),
        (b"x" * (20 * 1024 * 1024 + 1), "too_big"),
        (written([school_row()], "utf8-comma") + b"\r\n" * 10_001 + b"x", "too_many_rows"),
        (b"[" + b"{}," * 10_001 + b"{}]", "too_many_rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_what_is_no_school_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(NotASchoolFile) as refused:
        read_school_file(content)
    assert refused.value.code == code


@pytest.mark.parametrize("form", ["utf8-comma", "json-names", "json-letters"])
def test_a_missing_column_is_named(form: str) -> None:
    row = {
        heading: cell
        for heading, cell in school_row().items()
        if heading not in ("DISTRICT", "分區", "SESSION")
    }
    with pytest.raises(NotASchoolFile) as refused:
        read_school_file(written([row], form))
    assert (refused.value.code, dict(refused.value.params)) == ("missing_columns", {"columns": "DISTRICT"})


def test_columns_may_stand_in_any_order_among_others() -> None:
    row = school_row()
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Remarks", *reversed(HEADINGS), "", ""])
    writer.writerow(["none", *(row[heading] for heading in reversed(HEADINGS)), "", ""])
    assert read_school_file(text.getvalue().encode("utf-16-be")).schools[0].registration == "512345"


def test_a_file_cut_in_the_middle_of_a_character_keeps_the_rows_before() -> None:
    whole = written([school_row(512001), school_row(512002)], "utf16-comma")
    file = read_school_file(whole[: len(whole) - 31])
    assert [one.registration for one in file.schools] == ["512001"]
    assert [fault.line for fault in file.faults] == [3]


def survives(content: bytes) -> SchoolFile | None:
    """Read hostile content: a refusal or a file whose rows are all accounted for; anything else fails the test."""
    try:
        file = read_school_file(content)
    except NotASchoolFile:
        return None
    faulty = {fault.line for fault in file.faults}
    assert file.rows == len(file.schools) + sum(file.left_out.values()) + len(faulty)
    assert all(value.encode() for fault in file.faults for value in fault.params.values())
    for school in file.schools:
        texts = (
            school.name_en,
            school.name_zh,
            school.address_en,
            school.address_zh,
            school.phone,
            school.website,
        )
        assert not {unicodedata.category(sign) for text in texts for sign in text} & {"Cc", "Cf", "Cs"}
        assert 0 < len(school.name_en) <= 200
        assert 113.8 <= school.longitude <= 114.5
        assert len(school.district) == 1
    return file


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes(content: bytes) -> None:
    survives(content)


WHOLE = {form: written(look_alike(primary=6, secondary=5, special=2).rows, form) for form in FORMS}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FORMS), st.data())
def test_damaged_files(form: str, data: st.DataObject) -> None:
    """Bytes of a good file cut out, doubled or overwritten, NULs and stray quotes among them."""
    content = bytearray(WHOLE[form])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 400))
        piece = data.draw(
            st.sampled_from([b"", b"\0", b'"', b"\xff", b",", b"\n", b"{", b"]", b"\xd8\x00"])
            | st.binary(max_size=40)
        )
        content[at : at + length] = piece
    survives(bytes(content))


cells = st.text(max_size=60) | st.sampled_from(
    ["N.A.", "=1+1", "\u202e", "\ufdfa" * 200, "9" * 5000, "\x00", "１１４．１"]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FORMS), st.dictionaries(st.sampled_from(HEADINGS), cells, min_size=1, max_size=6))
def test_any_text_in_any_cell_touches_its_own_row_only(form: str, changes: dict[str, str]) -> None:
    # A lone surrogate cannot be written as UTF-16 or UTF-8 at all; the JSON test below brings one.
    changes = {heading: cell.encode("utf-8", "ignore").decode() for heading, cell in changes.items()}
    rows = [school_row(512001), school_row(512002) | changes, school_row(512003)]
    file = survives(written(rows, form))
    assert file is not None
    assert {school_row(512001)["ENGLISH NAME"], school_row(512003)["ENGLISH NAME"]} <= {
        one.name_en for one in file.schools
    }


def test_a_lone_surrogate_in_json_is_a_fault() -> None:
    content = written([school_row()], "json-names").replace(school_row()["中文名稱"].encode(), b"\\ud800")
    assert [fault.code for fault in read_school_file(content).faults] == ["unreadable_characters"]
