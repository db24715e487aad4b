"""The judge on what a plan says about itself: everything untrue is a fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outreach.matching.check import check
from outreach.matching.plan import (
    CONTRADICTORY,
    FEASIBLE,
    NO_CANDIDATE,
    NOT_EXAMINED,
    OPTIMAL,
    Objective,
    Plan,
    Unplaced,
)
from outreach.matching.problem import Problem
from tests.matching.simple import problem, session, slot

GOALS = (
    Objective("equity", 100, 100, True),
    Objective("groups", 1, 1, True),
    Objective("preference", 10, 10, True),
    Objective("travel", 19, 19, True),
)
ONE_PLACED = Plan(
    "simple", "abc", OPTIMAL, (slot("R0"),), GOALS, (Unplaced("R1", NOT_EXAMINED),)
)  # not the best plan: the judge does not solve


def told(plan: Plan, whole: Problem | None = None, sha256: str | None = "abc") -> list[tuple[str, str]]:
    return [(fault.rule, fault.sentence) for fault in check(whole or problem(), plan, sha256)]


def with_goal(number: int, goal: Objective) -> Plan:
    return replace(ONE_PLACED, objectives=(*GOALS[:number], goal, *GOALS[number + 1 :]))


def test_a_truthful_plan_is_clean() -> None:
    assert told(ONE_PLACED) == []


def test_it_must_be_for_this_problem() -> None:
    assert told(ONE_PLACED, sha256="other") == [
        ("claim:problem", "The plan was made for other contents of the problem: the sha256 differs.")
    ]
    assert told(ONE_PLACED, sha256=None) == []
    assert told(replace(ONE_PLACED, problem_name="autumn")) == [
        ("claim:problem", "The plan is for the problem 'autumn', this is 'simple'.")
    ]


@pytest.mark.parametrize(
    ("number", "goal", "rule", "sentence"),
    [
        (
            2,
            Objective("preference", 11, 11, True),
            "claim:value",
            "preference is reported as 11, recomputed it is 10.",
        ),
        (
            0,
            Objective("equity", 100, 99, False),
            "claim:bound",
            "equity is said to be at most 99, and the plan has 100.",
        ),
        (
            3,
            Objective("travel", 19, 20, False),
            "claim:bound",
            "travel is said to be at least 20, and the plan has 19.",
        ),
        (
            1,
            Objective("groups", 1, 2, True),
            "claim:proven",
            "groups is called proven, and its bound 2 is not its value 1.",
        ),
    ],
)
def test_values_bounds_and_proofs_must_agree(number: int, goal: Objective, rule: str, sentence: str) -> None:
    assert told(replace(with_goal(number, goal), status=FEASIBLE)) == [(rule, sentence)]


def test_optimal_needs_every_goal_proven() -> None:
    open_plan = with_goal(0, Objective("equity", 100, 200, False))
    assert told(open_plan) == [("claim:status", "The plan is called optimal, and equity is not proven.")]
    assert told(replace(open_plan, status=FEASIBLE)) == []


def test_the_goals_are_the_problems_in_its_order() -> None:
    assert told(replace(ONE_PLACED, objectives=GOALS[:3])) == [
        (
            "claim:objectives",
            "The problem's goals are equity, groups, preference, travel; the plan reports equity, groups, preference.",
        )
    ]
    swapped = (GOALS[1], GOALS[0], *GOALS[2:])
    assert [rule for rule, _ in told(replace(ONE_PLACED, objectives=swapped))] == ["claim:objectives"]


@pytest.mark.parametrize(
    ("unplaced", "sentence"),
    [
        ((), "Request R1 is neither placed nor listed as unplaced."),
        (("R1", "R1"), "Request R1 is listed twice as unplaced."),
        (("R1", "R0"), "Request R0 is placed and listed as unplaced."),
        (("R1", "R9"), "Unplaced: there is no request 'R9'."),
    ],
)
def test_unplaced_is_exactly_the_rest(unplaced: tuple[str, ...], sentence: str) -> None:
    left = tuple(Unplaced(name, NOT_EXAMINED) for name in unplaced)
    assert told(replace(ONE_PLACED, unplaced=left)) == [("claim:unplaced", sentence)]


def test_no_candidate_must_be_true() -> None:
    hopeless = replace(ONE_PLACED, unplaced=(Unplaced("R1", NO_CANDIDATE),))
    assert told(hopeless) == [("claim:unplaced", "Request R1 is said to have no candidate, and it has one.")]
    assert told(hopeless, problem(bans=[{"request": "R1", "slot": "L0"}])) == [
        ("claim:unplaced", "Request R1 is said to have no candidate, and it has one.")
    ]
    assert told(hopeless, problem(R1={"topics": []})) == []
    assert check(problem(), hopeless, hopeless={"R1"}) == []
    assert [fault.rule for fault in check(problem(), hopeless, hopeless={"R0"})] == ["claim:unplaced"]


PINS = [{"request": "R0", "slot": "L0"}, {"request": "R1", "slot": "L0"}]
CONFLICT = Plan("simple", "abc", CONTRADICTORY, conflict=(slot("R0"), slot("R1")))


def test_a_conflict_consists_of_pins_that_do_not_go_together() -> None:
    assert told(CONFLICT, problem(pins=PINS, O0={"max_groups": 1})) == []
    assert told(CONFLICT, problem(pins=PINS)) == [
        ("claim:conflict", "The pins of the conflict make a good plan together: they contradict nothing.")
    ]
    assert told(CONFLICT, problem(pins=PINS[:1], O0={"max_groups": 1})) == [
        ("claim:conflict", "The conflict names R1, whose pin is not in the problem.")
    ]
    assert told(replace(CONFLICT, conflict=()), problem(pins=PINS)) == [
        ("claim:conflict", "The plan is called contradictory and names no conflicting pins.")
    ]


def test_a_contradictory_plan_is_empty_and_only_it_names_a_conflict() -> None:
    full = replace(CONFLICT, assignments=(session("R0", "09:00"),))
    assert told(full, problem(pins=PINS, O0={"max_groups": 1})) == [
        ("claim:status", "A contradictory plan has no assignments.")
    ]
    odd = replace(ONE_PLACED, conflict=(slot("R0"),))
    assert told(odd) == [("claim:status", "The plan names a conflict although its status is optimal.")]
