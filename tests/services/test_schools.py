"""Importing schools, a school's own day, blocked days: on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import AuditEntry, BlockedDays, School, db
from outreach.queries.schools import blocked_days
from outreach.services import schools
from outreach.services.school_file import SchoolFile, read_school_file
from outreach.services.schools import DayOutOfOrder, UselessDays, import_schools, preview_import
from outreach.services.transaction import ChangedMeanwhile
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
        assert counts(preview_import(file=older)) == (17, 884, 312, 24)
        assert facts() == before


class TestSchoolDay:
    def change(self, cast: Cast, **changes: Any) -> School:
        usual: dict[str, Any] = {
            "school_id": cast.primary,
            "seen_version": 1,
            "day_start": time(8, 30),
            "day_end": time(15, 30),
            "max_per_day": 2,
            "max_bookings": None,
            "by": cast.user("tess"),
            "now": NOW,
        }
        return schools.change_school(**{**usual, **changes})

    def test_hours_and_limits_are_kept(self, cast: Cast) -> None:
        self.change(cast, max_bookings=4)
        school = cast.school()
        assert (
            school.day_start,
            school.day_end,
            school.max_per_day,
            school.max_bookings,
            school.version,
        ) == (
            time(8, 30),
            time(15, 30),
            2,
            4,
            2,
        )
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "school.change")).one()
        assert entry.detail == {"day": "08:30-15:30", "max_per_day": 2, "max_bookings": 4}

    def test_a_day_that_ends_before_it_begins_is_refused(self, cast: Cast) -> None:
        with pytest.raises(DayOutOfOrder) as refused:
            self.change(cast, day_end=time(8, 30))
        assert (refused.value.field, cast.school().version) == ("day_end", 1)

    def test_the_second_of_two_colleagues_is_told(self, cast: Cast) -> None:
        self.change(cast)
        with pytest.raises(ChangedMeanwhile):
            self.change(cast, max_per_day=5)
        assert cast.school().max_per_day == 2


class TestBlockedDays:
    def block(self, cast: Cast, first: date, last: date, reason: str = "Examinations") -> None:
        schools.block_days(
            school_id=cast.primary,
            first_day=first,
            last_day=last,
            reason=reason,
            by=cast.user("tess"),
            now=NOW,
        )

    def kept(self, cast: Cast) -> list[tuple[date, date, str]]:
        return [(row.first_day, row.last_day, row.reason) for row in blocked_days(cast.primary)]

    def test_days_are_blocked_and_listed_in_order(self, cast: Cast) -> None:
        self.block(cast, date(2027, 6, 14), date(2027, 6, 18))
        self.block(cast, date(2027, 1, 4), date(2027, 1, 4), "Staff day")
        assert self.kept(cast) == [
            (date(2027, 1, 4), date(2027, 1, 4), "Staff day"),
            (date(2027, 6, 14), date(2027, 6, 18), "Examinations"),
        ]

    @pytest.mark.parametrize(
        ("first", "last", "refusal", "field"),
        [
            (date(2027, 1, 5), date(2027, 1, 4), DayOutOfOrder, "last_day"),
            (date(2026, 11, 20), date(2026, 11, 22), UselessDays, "last_day"),
            (date(2027, 1, 1), date(2027, 1, 1) + timedelta(days=367), UselessDays, "last_day"),
        ],
    )
    def test_useless_days_are_refused(
        self, cast: Cast, first: date, last: date, refusal: type[Exception], field: str
    ) -> None:
        with pytest.raises(refusal) as refused:
            self.block(cast, first, last)
        assert (refused.value.field, self.kept(cast)) == (field, [])  # type: ignore[attr-defined]

    def test_today_can_still_be_blocked_and_a_year(self, cast: Cast) -> None:
        self.block(cast, date(2026, 11, 23), date(2026, 11, 23))
        self.block(cast, date(2026, 11, 23), date(2026, 11, 23) + timedelta(days=366))
        assert len(self.kept(cast)) == 2

    def test_the_same_days_twice_are_refused_and_kept_once(self, cast: Cast) -> None:
        self.block(cast, date(2027, 1, 4), date(2027, 1, 8))
        with pytest.raises(UselessDays):
            self.block(cast, date(2027, 1, 4), date(2027, 1, 8))
        assert len(self.kept(cast)) == 1

    def test_taking_days_back_twice_does_no_harm(self, cast: Cast) -> None:
        self.block(cast, date(2027, 1, 4), date(2027, 1, 8))
        number = blocked_days(cast.primary)[0].id
        for _ in range(2):
            schools.unblock_days(
                school_id=cast.primary, blocked_days_id=number, by=cast.user("tess"), now=NOW
            )
        assert self.kept(cast) == []
        actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("school.%")))
        assert sorted(actions) == ["school.block_days", "school.unblock_days"]

    def test_days_of_another_school_are_out_of_reach(self, cast: Cast) -> None:
        self.block(cast, date(2027, 1, 4), date(2027, 1, 8))
        number = blocked_days(cast.primary)[0].id
        schools.unblock_days(school_id=cast.secondary, blocked_days_id=number, by=cast.user("theo"), now=NOW)
        assert len(db.session.scalars(select(BlockedDays)).all()) == 1
