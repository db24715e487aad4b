"""The days of a weekly series, reckoned without the database: used by slots and by the windows of teams.

`Series.days()` gives every day that the rule names, each with the public holiday that strikes it out; `listed` adds what
is there already, as the preview shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar

from flask_babel import lazy_gettext as _l

from outreach.clock import days, local, public_holiday, to_utc
from outreach.services.transaction import Refusal

# A school year with a little room; a longer series is a slip of the pen.
LONGEST = timedelta(days=400)
# No term is planned further ahead: a year like 2062 is a slip as well.
FURTHEST = timedelta(days=731)
# What one form may make; a mistyped year would make thousands.
MOST_AT_ONCE = 120


class TimeDoesNotHold(Refusal):
    """A date or a time that has passed, lies too far ahead, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One day of a series; `holiday` is its English name where it is a public holiday, and then the day is left out."""

    day: date
    holiday: str | None

    def holiday_name(self, language: str) -> str | None:
        """The holiday's name as readers of `language` know it."""
        return public_holiday(self.day, language=language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """On these weekdays (0 is Monday) between two days, both included, from one wall time to another."""

    first_day: date
    last_day: date
    weekdays: tuple[int, ...]
    start_time: time
    end_time: time

    def days(self) -> Iterator[PlannedDay]:
        """Every day of the series in order, those on public holidays marked."""
        for day in days(self.first_day, self.last_day):
            if day.weekday() in self.weekdays:
                yield PlannedDay(day, public_holiday(day))


class Stretch(Protocol):
    """What takes time on one day: a slot, a window of a team."""

    day: date
    start_time: time
    end_time: time


Taken = TypeVar("Taken", bound=Stretch)


@dataclass(frozen=True, slots=True)
class SeriesDay:
    """A day of a series as the preview lists it: `planned` with its holiday, `clash` what is there already."""

    planned: PlannedDay
    clash: Stretch | None
    past: bool

    @property
    def free(self) -> bool:
        """Something can be made on this day."""
        return self.planned.holiday is None and self.clash is None and not self.past


def first_clash(there: Iterable[Taken], day: date, start: time, end: time) -> Taken | None:
    """The first of `there` that overlaps a stretch of time; touching is not overlapping."""
    return next(
        (one for one in there if one.day == day and one.start_time < end and start < one.end_time), None
    )


def listed(series: Series, there: Iterable[Stretch], *, now: datetime) -> tuple[SeriesDay, ...]:
    """Every day of a series with what stands in its way; a series without a day, or with too many, is refused."""
    taken = list(there)
    found = tuple(
        SeriesDay(
            planned,
            first_clash(taken, planned.day, series.start_time, series.end_time),
            to_utc(planned.day, series.start_time) <= now,
        )
        for planned in series.days()
    )
    if not found:
        raise TimeDoesNotHold(_l("No such day of the week lies between these two days."), field="weekdays")
    if len(found) > MOST_AT_ONCE:
        raise TimeDoesNotHold(
            _l(
                "That makes %(number)d dates; at most %(most)d at once.", number=len(found), most=MOST_AT_ONCE
            ),
            field="last_day",
        )
    return found


def days_to_make(found: Iterable[SeriesDay], only: Collection[date] | None) -> list[date]:
    """The days of a preview on which something is made: the free ones, of these those that were ticked.

    What is taken meanwhile is left out, so that sending twice is harmless. `only` is None where nobody ticked."""
    return [one.planned.day for one in found if one.free and (only is None or one.planned.day in only)]


def refuse_series(series: Series, *, now: datetime) -> None:
    """Refuse a rule that names no day, lasts too long or begins in the past."""
    if not series.weekdays:
        raise TimeDoesNotHold(_l("Choose at least one day of the week."), field="weekdays")
    if series.last_day < series.first_day:
        raise TimeDoesNotHold(_l("The last day lies before the first one."), field="last_day")
    if series.last_day - series.first_day > LONGEST:
        raise TimeDoesNotHold(_l("A series lasts a year at most."), field="last_day")
    if series.first_day < local(now).date():
        raise TimeDoesNotHold(_l("The first day has passed."), field="first_day")
    refuse_times(series.start_time, series.end_time)
    if local(now).date() + FURTHEST < series.last_day:
        raise TimeDoesNotHold(_l("This is more than two years ahead."), field="last_day")


def refuse_times(start: time, end: time) -> None:
    """Refuse an end that is not after its start."""
    if end <= start:
        raise TimeDoesNotHold(_l("It ends before it starts."), field="end_time")
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes < 15:
        raise TimeDoesNotHold(_l("It lasts less than a quarter of an hour."), field="end_time")


def refuse_past(day: date, start: time, *, now: datetime) -> None:
    """Refuse a moment that has passed, or one that is years away."""
    # Days first: a moment of the year 1 in Hong Kong has none in UTC.
    if day < local(now).date() or to_utc(day, start) <= now:
        raise TimeDoesNotHold(_l("This time has passed."), field="day")
    if local(now).date() + FURTHEST < day:
        raise TimeDoesNotHold(_l("This is more than two years ahead."), field="day")
