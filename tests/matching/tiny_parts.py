"""The parts of a tiny random problem: everything is permissive, so that a bend (`bends.py`) decides what binds."""

from __future__ import annotations

import random

from tests.matching.brute import Brute
from tests.matching.brute_visits import Document

PLACES = ([114.15, 22.28], [114.17, 22.32], [114.11, 22.37], [114.2, 22.43], [114.03, 22.45], [114.24, 22.3])
DAYS = ("2027-03-05", "2027-03-08", "2027-03-09")
GRADES = ("P2", "P5", "P6", "S2", "S5")
ZONES = (None, "island", "mainland")
GOALS = ("equity", "groups", "pupils", "preference", "travel", "cost", "changes")

Seeded = random.Random


def at(day: str, hour: int, minute: int = 0) -> str:
    return f"{day}T{hour:02d}:{minute:02d}"


def some(rng: Seeded, words: tuple[str, ...], least: int = 1) -> list[str]:
    return rng.sample(words, rng.randint(least, len(words)))


def zoned(rng: Seeded, thing: Document) -> Document:
    zone = rng.choice(ZONES)
    return thing if zone is None else thing | {"zone": zone}


def goals(rng: Seeded) -> list[str]:
    if rng.random() < 0.3:
        return ["equity", "groups", "preference", "travel"]
    return rng.sample(GOALS, rng.randint(1, 5))


def school(rng: Seeded, i: int) -> Document:
    place = rng.choice(PLACES)
    return zoned(
        rng, {"id": f"S{i}", "place": place, "weight": rng.choice((100, 110, 120)), "max_per_day": 3}
    )


def offer(rng: Seeded, i: int) -> Document:
    kind = ("field_visit", "coding_session", rng.choice(("field_visit", "coding_session")))[i]
    found = {
        "id": f"O{i}",
        "company": f"C{i % 2}",
        "kind": kind,
        "minutes": rng.choice((60, 80)),
        "grades": list(GRADES),
        "languages": ["yue", "en"],
        "topics": some(rng, ("ai", "iot", "data")),
        "wheelchair": True,
        "max_pupils": 80,
        "max_groups": rng.choice((1, 2, 3)),
        "cost": rng.choice((0, 5, 12.5, 0.25)),
    }
    return zoned(rng, found | {"place": rng.choice(PLACES)}) if kind == "field_visit" else found


def slot(rng: Seeded, i: int, problem: Document) -> Document:
    day, hour = rng.choice(DAYS), rng.randint(9, 13)
    found = {
        "id": f"L{i}",
        "offer": rng.choice(problem["offers"])["id"],
        "start": at(day, hour),
        "end": at(day, hour + 2),
    }
    return found | ({"cost": 7.5} if rng.random() < 0.2 else {})


def team(rng: Seeded, i: int, problem: Document) -> Document:
    company = rng.choice(("C0", "C1"))
    mine = [one["id"] for one in problem["offers"] if one["company"] == company]
    found = {
        "id": f"T{i}",
        "company": company,
        "offers": rng.sample(mine, rng.randint(1, len(mine))),
        "home": rng.choice(PLACES),
        "windows": [[at(day, 9), at(day, rng.choice((11, 12)))] for day in rng.sample(DAYS, 1)],
        "max_sessions_per_day": 2,
        "turnaround_minutes": rng.choice((0, 15)),
        "max_travel_minutes": 120,
    }
    return zoned(rng, found)


def visit_request(rng: Seeded, i: int, problem: Document) -> Document:
    return {
        "id": f"R{i}",
        "school": rng.choice(problem["schools"])["id"],
        "kinds": ["field_visit", "coding_session"],
        "pupils": rng.choice((20, 25, 30, 35)),
        "grade": rng.choice(("P5", "P6")),
        "languages": ["yue"],
        "topics": some(rng, ("ai", "iot", "data"), 0),
        "choices": some(rng, ("C0", "C1", "O0", "O1"), 0),
        "open": True,
        "max_travel_minutes": 120,
        "windows": [[at(day, 8), at(day, 17)] for day in DAYS],
    }


def extras(rng: Seeded, problem: Document) -> None:
    """Scores, costs, an incumbent, a pin and a ban, now and then."""
    places = [one["id"] for one in problem["slots"] + problem["teams"]]
    for asked in problem["requests"]:
        if places and rng.random() < 0.1:
            asked["scores"] = {
                name: rng.randint(0, 90) for name in rng.sample(places, rng.randint(1, len(places)))
            }
        if places and rng.random() < 0.2:
            asked["costs"] = {rng.choice(places): rng.choice((3, 0.5, 1.25))}
    if "changes" in problem["objectives"] or rng.random() < 0.1:
        visits = [one for mine in Brute(problem).visits.values() for one in mine]
        chosen = rng.sample(visits, min(len(visits), 2))
        problem["incumbent"] = [dict(one.assignment) for one in chosen]
        if rng.random() < 0.3:
            problem["incumbent"].append({"request": "R0", "slot": "gone"})
    if "bans" not in problem and rng.random() < 0.1:
        asked, named = rng.choice(problem["requests"]), rng.choice(problem["offers"])
        problem["bans"] = [{"request": asked["id"], "offer": named["id"]}]
    if "pins" not in problem and rng.random() < 0.1:
        visits = [one for mine in Brute(problem).visits.values() for one in mine]
        problem["pins"] = [dict(one.assignment) for one in rng.sample(visits, min(len(visits), 1))]
