"""The road for a whole territory: its relaxation, its integer programs, and that they alone prove what they can."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from outreach.matching import solve as solving
from outreach.matching.check import check, faults_of
from outreach.matching.plan import OPTIMAL
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import solve
from outreach.matching.solving.background import Task
from outreach.matching.solving.blend import blend
from outreach.matching.solving.engine import OutOfTime
from outreach.matching.solving.greedy import drafted
from outreach.matching.solving.integer import Integer
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.rounding import rounded
from tests.matching.brute import RULES
from tests.matching.grounds import endless, ground_of, patterns_of
from tests.matching.shapes import SHAPES
from tests.matching.test_proof import demo_round
from tests.matching.tiny_problems import binding

NAMES = [*RULES, *SHAPES]


@pytest.mark.parametrize("name", NAMES)
def test_the_relaxation_of_the_first_goal_is_a_bound_of_it(name: str) -> None:
    for document, truth in binding(name)[:3]:
        problem = read_problem(json.dumps(document).encode())
        ground = ground_of(problem)
        if not ground.n or problem.pins:
            continue
        goal = problem.objectives[0]
        relaxation = Relaxation(ground, endless())
        relaxation.master.aim({goal: 1})
        relaxation.seed((), {goal: 1})
        heard: list[Round] = []

        def hear(one: Round, heard: list[Round] = heard) -> bool:
            heard.append(one)
            return False

        last = relaxation.converge(0.0, hear)
        level = ground.level(goal, truth.values[goal])
        assert min(one.bound for one in heard) >= level - 1e-6
        assert last.relaxed.value >= level - 1e-6
        assert last.bound >= last.relaxed.value - 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_the_integer_program_over_all_patterns_is_the_best_plan(name: str) -> None:
    for document, truth in binding(name)[:2]:
        problem = read_problem(json.dumps(document).encode())
        ground = ground_of(problem)
        if not ground.n:
            continue
        patterns = [
            (site, tuple(sorted(one)))
            for site in range(len(ground.sites))
            for one in patterns_of(ground, site)
        ]
        relaxation = Relaxation(ground, endless())
        goal = problem.objectives[0]
        program = Integer(ground, relaxation.links, patterns, {goal: 1}, {}, (), endless())
        chosen = program.solve(60, 0, ())
        assert chosen is not None
        plan = ground.days.timed(chosen)
        assert faults_of(problem, plan) == []
        assert ground.value(goal, ground.level(goal, truth.values[goal])) == truth.values[goal]
        gains = dict.fromkeys(problem.objectives, 0)
        for members in relaxation.patterns_of(chosen):
            gains = {one: gains[one] + gain for one, gain in ground.gains(members[1]).items()}
        reached = set(ground.school[chosen].tolist())
        gains[goal] += sum(int(ground.reach[goal][school]) for school in reached)
        assert gains[goal] == ground.level(goal, truth.values[goal])


def test_a_round_of_the_demo_is_proven_by_prices_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "SMALL", 0)
    problem = demo_round("last_term")
    plan = solve(problem, seconds=120, workers=1)
    assert plan.status == OPTIMAL
    assert check(problem, plan) == []


def test_a_fractional_plan_is_rounded_to_one_that_keeps_the_rules() -> None:
    problem = demo_round("this_term")
    ground = ground_of(problem)
    use = np.random.default_rng(1).random(ground.n)
    chosen = rounded(ground.options, ground.days, use, endless())
    assert faults_of(problem, ground.days.timed(chosen)) == []
    assert len(chosen) > 40


def test_the_blend_puts_a_step_of_a_goal_above_any_placement_of_the_next() -> None:
    problem = demo_round("this_term")
    ground = ground_of(problem)
    weights = blend(ground, problem.objectives)
    assert tuple(sorted(weights, key=lambda goal: -weights[goal] * ground.step[goal])) == problem.objectives
    for goal, following in zip(problem.objectives, problem.objectives[1:], strict=False):
        largest = int(np.abs(ground.gain[following]).max())
        assert weights[goal] * ground.step[goal] > weights[following] * largest


def test_patterns_of_a_plan_are_what_the_relaxation_starts_from() -> None:
    problem = demo_round("this_term")
    ground = ground_of(problem)
    plan = drafted(ground.options, ground.days, (), endless(), fill=True)
    chosen = [ground.options.indices_for(one)[0] for one in plan]
    relaxation = Relaxation(ground, endless())
    patterns = relaxation.patterns_of(chosen)
    assert sorted(at for _, members in patterns for at in members) == sorted(chosen)
    assert relaxation.beside(patterns, patterns) == []


def test_a_task_whose_time_is_over_is_left_behind() -> None:
    released = threading.Event()
    over = endless()
    task = Task(lambda: released.wait(60))
    assert task.wait(over.part(0.0)) is None
    assert not task.done()
    released.set()
    assert task.wait(over) is True


def test_a_task_passes_on_what_went_wrong() -> None:
    def fail() -> None:
        raise OutOfTime

    with pytest.raises(OutOfTime):
        Task(fail).wait(endless())
