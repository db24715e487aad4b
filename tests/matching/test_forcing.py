"""The LP around a plan, here and in a process of its own: the same bounds, and plans that have the request."""

from __future__ import annotations

import json
import time

import pytest

from outreach.matching.check import faults_of
from outreach.matching.explaining.beside import Beside
from outreach.matching.explaining.forcing import Forced, Forcing
from outreach.matching.plan import Plan
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import solve
from tests.bench.generate import city
from tests.matching.grounds import endless

SECONDS = 60.0


@pytest.fixture(scope="module")
def town() -> tuple[Problem, Plan]:
    problem = read_problem(json.dumps(city(24, 4, 3)).encode())
    return problem, solve(problem, seconds=10, workers=1)


def unplaced(plan: Plan, forcing: Forcing) -> list[str]:
    placed = {one.request for one in plan.assignments}
    return [name for name in forcing.ground.options.of_request if name not in placed][:12]


def test_a_forced_request_is_in_its_plan_and_no_bound_is_below_it(town: tuple[Problem, Plan]) -> None:
    problem, plan = town
    forcing = Forcing(problem, plan.assignments, endless())
    names = unplaced(plan, forcing)
    assert names
    for name in names:
        quick, forced = forcing.bound(name), forcing.force(name)
        assert quick is not None
        assert forced.bound is not None
        assert forced.bound <= quick - forcing.kept
        if forced.plan is not None:
            assert faults_of(problem, forced.plan) == []
            assert name in {one.request for one in forced.plan}


def test_the_other_process_says_the_same(town: tuple[Problem, Plan]) -> None:
    problem, plan = town
    forcing = Forcing(problem, plan.assignments, endless())
    names = unplaced(plan, forcing)
    beside = Beside(problem, plan.assignments, time.monotonic() + SECONDS)
    try:
        for name in names:
            beside.ask((name, None))
        beside.no_more()
        found: list[Forced] = []
        while beside.at_work():
            found += beside.answers(0.1)
    finally:
        beside.end()
    assert [one.request for one in found] == names
    assert [one.bound for one in found] == [forcing.force(name).bound for name in names]


def test_a_process_that_is_ended_answers_no_more(town: tuple[Problem, Plan]) -> None:
    problem, plan = town
    beside = Beside(problem, plan.assignments, time.monotonic() + SECONDS)
    beside.end()
    assert not beside._other.alive()
