"""Tiny random problems (as JSON documents) in which one named rule of `brute.RULES` is likely to bind."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.matching.brute import Brute, Found
from tests.matching.brute_visits import Document

PLACES = ([114.15, 22.28], [114.17, 22.32], [114.11, 22.37], [114.2, 22.43], [114.03, 22.45], [114.24, 22.3])
DAYS = ("2027-03-05", "2027-03-08", "2027-03-09")
GRADES = ("P2", "P5", "P6", "S2", "S5")
ZONES = (None, "island", "mainland")
GOALS = ("equity", "groups", "pupils", "preference", "travel", "cost", "changes")
MOST_PLANS = 6000

Seeded = random.Random


def at(day: str, hour: int, minute: int = 0) -> str:
    return f"{day}T{hour:02d}:{minute:02d}"


def some(rng: Seeded, words: tuple[str, ...], least: int = 1) -> list[str]:
    return rng.sample(words, rng.randint(least, len(words)))


def zoned(rng: Seeded, thing: Document) -> Document:
    zone = rng.choice(ZONES)
    return thing if zone is None else thing | {"zone": zone}


def document(rule: str, seed: int) -> Document:
    """A random problem bent towards `rule`; the same for the same seed."""
    rng = Seeded(f"{rule}/{seed}")
    problem: Document = {
        "format": "outreach-matching/1",
        "name": f"{rule}-{seed}",
        "grid_minutes": 60,
        "travel": {"base_minutes": 12, "minutes_per_km": 2.2, "zone_minutes": [["island", "mainland", 15]]},
        "objectives": goals(rng),
        "schools": [school(rng, i) for i in range(rng.randint(2, 3))],
        "companies": [{"id": f"C{i}"} for i in range(2)],
    }
    problem["offers"] = [offer(rng, i) for i in range(3)]
    problem["slots"] = [slot(rng, i, problem) for i in range(rng.randint(1, 3))]
    problem["teams"] = [team(rng, i, problem) for i in range(rng.randint(0, 1))]
    problem["requests"] = [visit_request(rng, i, problem) for i in range(rng.randint(3, 4))]
    BENDS[rule](rng, problem)
    extras(rng, problem)
    return problem


def goals(rng: Seeded) -> list[str]:
    if rng.random() < 0.4:
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
    """Scores, costs and an incumbent, now and then."""
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


def each(key: str, *choices: Any, kind: str = "requests") -> Callable[[Seeded, Document], None]:
    """A bend that gives every entry of a kind one of the choices."""

    def bend(rng: Seeded, problem: Document) -> None:
        for thing in problem[kind]:
            thing[key] = rng.choice(choices)

    return bend


def all_of(*bends: Callable[[Seeded, Document], None]) -> Callable[[Seeded, Document], None]:
    def bend(rng: Seeded, problem: Document) -> None:
        for one in bends:
            one(rng, problem)

    return bend


def with_team(rng: Seeded, problem: Document) -> None:
    """A team whose sessions everybody wants: few slots beside it."""
    problem["teams"] = [team(rng, 0, problem)]
    problem["slots"] = problem["slots"][: rng.randint(0, 1)]


def shared_slots(rng: Seeded, problem: Document) -> None:
    """One or two slots in which groups meet, and no team."""
    problem["teams"] = []
    problem["slots"] = problem["slots"][:2]
    for one in problem["offers"]:
        one |= {"max_groups": 3, "max_pupils": 120}


def bans(rng: Seeded, problem: Document) -> None:
    names = [("slot", one["id"]) for one in problem["slots"]] + [
        ("team", one["id"]) for one in problem["teams"]
    ]
    names += [("offer", one["id"]) for one in problem["offers"]]
    problem["bans"] = [
        {"request": one["id"], **dict([rng.choice(names)])} for one in problem["requests"] for _ in "ab"
    ]


def uninterested(rng: Seeded, problem: Document) -> None:
    for one in problem["requests"]:
        one |= {
            "open": False,
            "topics": rng.choice(([], ["iot"])),
            "choices": rng.choice(([], ["C0"], ["O1"])),
        }


def busy_team(rng: Seeded, problem: Document) -> None:
    for one in problem["teams"]:
        day = rng.choice(DAYS)
        one["windows"] = [[at(day, 9, rng.choice((0, 10))), at(day, 10, rng.choice((0, 20, 40)))]]


def off_grid(rng: Seeded, problem: Document) -> None:
    for one in problem["teams"]:
        one["windows"] = [[at(DAYS[1], 9, 20), at(DAYS[1], rng.choice((10, 11)), 45)]]


def one_session_school(rng: Seeded, problem: Document) -> None:
    shared_slots(rng, problem)
    sessions = [one["id"] for one in problem["offers"] if one["kind"] == "coding_session"]
    for one in problem["slots"]:
        one["offer"] = rng.choice(sessions)


def one_day(rng: Seeded, problem: Document) -> None:
    for i, one in enumerate(problem["slots"]):
        one |= {"start": at(DAYS[1], 9 + i), "end": at(DAYS[1], 11 + i)}
    for one in problem["teams"]:
        one["windows"] = [[at(DAYS[1], 9), at(DAYS[1], 11)]]


def pins(rng: Seeded, problem: Document) -> None:
    visits = [one for mine in Brute(problem).visits.values() for one in mine]
    problem["pins"] = [
        dict(one.assignment) for one in rng.sample(visits, min(len(visits), rng.randint(1, 2)))
    ]


def far_zones(rng: Seeded, problem: Document) -> None:
    """Zones so far apart that the way over a third one is the shorter one."""
    problem["travel"] = {
        "base_minutes": 0,
        "minutes_per_km": 0.3,
        "zone_minutes": [["island", "mainland", 180]],
    }


def tight_team(rng: Seeded, problem: Document) -> None:
    with_team(rng, problem)
    if rng.random() < 0.5:
        far_zones(rng, problem)
    for one in problem["teams"]:
        day = rng.choice(DAYS)
        one |= {"max_sessions_per_day": 3, "windows": [[at(day, 9), at(day, 13)]]}
    problem["requests"] = problem["requests"][:3]


Bend = Callable[[Seeded, Document], None]

BENDS: dict[str, Bend] = {
    "kind": each("kinds", ["field_visit"], ["coding_session"]),
    "grade": each("grades", ["P2", "P5"], ["P6"], kind="offers"),
    "language": each("languages", ["yue"], ["en"], ["cmn"]),
    "pupils": each("max_pupils", 24, 30, 33, kind="offers"),
    "wheelchair": all_of(each("wheelchair", True, False), each("wheelchair", True, False, kind="offers")),
    "ban": bans,
    "interest": uninterested,
    "travel": each("max_travel_minutes", 20, 30, 45),
    "time": each("windows", [[at(DAYS[0], 9), at(DAYS[0], 12)]], [[at(DAYS[1], 8), at(DAYS[1], 11, 30)]]),
    "team travel": all_of(with_team, each("max_travel_minutes", 0, 20, 30, kind="teams")),
    "team time": all_of(
        with_team, busy_team, lambda rng, problem: problem.update(requests=problem["requests"][:3])
    ),
    "grid": all_of(with_team, off_grid),
    "H1": lambda rng, problem: problem.update(requests=problem["requests"][:2]),
    "H2 most pupils": all_of(shared_slots, each("max_pupils", 50, 60, 70, kind="offers")),
    "H2 fewest pupils": all_of(shared_slots, each("min_pupils", 40, 60, 75, kind="offers")),
    "H2 groups": all_of(shared_slots, each("max_groups", 1, 2, kind="offers")),
    "H2 one school": one_session_school,
    "H3 language": all_of(shared_slots, each("languages", ["yue"], ["en"], ["yue", "en"])),
    "H3 stage": all_of(shared_slots, each("grade", "P2", "P5", "S2", "S5")),
    "H4 per day": all_of(with_team, each("max_sessions_per_day", 1, kind="teams")),
    "H4 next start": tight_team,
    "H5 in all": each("max_bookings", 1, kind="schools"),
    "H5 per day": all_of(one_day, each("max_per_day", 1, kind="schools")),
    "H6 group": all_of(one_day, each("group", "5A")),
    "H6 crew": all_of(one_day, each("crew", "Ms Chan", "Mr Lee")),
    "H7 per week": each("max_sessions_per_week", 1, kind="companies"),
    "H7 in all": each("max_sessions", 1, kind="companies"),
    "H8": pins,
}


@cache
def binding(rule: str, count: int = 5) -> list[tuple[Document, Found]]:
    """The first `count` problems in which the best values change when the rule is left out, with the truth about them.

    Only problems with at least two candidates count.
    """
    found: list[tuple[Document, Found]] = []
    for seed in range(400):
        problem = document(rule, seed)
        truth = Brute(problem)
        free = Brute(problem, frozenset((rule,)))
        if plans(truth) < 3 or max(plans(truth), plans(free)) > MOST_PLANS:
            continue
        best, other = truth.best(), free.best()
        if best is not None and other is not None and best.values != other.values:
            found.append((problem, best))
            if len(found) == count:
                return found
    raise AssertionError(f"only {len(found)} problems in which {rule} binds")


def plans(brute: Brute) -> int:
    """How many combinations there are to look at."""
    total = 1
    for mine in brute.visits.values():
        total *= 1 + len(mine) + (0 if brute.on("H1") else len(mine) * (len(mine) - 1) // 2)
    return total


@cache
def contradictory(count: int = 12) -> list[Document]:
    """Problems whose pins no plan keeps, with conflicts of one pin and of several."""
    found: list[Document] = []
    rules = (
        "H2 fewest pupils",
        "H2 most pupils",
        "H4 next start",
        "H5 per day",
        "H6 crew",
        "H7 in all",
        "ban",
        "time",
    )
    for number in range(600):
        seed, rule = number // len(rules), rules[number % len(rules)]
        problem = document(rule, seed)
        rng = Seeded(f"pins {rule}/{seed}")
        names = [one["id"] for one in problem["slots"]] or ["none"]
        pinned = [{"request": one["id"], "slot": rng.choice(names)} for one in problem["requests"]]
        pins(rng, problem)
        problem["pins"] += [one for one in pinned if one["slot"] != "none"][: rng.randint(1, 3)]
        problem["pins"] = [one for i, one in enumerate(problem["pins"]) if one not in problem["pins"][:i]]
        brute = Brute(problem)
        if plans(brute) <= MOST_PLANS and brute.best() is None:
            found.append(problem)
            if len(found) == count:
                return found
    raise AssertionError(f"only {len(found)} problems with contradictory pins")
