"""Local wall times as whole minutes: `YYYY-MM-DDTHH:MM` to an integer and back.

A moment is `date.toordinal() * 1440 + minute of the day`, so `// 1440` is the day and 0001-01-01 (a Monday) begins the weeks.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

DAY = 1440
# A territory's file names the same few thousand moments a hundred times each.
REMEMBERED = 1 << 16

_FORM = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})")


@lru_cache(maxsize=REMEMBERED)
def minutes_of(text: str) -> int:
    """Read `2027-03-08T14:30`. Raises ValueError for any other form and for dates or hours that do not exist."""
    match = _FORM.fullmatch(text) if text.isascii() else None
    if match is None:
        raise ValueError("is not a time like 2027-03-08T14:30")
    year, month, day, hour, minute = map(int, match.groups())
    if hour > 23 or minute > 59:
        raise ValueError("is not a time of the day")
    try:
        ordinal = date(year, month, day).toordinal()
    except ValueError:
        raise ValueError("is not a date of the calendar") from None
    return ordinal * DAY + hour * 60 + minute


def text_of(minutes: int) -> str:
    """The inverse of `minutes_of`."""
    return f"{date_text(minutes // DAY)}T{clock_text(minutes)}"


def date_text(day: int) -> str:
    """A day number (`minutes // DAY`) as `2027-03-08`."""
    return date.fromordinal(day).isoformat()


def clock_text(minutes: int) -> str:
    """The time of the day, `14:30`."""
    return f"{minutes % DAY // 60:02d}:{minutes % 60:02d}"


def day_of(minutes: int) -> int:
    """The day a moment lies in, as an ordinal."""
    return minutes // DAY


def week_of(day: int) -> int:
    """A number shared by the days of one ISO week (Monday to Sunday)."""
    return (day - 1) // 7


def week_text(day: int) -> str:
    """The ISO week of a day, `2027-W10`."""
    year, week, _ = date.fromordinal(day).isocalendar()
    return f"{year}-W{week:02d}"
