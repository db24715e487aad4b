"""A generated city of the shape of the shared ones: schools and firms spread over Hong Kong, terms of weeks, besieged favourites.

`city(schools, firms, seed)` gives the JSON document; the same seed gives the same city. Other shapes are in `shapes.py`.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

Document = dict[str, Any]

FIRST_MONDAY = date(2027, 2, 22)
WEEKS = 3
TOPICS = (
    "ai",
    "coding",
    "robotics",
    "data",
    "iot",
    "games",
    "cloud",
    "fintech",
    "cybersecurity",
    "greentech",
)
GRADES = ("P4", "P5", "P6", "S1", "S2", "S3", "S4", "S5", "S6")
CENTRES = (
    (114.158, 22.283, "island"),
    (114.225, 22.265, "island"),
    (114.170, 22.320, "mainland"),
    (114.225, 22.315, "mainland"),
    (114.190, 22.383, "mainland"),
    (114.165, 22.451, "mainland"),
    (114.115, 22.370, "mainland"),
    (113.975, 22.395, "mainland"),
    (114.030, 22.445, "mainland"),
)


def city(schools: int, firms: int, seed: int) -> Document:
    """A problem of so many schools and firms with the four usual goals."""
    rng = random.Random(seed)
    problem = empty(f"generated-{schools}x{firms}-seed{seed}")
    problem["schools"] = [school_of(rng, number) for number in range(schools)]
    problem["companies"] = [
        {"id": f"C{number}", "max_sessions_per_week": rng.choice((1, 2, 2, 3, 5))} for number in range(firms)
    ]
    for number in range(firms):
        _firm(rng, number, problem)
    problem["requests"] = [
        _request(rng, school, number, firms)
        for school in problem["schools"]
        for number in range(rng.choice((1, 2, 2, 3)))
    ]
    return problem


def empty(name: str) -> Document:
    """A problem in which nobody asks and nobody offers, with the ways of Hong Kong."""
    return {
        "format": "outreach-matching/1",
        "name": name,
        "travel": {"zone_minutes": [["island", "mainland", 15]]},
        "schools": [],
        "companies": [],
        "offers": [],
        "slots": [],
        "teams": [],
        "requests": [],
    }


def place_of(rng: random.Random) -> Document:
    """A place near one of the town centres, and its zone."""
    longitude, latitude, zone = rng.choice(CENTRES)
    place = [round(longitude + rng.gauss(0, 0.012), 5), round(latitude + rng.gauss(0, 0.012), 5)]
    return {"place": place, "zone": zone}


def school_of(rng: random.Random, number: int) -> Document:
    """A school that takes one to three bookings."""
    limits = {"max_bookings": rng.choice((1, 2, 3)), "max_per_day": rng.choice((1, 1, 2))}
    return {"id": f"S{number}", "weight": rng.choice((100, 100, 110, 120)), **place_of(rng), **limits}


def days_of(rng: random.Random, count: int) -> list[str]:
    """So many school days of the term, in order."""
    days = [FIRST_MONDAY + timedelta(days=week * 7 + day) for week in range(WEEKS) for day in range(5)]
    return [day.isoformat() for day in sorted(rng.sample(days, min(count, len(days))))]


def _firm(rng: random.Random, number: int, problem: Document) -> None:
    home = place_of(rng)
    about = {
        "company": f"C{number}",
        "grades": list(GRADES),
        "languages": rng.choice((["yue"], ["yue", "en"], ["yue", "en", "cmn"])),
        "topics": rng.sample(TOPICS, 3),
        "wheelchair": rng.random() < 0.8,
    }
    if rng.random() < 0.75:
        size = {"min_pupils": rng.choice((0, 0, 10, 15)), "max_pupils": rng.choice((35, 40, 60, 80))}
        groups = {"max_groups": rng.choice((1, 1, 2, 3))}
        problem["offers"].append(
            {"id": f"V{number}", "kind": "field_visit", **home, **about, **size, **groups}
        )
        for day in days_of(rng, rng.randint(5, 12)):
            start, end = rng.choice((("10:00", "11:30"), ("14:00", "15:30")))
            slot = {"id": f"L{len(problem['slots'])}", "offer": f"V{number}"}
            problem["slots"].append(slot | {"start": f"{day}T{start}", "end": f"{day}T{end}"})
    if rng.random() < 0.5:
        session = {
            "kind": "coding_session",
            "minutes": rng.choice((60, 80, 90)),
            "max_pupils": rng.choice((35, 40)),
        }
        problem["offers"].append({"id": f"K{number}", **about, **session})
        problem["teams"].append(
            {
                "id": f"T{number}",
                "company": f"C{number}",
                "offers": [f"K{number}"],
                "home": home["place"],
                "zone": home["zone"],
                "max_sessions_per_day": rng.choice((1, 2, 3)),
                "turnaround_minutes": 15,
                "max_travel_minutes": 75,
                "windows": [[f"{day}T09:00", f"{day}T16:30"] for day in days_of(rng, rng.randint(2, 6))],
            }
        )


def _request(rng: random.Random, school: Document, number: int, firms: int) -> Document:
    # The first firms are the famous ones that everybody names.
    famous = rng.sample(range(min(4, firms)), min(2, firms))
    choices = dict.fromkeys([*famous, *rng.sample(range(firms), min(3, firms))])
    return {
        "id": f"R{school['id'][1:]}-{number}",
        "school": school["id"],
        "group": f"{school['id']}/{number}",
        "kinds": rng.choice((["field_visit"], ["coding_session"], ["field_visit", "coding_session"])),
        "pupils": rng.choice((12, 20, 25, 30, 32, 35)),
        "grade": rng.choice(GRADES),
        "languages": rng.choice((["yue"], ["yue", "en"], ["en"])),
        "topics": rng.sample(TOPICS, 2),
        "choices": [f"C{choice}" for choice in choices],
        "windows": [[f"{day}T08:30", f"{day}T16:30"] for day in days_of(rng, rng.randint(3, 12))],
    }
