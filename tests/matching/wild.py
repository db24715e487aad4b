"""Small random problems in which nothing is permissive: for comparing two writings of the same rules, not for brute force.

Windows overlap, touch, lie inside each other and go on past midnight; slots and teams share ids; bans, pins, scores, crews and an
incumbent are strewn over everything.
"""

from __future__ import annotations

import json
import random
from typing import Any

from outreach.matching.assignment_json import assignment_json
from outreach.matching.candidates import Finder, SlotCandidate
from outreach.matching.problem import Assignment, Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.times import DAY, minutes_of, text_of

PLACES = ([114.15, 22.28], [114.17, 22.32], [114.11, 22.37], [114.2, 22.43], [114.03, 22.45], [114.24, 22.3])
FIRST = minutes_of("2027-03-05T00:00")
DAYS = 4
LANGUAGES = ("yue", "en", "cmn")
GRADES = ("P5", "P6", "S2")
TOPICS = ("ai", "iot", "data")

Entry = dict[str, Any]


def wild(seed: int, *, teams: int = 3, requests: int = 6) -> Problem:
    """A random problem, the same for the same seed."""
    rng = random.Random(seed)
    offers = [_offer(rng, i) for i in range(5)]
    places = [f"X{i}" for i in range(8)]
    found: Entry = {
        "format": "outreach-matching/1",
        "grid_minutes": rng.choice((5, 15, 20, 60, 480)),
        "travel": {
            "base_minutes": rng.choice((0, 5, 12)),
            "minutes_per_km": rng.choice((0, 0.3, 2.2)),
            "zone_minutes": [["island", "mainland", rng.choice((0, 15, 180))]],
        },
        "objectives": rng.choice((["groups"], ["changes", "groups"])),
        "schools": [_zoned(rng, _school(rng, i)) for i in range(3)],
        "companies": [_company(rng, name) for name in ("C0", "O1")],
        "offers": offers,
        "slots": [_slot(rng, name, offers) for name in places],
        "teams": [_team(rng, name, offers) for name in rng.sample(places, teams)],
    }
    found["requests"] = [_request(rng, f"R{i}", places) for i in range(requests)]
    found["bans"] = [_ban(rng, found) for _ in range(rng.randint(0, 4))]
    _some_of_its_candidates(rng, found)
    return _read(found)


def _read(document: Entry) -> Problem:
    return read_problem(json.dumps(document).encode())


def _some(rng: random.Random, words: tuple[str, ...], least: int = 1) -> list[str]:
    return rng.sample(words, rng.randint(least, len(words)))


def _zoned(rng: random.Random, thing: Entry) -> Entry:
    zone = rng.choice((None, "island", "mainland", "elsewhere"))
    return thing if zone is None else thing | {"zone": zone}


def _windows(rng: random.Random, most: int) -> list[list[str]]:
    """Windows on a coarse grid of moments, so that they often touch or share an end."""
    found = []
    for _ in range(rng.randint(0, most)):
        start = FIRST + rng.randrange(0, DAYS * DAY, 90) + rng.choice((0, 0, 7))
        length = rng.choice((20, 90, 180, 360, 720, 2000))
        found.append([text_of(start), text_of(start + length)])
    return found


def _school(rng: random.Random, i: int) -> Entry:
    found = {"id": f"S{i}", "place": rng.choice(PLACES), "max_per_day": rng.choice((1, 2, 9))}
    return found | ({"max_bookings": rng.choice((1, 2))} if rng.random() < 0.3 else {})


def _company(rng: random.Random, name: str) -> Entry:
    """The second one is called like an offer: choices may name either."""
    found: Entry = {"id": name}
    if rng.random() < 0.4:
        found["max_sessions"] = rng.choice((1, 2))
    if rng.random() < 0.4:
        found["max_sessions_per_week"] = rng.choice((1, 2))
    return found


