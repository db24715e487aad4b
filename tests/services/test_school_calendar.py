"""A school's own day and its blocked days: on both databases."""

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
from outreach.services.schools import DayOutOfOrder, UselessDays
from outreach.services.transaction import ChangedMeanwhile
from tests.build import NOW
from tests.cast import Cast


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


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
