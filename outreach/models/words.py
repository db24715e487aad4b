"""The codes that tables share: languages, grades, topics, kinds, and what they are called on pages.

Labels are lazy: each is said in the reader's language when the page is made.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

LOCALES = ("en_HK", "zh_Hant_HK")


class OfferKind(enum.StrEnum):
    """Who travels: the pupils to the firm, or the trainers to the school."""

    FIELD_VISIT = "field_visit"
    CODING_SESSION = "coding_session"


KINDS: dict[str, LazyString] = {
    "field_visit": _l("Field visit"),
    "coding_session": _l("Coding session"),
}

ROLE_WORDS: dict[str, LazyString] = {
    "teacher": _l("Teacher"),
    "coordinator": _l("Coordinator"),
    "hub": _l("Hub member"),
    "staff": _l("Programme staff"),
    "administrator": _l("Administrator"),
}

# Session languages as the matching format names them.
LANGUAGES: dict[str, LazyString] = {"yue": _l("Cantonese"), "en": _l("English"), "cmn": _l("Putonghua")}

GRADES: dict[str, LazyString] = {
    "P1": _l("Primary 1"),
    "P2": _l("Primary 2"),
    "P3": _l("Primary 3"),
    "P4": _l("Primary 4"),
    "P5": _l("Primary 5"),
    "P6": _l("Primary 6"),
    "S1": _l("Secondary 1"),
    "S2": _l("Secondary 2"),
    "S3": _l("Secondary 3"),
    "S4": _l("Secondary 4"),
    "S5": _l("Secondary 5"),
    "S6": _l("Secondary 6"),
}

TOPICS: dict[str, LazyString] = {
    "ai": _l("Artificial intelligence"),
    "coding": _l("Coding"),
    "robotics": _l("Robotics"),
    "games": _l("Games and media"),
    "data": _l("Data and maths"),
    "cloud": _l("Cloud and networks"),
    "security": _l("Cyber security"),
    "hardware": _l("Chips and hardware"),
    "biotech": _l("Biotechnology and health"),
    "green": _l("Green technology"),
    "fintech": _l("Financial technology"),
    "smart_city": _l("Smart city"),
}

WEEKDAYS: tuple[LazyString, ...] = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


def key_stage(grade: str) -> str:
    """P1-3, P4-6, S1-3 and S4-6 are the four key stages; groups that share a slot share one."""
    return f"{grade[0]}{'1-3' if grade[1] in '123' else '4-6'}"


def grade_runs(grades: Iterable[str]) -> list[tuple[str, str]]:
    """Grades as runs of neighbours: P4, P5, P6, S2 are P4 to P6 and S2 to S2. P6 and S1 are not neighbours."""
    runs: list[tuple[str, str]] = []
    wanted = set(grades)
    for grade in (grade for grade in GRADES if grade in wanted):
        if runs and runs[-1][1][0] == grade[0] and int(runs[-1][1][1]) + 1 == int(grade[1]):
            runs[-1] = (runs[-1][0], grade)
        else:
            runs.append((grade, grade))
    return runs
