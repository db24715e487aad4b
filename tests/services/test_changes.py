"""Changes in the core's form, turned back into what a teacher decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from flask import Flask

from outreach.models import BlockedDays, Reason, RequestException, RequestWindow, School
from outreach.services.changes import changes_of, facts_with, free_time_between, half_of_day, helps, joined
from outreach.services.request_facts import FreeTime, facts_of
from tests import build
from tests.booking_stage import change as set_row
from tests.booking_stage import read
from tests.cast import Cast
from tests.reason_stage import ReasonStage, answers_of, change, make_reason_stage, to_slot, weekly

MORNINGS = dict.fromkeys(range(5), (time(8), time(13)))
DAYS = dict.fromkeys(range(5), (time(8), time(16)))


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[ReasonStage]:
    with app.app_context():
        yield make_reason_stage(cast)


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ({0: MORNINGS[0]}, {0: MORNINGS[0], 3: MORNINGS[3]}, FreeTime(3, time(8), time(13))),
        ({3: MORNINGS[3]}, {3: DAYS[3]}, FreeTime(3, time(13), time(16))),
        ({3: (time(10), time(12))}, {3: DAYS[3]}, FreeTime(3, time(8), time(16))),
        ({}, {4: DAYS[4]}, FreeTime(4, time(8), time(16))),
        (DAYS, DAYS, None),
    ],
)
def test_new_windows_are_a_weekday_with_hours(before: Any, after: Any, added: FreeTime | None) -> None:
    assert free_time_between(weekly(before), weekly(after)) == added


def test_halves_of_a_day() -> None:
    hours = [(8, 13), (13, 16), (8, 16)]
    found = [half_of_day(FreeTime(0, time(start), time(end))) for start, end in hours]
    assert found == ["morning", "afternoon", "day"]


def test_hours_that_meet_are_one() -> None:
    one, two, three = (FreeTime(0, time(a), time(b)) for a, b in ((8, 11), (11, 12), (13, 15)))
    assert joined((three, two, one)) == (FreeTime(0, time(8), time(12)), three)


def read_one(stage: ReasonStage, asked: int, raw: dict[str, Any]) -> Any:
    (found,) = changes_of(read(Reason, stage.tell(asked, raw)))
    return found


@pytest.mark.parametrize(
    ("name", "before", "after", "kept"),
    [
        ("pupils", 30, 24, 24),
        ("max_travel_minutes", 90, 105, 105),
        ("open", False, True, True),
        ("languages", ["yue"], ["en", "yue"], ("yue", "en")),
        ("kinds", ["field_visit"], ["coding_session", "field_visit"], ("field_visit", "coding_session")),
    ],
)
def test_an_answer_is_written_as_the_form_would(
    stage: ReasonStage, name: str, before: Any, after: Any, kept: Any
) -> None:
    asked = stage.leave_out()
    found = read_one(stage, asked, change(name, before, after, to_slot(asked, stage.slot())))
    row = answers_of(asked)
    assert getattr(facts_with(facts_of(row), found, row.school), name) == kept


def test_who_moves_is_seen_in_the_witness(stage: ReasonStage) -> None:
    asked, other, slot = stage.leave_out(), stage.leave_out("secondary"), stage.slot()
    alone = change("pupils", 30, 20, to_slot(asked, slot))
    both = change("pupils", 30, 20, to_slot(asked, slot), to_slot(other, slot))
    split = change("split", 30, [15, 15], to_slot(f"{asked}#2", slot), to_slot(f"{asked}#1", slot))
    reason = read(Reason, stage.tell(asked, alone, both, split))
    found = changes_of(reason)
    assert [(one.number, one.moves, len(one.own)) for one in found] == [
        (0, False, 1),
        (1, True, 1),
        (2, False, 2),
    ]
    assert [one["request"] for one in found[2].own] == [f"request-{asked}#1", f"request-{asked}#2"]


def test_what_the_school_calendar_forbids_helps_nobody(stage: ReasonStage) -> None:
    """The core knows free windows alone: a weekday more may lead to a day that the school has blocked."""
    windows = [RequestWindow(weekday=0, start_time=time(8), end_time=time(16))]
    asked, slot = stage.leave_out(windows=windows), stage.slot()
    told = change("windows", weekly({0: DAYS[0]}), weekly({0: DAYS[0], 3: DAYS[3]}), to_slot(asked, slot))
    found = read_one(stage, asked, told)
    assert helps(found, answers_of(asked))
    set_row(School, stage.cast.primary, day_start=time(9, 45))
    assert not helps(found, answers_of(asked))
    set_row(School, stage.cast.primary, day_start=time(8))
    day = date(2027, 3, 4)
    build.kept(BlockedDays(school_id=stage.cast.primary, reason="Exam", first_day=day, last_day=day))
    assert not helps(found, answers_of(asked))


def test_a_day_taken_out_is_put_back_where_it_is_needed(stage: ReasonStage) -> None:
    day, other = date(2027, 3, 4), date(2027, 3, 11)
    asked = stage.leave_out(exceptions=[RequestException(day=day), RequestException(day=other)])
    before = [window for window in weekly(DAYS) if window[0][:10] != day.isoformat()]
    found = read_one(stage, asked, change("windows", before, weekly(DAYS), to_slot(asked, stage.slot())))
    row = answers_of(asked)
    facts = facts_with(facts_of(row), found, row.school)
    assert facts.exceptions == (other,)
    assert facts.free_times == facts_of(row).free_times
    assert helps(found, row)


def test_what_has_no_words_yet_is_left_out(stage: ReasonStage) -> None:
    asked = stage.leave_out()
    found = read_one(stage, asked, change("grade", "P5", "P6", to_slot(asked, stage.slot())))
    assert not helps(found, answers_of(asked))
