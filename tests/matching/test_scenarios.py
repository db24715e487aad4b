"""Scenario files and short forms: what is refused and how, and what follows from a change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.scenarios.applying import apply
from outreach.matching.scenarios.reading import read_scenario, scenario_of
from outreach.matching.scenarios.short import is_short, short_scenario
from tests.matching.simple import MONDAY
from tests.matching.simple import document as simple

ADJUST = {"change": "adjust", "things": "requests", "field": "max_travel_minutes"}


def text(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format": "outreach-scenario/1", "name": "x", "changes": list(changes)} | more


def patched(*changes: dict[str, Any], **more: Any) -> Problem:
    return apply(read_problem(json.dumps(simple(**more)).encode()), scenario_of(text(*changes)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"change": "magic"}, "changes[0].change: "),
        ({}, "changes[0].change: "),
        ({"change": "more-companies"}, "changes[0]: has not exactly one of number, times"),
        ({"change": "more-companies", "number": 0}, "changes[0].number: "),
        ({"change": "more-companies", "number": 2, "likes": []}, "changes[0].likes: is not known here"),
        ({"change": "closed"}, "changes[0]: names none of weekdays, dates"),
        ({"change": "closed", "weekdays": ["funday"]}, "changes[0].weekdays[0]: "),
        (
            {"change": "closed", "dates": ["8 March"]},
            "changes[0].dates[0]: '8 March' is not a date like 2027-03-08",
        ),
        (
            {"change": "closed", "weekdays": ["monday"], "from": "13:00", "to": "12:00"},
            "changes[0]: ends before it starts",
        ),
        ({"change": "free", "weekdays": ["monday"]}, "changes[0].from: "),
        (ADJUST, "changes[0]: has not exactly one of to, by, at_most, at_least"),
        (ADJUST | {"by": 0}, "changes[0].by: 0 changes nothing"),
        (ADJUST | {"at_most": -1}, "changes[0].at_most: "),
        (ADJUST | {"field": "weight", "to": 1}, "changes[0].field: "),
        ({"change": "add"}, "changes[0]: names none of companies, offers, slots, teams"),
        ({"change": "remove", "slots": [7]}, "changes[0].slots[0]: "),
        ({"change": "goals"}, "changes[0].order: "),
    ],
)
def test_a_malformed_change_is_refused_with_its_path(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProblemRefused) as refused:
        scenario_of(text(change))
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"change": "more-companies", "like": ["C9"], "number": 1},
            "changes[0].like[0]: there is no company 'C9'",
        ),
        ({"change": "remove", "slots": ["L9"]}, "changes[0].slots[0]: there is no slot 'L9'"),
        (ADJUST | {"to": 5, "ids": ["R9"]}, "changes[0].ids[0]: there is no request 'R9'"),
        ({"change": "goals", "order": ["fun"]}, "changes[0]: objectives"),
        (
            {
                "change": "add",
                "slots": [{"id": "L5", "offer": "O9", "start": f"{MONDAY}T10:00", "end": f"{MONDAY}T11:00"}],
            },
            "changes[0]: slots[1].offer: there is no offer 'O9'",
        ),
    ],
)
def test_a_change_that_does_not_fit_the_problem_is_refused_with_its_path(
    change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProblemRefused) as refused:
        patched(change)
    assert str(refused.value).startswith(sentence)


def test_files_that_are_no_scenarios_are_refused() -> None:
    for content, words in (
        (b"[]", "not an object"),
        (b"{", "JSON"),
        (b'{"format": "outreach-plan/1"}', "format"),
    ):
        with pytest.raises(ProblemRefused, match=words):
            read_scenario(content)
    with pytest.raises(ProblemRefused, match="change: is not known here"):
        scenario_of(text(change=[]))


def test_a_window_is_cut_where_the_hours_lie() -> None:
    found = patched(
        {"change": "closed", "dates": [MONDAY], "from": "12:00", "to": "13:00", "schools": ["S0"]}
    )
    base = read_problem(json.dumps(simple()).encode())
    ((start, end),) = base.visit_request["R0"].windows
    noon = start - start % 1440 + 720
    assert found.visit_request["R0"].windows == ((start, noon), (noon + 60, end))
    assert found.visit_request["R1"] == base.visit_request["R1"]


def test_free_hours_join_the_windows() -> None:
    found = patched({"change": "free", "weekdays": ["monday"], "from": "17:00", "to": "18:00"})
    (window,) = found.visit_request["R0"].windows
    assert window[1] - window[0] == 600


def test_a_pin_that_became_impossible_is_given_up_and_others_stay() -> None:
    pins = [
        {"request": "R0", "slot": "L0"},
        {"request": "R1", "team": "T0", "offer": "O1", "start": f"{MONDAY}T14:00"},
    ]
    found = patched({"change": "remove", "slots": ["L0"]}, pins=pins)
    assert [pin.request for pin in found.pins] == ["R1"]
    found = patched(
        {"change": "adjust", "things": "offers", "field": "max_pupils", "to": 20, "ids": ["O0"]}, pins=pins
    )
    assert [pin.request for pin in found.pins] == ["R1"]


@pytest.mark.parametrize(
    ("short", "changes"),
    [
        ("firms=12", [{"change": "more-companies", "number": 12}]),
        ("firms=2:C0,C1", [{"change": "more-companies", "number": 2, "like": ["C0", "C1"]}]),
        ("closed=monday,2027-03-10", [{"change": "closed", "weekdays": ["monday"], "dates": ["2027-03-10"]}]),
        (
            "free=wednesday:13:30-17:00",
            [{"change": "free", "weekdays": ["wednesday"], "from": "13:30", "to": "17:00"}],
        ),
        ("travel=45", [ADJUST | {"at_most": 45}]),
        ("pupils=30", [{"change": "adjust", "things": "offers", "field": "max_pupils", "at_most": 30}]),
        (
            "without=C0+goals=groups,equity",
            [{"change": "remove", "companies": ["C0"]}, {"change": "goals", "order": ["groups", "equity"]}],
        ),
    ],
)
def test_a_short_form_is_the_scenario_written_out(short: str, changes: list[dict[str, Any]]) -> None:
    assert is_short(short)
    assert short_scenario(short) == scenario_of(text(*changes, name=short))


@pytest.mark.parametrize(
    "short", ["travel=", "travel=soon", "closed=funday", "free=monday", "firms=-1", "travel=5+x"]
)
def test_a_malformed_short_form_is_refused(short: str) -> None:
    with pytest.raises(ProblemRefused):
        short_scenario(short)


def test_a_file_is_no_short_form() -> None:
    assert not is_short("scenarios/travel.json")
