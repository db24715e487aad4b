"""The only reader of the clock and of time zones.

Moments are aware UTC datetimes; what people plan by is a date and a wall time in Hong Kong. The matching core sees wall
times without a zone; `wall` and `to_utc` are the two bridges between the worlds. Hong Kong has had no summer time since
1979, so both directions are unambiguous for every date the service can hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def utc_now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Hong Kong."""
    return local(utc_now()).date()


def local(moment: datetime) -> datetime:
    """A moment as Hong Kong's wall clock shows it; a naive one is refused."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone; this one is naive")
    return moment.astimezone(HONG_KONG)


def to_utc(day: date, at: time) -> datetime:
    """The moment at which Hong Kong's clocks show `at` on `day`."""
    return datetime.combine(day, at.replace(tzinfo=None), tzinfo=HONG_KONG).astimezone(UTC)


def wall(day: date, at: time) -> str:
    """`YYYY-MM-DDTHH:MM`, the form in which the matching core reads a local time."""
    return f"{day.isoformat()}T{at:%H:%M}"


def from_wall(text: str) -> tuple[date, time]:
    """The day and the time of `YYYY-MM-DDTHH:MM`."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M")
    return moment.date(), moment.time()


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included; none when `last` is earlier."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def later_the_same_day(at: time, minutes: int) -> time | None:
    """The wall time `minutes` after `at`, or None where that is past midnight."""
    total = at.hour * 60 + at.minute + minutes
    return time(total // 60, total % 60) if 0 <= total < 24 * 60 else None


@lru_cache(maxsize=64)
def _holidays_of(year: int, language: str) -> dict[date, str]:
    # "optional" adds the general holidays that are not statutory ones, Good Friday among them.
    found = holidays.HK(years=year, categories=("public", "optional"), language=language)
    return {day: name for day, name in found.items() if day.year == year}


def public_holiday(day: date, *, language: str = "en_HK") -> str | None:
    """The name of the general holiday on `day`, or None. Sundays are general holidays too but have no name here."""
    return _holidays_of(day.year, language if language == "en_HK" else "zh_HK").get(day)


def is_working_day(day: date) -> bool:
    """Monday to Friday and no general holiday: when deadlines may fall."""
    return day.weekday() < 5 and public_holiday(day) is None


def working_days_before(day: date, number: int) -> date:
    """The day that lies `number` working days before `day`."""
    while number > 0:
        day -= timedelta(days=1)
        number -= is_working_day(day)
    return day
