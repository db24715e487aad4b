"""Last term lies wholly behind, this term wholly ahead, whatever day it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from outreach.clock import days
from outreach.services.demo.terms import is_school_day, terms

EVERY_WEEK = list(days(date(2025, 9, 1), date(2027, 12, 31)))[::11]


def test_names_and_days_of_one_autumn() -> None:
    last, this = terms(date(2026, 11, 22), 6)
    assert (last.name.en, last.name.zh) == (
        "School visits, September to November 2026",
        "學校參觀活動（2026年9月至11月）",
    )
    assert (this.name.en, this.name.zh) == (
        "School visits, December 2026 to February 2027",
        "學校參觀活動（2026年12月至2027年2月）",
    )
    assert (last.first_day, last.last_day) == (date(2026, 9, 30), date(2026, 11, 12))
    assert (this.first_day, this.last_day) == (date(2026, 12, 16), date(2027, 2, 11))
    assert (last.opens_on, last.closes_on, last.publishes_on) == (
        date(2026, 7, 29),
        date(2026, 9, 2),
        date(2026, 9, 7),
    )
    assert this.closes_on == date(2026, 11, 21)


def test_school_days_leave_out_holidays_and_weekends() -> None:
    assert [day for day in days(date(2026, 12, 17), date(2027, 1, 5)) if is_school_day(day)] == [
        date(2026, 12, 17),
        date(2026, 12, 18),
        date(2027, 1, 4),
        date(2027, 1, 5),
    ]
    assert not is_school_day(date(2027, 3, 26))  # Good Friday
    assert not is_school_day(date(2026, 7, 16))
    assert is_school_day(date(2026, 7, 15))
    assert not is_school_day(date(2026, 8, 31))
    assert is_school_day(date(2026, 9, 1))


@pytest.mark.parametrize("weeks", [6, 12])
def test_rounds_keep_their_order_on_every_day(weeks: int) -> None:
    for today in EVERY_WEEK:
        last, this = terms(today, weeks)
        moments = [last.opens_on, last.closes_on, last.publishes_on, last.first_day, last.last_day]
        assert moments == sorted(set(moments)), today
        assert last.last_day < today - timedelta(days=9) < this.closes_on < today < this.first_day
        assert last.publishes_on + timedelta(days=14) < last.first_day
        for term in (last, this):
            assert 2.5 * weeks <= len(term.days) <= 5 * weeks, today
            assert all(is_school_day(day) for day in term.days)
            gaps = [after - before for before, after in zip(term.days, term.days[1:], strict=False)]
            assert max(gaps) < timedelta(days=30), today
