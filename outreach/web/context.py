"""What every template can use without being handed it: words for codes, the menu, the reader, questions of permission."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import letters
from outreach.models import User
from outreach.models.district import DISTRICT
from outreach.models.words import GRADES, KINDS, LANGUAGES, ROLE_WORDS, TOPICS, WEEKDAYS
from outreach.permissions import can
from outreach.web.access import reader, signed_in_user
from outreach.web.navigation import navigation

STATE_WORDS: dict[str, LazyString] = {
    "draft": _l("Draft"),
    "posted": _l("Posted"),
    "withdrawn": _l("Withdrawn"),
    "submitted": _l("Handed in"),
    "collecting": _l("Open for requests"),
    "closed": _l("Closed for requests"),
    "review": _l("In review"),
    "published": _l("Published"),
    "running": _l("Running"),
    "archived": _l("Archived"),
    "queued": _l("Waiting to start"),
    "done": _l("Done"),
    "stopped": _l("Stopped"),
    "failed": _l("Failed"),
    "contradictory": _l("Contradictory"),
    "awaiting": _l("To be confirmed"),
    "confirmed": _l("Confirmed"),
    "declined": _l("Declined"),
    "lapsed": _l("Lapsed"),
    "cancelled": _l("Cancelled"),
    "attended": _l("Attended"),
    "no_show": _l("Did not come"),
    "open": _l("Open"),
    "waiting": _l("Waiting"),
    "offered": _l("Place offered"),
    "left": _l("Left the list"),
    "sending": _l("Being sent"),
    "sent": _l("Sent"),
    "expired": _l("Expired"),
    "dropped": _l("No longer needed"),
}

GOAL_WORDS: dict[str, LazyString] = {
    "equity": _l("Schools served, by need"),
    "groups": _l("Groups placed"),
    "pupils": _l("Pupils placed"),
    "preference": _l("Wishes met (points)"),
    "travel": _l("Travel (minutes)"),
    "cost": _l("Cost"),
    "changes": _l("Changes"),
}


# Longer than the words of any language on these pages, shorter than what a column of a table can take.
LONG_WORD = 30
# A Chinese name, a class with its grade.
SHORT = 8
TAG = re.compile(r"<[^>]*>")
# Wide enough for 上午10:00至中午12:00, and for a school's usual name.
PHRASE = 24
BETWEEN_PHRASES = re.compile("[\\s、，。：；？！）」]+|(?=[（「])")
IDEOGRAPH = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Person:
    """The reader as the frame of the page shows them."""

    name: str
    roles: list[str]
    account_url: str

    @classmethod
    def of(cls, user: User) -> Person:
        """What the person acts as, and for whom, in the reader's language."""
        lines = []
        for membership in user.memberships:
            body = membership.body
            role = str(ROLE_WORDS[membership.role])
            if body is not None:
                role = _("%(role)s, %(body)s", role=role, body=letters.in_language(body, "name").text)
            lines.append(role)
        return cls(user.name, lines, url_for("account.settings"))


def district_name(code: str | None) -> str:
    """The district's own name in the reader's language."""
    if code is None:
        return ""
    return letters.in_language(DISTRICT[code], "name").text


def long_worded(cell: object) -> bool:
    """A table's cell holds a word that may be broken anywhere. The others keep theirs whole, so that columns stay readable."""
    return any(len(word) > LONG_WORD for word in TAG.sub(" ", str(cell)).split())


def short(cell: object) -> bool:
    """A table's cell holds so little that it stays on one line, and its column is never narrower."""
    return len(TAG.sub("", str(cell)).strip()) <= SHORT


def phrased(words: object) -> bool:
    """Chinese in phrases so short that lines can end between them, not inside a date or a name: a sign counts twice."""
    text = TAG.sub("", str(words).replace("<br>", " "))
    widths = (len(phrase) + len(IDEOGRAPH.findall(phrase)) for phrase in BETWEEN_PHRASES.split(text))
    return bool(IDEOGRAPH.search(text)) and max(widths) <= PHRASE


def facts() -> dict[str, Any]:
    """Added to every template. A page about our own fault gets nothing: the database may be what failed."""
    if g.get("bare"):
        return {}
    return {
        "can": lambda action, thing=None: can(reader(), action, thing),
        "current_language": letters.current_language(),
        "district_name": district_name,
        "person": None if reader() is None else Person.of(signed_in_user()),
        "goal_words": GOAL_WORDS,
        "grade_words": GRADES,
        "here": request.full_path.rstrip("?"),
        "kind_words": KINDS,
        "language_words": LANGUAGES,
        "navigation": navigation(),
        "reader": reader(),
        "role_words": ROLE_WORDS,
        "state_words": STATE_WORDS,
        "topic_words": TOPICS,
        "weekday_words": WEEKDAYS,
    }


def register(app: Flask) -> None:
    """Hand them to Jinja."""
    app.context_processor(facts)
    # Macros are imported without the page's context and see globals only.
    app.jinja_env.globals["state_words"] = STATE_WORDS
    app.jinja_env.tests["long_worded"] = long_worded
    app.jinja_env.tests["short"] = short
    app.jinja_env.tests["phrased"] = phrased
