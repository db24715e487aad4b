"""Words for people outside the page: dates in the reader's language, bilingual content, and letters.

Start with `moment` and `day_time` for how a time is written, `in_language` for content that exists in two languages, and
`render` for a whole letter. A letter is one template, `templates/email/NAME.txt`, with a `subject` and a `body` block. The
body is rendered twice, once with the parts of `_parts.txt` and once with those of `_parts.html`: the two forms of a letter
cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import css_inline
from babel.dates import format_date, format_time
from flask import Flask, current_app
from flask_babel import force_locale, get_locale
from markupsafe import Markup

from outreach.clock import local

ENGLISH = "en_HK"
CHINESE = "zh_Hant_HK"


@dataclass(frozen=True)
class _Forms:
    # Patterns of our own, not CLDR's "medium" and "long": those hold U+202F in times and change between releases.
    tag: str
    suffix: str
    day: str
    time: str
    day_then_time: str
    span: str


_FORMS = {
    ENGLISH: _Forms("en-HK", "_en", "d MMMM y (EEEE)", "h:mm a", "{day}, {time}", "{start} to {end}"),
    CHINESE: _Forms("zh-Hant-HK", "_zh", "y年M月d日（EEEE）", "ah:mm", "{day}{time}", "{start}至{end}"),
}


def current_language() -> str:
    """The reader's language of this page or letter; English where nobody has said."""
    found = str(get_locale() or ENGLISH)
    return found if found in _FORMS else ENGLISH


def language_tag(language: str | None = None) -> str:
    """`lang` as HTML and mail want it: en-HK or zh-Hant-HK."""
    return _FORMS[language or current_language()].tag


def day(value: date, language: str | None = None) -> str:
    """3 December 2026 (Thursday), 2026年12月3日（星期四）."""
    language = language or current_language()
    return format_date(value, _FORMS[language].day, locale=language)


def clock_time(value: time, language: str | None = None) -> str:
    """2:30 pm, 下午2:30; noon is 中午12:00, because 下午12:00 makes people ask."""
    language = language or current_language()
    if language == CHINESE and value.hour == 12:
        return f"中午{value:%H:%M}"
    return format_time(value, _FORMS[language].time, locale=language)


def time_range(start: time, end: time, language: str | None = None) -> str:
    """2:30 pm to 4:00 pm, 下午2:30至4:00 (the half of the day is said once in Chinese)."""
    language = language or current_language()
    first, last = clock_time(start, language), clock_time(end, language)
    if language == CHINESE and first[:2] == last[:2]:
        last = last[2:]
    return _FORMS[language].span.format(start=first, end=last)


def day_time(value: date, start: time, end: time | None = None, language: str | None = None) -> str:
    """3 December 2026 (Thursday), 2:30 pm to 4:00 pm; 2026年12月3日（星期四）下午2:30至4:00."""
    language = language or current_language()
    when = clock_time(start, language) if end is None else time_range(start, end, language)
    return _FORMS[language].day_then_time.format(day=day(value, language), time=when)


def moment(value: datetime, language: str | None = None) -> str:
    """An aware moment as Hong Kong's clocks show it, in the form of `day_time`."""
    here = local(value)
    return day_time(here.date(), here.time(), language=language)


def hour(value: datetime, language: str | None = None) -> str:
    """An aware moment of a day that is told already: 8:36 am, 上午8:36."""
    return clock_time(local(value).time(), language)


class Worded(NamedTuple):
    """Content in one language. `borrowed`: the reader's language had none, so `language` is the other one."""

    text: str
    language: str
    borrowed: bool


def in_language(thing: object, name: str, language: str | None = None) -> Worded:
    """The `name_en` or `name_zh` of a thing for this reader; the other one where the reader's own is blank."""
    wanted = language or current_language()
    other = CHINESE if wanted == ENGLISH else ENGLISH
    for chosen in (wanted, other):
        text = str(getattr(thing, name + _FORMS[chosen].suffix) or "").strip()
        if text:
            return Worded(text, chosen, chosen != wanted)
    return Worded("", wanted, False)


@dataclass(frozen=True)
class Visit:
    """What a letter says about one visit. Words are already in the reader's language; an empty one is not shown.

    `outing`: the pupils travel to the company; otherwise trainers come to the school."""

    title: str
    kind: str
    company: str
    day: date
    start: time
    end: time
    school: str = ""
    group: str = ""
    pupils: int = 0
    place: str = ""
    reference: str = ""
    contact: str = ""
    outing: bool = True


