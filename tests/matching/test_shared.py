"""The shared instances: what is known about them must come out."""

from __future__ import annotations

from outreach.matching.candidates import Finder
from outreach.matching.check import check
from outreach.matching.plan import OPTIMAL
from outreach.matching.plan_json import sha256_of
from outreach.matching.problem_json import read_problem
from outreach.matching.problem_writing import problem_bytes
from outreach.matching.solve import solve
from tests.matching.shared import shared_file


def test_tiny_is_solved_to_its_known_optimum() -> None:
    content = shared_file("tiny.json").read_bytes()
    problem = read_problem(content)
    plan = solve(problem, seconds=60, workers=1, sha256=sha256_of(content))
    assert [(goal.name, goal.value, goal.bound, goal.proven) for goal in plan.objectives] == [
        ("equity", 510, 510, True),
        ("groups", 6, 6, True),
        ("preference", 585, 585, True),
        ("travel", 265, 265, True),
    ]
    assert plan.status == OPTIMAL
    assert check(problem, plan, sha256_of(content)) == []


def test_small_is_proven_optimal() -> None:
    problem = read_problem(shared_file("small.json").read_bytes())
    plan = solve(problem, seconds=120, workers=2)
    assert [(goal.name, goal.value, goal.bound) for goal in plan.objectives] == [
        ("equity", 8010, 8010),
        ("groups", 90, 90),
        ("preference", 4725, 4725),
        ("travel", 3799, 3799),
    ]
    assert plan.status == OPTIMAL
    assert check(problem, plan) == []


def test_city_has_the_counted_candidates() -> None:
    problem = read_problem(shared_file("city.json").read_bytes())
    assert sum(1 for _ in Finder(problem).all()) == 70_055


def test_a_shared_problem_survives_writing_and_reading() -> None:
    problem = read_problem(shared_file("small.json").read_bytes())
    content = problem_bytes(problem)
    assert read_problem(content) == problem
    assert problem_bytes(read_problem(content)) == content
