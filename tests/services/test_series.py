"""The days of a weekly series, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from outreach.services.series import Series, TimeDoesNotHold, refuse_past, refuse_series, refuse_times

NOW = datetime(2027, 1, 4, 2, tzinfo=UTC)
# Thursdays and Fridays around Easter: Good Friday is 26 March 2027.
EASTER = Series(
    first_day=date(2027, 3, 18),
    last_day=date(2027, 4, 1),
    weekdays=(3, 4),
    start_time=time(10),
    end_time=time(12),
)


def test_a_series_names_its_days_and_the_holidays_among_them() -> None:
    assert [(found.day, found.holiday) for found in EASTER.days()] == [
        (date(2027, 3, 18), None),
        (date(2027, 3, 19), None),
        (date(2027, 3, 25), None),
        (date(2027, 3, 26), "Good Friday"),
        (date(2027, 4, 1), None),
    ]


def test_a_holiday_has_its_name_in_both_languages() -> None:
    friday = next(found for found in EASTER.days() if found.holiday)
    assert (friday.holiday_name("en_HK"), friday.holiday_name("zh_Hant_HK")) == ("Good Friday", "耶穌受難節")


def refused_at(series: Series) -> str | None:
    """The field that a refusal of this series names; None where it is accepted."""
    try:
        refuse_series(series, now=NOW)
    except TimeDoesNotHold as refusal:
        return refusal.field
    return None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        # Today is early enough.
        ({"first_day": date(2027, 1, 4)}, None),
        ({"weekdays": ()}, "weekdays"),
        ({"last_day": date(2027, 3, 17)}, "last_day"),
        ({"last_day": date(2028, 4, 30)}, "last_day"),
        ({"first_day": date(2027, 1, 3)}, "first_day"),
        ({"end_time": time(10)}, "end_time"),
        ({"first_day": date(2029, 1, 1), "last_day": date(2029, 2, 1)}, "last_day"),
    ],
)
def test_a_series_that_does_not_hold(changes: dict[str, object], field: str | None) -> None:
    assert refused_at(replace(EASTER, **changes)) == field


def test_times_need_a_quarter_of_an_hour() -> None:
    refuse_times(time(10), time(10, 15))
    with pytest.raises(TimeDoesNotHold):
        refuse_times(time(10), time(10, 14))


def test_today_is_told_by_the_clocks_of_hong_kong() -> None:
    # 7:30 in the morning of the 5th in Hong Kong; still the 4th in UTC.
    morning = datetime(2027, 1, 4, 23, 30, tzinfo=UTC)
    refuse_past(date(2027, 1, 5), time(7, 31), now=morning)
    with pytest.raises(TimeDoesNotHold):
        refuse_past(date(2027, 1, 5), time(7, 30), now=morning)


def test_the_first_day_of_all_has_passed() -> None:
    with pytest.raises(TimeDoesNotHold) as refused:
        refuse_past(date(1, 1, 1), time(0), now=NOW)
    assert refused.value.field == "day"


def test_years_ahead_is_a_slip_of_the_pen() -> None:
    with pytest.raises(TimeDoesNotHold):
        refuse_past(date(2062, 1, 5), time(10), now=NOW)
