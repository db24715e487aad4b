"""Tiny random problems (as JSON documents) in which a rule of `brute.RULES`, or what a shape is about, is likely to bind."""

from __future__ import annotations

from functools import cache

from tests.matching.bends import BENDS, pins
from tests.matching.brute import Brute, Found
from tests.matching.brute_visits import Document
from tests.matching.shapes import SHAPES
from tests.matching.tiny_parts import Seeded, extras, goals, offer, school, slot, team, visit_request

MOST_PLANS = 3200


def document(name: str, seed: int) -> Document:
    """A random problem bent towards a rule or a shape; the same for the same seed."""
    rng = Seeded(f"{name}/{seed}")
    problem: Document = {
        "format": "outreach-matching/1",
        "name": f"{name}-{seed}",
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
    bend = SHAPES[name].bend if name in SHAPES else BENDS[name]
    bend(rng, problem)
    extras(rng, problem)
    return problem


@cache  # Each process asks for the truth about its problems once: it takes most of the time.
def binding(name: str) -> list[tuple[Document, Found]]:
    """The first problems whose best values change when the rule (or what the shape is about) is left out.

    With the truth about each: ten for a rule, eight for a shape. Only problems with at least two candidates count.
    """
    count = 8 if name in SHAPES else 10
    found: list[tuple[Document, Found]] = []
    for seed in range(400):
        problem = document(name, seed)
        truth = Brute(problem)
        free = without(name, problem)
        if plans(truth) < 3 or max(plans(truth), plans(free)) > MOST_PLANS:
            continue
        best, other = truth.best(), free.best()
        if best is not None and other is not None and differ(best, other):
            found.append((problem, best))
            if len(found) == count:
                return found
    raise AssertionError(f"only {len(found)} problems in which {name} binds")


def without(name: str, problem: Document) -> Brute:
    """The problem without the rule, or without what the shape is about."""
    return SHAPES[name].without(problem) if name in SHAPES else Brute(problem, frozenset((name,)))


def differ(one: Found, other: Found) -> bool:
    """Whether the values of a goal that both have are different."""
    return any(one.values[goal] != other.values[goal] for goal in one.values.keys() & other.values.keys())


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
