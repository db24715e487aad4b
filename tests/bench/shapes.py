"""Instances of other shapes than a city's, each hard in its own way. The same arguments give the same document.

- `halls`: few firms with big halls; many groups share a slot, so that patterns of groups explode.
- `teams`: many small teams that travel; nearly everything is about the order of a day.
- `famous`: all schools want one firm.
- `knapsack`: explicit `scores`, 6 to 10 groups a slot, demand 1.3 times the seats, conflicts inside schools.
"""

from __future__ import annotations

import random

from tests.bench.generate import GRADES, TOPICS, Document, days_of, empty, place_of, school_of

SEATS = 240
DEMAND = 1.3


def halls(schools: int, firms: int, seed: int) -> Document:
    """Few firms, each with a hall for 150 to 300 pupils on few days; a visit needs 60 pupils to take place."""
    rng = random.Random(seed)
    problem = empty(f"halls-{schools}x{firms}-seed{seed}")
    problem["schools"] = [school_of(rng, number) for number in range(schools)]
    for number in range(firms):
        problem["companies"].append({"id": f"C{number}"})
        size = {
            "min_pupils": 60,
            "max_pupils": rng.choice((150, 200, 300)),
            "max_groups": rng.choice((6, 8, 10)),
        }
        problem["offers"].append(_visit(rng, number) | size)
        _two_times(problem, number, days_of(rng, max(2, schools // (8 * firms))))
    problem["requests"] = [
        _request(rng, school, number, [f"C{rng.randrange(firms)}"], days=10)
        for school in problem["schools"]
        for number in range(rng.choice((1, 2, 2)))
    ]
    return problem


def teams(schools: int, firms: int, seed: int) -> Document:
    """Every firm sends teams of its own to the schools, up to three sessions a day; there are no slots."""
    rng = random.Random(seed)
    problem = empty(f"teams-{schools}x{firms}-seed{seed}")
    problem["schools"] = [school_of(rng, number) for number in range(schools)]
    for number in range(firms):
        problem["companies"].append({"id": f"C{number}", "max_sessions_per_week": rng.choice((4, 6, 9))})
        session = {"kind": "coding_session", "minutes": rng.choice((45, 60, 90)), "max_pupils": 40}
        problem["offers"].append({"id": f"K{number}", "company": f"C{number}", **_words(rng), **session})
        for crew in range(rng.choice((1, 2))):
            problem["teams"].append(_team(rng, number, crew))
    problem["requests"] = [
        _request(rng, school, number, _some(rng, firms, 4), days=6) | {"kinds": ["coding_session"]}
        for school in problem["schools"]
        for number in range(rng.choice((1, 2, 3)))
    ]
    return problem


def famous(schools: int, firms: int, seed: int) -> Document:
    """Every school names the same firm first and few others after it."""
    rng = random.Random(seed)
    problem = empty(f"famous-{schools}x{firms}-seed{seed}")
    problem["schools"] = [school_of(rng, number) for number in range(schools)]
    for number in range(firms):
        problem["companies"].append({"id": f"C{number}", "max_sessions_per_week": 10 if number == 0 else 3})
        size = {"min_pupils": rng.choice((0, 30)), "max_pupils": 70, "max_groups": rng.choice((1, 2, 3))}
        problem["offers"].append(_visit(rng, number) | size)
        _two_times(problem, number, days_of(rng, 15 if number == 0 else 4))
    problem["requests"] = [
        _request(rng, school, number, ["C0", *_some(rng, firms, 2)], days=12)
        for school in problem["schools"]
        for number in range(rng.choice((1, 2)))
    ]
    return problem


def knapsack(requests: int, slots: int, seed: int) -> Document:
    """Only seats, scores and conflicts inside schools bind; `slots` is how many may be given, the seats follow demand."""
    rng = random.Random(seed)
    problem = empty(f"knapsack-{requests}x{slots}-seed{seed}")
    problem["objectives"] = ["groups", "preference"]
    schools = max(1, requests // 3)
    problem["schools"] = [
        school_of(rng, number) | {"max_bookings": 3, "max_per_day": 1} for number in range(schools)
    ]
    problem["companies"] = [{"id": "C0"}]
    pupils = [rng.randint(14, 40) for _ in range(requests)]
    seats = max(45, int(sum(pupils) / DEMAND / slots))
    everything = {"grades": list(GRADES), "languages": ["yue"], "topics": list(TOPICS)}
    visit = {"id": "V0", "company": "C0", "kind": "field_visit", **place_of(rng), **everything}
    problem["offers"] = [visit | {"max_pupils": SEATS, "max_groups": 10}]
    days = days_of(rng, 15)
    for number in range(slots):
        limits = {
            "max_pupils": max(45, rng.randint(seats * 3 // 4, seats * 5 // 4)),
            "max_groups": rng.randint(6, 10),
        }
        times = {"start": f"{days[number % 15]}T10:00", "end": f"{days[number % 15]}T11:30"}
        problem["slots"].append({"id": f"L{number}", "offer": "V0", **times, **limits})
    for number, size in enumerate(pupils):
        school = problem["schools"][number % schools]
        one = _request(rng, school, number // schools, [], days=15)
        scores = {f"L{slot}": rng.randint(1, 100) for slot in rng.sample(range(slots), min(slots, 25))}
        same = {
            "pupils": size,
            "grade": "S1",
            "languages": ["yue"],
            "max_travel_minutes": 600,
            "scores": scores,
        }
        windows = [[f"{day}T00:00", f"{day}T23:59"] for day in days]
        problem["requests"].append(one | same | {"kinds": ["field_visit"], "windows": windows})
    return problem


def _words(rng: random.Random) -> Document:
    languages = rng.choice((["yue"], ["yue", "en"], ["yue", "en", "cmn"]))
    return {
        "grades": list(GRADES),
        "languages": languages,
        "topics": rng.sample(TOPICS, 3),
        "wheelchair": True,
    }


def _visit(rng: random.Random, number: int) -> Document:
    return {
        "id": f"V{number}",
        "company": f"C{number}",
        "kind": "field_visit",
        **place_of(rng),
        **_words(rng),
    }


def _two_times(problem: Document, number: int, days: list[str]) -> None:
    for day in days:
        for start, end in (("10:00", "11:30"), ("14:00", "15:30")):
            slot = {"id": f"L{len(problem['slots'])}", "offer": f"V{number}"}
            problem["slots"].append(slot | {"start": f"{day}T{start}", "end": f"{day}T{end}"})


def _team(rng: random.Random, number: int, crew: int) -> Document:
    home = place_of(rng)
    return {
        "id": f"T{number}-{crew}",
        "company": f"C{number}",
        "offers": [f"K{number}"],
        "home": home["place"],
        "zone": home["zone"],
        "max_sessions_per_day": rng.choice((2, 3)),
        "turnaround_minutes": rng.choice((10, 20)),
        "max_travel_minutes": 60,
        "windows": [[f"{day}T08:30", f"{day}T15:30"] for day in days_of(rng, rng.randint(2, 5))],
    }


def _some(rng: random.Random, firms: int, count: int) -> list[str]:
    return [f"C{firm}" for firm in rng.sample(range(firms), min(count, firms))]


def _request(rng: random.Random, school: Document, number: int, choices: list[str], *, days: int) -> Document:
    return {
        "id": f"R{school['id'][1:]}-{number}",
        "school": school["id"],
        "group": f"{school['id']}/{number}",
        "kinds": ["field_visit"],
        "pupils": rng.choice((20, 25, 28, 30, 32, 35)),
        "grade": rng.choice(GRADES),
        "languages": rng.choice((["yue"], ["yue", "en"])),
        "choices": list(dict.fromkeys(choices)),
        "windows": [[f"{day}T08:00", f"{day}T17:00"] for day in days_of(rng, days)],
    }