def _offer(rng: random.Random, i: int) -> Entry:
    kind = ("field_visit", "coding_session")[i % 2]
    found = {
        "id": f"O{i}",
        "company": rng.choice(("C0", "O1")),
        "kind": kind,
        "minutes": rng.choice((5, 45, 60, 200, 1500)),
        "grades": _some(rng, GRADES),
        "languages": _some(rng, LANGUAGES),
        "topics": _some(rng, TOPICS, 0),
        "wheelchair": rng.random() < 0.7,
        "max_pupils": rng.choice((25, 40, 80)),
        "max_groups": rng.choice((1, 2, 3)),
    }
    return _zoned(rng, found | {"place": rng.choice(PLACES)}) if kind == "field_visit" else found


def _slot(rng: random.Random, name: str, offers: list[Entry]) -> Entry:
    start = FIRST + rng.randrange(0, DAYS * DAY, 30)
    found = {"id": name, "offer": rng.choice(offers)["id"], "start": text_of(start)}
    found["end"] = text_of(start + rng.choice((60, 90, 240)))
    return found | ({"max_pupils": rng.choice((20, 60))} if rng.random() < 0.3 else {})


def _team(rng: random.Random, name: str, offers: list[Entry]) -> Entry:
    company = rng.choice(offers)["company"]
    mine = [one["id"] for one in offers if one["company"] == company]
    return _zoned(
        rng,
        {
            "id": name,
            "company": company,
            "offers": rng.sample(mine, rng.randint(1, len(mine))),
            "home": rng.choice(PLACES),
            "windows": _windows(rng, 6),
            "turnaround_minutes": rng.choice((0, 0, 30, 300)),
            "max_travel_minutes": rng.choice((10, 30, 90, 500)),
            "max_sessions_per_day": rng.choice((1, 2, 3)),
        },
    )


def _request(rng: random.Random, name: str, places: list[str]) -> Entry:
    found = {
        "id": name,
        "school": f"S{rng.randrange(3)}",
        "kinds": _some(rng, ("field_visit", "coding_session")),
        "pupils": rng.choice((10, 30, 50)),
        "grade": rng.choice(GRADES),
        "languages": _some(rng, LANGUAGES),
        "topics": _some(rng, TOPICS, 0),
        "choices": [rng.choice(("C0", "O0", "O1", "O2", "O3")) for _ in range(rng.choice((0, 1, 3, 9)))],
        "open": rng.random() < 0.4,
        "max_travel_minutes": rng.choice((0, 20, 45, 500)),
        "wheelchair": rng.random() < 0.2,
        "windows": _windows(rng, 7),
    }
    if rng.random() < 0.3:
        found["group"] = rng.choice(("5A", "5B"))
    if rng.random() < 0.5:
        found["crew"] = rng.choice(("Ms Chan", "Mr Lee"))
    if rng.random() < 0.3:
        found["scores"] = {place: rng.randint(0, 90) for place in rng.sample(places, rng.randint(0, 6))}
    return found


def _ban(rng: random.Random, problem: Entry) -> Entry:
    kind = rng.choice(("offer", "slot", "team"))
    request = rng.choice(problem["requests"])["id"]
    return {"request": request, kind: rng.choice(problem[f"{kind}s"])["id"]}


def _some_of_its_candidates(rng: random.Random, document: Entry) -> None:
    """Pins and an incumbent, most of them possible."""
    possible: list[Assignment] = []
    for one in Finder(_read(document)).all():
        if isinstance(one, SlotCandidate):
            possible.append(Assignment(one.request, slot=one.slot))
            continue
        run = rng.choice(one.starts)
        starts = {rng.choice(run), run[0], one.starts[-1][-1]}
        possible += [Assignment(one.request, team=one.team, offer=one.offer, start=at) for at in starts]
    rng.shuffle(possible)
    document["incumbent"] = [assignment_json(one) for one in possible[: rng.randint(0, 12)]]
    document["incumbent"].append(
        {"request": "gone", "team": "gone", "offer": "gone", "start": text_of(FIRST)}
    )
    document["pins"] = [assignment_json(one) for one in possible[12 : 12 + rng.choice((0, 0, 1, 3))]]
