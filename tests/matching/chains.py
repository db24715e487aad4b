"""Repairs in which one thing leads to another: a slot below its minimum can be filled only from another slot at its minimum."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.matching.brute_visits import Document
from tests.matching.mishaps import Mishap, happened
from tests.matching.tiny_parts import DAYS, PLACES, at


@cache
def chains() -> list[Mishap]:
    """The third group of L0 withdraws. R3 could come from L1, which then lacks one: with R5 there is one to spare, else not."""
    before = [{"request": f"R{i}", "slot": "L0" if i < 3 else "L1"} for i in range(5)]
    events: Document = {
        "format": "outreach-events/1",
        "events": [{"kind": "request-withdrawn", "request": "R2"}],
    }
    return [
        happened(f"a chain of {len(problem['requests'])}", problem, before, events)
        for problem in (_problem(5), _problem(6))
    ]


def _problem(requests: int) -> Document:
    elsewhere = {0: "L1", 1: "L1", 2: "L1", 4: "L0", 5: "L0"}
    return {
        "format": "outreach-matching/1",
        "name": "chain",
        "objectives": ["equity", "groups"],
        "schools": [{"id": f"S{i}", "place": PLACES[0]} for i in range(requests)],
        "companies": [{"id": "C0"}],
        "offers": [_offer("O0", 75), _offer("O1", 60)],
        "slots": [
            {"id": f"L{i}", "offer": f"O{i}", "start": at(DAYS[i], 10), "end": at(DAYS[i], 12)}
            for i in (0, 1)
        ],
        "teams": [],
        "requests": [_request(i) for i in range(requests)],
        "bans": [{"request": f"R{i}", "slot": slot} for i, slot in elsewhere.items() if i < requests],
    }


def _offer(name: str, least: int) -> dict[str, Any]:
    return {
        "id": name,
        "company": "C0",
        "kind": "field_visit",
        "place": PLACES[1],
        "grades": ["P5"],
        "languages": ["yue"],
        "min_pupils": least,
        "max_pupils": 90,
        "max_groups": 3,
    }


def _request(i: int) -> dict[str, Any]:
    return {
        "id": f"R{i}",
        "school": f"S{i}",
        "kinds": ["field_visit"],
        "pupils": 30,
        "grade": "P5",
        "languages": ["yue"],
        "open": True,
        "windows": [[at(day, 8), at(day, 17)] for day in DAYS],
    }
