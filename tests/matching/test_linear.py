"""The LP when GLOP comes to no exact end: HiGHS solves it, and where it cannot either, CP-SAT still finds and proves the best."""

from __future__ import annotations

import json
from typing import Any

import pytest

from outreach.matching.plan import OPTIMAL
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import solve
from outreach.matching.solving import linear
from outreach.matching.solving.blend import blend
from outreach.matching.solving.glop import Glop
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.master import Master
from outreach.matching.solving.relaxation import Relaxation
from tests.matching.grounds import endless, ground_of
from tests.matching.tiny_problems import binding


def imprecise(*_: Any, **__: Any) -> None:
    """GLOP's answer when it comes to no exact end."""


def tiny() -> tuple[Problem, dict[str, Any]]:
    document, truth = binding("H2 most pupils")[0]
    return read_problem(json.dumps(document).encode()), truth.values


def bound_of(relaxation: Relaxation, problem: Problem) -> float:
    weights = blend(relaxation.ground, problem.objectives)
    relaxation.master.aim(weights)
    relaxation.seed((), weights)
    return relaxation.converge(0.0, lambda last: False).bound


def test_highs_solves_what_glop_gives_up() -> None:
    problem, _ = tiny()
    exact = bound_of(Relaxation(ground_of(problem), endless()), problem)
    relaxation = Relaxation(ground_of(problem), endless())
    relaxation.master.glop.solve = imprecise  # type: ignore[assignment, method-assign]
    assert bound_of(relaxation, problem) == pytest.approx(exact)


def test_an_lp_that_nobody_solves_is_no_end_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, values = tiny()
    monkeypatch.setattr(Glop, "solve", imprecise)
    monkeypatch.setattr(linear, "by_highs", lambda *_: None)
    with pytest.raises(Unsolved):
        Master.solve(Relaxation(ground_of(problem), endless()).master, endless())
    for workers in (1, 2):
        plan = solve(problem, seconds=60, workers=workers)
        assert plan.status == OPTIMAL
        assert {goal.name: goal.value for goal in plan.objectives} == values
