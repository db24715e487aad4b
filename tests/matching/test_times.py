"""Times as minutes: days, ISO weeks, and the forms that are refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from outreach.matching.times import (
    clock_text,
    date_text,
    day_of,
    minutes_of,
    text_of,
    week_of,
    week_text,
)


def test_a_time_comes_back() -> None:
    assert text_of(minutes_of("2027-03-08T14:05")) == "2027-03-08T14:05"
    assert clock_text(minutes_of("2027-03-08T04:05")) == "04:05"
    assert date_text(day_of(minutes_of("2027-03-08T23:59"))) == "2027-03-08"
    assert minutes_of("2027-03-09T00:00") - minutes_of("2027-03-08T23:59") == 1


def test_weeks_are_iso_weeks() -> None:
    days = [date(2026, 12, 20) + timedelta(days=number) for number in range(400)]
    for one in days:
        for other in days[::13]:
            same = one.isocalendar()[:2] == other.isocalendar()[:2]
            assert (week_of(one.toordinal()) == week_of(other.toordinal())) == same
    assert week_text(date(2027, 1, 1).toordinal()) == "2026-W53"


@pytest.mark.parametrize(
    "text",
    [
        "2027-3-8T14:05",
        "2027-03-08T14:05:00",
        "2027-03-08T14:05Z",
        "2027-13-01T10:00",
        "2027-03-08T10:60",
        "０027-03-08T10:00",
        "",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        minutes_of(text)
