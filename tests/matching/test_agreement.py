"""Solver, judge and brute force agree on tiny problems in which each rule binds: its removal changes the best plan."""

from __future__ import annotations

import itertools
import json

import pytest

from outreach.matching.assignment_json import assignment_json, read_assignment
from outreach.matching.check import check, faults_of, values
from outreach.matching.plan import CONTRADICTORY, OPTIMAL
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import solve
from tests.matching.brute import RULES, Brute
from tests.matching.brute_visits import Document
from tests.matching.tiny_problems import binding, contradictory


def problem_of(document: Document) -> Problem:
    return read_problem(json.dumps(document).encode())


@pytest.mark.parametrize("rule", RULES)
def test_solver_finds_and_proves_the_best_plan_where_the_rule_binds(rule: str) -> None:
    for document, truth in binding(rule):
        problem = problem_of(document)
        plan = solve(problem, seconds=60, workers=1)
        assert check(problem, plan) == [], document["name"]
        assert {goal.name: goal.value for goal in plan.objectives} == truth.values, document["name"]
        assert {goal.name: goal.bound for goal in plan.objectives} == truth.values, document["name"]
        assert plan.status == OPTIMAL, document["name"]


@pytest.mark.parametrize("rule", RULES)
def test_the_judge_passes_the_best_plan_and_refuses_the_one_without_the_rule(rule: str) -> None:
    for document, truth in binding(rule):
        problem = problem_of(document)
        best = [read_assignment(one, "") for one in truth.plan]
        assert faults_of(problem, best) == [], document["name"]
        assert values(problem, best) == truth.values, document["name"]
        free = Brute(document, frozenset((rule,))).best()
        assert free is not None
        assert faults_of(problem, [read_assignment(one, "") for one in free.plan]) != [], document["name"]


@pytest.mark.parametrize("number", range(12))
def test_contradictory_pins_come_with_their_smallest_conflict(number: int) -> None:
    document = contradictory()[number]
    problem = problem_of(document)
    plan = solve(problem, seconds=60, workers=1)
    assert plan.status == CONTRADICTORY
    assert check(problem, plan) == []
    assert Brute(document | {"pins": [assignment_json(pin) for pin in plan.conflict]}).best() is None
    for some in itertools.combinations(document["pins"], len(plan.conflict) - 1):
        assert Brute(document | {"pins": list(some)}).best() is not None
