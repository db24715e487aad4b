"""Importing schools: on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import AuditEntry, School, db
from outreach.services import schools
from outreach.services.school_file import SchoolFile, read_school_file
from outreach.services.schools import import_schools, preview_import
from tests.build import NOW
from tests.cast import Cast
from tests.services.school_file_lookalike import look_alike, school_row, written
from tests.services.test_school_file_official import shared


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def file_of(*rows: dict[str, str], form: str = "utf8-comma") -> SchoolFile:
    return read_school_file(written(list(rows), form), name="schools.csv")


def take_over(*rows: dict[str, str], form: str = "utf8-comma") -> schools.ImportReport:
    return import_schools(file=file_of(*rows, form=form), by=None, now=NOW)


def stored() -> list[School]:
    return list(db.session.scalars(select(School).order_by(School.id)))


def facts() -> list[tuple[Any, ...]]:
    """Every stored column of every school."""
    return sorted(
        tuple(getattr(school, column.key) for column in School.__table__.columns) for school in stored()
    )


def counts(report: schools.ImportReport) -> tuple[int, int, int, int]:
    return report.new, len(report.changed), report.unchanged, report.absent


class TestImport:
    def test_a_first_import_adds_every_school(self) -> None:
        made = look_alike()
        report = take_over(*made.rows)
        assert (dict(report.sections), dict(report.left_out)) == (made.sections, made.left_out)
        assert counts(report) == (81, 0, 0, 0)
        assert len(stored()) == 81

    def test_what_is_stored(self) -> None:
        row = school_row(kind="dss", level="secondary")
        take_over(row)
        [school] = stored()
        expected = file_of(row).schools[0]
        assert {name: getattr(school, name) for name in schools.FACTS} == {
            name: getattr(expected, name) for name in schools.FACTS
        }
        assert (school.source_key, school.created_at, school.version) == ("512345-secondary", NOW, 1)
        assert (school.day_start, school.day_end, school.max_per_day) == (time(8), time(16), 1)

    def test_a_half_day_school_starts_with_its_own_half(self) -> None:
        take_over(school_row(session="afternoon"))
        assert (stored()[0].day_start, stored()[0].day_end) == (time(13), time(17, 30))

    def test_a_second_import_of_the_same_file_changes_nothing(self) -> None:
        made = look_alike()
        take_over(*made.rows)
        before = facts()
        assert counts(take_over(*made.rows)) == (0, 0, 81, 0)
        assert facts() == before

    @pytest.mark.parametrize("form", ["utf16-comma", "utf16-tab", "json-letters"])
    def test_another_form_of_the_same_file_changes_nothing(self, form: str) -> None:
        made = look_alike()
        take_over(*made.rows)
        before = facts()
        assert counts(take_over(*made.rows, form=form)) == (0, 0, 81, 0)
        assert facts() == before

    def test_a_file_with_numbers_after_one_without_gives_the_schools_their_numbers(self) -> None:
        made = look_alike()
        take_over(*made.rows, form="utf8-tab")
        numbers = [school.id for school in stored()]
        assert counts(take_over(*made.rows)) == (0, 81, 0, 0)
        assert [school.id for school in stored()] == numbers
        assert {school.source_key for school in stored()} == {
            school.source_key for school in file_of(*made.rows).schools
        }
        assert counts(take_over(*made.rows, form="utf8-tab")) == (0, 0, 81, 0)

    def test_changes_are_taken_over_and_named_and_what_people_entered_stays(self) -> None:
        take_over(school_row(512001), school_row(512002))
        schools.change_school(
            school_id=stored()[0].id,
            seen_version=1,
            day_start=time(8, 15),
            day_end=time(15, 20),
            max_per_day=6,
            max_bookings=9,
            by=None,  # type: ignore[arg-type]
            now=NOW,
        )
        report = take_over(school_row(512001, TELEPHONE="29990000", LONGITUDE="114.15"), school_row(512002))
        assert counts(report) == (0, 1, 1, 0)
        old = school_row(512001)
        assert dict(report.changed[0].facts) == {
            "phone": (old["TELEPHONE"], "29990000"),
            "longitude": (str(float(old["LONGITUDE"])), "114.15"),
        }
        school = stored()[0]
        assert (school.phone, school.longitude, school.day_end, school.max_per_day, school.max_bookings) == (
            "29990000",
            114.15,
            time(15, 20),
            6,
            9,
        )

    def test_a_school_that_was_measured_anew_has_not_moved(self) -> None:
        take_over(school_row(LONGITUDE="114.17100000"))
        assert counts(take_over(school_row(LONGITUDE="114.17100009"))) == (0, 0, 1, 0)
        assert stored()[0].longitude == 114.171
        assert counts(take_over(school_row(LONGITUDE="114.17110100"))) == (0, 1, 0, 0)
        assert stored()[0].longitude == 114.171101

    def test_a_school_that_is_no_longer_in_the_file_stays_and_is_counted(self) -> None:
        take_over(school_row(512001), school_row(512002))
        assert counts(take_over(school_row(512002))) == (0, 0, 1, 1)
        assert len(stored()) == 2

    def test_rows_that_cannot_be_read_do_not_keep_the_others_out(self) -> None:
        report = take_over(school_row(512001), school_row(512002, LATITUDE="x"), school_row(512003))
        assert counts(report) == (2, 0, 0, 0)
        assert [(fault.line, fault.field, fault.code) for fault in report.faults] == [
            (3, "LATITUDE", "bad_coordinate")
        ]

    def test_nothing_goes_in_when_one_row_is_refused_by_the_database(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = schools._new_school

        def last_one_breaks(row: Any, now: Any) -> School:
            if row.registration == "512003":
                raise RuntimeError("the machine stops here")
            return real(row, now)

        monkeypatch.setattr(schools, "_new_school", last_one_breaks)
        with pytest.raises(RuntimeError):
            take_over(school_row(512001), school_row(512002), school_row(512003))
        assert stored() == []

    def test_a_preview_tells_the_same_and_writes_nothing(self) -> None:
        take_over(school_row(512001), school_row(512002))
        before = facts()
        file = file_of(
            school_row(512001, TELEPHONE="29990000"), school_row(512003), school_row(7, LATITUDE="?")
        )
        preview = preview_import(file=file)
        assert facts() == before
        assert preview == import_schools(file=file, by=None, now=NOW)
        assert counts(preview) == (1, 1, 0, 1)

    def test_two_schools_of_one_name_are_never_matched_by_name(self) -> None:
        name = {"ENGLISH_NAME": "ONE SCHOOL", "中文名稱": "一校"}
        take_over(school_row(512001, **name), school_row(512002, **name))
        assert counts(take_over(school_row(512001, **name), form="utf8-tab")) == (1, 0, 0, 2)

    def test_a_numbered_school_is_not_given_another_number_by_its_name(self) -> None:
        take_over(school_row(512001, ENGLISH_NAME="ONE SCHOOL"))
        assert counts(take_over(school_row(512002, ENGLISH_NAME="ONE SCHOOL"))) == (1, 0, 0, 1)

    def test_who_imported_what_is_kept(self, cast: Cast) -> None:
        import_schools(file=file_of(school_row(), school_row(7, LATITUDE="x")), by=cast.user("stan"), now=NOW)
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "school.import")).one()
        assert (entry.user_id, entry.at, entry.thing, entry.thing_id) == (
            cast.people["stan"],
            NOW,
            "school",
            None,
        )
        assert entry.detail == {
            "file": "schools.csv",
            "rows": 2,
            "new": 1,
            "changed": [],
            "unchanged": 0,
            "faulty_lines": [3],
        }

    def test_the_official_file(self) -> None:
        file = read_school_file(shared("SCH_LOC_EDB.csv"))
        assert counts(import_schools(file=file, by=None, now=NOW)) == (1220, 0, 0, 0)
        before = facts()
        assert counts(import_schools(file=file, by=None, now=NOW)) == (0, 0, 1220, 0)
        older = read_school_file(shared("SCH_LOC_EDB_variant_json_letter_keys.json"))
        assert counts(preview_import(file=older)) == (17, 295, 901, 24)
        assert facts() == before
