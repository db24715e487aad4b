"""What would give a request a place, in a teacher's words: "34 pupils instead of 40", "Thursday afternoon too"."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from outreach import letters
from outreach.models import VisitRequest
from outreach.models.words import LANGUAGES, WEEKDAYS
from outreach.services.changes import Change, excepted_days, half_of_day, within_school_day
from outreach.services.request_facts import FreeTime, facts_of


def change_words(change: Change, asked: VisitRequest) -> str:
    """A change as a teacher would say it."""
    return CHANGES[change.field](change, asked)


def _travel(change: Change, asked: VisitRequest) -> str:
    return _(
        "%(more)d minutes more of travel (%(after)d instead of %(before)d)",
        more=change.after - change.before,
        after=change.after,
        before=change.before,
    )


def _languages(change: Change, asked: VisitRequest) -> str:
    known = [str(LANGUAGES[code]) for code in LANGUAGES if code in change.after]
    return _("A session in %(languages)s", languages=_(" or ").join(known))


def _kinds(change: Change, asked: VisitRequest) -> str:
    if "coding_session" in change.before:
        return _("A visit to a company instead of a session at the school")
    return _("A session at the school instead of a visit to a company")


def _split(change: Change, asked: VisitRequest) -> str:
    first, second = change.parts
    return _("Two groups, of %(first)d and %(second)d pupils", first=first, second=second)


def _windows(change: Change, asked: VisitRequest) -> str:
    hours = change.added
    if hours is None:
        return _("Other free times")
    hours = within_school_day(hours, asked.school)
    days = [letters.day(day) for day in excepted_days(asked, change)] if asked.exceptions else []
    if days and _holds(asked, hours):
        return _("%(day)s after all", day=days[0])
    words = _weekly(hours)
    if days:
        return _("%(words)s, and %(day)s after all", words=words, day=days[0])
    return words


def _weekly(hours: FreeTime) -> str:
    facts = {
        "weekday": str(WEEKDAYS[hours.weekday]),
        "times": letters.time_range(hours.start_time, hours.end_time),
    }
    half = half_of_day(hours)
    if half == "morning":
        return _("%(weekday)s morning too (%(times)s)", **facts)
    if half == "afternoon":
        return _("%(weekday)s afternoon too (%(times)s)", **facts)
    return _("%(weekday)s too (%(times)s)", **facts)


def _holds(asked: VisitRequest, hours: FreeTime) -> bool:
    return any(
        one.weekday == hours.weekday and one.start_time <= hours.start_time and hours.end_time <= one.end_time
        for one in facts_of(asked).free_times
    )


CHANGES: dict[str, Callable[[Change, VisitRequest], str]] = {
    "pupils": lambda change, asked: _(
        "%(after)d pupils instead of %(before)d", after=change.after, before=change.before
    ),
    "max_travel_minutes": _travel,
    "open": lambda change, asked: _("Any suitable offer, besides the topics and wishes"),
    "languages": _languages,
    "kinds": _kinds,
    "windows": _windows,
    "split": _split,
}
