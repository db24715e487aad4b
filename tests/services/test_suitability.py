"""Whom a session suits: the group, the school's calendar, the hours of its day - refused by the name of the field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from flask import Flask

from outreach.models import BlockedDays, OfferKind, Round, RoundState
from outreach.services import suitability
from outreach.services.transaction import Refusal
from tests import build
from tests.booking_stage import Stage, change, make_stage, states
from tests.cast import Cast


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    with app.app_context():
        yield make_stage(cast)


@pytest.mark.parametrize(
    ("facts", "refusal", "field"),
    [
        ({"label": "  "}, suitability.GroupIncomplete, "group_label"),
        ({"label": "x" * 61}, suitability.GroupIncomplete, "group_label"),
        ({"pupils": 0}, suitability.GroupIncomplete, "pupils"),
        ({"pupils": 1001}, suitability.GroupIncomplete, "pupils"),
        ({"staff": 0}, suitability.GroupIncomplete, "staff"),
        ({"grade": "S1"}, suitability.GroupIncomplete, "grade"),
        ({"languages": ()}, suitability.GroupIncomplete, "languages"),
        ({"crew": "x" * 61}, suitability.GroupIncomplete, "crew"),
        ({"grade": "P1"}, suitability.DoesNotSuit, "grade"),
        ({"languages": ("cmn",)}, suitability.DoesNotSuit, "languages"),
        ({"pupils": 41}, suitability.DoesNotSuit, "pupils"),
        ({"wheelchair": True}, suitability.DoesNotSuit, "wheelchair"),
    ],
)
def test_what_does_not_suit_is_refused_by_its_field(
    stage: Stage, facts: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    offer = build.offer(stage.cast.company(), grades=("P4", "P5"), languages=("yue", "en"))
    slot = build.slot(offer).id
    with pytest.raises(refusal) as caught:
        stage.book(slot, **facts)
    assert (caught.value.field, states()) == (field, [])


def test_a_teacher_books_for_their_own_school(stage: Stage) -> None:
    with pytest.raises(suitability.NotYourSchool):
        stage.book(stage.slot(), by="theo")


def test_the_schools_calendar_is_kept(stage: Stage) -> None:
    slot = stage.slot()
    build.kept(
        BlockedDays(
            school_id=stage.cast.primary,
            first_day=date(2027, 3, 1),
            last_day=date(2027, 3, 5),
            reason="Exams",
        )
    )
    with pytest.raises(suitability.SchoolNotFree, match="Exams"):
        stage.book(slot)


def test_a_public_holiday_is_no_school_day(stage: Stage) -> None:
    with pytest.raises(suitability.SchoolNotFree, match="public holiday"):
        stage.book(stage.slot(day=date(2027, 3, 26)))


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(time(8, 27), time(10), "leave at 07:59"), (time(14), time(15, 33), "back at 16:01")],
)
def test_a_group_is_back_by_dismissal(stage: Stage, start: time, end: time, words: str) -> None:
    """28 minutes away, and a school day from eight to four."""
    with pytest.raises(suitability.SchoolNotFree, match=words):
        stage.book(stage.slot(start=start, end=end))


def test_the_whole_day_is_used_and_nobody_travels_to_a_coding_session(stage: Stage) -> None:
    stage.book(stage.slot(start=time(8, 28), end=time(15, 32)))
    offer = build.offer(stage.cast.company(), OfferKind.CODING_SESSION)
    stage.book(build.slot(offer, date(2027, 3, 5), time(8), time(16)).id)
    assert states() == ["confirmed", "confirmed"]


def test_a_session_that_has_begun_is_too_late(stage: Stage) -> None:
    slot = stage.slot()
    with pytest.raises(suitability.TooLate):
        stage.book(slot, now=build.to_utc(date(2027, 3, 4), time(10)))


@pytest.mark.parametrize("state", [RoundState.COLLECTING, RoundState.REVIEW, RoundState.ARCHIVED])
def test_only_a_round_in_force_has_free_places(stage: Stage, state: RoundState) -> None:
    slot = stage.slot()
    change(Round, stage.round_, state=state)
    with pytest.raises(suitability.TooLate):
        stage.book(slot)


def test_a_day_outside_every_round_is_refused(stage: Stage) -> None:
    with pytest.raises(suitability.TooLate):
        stage.book(stage.slot(day=date(2027, 6, 1)))
