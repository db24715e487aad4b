"""For each rule a bend that makes it likely to bind in a tiny problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.matching.brute import Brute
from tests.matching.brute_visits import Document
from tests.matching.tiny_parts import DAYS, Seeded, at, team

Bend = Callable[[Seeded, Document], None]


def each(key: str, *choices: Any, kind: str = "requests") -> Bend:
    """A bend that gives every entry of a kind one of the choices."""

    def bend(rng: Seeded, problem: Document) -> None:
        for thing in problem[kind]:
            thing[key] = rng.choice(choices)

    return bend


def all_of(*bends: Bend) -> Bend:
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
    """A team with an hour or two for three requests, each with a morning."""
    day = rng.choice(DAYS)
    for one in problem["teams"]:
        one["windows"] = [[at(day, 9, rng.choice((0, 10))), at(day, 10, rng.choice((0, 20, 40)))]]
    problem["requests"] = problem["requests"][:3]
    for one in problem["requests"]:
        one["windows"] = [[at(day, 8), at(day, rng.choice((11, 12)), 30)]]


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
    "team time": all_of(with_team, busy_team),
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
