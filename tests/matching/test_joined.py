"""Larger problems with a known optimum: many tiny ones, each solved by brute force, side by side in one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import pytest

from outreach.matching.check import check
from outreach.matching.plan import OPTIMAL
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import solve
from tests.matching.brute import RULES, Brute
from tests.matching.brute_visits import Document
from tests.matching.joined import best_values, fits, joined
from tests.matching.shapes import SHAPES
from tests.matching.tiny_problems import document, plans

# Seconds are enough; a busy machine must not decide.
SECONDS = 120
MOST_PLANS = 1300
USUAL = ["equity", "groups", "preference", "travel"]
HALLS = [name for name in SHAPES if "hall" in name or name == "slots of one school"]
TEAM_DAYS = ["team-days under a week's limit", "team-days under a limit in all", "a full team-day"]
EVERYTHING = ["equity", "changes", "cost", "pupils", "preference", "groups", "travel"]


def some(names: Sequence[str], seed: int, count: int) -> list[Document]:
    """Tiny problems that are quickly known and can stand side by side; pins that contradict are taken out."""
    found: list[Document] = []
    for one in (document(name, number) for number in itertools.count(seed) for name in names):
        if fits(one, found[0] if found else one) and 3 <= plans(Brute(one)) <= MOST_PLANS:
            found.append(one if Brute(one).best() else one | {"pins": []})
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize(
    ("names", "seed", "count", "goals"),
    [
        ([*RULES, *SHAPES], 1000, 70, USUAL),
        (HALLS, 2000, 12, USUAL),
        (TEAM_DAYS, 3000, 12, USUAL),
        (RULES[:12], 4000, 12, ["pupils", "cost", "travel"]),
        (RULES[12:], 5000, 15, ["changes", "groups", "preference"]),
        (HALLS, 6000, 7, ["preference", "pupils", "travel", "equity"]),
        (TEAM_DAYS, 7000, 12, ["groups", "cost", "equity", "pupils"]),
        ([*RULES, *SHAPES], 8000, 47, EVERYTHING),
    ],
    ids=[
        "everything",
        "halls",
        "team-days",
        "pupils-cost",
        "changes-first",
        "halls-preference-first",
        "team-days-cost",
        "every-goal",
    ],
)
def test_the_optimum_of_many_is_the_sum(names: list[str], seed: int, count: int, goals: list[str]) -> None:
    parts = some(names, seed, count)
    problem = read_problem(json.dumps(joined(parts, goals)).encode())
    truth = best_values(parts, goals)
    plan = solve(problem, seconds=SECONDS, workers=2)
    assert check(problem, plan) == []
    assert {goal.name: goal.value for goal in plan.objectives} == truth
    assert {goal.name: goal.bound for goal in plan.objectives} == truth
    assert plan.status == OPTIMAL
