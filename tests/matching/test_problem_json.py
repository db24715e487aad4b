"""Reading a problem: every default, and every refusal with its path in one sentence."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from outreach.matching.problem import (
    Problem,
    School,
)
from outreach.matching.problem_json import read_problem
from outreach.matching.problem_writing import problem_bytes
from outreach.matching.refusal import ProblemRefused
from tests.matching.simple import Document, document, problem

WINDOW = ["2027-03-08T09:00", "2027-03-08T10:00"]


def refusal(content: bytes | Document) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(ProblemRefused) as caught:
        read_problem(raw)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_unknown_keys_are_ignored_even_when_they_are_null() -> None:
    extra = document(R0={"remark": None, "nested": {"deep": [1, None]}}) | {
        "author": "somebody",
        "version": None,
    }
    assert read_problem(json.dumps(extra).encode()) == problem()


def test_costs_keep_every_digit_and_survive_writing() -> None:
    costly = problem(O0={"cost": 12.35}, R0={"costs": {"L0": 0.000001, "T0": 7}}, L0={"cost": 0.1})
    assert costly.offer["O0"].cost == Decimal("12.35")
    assert costly.slot["L0"].cost == Decimal("0.1")
    assert costly.visit_request["R0"].costs == {"L0": Decimal("0.000001"), "T0": Decimal(7)}
    assert read_problem(problem_bytes(costly)) == costly


def test_a_byte_order_mark_is_no_matter() -> None:
    assert read_problem(b"\xef\xbb\xbf" + json.dumps(document()).encode()) == problem()


def test_an_incumbent_may_name_what_is_gone() -> None:
    gone = [
        {"request": "R9", "slot": "L9"},
        {"request": "R0", "team": "T9", "offer": "O9", "start": WINDOW[0]},
    ]
    assert len(problem(incumbent=gone).incumbent) == 2


CHANGED: list[tuple[dict[str, Any], str]] = [
    ({"R0": {"pupils": None}}, "requests[0].pupils: is null, not a whole number"),
    ({"R0": {"pupils": True}}, "requests[0].pupils: is true or false, not a whole number"),
    ({"R0": {"pupils": 30.5}}, "requests[0].pupils: is 30.5, not a whole number"),
    ({"R0": {"pupils": "30"}}, "requests[0].pupils: is a text, not a whole number"),
    ({"R0": {"pupils": 0}}, "requests[0].pupils: 0 is below 1"),
    ({"R0": {"pupils": 10**10}}, "requests[0].pupils: is above 1000000000"),
    ({"R0": {"pupils": float("nan")}}, "requests[0].pupils: is nan, not a whole number"),
    ({"S0": {"weight": -1}}, "schools[0].weight: -1 is below 0"),
    ({"S0": {"zone": None}}, "schools[0].zone: is null, not a text"),
    ({"S0": {"place": [114.1]}}, "schools[0].place: is not [longitude, latitude]"),
    (
        {"S0": {"place": [22.3, 114.1]}},
        "schools[0].place: is not on the globe: [longitude, latitude] in degrees",
    ),
    ({"S0": {"place": [float("inf"), 22]}}, "schools[0].place[0]: is inf, not a number"),
    ({"S0": {"place": ["114", 22]}}, "schools[0].place[0]: is a text, not a number"),
    ({"O0": {"cost": float("nan")}}, "offers[0].cost: is nan, not a number"),
    ({"O0": {"cost": -0.5}}, "offers[0].cost: -0.5 is below 0"),
    ({"O0": {"cost": 0.0000001}}, "offers[0].cost: has more than 6 decimal places"),
    ({"O0": {"cost": True}}, "offers[0].cost: is true or false, not a number"),
    ({"O0": {"cost": 10**9}}, "offers: the costs are too large to be added up exactly"),
    ({"R0": {"kinds": "field_visit"}}, "requests[0].kinds: is a text, not a list"),
    ({"R0": {"kinds": ["tour"]}}, "requests[0].kinds[0]: 'tour' is none of field_visit, coding_session"),
    (
        {"R0": {"grade": "F4"}},
        "requests[0].grade: 'F4' is none of P1, P2, P3, P4, P5, P6, S1, S2, S3, S4, S5, S6",
    ),
    ({"R0": {"languages": ["yue", "fr"]}}, "requests[0].languages[1]: 'fr' is none of yue, en, cmn"),
    ({"R0": {"open": 1}}, "requests[0].open: is a number, not true or false"),
    ({"R0": {"school": "S9"}}, "requests[0].school: there is no school 'S9'"),
    ({"R0": {"choices": ["O0", "X"]}}, "requests[0].choices[1]: there is no offer or company 'X'"),
    ({"R0": {"scores": {"L9": 1}}}, "requests[0].scores.L9: there is no slot or team 'L9'"),
    ({"R0": {"scores": {"L0": 1.5}}}, "requests[0].scores.L0: is 1.5, not a whole number"),
    ({"R0": {"scores": [1]}}, "requests[0].scores: is a list, not an object"),
    ({"R0": {"costs": {"X": 1}}}, "requests[0].costs.X: there is no slot or team 'X'"),
    ({"R0": {"windows": [[WINDOW[1], WINDOW[0]]]}}, "requests[0].windows[0]: ends before it starts"),
    ({"R0": {"windows": [[WINDOW[0], WINDOW[0]]]}}, "requests[0].windows[0]: ends when it starts"),
    ({"R0": {"windows": [WINDOW[0]]}}, "requests[0].windows[0]: is not [start, end]"),
    (
        {"R0": {"windows": [["2027-02-29T09:00", WINDOW[1]]]}},
        "requests[0].windows[0][0]: '2027-02-29T09:00' is not a date of the calendar",
    ),
    (
        {"R0": {"windows": [["2027-03-08 09:00", WINDOW[1]]]}},
        "requests[0].windows[0][0]: '2027-03-08 09:00' is not a time like 2027-03-08T14:30",
    ),
    ({"L0": {"start": "2027-03-08T24:00"}}, "slots[0].start: '2027-03-08T24:00' is not a time of the day"),
    ({"L0": {"start": "2027-03-08T12:00"}}, "slots[0]: ends before it starts"),
    ({"L0": {"offer": "X"}}, "slots[0].offer: there is no offer 'X'"),
    ({"L0": {"min_pupils": 101}}, "slots[0].min_pupils: 101 is more than max_pupils 100"),
    ({"O0": {"min_pupils": 101}}, "offers[0].min_pupils: 101 is more than max_pupils 100"),
    ({"O0": {"company": "X"}}, "offers[0].company: there is no company 'X'"),
    ({"T0": {"company": "C0"}}, "teams[0].offers[0]: 'O1' is of company 'C1', the team of 'C0'"),
    ({"T0": {"offers": ["O1", "O1"]}}, "teams[0].offers[1]: 'O1' stands twice"),
    ({"T0": {"windows": [[WINDOW[1], WINDOW[0]]]}}, "teams[0].windows[0]: ends before it starts"),
    ({"S1": {"id": "S0"}}, "schools[1].id: 'S0' stands twice"),
    ({"R1": {"id": "R0"}}, "requests[1].id: 'R0' stands twice"),
    ({"R0": {"id": ""}}, "requests[0].id: is empty"),
    ({"R0": {"id": 7}}, "requests[0].id: is a number, not a text"),
    ({"grid_minutes": 7}, "grid_minutes: 7 does not divide a day of 1440 minutes"),
    ({"grid_minutes": 0}, "grid_minutes: 0 is below 1"),
    ({"objectives": ["equity", "glory"]}, "objectives[1]: there is no goal 'glory'"),
    ({"objectives": ["equity", "equity"]}, "objectives[1]: the goal 'equity' stands twice"),
    ({"travel": {"base_minutes": -1}}, "travel.base_minutes: -1 is below 0"),
    ({"travel": {"zone_minutes": [["a", "b"]]}}, "travel.zone_minutes[0]: is not [zone, zone, minutes]"),
    (
        {"travel": {"zone_minutes": [["a", "b", 1], ["b", "a", 2]]}},
        "travel.zone_minutes[1]: 'b' and 'a' have other minutes above",
    ),
    ({"bans": [{"request": "R0"}]}, "bans[0]: names not exactly one of slot, team and offer"),
    (
        {"bans": [{"request": "R0", "slot": "L0", "offer": "O0"}]},
        "bans[0]: names not exactly one of slot, team and offer",
    ),
    ({"bans": [{"request": "R9", "slot": "L0"}]}, "bans[0].request: there is no request 'R9'"),
    ({"bans": [{"request": "R0", "team": "L0"}]}, "bans[0].team: there is no team 'L0'"),
    ({"pins": [{"request": "R0", "slot": "L9"}]}, "pins[0].slot: there is no slot 'L9'"),
    (
        {"pins": [{"request": "R0", "slot": "L0", "team": "T0"}]},
        "pins[0]: has not the keys request and slot, or request, team, offer and start",
    ),
    (
        {"incumbent": [{"request": "R0"}]},
        "incumbent[0]: has not the keys request and slot, or request, team, offer and start",
    ),
    ({"slots": [7]}, "slots[1]: is a number, not an object"),
    ({"name": 7}, "name: is a number, not a text"),
    ({"format": "outreach-matching/2"}, "format: 'outreach-matching/2' is none of outreach-matching/1"),
]


@pytest.mark.parametrize(("changes", "words"), CHANGED, ids=[words for _, words in CHANGED])
def test_what_is_wrong_is_refused_with_its_path(changes: dict[str, Any], words: str) -> None:
    assert refusal(document(**changes)) == words


REQUIRED = {
    "schools": ("id", "place"),
    "companies": ("id",),
    "offers": ("id", "company", "kind", "place", "grades", "languages", "max_pupils"),
    "slots": ("id", "offer", "start", "end"),
    "teams": ("id", "company", "offers", "windows"),
    "requests": ("id", "school", "kinds", "pupils", "grade", "languages", "windows"),
}


@pytest.mark.parametrize(("thing", "key"), [(thing, key) for thing, keys in REQUIRED.items() for key in keys])
def test_what_is_required_is_missed(thing: str, key: str) -> None:
    lacking = document()
    del lacking[thing][0][key]
    assert refusal(lacking) == f"{thing}[0].{key}: is missing"


def test_what_is_required_only_here_is_missed() -> None:
    homeless = document()
    del homeless["teams"][0]["home"]
    assert refusal(homeless) == "teams[0].home: is missing: the team gives the coding session 'O1'"
    endless = document()
    del endless["offers"][1]["minutes"]
    assert refusal(endless) == "offers[1].minutes: is missing: team 'T0' gives this offer"
    formless = document()
    del formless["format"]
    assert refusal(formless) == "format: is missing"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[]", "is a list, not an object"),
        (b"", "the file is not JSON: Expecting value (line 1)"),
        (b"{", "the file is not JSON: Expecting property name enclosed in double quotes (line 1)"),
        (b"\xff\xfe{", "the file is not UTF-8 text"),
        (b"[" * 100_000, "the file is not JSON of this format: it is nested too deeply"),
        (b'{"grid_minutes": ' + b"9" * 5000 + b"}", "the file holds a number with too many digits"),
        (b'{"format": "outreach-matching/1", "name": "a", "name": "b"}', "name: stands twice"),
        (
            b'{"format": "outreach-matching/1", "travel": {"base_minutes": 1e999}}',
            "travel.base_minutes: is above 1000000000",
        ),
    ],
    ids=["list", "empty", "cut", "utf-16", "deep", "digits", "twice", "huge"],
)
def test_what_is_no_problem_file_is_refused_in_one_line(content: bytes, words: str) -> None:
    assert refusal(content) == words


def test_a_problem_built_from_rows_is_held_to_the_same() -> None:
    school = School("S", (114.0, 22.0))
    with pytest.raises(ProblemRefused) as caught:
        Problem(schools=(school, school))
    assert str(caught.value) == "schools[1].id: 'S' stands twice"
    assert (caught.value.path, caught.value.why) == ("schools[1].id", "'S' stands twice")
