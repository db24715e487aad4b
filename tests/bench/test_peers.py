"""The peers of our own writing: what each of them is known for holds, and none breaks a rule."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from outreach.matching.check import faults_of, values
from outreach.matching.problem import Assignment, Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import solve
from tests.bench.generate import Document, city
from tests.bench.market import market
from tests.bench.peers.deferred import deferred_acceptance
from tests.bench.peers.exact import ENGINES, Turns
from tests.bench.peers.plain import Plain, rows_of
from tests.bench.peers.queues import first_come_first_served, scarcest_first
from tests.bench.shapes import famous, halls, knapsack, teams

SHAPES: list[Callable[[], Document]] = [
    lambda: city(30, 8, 3),
    lambda: halls(40, 2, 3),
    lambda: teams(30, 8, 3),
    lambda: famous(40, 6, 3),
    lambda: knapsack(90, 9, 3),
]


def taken(
    peer: Callable[[Problem, Callable[[list[Assignment]], None]], None], problem: Problem
) -> dict[str, str]:
    """Who is where, after a peer has been at work."""
    said: list[list[Assignment]] = []
    peer(problem, said.append)
    (plan,) = said
    assert faults_of(problem, plan) == []
    return {one.request: one.slot or one.team for one in plan}


def test_who_comes_first_takes_what_it_likes_best() -> None:
    problem = market({"A1": {"L0": 50, "L1": 40}, "B1": {"L0": 90, "L1": 10}, "C1": {"L0": 99}})
    assert taken(first_come_first_served, problem) == {"A1": "L0", "B1": "L1"}


def test_a_slot_below_its_minimum_is_called_off_and_its_group_looks_again() -> None:
    likes = {"A1": {"L0": 90, "L1": 10}, "B1": {"L1": 50}}
    problem = market(likes, min_pupils=50, max_groups=2)
    assert taken(first_come_first_served, problem) == {"A1": "L1", "B1": "L1"}
    assert taken(deferred_acceptance, problem) == {"A1": "L1", "B1": "L1"}


def test_a_host_prefers_whom_it_ranks_higher_whoever_came_first() -> None:
    problem = market({"A1": {"L0": 50, "L1": 40}, "B1": {"L0": 90, "L1": 10}, "C1": {"L0": 99}})
    assert taken(deferred_acceptance, problem) == {"A1": "L1", "C1": "L0"}


def test_a_school_gets_a_day_back_when_a_host_throws_its_group_out() -> None:
    # A2 waits while A1 holds the school's only place of that day; B1 is liked better there.
    likes = {"A1": {"L0": 50}, "A2": {"L0": 40, "L1": 30}, "B1": {"L0": 90}}
    assert taken(deferred_acceptance, market(likes)) == {"A2": "L1", "B1": "L0"}


def test_deferred_acceptance_leaves_no_pair_that_would_rather_change() -> None:
    names = [f"{school}{number}" for number in (1,) for school in "ABCDEF"]
    for turn in range(30):
        likes = {
            name: {
                f"L{slot}": 1 + (17 * turn + 31 * position + 53 * slot * (position + 2)) % 97
                for slot in range(3)
            }
            for position, name in enumerate(names)
        }
        where = taken(deferred_acceptance, market(likes))
        holder = {slot: name for name, slot in where.items()}
        assert len(holder) == 3
        for name in names:
            mine = likes[name][where[name]] if name in where else 0
            for slot, holding in holder.items():
                wishes = likes[name][slot] > mine
                assert not (wishes and likes[name][slot] > likes[holding][slot]), (turn, name, slot)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_peer_breaks_a_rule_whatever_the_shape(shape: Callable[[], Document]) -> None:
    problem = read_problem(json.dumps(shape()).encode())
    for peer in (first_come_first_served, deferred_acceptance):
        assert taken(peer, problem)
    assert faults_of(problem, scarcest_first(problem)) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_plan_keeps_every_row_of_the_linear_model(shape: Callable[[], Document]) -> None:
    problem = read_problem(json.dumps(shape()).encode())
    plain = Plain(problem, time.monotonic() + 60)
    chosen = plain.start(scarcest_first(problem))
    assert sum(chosen.values()) > 0
    for terms, low, high in rows_of(plain):
        assert low <= sum(weight * chosen.get(column, 0) for column, weight in terms) <= high


@pytest.mark.parametrize("name", ["cp-sat", "highs", "scip"])
def test_solvers_on_the_plain_model_agree_with_ours(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    problem = read_problem(json.dumps(city(12, 4, 7)).encode())
    ours = solve(problem, seconds=60, workers=1)
    assert {goal.proven for goal in ours.objectives} == {True}
    turns = Turns(problem, ENGINES[name], 1, time.monotonic() + 60)
    turns.run()
    assert faults_of(problem, turns.best) == []
    assert turns.values == values(problem, ours.assignments)
    said = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    bounds = {one["bound"]["goal"]: one["bound"]["bound"] for one in said if "bound" in one}
    assert bounds == {goal.name: float(goal.bound) for goal in ours.objectives}
