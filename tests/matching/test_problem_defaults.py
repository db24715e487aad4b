"""Every default of the problem's JSON form, in one least problem."""

from __future__ import annotations

import json
from decimal import Decimal

from outreach.matching.problem import (
    DEFAULT_GOALS,
    FIELD_VISIT,
    Company,
    Offer,
    Problem,
    School,
    Slot,
    Team,
    Travel,
    VisitRequest,
)
from outreach.matching.problem_json import read_problem
from outreach.matching.times import minutes_of

WINDOW = ["2027-03-08T09:00", "2027-03-08T10:00"]
START, END = map(minutes_of, WINDOW)
YUE = frozenset(("yue",))

LEAST = {
    "format": "outreach-matching/1",
    "schools": [{"id": "S", "place": [114, 22]}],
    "companies": [{"id": "C"}],
    "offers": [
        {
            "id": "O",
            "company": "C",
            "kind": "field_visit",
            "place": [114, 22],
            "minutes": 60,
            "grades": ["P4"],
            "languages": ["yue"],
            "max_pupils": 40,
        }
    ],
    "slots": [{"id": "L", "offer": "O", "start": WINDOW[0], "end": WINDOW[1]}],
    "teams": [{"id": "T", "company": "C", "offers": ["O"], "windows": [WINDOW]}],
    "requests": [
        {
            "id": "R",
            "school": "S",
            "kinds": ["field_visit"],
            "pupils": 30,
            "grade": "P4",
            "languages": ["yue"],
            "windows": [],
        }
    ],
}

WHOLE = Problem(
    name="",
    grid_minutes=15,
    travel=Travel(12, 2.2, ()),
    objectives=("equity", "groups", "preference", "travel"),
    schools=(School("S", (114.0, 22.0), "", None, 100, None, 1),),
    companies=(Company("C", None, None),),
    offers=(
        Offer(
            id="O",
            company="C",
            kind=FIELD_VISIT,
            grades=frozenset(("P4",)),
            languages=YUE,
            max_pupils=40,
            place=(114.0, 22.0),
            zone=None,
            minutes=60,
            topics=frozenset(),
            wheelchair=False,
            min_pupils=0,
            max_groups=1,
            cost=Decimal(0),
        ),
    ),
    slots=(Slot("L", "O", START, END, None, None, None, None),),
    teams=(Team("T", "C", ("O",), ((START, END),), None, None, 1, 0, 90),),
    requests=(
        VisitRequest(
            id="R",
            school="S",
            kinds=frozenset((FIELD_VISIT,)),
            pupils=30,
            grade="P4",
            languages=YUE,
            windows=(),
            group=None,
            crew=None,
            topics=frozenset(),
            choices=(),
            open=False,
            max_travel_minutes=90,
            wheelchair=False,
            scores=None,
            costs={},
        ),
    ),
    pins=(),
    bans=(),
    incumbent=(),
)


def test_every_default() -> None:
    assert read_problem(json.dumps(LEAST).encode()) == WHOLE


def test_an_empty_problem_is_a_problem() -> None:
    assert read_problem(b'{"format": "outreach-matching/1"}') == Problem()
    assert Problem().objectives == DEFAULT_GOALS
