"""Generated instances: the same seed makes the same one, and each has the shape that it is named after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach.matching.problem_json import read_problem
from tests.bench import instances
from tests.bench.instances import MADE, instance
from tests.bench.shapes import famous, halls, knapsack, teams


def test_the_same_seed_makes_the_same_instance_another_seed_another_one() -> None:
    for shape in (halls, teams, famous, knapsack):
        assert shape(30, 5, 1) == shape(30, 5, 1)
        assert shape(30, 5, 1) != shape(30, 5, 2)


def test_halls_are_few_and_big() -> None:
    problem = read_problem(json.dumps(halls(60, 3, 1)).encode())
    assert len(problem.companies) == 3
    assert min(problem.limits(slot).max_groups for slot in problem.slots) >= 6


def test_teams_are_all_there_is() -> None:
    problem = read_problem(json.dumps(teams(60, 10, 1)).encode())
    assert problem.slots == ()
    assert len(problem.teams) >= 10


def test_everybody_names_the_famous_firm_first() -> None:
    problem = read_problem(json.dumps(famous(60, 10, 1)).encode())
    assert {visit_request.choices[0] for visit_request in problem.requests} == {"C0"}


def test_a_knapsack_has_more_pupils_than_seats() -> None:
    problem = read_problem(json.dumps(knapsack(300, 30, 1)).encode())
    seats = sum(problem.limits(slot).max_pupils for slot in problem.slots)
    asked = sum(visit_request.pupils for visit_request in problem.requests)
    assert 1.2 < asked / seats < 1.4
    assert {problem.limits(slot).max_groups for slot in problem.slots} == {6, 7, 8, 9, 10}
    assert all(visit_request.scores for visit_request in problem.requests)


def test_without_the_shared_file_a_generated_one_stands_in_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instances, "SHARED", tmp_path / "nowhere")
    one = instance("tiny", tmp_path)
    assert (one.source, one.path) == ("generated", tmp_path / "tiny.json")
    assert json.loads(one.path.read_text()) == MADE["tiny"]()
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "nowhere" / "tiny.json").write_text("{}")
    assert instance("tiny", tmp_path).source == "shared"
