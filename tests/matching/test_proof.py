"""What the solver has to prove to the end: the demonstration's rounds and the shared instance of a hundred schools."""

from __future__ import annotations

import json
from datetime import date
from functools import cache

import pytest

from outreach.matching.check import check
from outreach.matching.plan import OPTIMAL, Plan
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import solve
from outreach.services.demo.city import SIZES, plan_city
from tests.matching.shared import shared_file
from tests.services.demo.as_problem import problem_of

# Far more than the seconds it takes: a busy machine must not decide.
SECONDS = 120


@cache
def demo_round(name: str) -> Problem:
    city = plan_city(SIZES["default"], today=date(2026, 11, 22))
    return read_problem(json.dumps(problem_of(city, getattr(city, name))).encode())


def assert_proven(problem: Problem, plan: Plan) -> None:
    assert [(goal.name, goal.bound) for goal in plan.objectives] == [
        (goal.name, goal.value) for goal in plan.objectives
    ]
    assert tuple(goal.name for goal in plan.objectives if goal.proven) == problem.objectives
    assert plan.status == OPTIMAL
    assert check(problem, plan) == []


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", ["last_term", "this_term"])
def test_a_round_of_the_demo_is_proven(name: str, workers: int) -> None:
    problem = demo_round(name)
    assert_proven(problem, solve(problem, seconds=SECONDS, workers=workers))


@pytest.mark.parametrize("workers", [1, 2])
def test_small_is_proven(workers: int) -> None:
    problem = read_problem(shared_file("small.json").read_bytes())
    assert_proven(problem, solve(problem, seconds=SECONDS, workers=workers))
