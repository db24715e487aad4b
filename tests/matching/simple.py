"""A small problem in which everything suits, to be changed in one place by a test.

Schools S0 and S1, companies C0 and C1, a visit O0 with slot L0, a coding session O1 given by team T0, requests R0 and R1.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from outreach.matching.problem import Assignment, Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.times import minutes_of

Document = dict[str, Any]

MONDAY = "2027-03-08"
GRADES = ["P1", "P2", "P3", "P4", "P5", "P6", "S1", "S2", "S3", "S4", "S5", "S6"]

BASE: Document = {
    "format": "outreach-matching/1",
    "name": "simple",
    "schools": [
        {"id": "S0", "place": [114.15, 22.28], "max_per_day": 9},
        {"id": "S1", "place": [114.16, 22.29], "max_per_day": 9},
    ],
    "companies": [{"id": "C0"}, {"id": "C1"}],
    "offers": [
        {
            "id": "O0",
            "company": "C0",
            "kind": "field_visit",
            "place": [114.17, 22.3],
            "minutes": 60,
            "grades": GRADES,
            "languages": ["yue", "en"],
            "topics": ["ai"],
            "wheelchair": True,
            "max_pupils": 100,
            "max_groups": 4,
        },
        {
            "id": "O1",
            "company": "C1",
            "kind": "coding_session",
            "minutes": 60,
            "grades": GRADES,
            "languages": ["yue", "en"],
            "topics": ["ai"],
            "wheelchair": True,
            "max_pupils": 100,
            "max_groups": 4,
        },
    ],
    "slots": [{"id": "L0", "offer": "O0", "start": f"{MONDAY}T10:00", "end": f"{MONDAY}T11:30"}],
    "teams": [
        {
            "id": "T0",
            "company": "C1",
            "offers": ["O1"],
            "home": [114.17, 22.3],
            "windows": [[f"{MONDAY}T09:00", f"{MONDAY}T16:00"]],
            "max_sessions_per_day": 3,
        }
    ],
    "requests": [
        {
            "id": name,
            "school": school,
            "kinds": ["field_visit", "coding_session"],
            "pupils": 30,
            "grade": "P5",
            "languages": ["yue", "en"],
            "topics": ["ai"],
            "windows": [[f"{MONDAY}T08:00", f"{MONDAY}T17:00"]],
        }
        for name, school in (("R0", "S0"), ("R1", "S1"))
    ],
}


def document(**changes: Any) -> Document:
    """The base problem with keys of things replaced (`R0={"pupils": 31}`) or added to the whole (`pins=[...]`).

    Where a list of the base is given whole (`slots=[...]`), its entries are added to it.
    """
    found = copy.deepcopy(BASE)
    things = {one["id"]: one for value in found.values() if isinstance(value, list) for one in value}
    for name, change in changes.items():
        if name in things:
            things[name].update(change)
        elif isinstance(found.get(name), list):
            found[name] += change
        else:
            found[name] = change
    return found


def problem(**changes: Any) -> Problem:
    """The same as a problem."""
    return read_problem(json.dumps(document(**changes)).encode())


def slot(request: str, slot_id: str = "L0") -> Assignment:
    """A request in a slot."""
    return Assignment(request, slot=slot_id)


def session(request: str, clock: str, team: str = "T0", offer: str = "O1", day: str = MONDAY) -> Assignment:
    """A request with a team."""
    return Assignment(request, team=team, offer=offer, start=minutes_of(f"{day}T{clock}"))
