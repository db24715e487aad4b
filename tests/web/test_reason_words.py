"""Reasons and changes in words: every one in both languages, whole sentences, and no other school's name for a teacher."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from outreach.models import Reason, RequestException, RequestWindow
from outreach.services.changes import FIELDS, changes_of
from outreach.web.change_words import CHANGES, change_words
from outreach.web.reason_words import NOTHING, REASON_WORDS, STEP_WORDS, steps_of, why
from tests.booking_stage import read
from tests.cast import Cast
from tests.reason_stage import FUNNEL, ReasonStage, answers_of, change, make_reason_stage, to_slot, weekly
from tests.simplified import simplified_in

LANGUAGES = ("en_HK", "zh_Hant_HK")
DAYS = dict.fromkeys(range(5), (time(8), time(16)))
THREE = dict.fromkeys(range(3), (time(8), time(16)))
GOALS = ("equity", "groups", "pupils", "preference", "travel", "cost", "changes")
PLACEHOLDER = re.compile(r"%\(|\{|None")


def because(goal: str, loss: float, *, proven: bool = True, losing: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"goal": goal, "loss": loss, "proven": proven, "instead": [], "losing": list(losing)}


WHYS = [
    ("no-candidate", None),
    ("impossible", None),
    ("not-established", None),
    *(("outcompeted", because(goal, 1, proven=proven)) for goal in GOALS[:3] for proven in (True, False)),
    *(("not-worth-it", because(goal, 12, proven=False)) for goal in GOALS[3:]),
    ("not-worth-it", because("travel", 0)),
    ("not-worth-it", because("travel", 0, losing=("request-1",))),
]
TOLD: list[tuple[str, Any, Any, str]] = [
    ("pupils", 40, 34, "34 pupils instead of 40"),
    ("max_travel_minutes", 60, 75, "15 minutes more of travel (75 instead of 60)"),
    ("open", False, True, "Any suitable offer, besides the topics and wishes"),
    ("languages", ["yue"], ["en", "yue"], "A session in Cantonese or English"),
    (
        "kinds",
        ["field_visit"],
        ["coding_session", "field_visit"],
        "A session at the school instead of a visit",
    ),
    (
        "kinds",
        ["coding_session"],
        ["coding_session", "field_visit"],
        "A visit to a company instead of a session",
    ),
    ("split", 40, [20, 20], "Two groups, of 20 and 20 pupils"),
    (
        "windows",
        weekly(THREE),
        weekly({**THREE, 3: (time(13), time(16))}),
        "Thursday afternoon too (1:00 pm to ",
    ),
    (
        "windows",
        weekly(THREE),
        weekly({**THREE, 3: (time(8), time(13))}),
        "Thursday morning too (8:00 am to ",
    ),
    ("windows", weekly(THREE), weekly({**THREE, 4: (time(8), time(16))}), "Friday too (8:00 am to "),
    ("windows", weekly(DAYS), weekly(DAYS), "Other free times"),
]


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[ReasonStage]:
    with app.test_request_context():
        yield make_reason_stage(cast)


def sound(words: str, language: str) -> None:
    """Something is said, nothing is left open, and in Chinese it is Hong Kong's."""
    assert words.strip()
    assert not PLACEHOLDER.search(words), words
    if language == "zh_Hant_HK":
        assert re.search("[\u3400-\u9fff]", words), words
        assert not re.search("[a-z]{3}", words), words
        assert simplified_in(words) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_said(stage: ReasonStage, language: str) -> None:
    for reason, shown in WHYS:
        row = Reason(reason=reason, because=shown, funnel=FUNNEL, changes=[], holders=["request-1"])
        with force_locale(language):
            for sentence in [*why(row), str(REASON_WORDS[reason])]:
                sound(sentence, language)
            assert why(row)[-1][-1] in ".。"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("before", [0, 1, 143])
def test_the_rule_that_leaves_nothing_is_said(stage: ReasonStage, language: str, before: int) -> None:
    rules = [step["rule"] for step in FUNNEL]
    assert set(rules) == set(STEP_WORDS) == {"all", *NOTHING}
    for at in range(1, len(rules)):
        funnel = [
            {"rule": rule, "slots": before * (place < at), "team_windows": 0}
            for place, rule in enumerate(rules)
        ]
        row = Reason(reason="no-candidate", because=None, funnel=funnel, changes=[], holders=[])
        with force_locale(language):
            (sentence,) = why(row)
            sound(sentence, language)
            assert str(before) in sentence or before < 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", TOLD, ids=lambda told: f"{told[0]} {told[3][:12]}")
def test_every_change_is_said(stage: ReasonStage, language: str, told: tuple[str, Any, Any, str]) -> None:
    name, before, after, english = told
    asked = stage.leave_out()
    reason = stage.tell(asked, change(name, before, after, to_slot(asked, stage.slot())))
    (found,) = changes_of(read(Reason, reason))
    with force_locale(language):
        words = change_words(found, answers_of(asked))
    sound(words, language)
    if language == "en_HK":
        assert words.startswith(english)


def test_no_change_is_without_words() -> None:
    assert set(CHANGES) == FIELDS == {told[0] for told in TOLD}


def test_a_day_that_was_taken_out_is_named(stage: ReasonStage) -> None:
    day = date(2027, 3, 4)
    usual = {"exceptions": [RequestException(day=day)]}
    whole = stage.leave_out(**usual)
    mornings = [RequestWindow(weekday=3, start_time=time(8), end_time=time(12))]
    part = stage.leave_out(exceptions=[RequestException(day=day)], windows=mornings)
    slot = stage.slot()
    without = [window for window in weekly(DAYS) if window[0][:10] != day.isoformat()]
    said = []
    for asked in (whole, part):
        reason = stage.tell(asked, change("windows", without, weekly(DAYS), to_slot(asked, slot)))
        (found,) = changes_of(read(Reason, reason))
        with force_locale("en_HK"):
            said.append(change_words(found, answers_of(asked)))
    assert said[0] == "4 March 2027 (Thursday) after all"
    assert said[1].startswith("Thursday too (8:00 am to ")
    assert said[1].endswith(", and 4 March 2027 (Thursday) after all")


def test_what_narrows_most_is_named(stage: ReasonStage) -> None:
    row = Reason(reason="not-established", because=None, funnel=FUNNEL, changes=[], holders=[])
    with force_locale("en_HK"):
        assert why(row)[-1] == "What narrows it most is “Free times”: of 140 dates it leaves 12."
        shown = [str(words) for _rule, words, _left in steps_of(row)]
    assert "Wheelchair access" not in shown
    assert (len(shown), shown[-1]) == (8, "Free times")
