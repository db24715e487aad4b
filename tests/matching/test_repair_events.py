"""Events: what their JSON form refuses, and what they make of a problem and its plan."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.matching.problem import Assignment, Problem
from outreach.matching.problem_json import problem_of
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.applying import Changed, apply
from outreach.matching.repairing.events import Notice
from outreach.matching.repairing.events_json import events_of, read_events
from outreach.matching.times import DAY, minutes_of, text_of
from tests.matching.repaired import parsed
from tests.matching.simple import MONDAY, document

BEFORE = (
    Assignment("R0", slot="L0"),
    Assignment("R1", team="T0", offer="O1", start=minutes_of(f"{MONDAY}T13:00")),
)


def events(*found: dict[str, Any], **more: Any) -> Any:
    return events_of(parsed({"format": "outreach-events/1", "events": list(found)} | more))


def problem() -> Problem:
    return problem_of(parsed(document()))


def changed(*found: dict[str, Any], **more: Any) -> Changed:
    return apply(problem(), BEFORE, events(*found, **more))


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({}, "events[0].kind: is missing"),
        ({"kind": "rain"}, "events[0].kind: 'rain' is none of slot-cancelled, seats-cut"),
        ({"kind": "slot-cancelled"}, "events[0].slot: is missing"),
        ({"kind": "seats-cut", "slot": "L0"}, "events[0]: names neither max_pupils nor max_groups"),
        ({"kind": "seats-cut", "slot": "L0", "max_pupils": 0}, "events[0].max_pupils: 0 is below 1"),
        ({"kind": "team-ill", "team": "T0", "days": []}, "events[0].days: is empty"),
        ({"kind": "team-ill", "team": "T0", "windows": []}, "events[0].windows: is empty"),
        ({"kind": "team-ill", "team": "T0"}, "events[0]: names neither days nor windows"),
        (
            {"kind": "team-ill", "team": "T0", "windows": [[f"{MONDAY}T10:00", f"{MONDAY}T10:00"]]},
            "events[0].windows[0]: ends when it starts",
        ),
        (
            {"kind": "team-ill", "team": "T0", "days": ["8 March"]},
            "events[0].days[0]: '8 March' is not a day like 2027-03-08",
        ),
        ({"kind": "day-lost", "day": MONDAY, "districts": []}, "events[0].districts: is empty"),
        ({"kind": "new-request", "request": {"id": "R9"}}, "events[0].request.school: is missing"),
    ],
)
def test_what_is_no_event_is_refused_with_its_path(event: dict[str, Any], why: str) -> None:
    with pytest.raises(ProblemRefused) as refusal:
        events(event)
    assert str(refusal.value).startswith(why)


def test_a_notice_without_now_and_two_notices_are_refused() -> None:
    for more, why in (
        ({"notice": {"days": 1}}, "notice: says nothing without now"),
        (
            {"now": f"{MONDAY}T09:00", "notice": {}},
            "notice: names not exactly one of minutes, days, working_days",
        ),
        ({"now": f"{MONDAY}T09:00", "notice": {"days": 400}}, "notice.days: 400 is more than a year"),
    ):
        with pytest.raises(ProblemRefused) as refusal:
            events(**more)
        assert str(refusal.value) == why
    with pytest.raises(ProblemRefused):
        read_events(b'{"format": "outreach-plan/1", "events": []}')


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"kind": "slot-cancelled", "slot": "L9"}, "events[0].slot: there is no slot 'L9'"),
        ({"kind": "team-ill", "team": "T9", "days": [MONDAY]}, "events[0].team: there is no team 'T9'"),
        (
            {"kind": "day-lost", "day": MONDAY, "districts": ["X"]},
            "events[0].districts: there is no school of the district 'X'",
        ),
        (
            {"kind": "day-lost", "day": MONDAY, "types": ["X"]},
            "events[0].types: there is no school of the type 'X'",
        ),
        ({"kind": "day-lost", "day": MONDAY, "schools": ["X"]}, "events[0].schools: there is no school 'X'"),
        ({"kind": "school-withdrawn", "school": "X"}, "events[0].school: there is no school 'X'"),
        ({"kind": "request-withdrawn", "request": "X"}, "events[0].request: there is no request 'X'"),
        (
            {"kind": "seats-cut", "slot": "L0", "max_pupils": 999},
            "events[0].max_pupils: 999 is more than the 100 of the slot",
        ),
    ],
)
def test_what_does_not_fit_the_problem_is_refused_with_its_path(event: dict[str, Any], why: str) -> None:
    with pytest.raises(ProblemRefused) as refusal:
        changed(event)
    assert str(refusal.value) == why


def test_new_things_are_refused_where_the_events_say_them() -> None:
    asked = document()["requests"][0] | {"id": "R9", "choices": ["nobody"]}
    with pytest.raises(ProblemRefused) as refusal:
        changed({"kind": "new-request", "request": asked})
    assert str(refusal.value) == "events[0].request.choices[0]: there is no offer or company 'nobody'"
    with pytest.raises(ProblemRefused) as refusal:
        changed({"kind": "new-request", "request": asked | {"id": "R0", "choices": []}})
    assert str(refusal.value) == "events[0].request.id: 'R0' is there already"
    slot = document()["slots"][0] | {"id": "L9", "offer": "O9"}
    with pytest.raises(ProblemRefused) as refusal:
        changed({"kind": "new-slot", "slot": slot})
    assert str(refusal.value) == "events[0].slot.offer: there is no offer 'O9'"


def test_what_has_happened_cannot_be_undone() -> None:
    now = {"now": f"{MONDAY}T23:00"}
    for event, why in (
        ({"kind": "slot-cancelled", "slot": "L0"}, "events[0].slot: the slot 'L0' has begun already"),
        (
            {"kind": "request-withdrawn", "request": "R1"},
            "events[0].request: 'R1' has had its session already",
        ),
    ):
        with pytest.raises(ProblemRefused) as refusal:
            changed(event, **now)
        assert str(refusal.value) == why
    left = changed({"kind": "school-withdrawn", "school": "S0"}, now=f"{MONDAY}T23:00")
    assert set(left.frozen) == set(BEFORE) == set(left.problem.pins)
    with pytest.raises(ProblemRefused) as refusal:
        changed({"kind": "day-lost", "day": MONDAY}, now="2027-03-09T08:00")
    assert str(refusal.value) == "events[0].day: the day is over already"
    with pytest.raises(ProblemRefused) as refusal:
        hours = [f"{MONDAY}T10:00", f"{MONDAY}T11:00"]
        changed({"kind": "team-ill", "team": "T0", "windows": [hours]}, now=f"{MONDAY}T11:00")
    assert str(refusal.value) == "events[0].windows[0]: is over already"


def test_a_cancelled_slot_takes_its_bookings_bans_and_scores_with_it() -> None:
    found = document(R0={"scores": {"L0": 5, "T0": 3}, "costs": {"L0": 2}})
    found["bans"] = [{"request": "R1", "slot": "L0"}]
    found["pins"] = [{"request": "R0", "slot": "L0"}]
    left = apply(problem_of(parsed(found)), BEFORE, events({"kind": "slot-cancelled", "slot": "L0"}))
    asked = left.problem.visit_request["R0"]
    assert (asked.scores, asked.costs) == ({"T0": 3}, {})
    assert (left.problem.bans, left.problem.pins, left.problem.slots) == ((), (), ())
    assert left.fallen == BEFORE[:1]
    assert left.problem.incumbent == BEFORE
    # A pin that is gone lets plans be that were none: old bounds are of no use.
    assert not left.only_less


def test_before_the_horizon_only_the_frozen_groups_are_left() -> None:
    left = changed(now="2027-03-05T12:00", notice={"working_days": 1})
    assert set(left.frozen) == set(BEFORE)
    assert left.problem.limits(left.problem.slot["L0"]).max_groups == 1
    opens, closes = left.problem.team["T0"].windows[-1]
    assert (text_of(opens), closes - opens) == (f"{MONDAY}T13:00", left.problem.offer["O1"].minutes)
    assert all(window[0] >= minutes_of("2027-03-09T00:00") for window in left.problem.team["T0"].windows[:-1])
    assert changed(now="2027-03-05T12:00").frozen == ()


@pytest.mark.parametrize(
    ("notice", "ends"),
    [
        (Notice(), "2027-03-05T12:00"),
        (Notice(minutes=90), "2027-03-05T13:30"),
        (Notice(days=1), "2027-03-07T00:00"),
        (Notice(working_days=1), "2027-03-09T00:00"),
        (Notice(working_days=2), "2027-03-11T00:00"),
    ],
)
def test_a_notice_ends_with_its_last_day(notice: Notice, ends: str) -> None:
    holidays = [minutes_of("2027-03-09T00:00") // DAY]
    assert text_of(notice.end(minutes_of("2027-03-05T12:00"), holidays)) == ends
