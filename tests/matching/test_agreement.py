"""Solver, judge and brute force agree on tiny problems in which each rule binds: its removal changes the best plan."""

from __future__ import annotations

import itertools
import json

import pytest

from outreach.matching.assignment_json import assignment_json, read_assignment
from outreach.matching.check import check, faults_of, values
from outreach.matching.plan import CONTRADICTORY, OPTIMAL, Plan
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import NoPlanInTime, solve
from tests.matching.brute import RULES, Brute, Found, at_least
from tests.matching.brute_visits import Document
from tests.matching.shapes import SHAPES
from tests.matching.tiny_problems import binding, contradictory, without

# Milliseconds are enough; a busy machine must not decide.
SECONDS = 30


def problem_of(document: Document) -> Problem:
    return read_problem(json.dumps(document).encode())


@pytest.mark.parametrize("name", [*RULES, *SHAPES])
def test_solver_finds_and_proves_the_best_plan_where_the_rule_binds(name: str) -> None:
    for document, truth in binding(name):
        problem = problem_of(document)
        plan = solve(problem, seconds=SECONDS, workers=1)
        assert check(problem, plan) == [], document["name"]
        assert {goal.name: goal.value for goal in plan.objectives} == truth.values, document["name"]
        assert {goal.name: goal.bound for goal in plan.objectives} == truth.values, document["name"]
        assert plan.status == OPTIMAL, document["name"]


@pytest.mark.parametrize("name", [*RULES, *SHAPES])
def test_the_judge_passes_the_best_plan_and_refuses_the_one_without_the_rule(name: str) -> None:
    for document, truth in binding(name):
        problem = problem_of(document)
        best = [read_assignment(one, "") for one in truth.plan]
        assert faults_of(problem, best) == [], document["name"]
        assert values(problem, best) == truth.values, document["name"]
        if name in RULES:
            free = without(name, document).best()
            assert free is not None
            assert faults_of(problem, [read_assignment(one, "") for one in free.plan]) != [], document["name"]


@pytest.mark.parametrize("name", [*RULES, *SHAPES])
def test_no_plan_that_is_told_on_the_way_or_cut_short_claims_too_much(name: str) -> None:
    """Its bound of each goal holds for every plan with its values of the goals before; brute force knows all plans."""
    for patience, (document, truth) in enumerate(binding(name)[:6]):
        problem = problem_of(document)
        # From "stop at once" to "stop after a few looks": whatever the solver is doing then.
        plans = stopped(problem, 3 * patience)
        assert plans or document.get("pins"), document["name"]
        for plan in plans:
            assert check(problem, plan) == [], document["name"]
            assert_holds(document, truth, plan)


def stopped(problem: Problem, looks: int) -> list[Plan]:
    """All plans that are told when the solver is to stop after so many looks. Pins may need more time for the first one."""
    told: list[Plan] = []
    asked = itertools.count()
    try:
        last = solve(
            problem,
            seconds=SECONDS,
            workers=1,
            on_plan=told.append,
            stop=lambda: next(asked) >= looks,
        )
    except NoPlanInTime:
        return told
    return [*told, last]


def assert_holds(document: Document, truth: Found, plan: Plan) -> None:
    reached = {goal.name: goal.value for goal in plan.objectives}
    for goal in plan.objectives:
        best = truth.bound(goal.name, reached)
        assert at_least(goal.name, goal.bound, best), (document["name"], goal, best)
        assert not goal.proven or goal.value == best, (document["name"], goal, best)


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


def test_brute_force_leaves_no_plan_out() -> None:
    """What it cuts off as hopeless is: the judge passes no other plan than those it looks at."""
    for name in (
        "H2 most pupils",
        "H4 next start",
        "H6 crew",
        "halls that must fill",
        "team-days under a week's limit",
    ):
        document, truth = min(binding(name), key=lambda one: len(one[1].reached))
        problem = problem_of(document)
        brute = Brute(document)
        passed = set()
        for visits in itertools.product(*([None, *mine] for mine in brute.visits.values())):
            plan = [read_assignment(dict(one.assignment), "") for one in visits if one is not None]
            if not faults_of(problem, plan):
                passed.add(tuple(values(problem, plan).values()))
        assert passed == truth.reached, name
