"""A tiny market for the peers' tests: two schools of two classes, two slots of one group, each class with its own likes."""

from __future__ import annotations

import json
from typing import Any

from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem

DAYS = ("2027-03-08", "2027-03-09", "2027-03-10")


def market(scores: dict[str, dict[str, int]], **slot_changes: Any) -> Problem:
    """Requests by name (the school is the first letter) and what they like; slots L0 to L2, one a day, for one group each."""
    schools = sorted({name[0] for name in scores})
    windows = [[f"{day}T08:00", f"{day}T17:00"] for day in DAYS]
    request = {
        "kinds": ["field_visit"],
        "pupils": 30,
        "grade": "P5",
        "languages": ["yue"],
        "windows": windows,
    }
    offer = {"id": "O0", "company": "C0", "kind": "field_visit", "place": [114.17, 22.3], "grades": ["P5"]}
    document = {
        "format": "outreach-matching/1",
        "schools": [{"id": name, "place": [114.15, 22.28]} for name in schools],
        "companies": [{"id": "C0"}],
        "offers": [offer | {"languages": ["yue"], "max_pupils": 60}],
        "slots": [
            {"id": f"L{number}", "offer": "O0", "start": f"{day}T10:00", "end": f"{day}T11:00"} | slot_changes
            for number, day in enumerate(DAYS)
        ],
        "requests": [
            request | {"id": name, "school": name[0], "scores": likes} for name, likes in scores.items()
        ],
    }
    return read_problem(json.dumps(document).encode())
