"""Hong Kong's wall clock and calendar."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from outreach import clock

OFFICIAL = Path(__file__).parents[2] / "shared" / "data" / "hk_public_holidays_2025_2028.csv"


def test_a_wall_time_and_its_moment_are_each_others_inverse():
    moment = clock.to_utc(date(2027, 3, 4), time(10, 30))
    assert moment == datetime(2027, 3, 4, 2, 30, tzinfo=UTC)
    assert clock.local(moment).replace(tzinfo=None) == datetime(2027, 3, 4, 10, 30)
    assert clock.from_wall(clock.wall(date(2027, 3, 4), time(10, 30))) == (date(2027, 3, 4), time(10, 30))


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="naive"):
        clock.local(datetime(2027, 3, 4, 10, 30))


@pytest.mark.parametrize(
    ("at", "minutes", "then"),
    [(time(22), 90, time(23, 30)), (time(22), 120, None), (time(9), -30, time(8, 30)), (time(0), -1, None)],
)
def test_a_session_does_not_run_past_midnight(at, minutes, then):
    assert clock.later_the_same_day(at, minutes) == then


def test_days_include_both_ends():
    assert list(clock.days(date(2027, 2, 28), date(2027, 3, 1))) == [date(2027, 2, 28), date(2027, 3, 1)]
    assert list(clock.days(date(2027, 3, 1), date(2027, 2, 28))) == []


def test_good_friday_is_a_holiday_in_both_languages():
    assert clock.public_holiday(date(2026, 4, 3)) == "Good Friday"
    assert clock.public_holiday(date(2027, 3, 26), language="zh_Hant_HK") == "耶穌受難節"
    assert clock.public_holiday(date(2027, 3, 25)) is None


def test_working_days_step_over_weekends_and_holidays():
    # Easter 2027: Friday 26 March to Monday 29 March are holidays.
    assert clock.working_days_before(date(2027, 3, 31), 2) == date(2027, 3, 25)
    assert [clock.is_working_day(date(2027, 3, day)) for day in (25, 26, 27, 30)] == [
        True,
        False,
        False,
        True,
    ]


def test_every_official_holiday_is_known():
    if not OFFICIAL.is_file():
        pytest.skip(
            "the list of official holidays is not beside the project; the library's own dates are tested above"
        )
    with OFFICIAL.open(encoding="utf-8-sig") as file:
        official = [date.fromisoformat(row["date"]) for row in csv.DictReader(file)]
    assert [day for day in official if clock.public_holiday(day) is None] == []