# What each letter must be told besides `reader` (the name to greet). A letter short of a fact is not sent half empty.
LETTERS: dict[str, frozenset[str]] = {
    "invitation": frozenset({"acts_for", "url", "expires"}),
    "role_offered": frozenset({"acts_as", "invited_by", "expires", "url"}),
    "role_ended": frozenset({"acted_as", "ended_by", "url"}),
    "account_closed": frozenset({"changed_by", "url"}),
    "account_opened": frozenset({"changed_by", "url"}),
    "password_reset": frozenset({"url", "expires"}),
    "booking_awaiting": frozenset({"visit", "url", "confirm_by"}),
    "booking_confirmed": frozenset({"visit", "url"}),
    "booking_declined": frozenset({"visit", "url", "reason"}),
    "booking_cancelled": frozenset({"visit", "url", "cancelled_by", "reason"}),
    "booking_lapsed": frozenset({"visit", "url", "confirm_by"}),
    "not_placed": frozenset({"round_title", "group", "url"}),
    "place_offered": frozenset({"visit", "url", "held_until"}),
    "slot_cancelled": frozenset({"visit", "url", "reason"}),
    "visit_coming": frozenset({"visit", "url"}),
    "reminder_confirm": frozenset({"visit", "url", "confirm_by"}),
    "reminder_before": frozenset({"visit", "url"}),
    "reminder_morning": frozenset({"visit", "url"}),
}


class MissingFacts(ValueError):
    """A letter was asked for without something it must say; `args[0]` names the letter and the facts."""


@dataclass(frozen=True)
class Letter:
    """A rendered letter: the same words as plain text and as HTML with its styles inlined."""

    subject: str
    text: str
    html: str
    language: str


_BLANK_LINES = re.compile(r"\n\s*\n")
_STYLE = Path(__file__).parent / "templates" / "email" / "_mail.css"


def render(template: str, language: str, facts: Mapping[str, Any]) -> Letter:
    """Write the letter `template` in `language`.

    Needs an app context. `facts` holds `reader` and what `LETTERS` names; links among them are whole addresses that the
    caller built from the configured public URL. Raises KeyError for an unknown letter, MissingFacts for a missing fact.
    """
    missing = (LETTERS[template] | {"reader"}) - facts.keys()
    if missing:
        raise MissingFacts(f"{template} lacks {', '.join(sorted(missing))}")
    with force_locale(language):
        return Letter(
            subject=" ".join(_block(template, "subject", "txt", facts).split()),
            text=_laid_out(template, "txt", facts),
            html=_inlined(_laid_out(template, "html", facts)),
            language=language,
        )


def _block(template: str, block: str, form: str, facts: Mapping[str, Any]) -> str:
    # Not flask.render_template: context processors of the pages (who is signed in, navigation) have no place in a letter.
    environment = current_app.jinja_env
    page = environment.get_template(f"email/{template}.txt")
    write = environment.get_template(f"email/_parts.{form}").module
    return "".join(page.blocks[block](page.new_context({**facts, "write": write})))


def _laid_out(template: str, form: str, facts: Mapping[str, Any]) -> str:
    # The body block is text without autoescape; in the HTML form every word in it went through an escaping macro.
    body = _BLANK_LINES.sub("\n\n", _block(template, "body", form, facts)).strip()
    layout = current_app.jinja_env.get_template(f"email/_layout.{form}")
    subject = " ".join(_block(template, "subject", "txt", facts).split())
    laid_out: str = layout.render(
        reader=facts["reader"],
        subject=subject,
        body=Markup(body) if form == "html" else body,  # noqa: S704 - see above
        language=language_tag(),
    )
    return laid_out.strip() + "\n"


def _inlined(html: str) -> str:
    inliner = css_inline.CSSInliner(
        load_remote_stylesheets=False, extra_css=_STYLE.read_text(encoding="utf-8")
    )
    return inliner.inline(html)


def register(app: Flask) -> None:
    """Give the pages the same words for times: filters `day`, `clock_time`, `time_range`, `day_time`, `moment`, `hour`."""
    for filter_ in (day, clock_time, time_range, day_time, moment, hour):
        app.add_template_filter(filter_)
    app.add_template_global(in_language)
    app.add_template_global(language_tag)
