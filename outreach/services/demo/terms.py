"""When the demonstration happens: the school days of last term's round and of this term's, seen from today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from outreach.clock import days, is_working_day
from outreach.services.demo.names import Name

# From the last day of one term's visits, and to the first day of the next, there is time to report and to prepare.
AFTER_LAST_TERM = timedelta(days=10)
BEFORE_THIS_TERM = timedelta(days=24)


@dataclass(frozen=True, slots=True)
class Term:
    """One round's dates. Moments are days in Hong Kong; `days` are the school days on which visits may lie."""

    key: str
    name: Name
    opens_on: date
    closes_on: date
    publishes_on: date
    days: tuple[date, ...]

    @property
    def first_day(self) -> date:
        """The first day on which a visit may lie."""
        return self.days[0]

    @property
    def last_day(self) -> date:
        """The last day on which a visit may lie."""
        return self.days[-1]


def is_school_day(day: date) -> bool:
    """Schools are at work: a working day outside the summer and the Christmas holidays."""
    summer = (7, 16) <= (day.month, day.day) <= (8, 31)
    christmas = (day.month, day.day) >= (12, 21) or (day.month, day.day) <= (1, 2)
    return is_working_day(day) and not summer and not christmas


def terms(today: date, weeks: int) -> tuple[Term, Term]:
    """Last term, wholly past, and this term, wholly ahead: each `weeks` times five school days (fewer at a summer)."""
    wanted = 5 * weeks
    past = [day for day in days(today - timedelta(days=300), today - AFTER_LAST_TERM) if is_school_day(day)]
    ahead = [day for day in days(today + BEFORE_THIS_TERM, today + timedelta(days=330)) if is_school_day(day)]
    last, this = _unbroken(past[-wanted:]), _unbroken(ahead[:wanted])
    return (
        _term("last", last, closes_before=28),
        _term("this", this, closes_before=(this[0] - today).days + 1),
    )


def _unbroken(school_days: list[date]) -> tuple[date, ...]:
    """The longest stretch without a summer in it: a round does not go over from one school year to the next."""
    stretches: list[list[date]] = []
    for day in school_days:
        if stretches and day - stretches[-1][-1] < timedelta(days=30):
            stretches[-1].append(day)
        else:
            stretches.append([day])
    longest = max(len(stretch) for stretch in stretches)
    return tuple(next(stretch for stretch in stretches if len(stretch) == longest))


def _term(key: str, school_days: tuple[date, ...], *, closes_before: int) -> Term:
    first = school_days[0]
    closes_on = first - timedelta(days=closes_before)
    return Term(
        key=key,
        name=_named(first, school_days[-1]),
        opens_on=closes_on - timedelta(days=35),
        closes_on=closes_on,
        publishes_on=closes_on + timedelta(days=5),
        days=school_days,
    )


def _named(first: date, last: date) -> Name:
    """School visits, September to November 2026 學校參觀活動（2026年9月至11月）."""
    one_year = first.year == last.year
    english = format_date(first, "MMMM" if one_year else "MMMM y", locale="en")
    chinese = format_date(last, "M月" if one_year else "y年M月", locale="zh_Hant_HK")
    return Name(
        f"School visits, {english} to {format_date(last, 'MMMM y', locale='en')}",
        f"學校參觀活動（{format_date(first, 'y年M月', locale='zh_Hant_HK')}至{chinese}）",
    )
