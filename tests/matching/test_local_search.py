"""Choosing parts of a plan anew: regions part a plan cleanly, and what is found is faultless, better, and at last the best."""

from __future__ import annotations

import json
import random
import time

import numpy as np
import pytest

from outreach.matching.check import faults_of, values
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solving.draft import Draft
from outreach.matching.solving.goals import rank
from outreach.matching.solving.greedy import fill_up
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.local_search import LocalSearch
from outreach.matching.solving.regions import Regions
from tests.bench.generate import city
from tests.bench.shapes import halls, teams
from tests.matching.brute import RULES
from tests.matching.grounds import endless, ground_of, random_prices
from tests.matching.shapes import SHAPES
from tests.matching.tiny_problems import binding

NAMES = [*RULES, *SHAPES]
MADE = {
    "city": lambda seed: city(40, 8, seed),
    "halls": lambda seed: halls(40, 3, seed),
    "teams": lambda seed: teams(30, 8, seed),
}


def drafted(ground: Ground) -> list[int]:
    draft = Draft(ground.options, ground.days)
    for pin in ground.problem.pins:
        for index in ground.options.indices_for(pin)[:1]:
            draft.add(index)
    fill_up(draft, endless())
    return list(draft.of_request.values())


def regions_of(ground: Ground, seed: int) -> Regions:
    prices = random_prices(ground, random.Random(seed))
    return Regions(ground, prices, (), np.random.default_rng(seed))


def made(name: str, seed: int) -> Ground:
    return ground_of(read_problem(json.dumps(MADE[name](seed)).encode()))


@pytest.mark.parametrize("name", MADE)
def test_a_region_parts_the_plan_and_takes_whole_sites(name: str) -> None:
    ground = made(name, 3)
    plan = drafted(ground)
    regions = regions_of(ground, 3)
    for size in (1, 5, 20):
        region = regions.around(plan, size)
        assert region is not None
        stays = [*region.fixed.tolist(), *region.apart.tolist()]
        free_requests = set(ground.request[region.free].tolist())
        assert 1 <= len(free_requests) <= size
        assert sorted(stays) == sorted(at for at in plan if int(ground.request[at]) not in free_requests)
        assert set(plan) - set(stays) <= set(region.free.tolist())
        for near, far in ((ground.resource, "resource"), (ground.school, "school")):
            shared = np.intersect1d(near[region.apart], near[region.free])
            assert not len(shared), f"{far} {shared} is in the region and apart from it"
        assert not len(np.intersect1d(ground.resource[region.apart], ground.resource[region.fixed]))


@pytest.mark.parametrize("name", MADE)
def test_each_step_keeps_the_rules_and_is_never_worse(name: str) -> None:
    ground = made(name, 7)
    problem = ground.problem
    plan = drafted(ground)
    search = LocalSearch(ground, regions_of(ground, 7), endless(), 0)
    search.give(plan, dict.fromkeys(problem.objectives, False))
    known = rank(problem, values(problem, ground.days.timed(plan)))
    first = known
    for _ in range(12):
        assert search.step()
        for found in search.news():
            assignments = ground.days.timed(found)
            assert faults_of(problem, assignments) == []
            better = rank(problem, values(problem, assignments))
            assert better > known
            known = better
    assert known > first


def test_a_group_of_several_schools_is_once_a_day_whatever_part_is_chosen_anew() -> None:
    for seed in range(3):
        rng = random.Random(seed)
        document = city(40, 8, seed)
        for request in document["requests"]:
            request["group"] = f"G{rng.randrange(25)}"
        problem = read_problem(json.dumps(document).encode())
        ground = ground_of(problem)
        search = LocalSearch(ground, regions_of(ground, seed), endless(), 0)
        search.size = 8
        search.give(drafted(ground), dict.fromkeys(problem.objectives, False))
        for _ in range(25):
            search.step()
        found = search.news()
        assert found
        assert [fault for plan in found for fault in faults_of(problem, ground.days.timed(plan))] == []


def best_by_parts(problem: Problem) -> dict[str, object]:
    """What the local search makes of a greedy plan when a part may be everything."""
    ground = ground_of(problem)
    plan = drafted(ground)
    search = LocalSearch(ground, regions_of(ground, 1), endless(), 0)
    search.give(plan, dict.fromkeys(problem.objectives, False))
    for _ in range(12):
        search.step()
    plan = [plan, *search.news()][-1]
    assert faults_of(problem, ground.days.timed(plan)) == []
    return dict(values(problem, ground.days.timed(plan)))


@pytest.mark.parametrize("name", NAMES)
def test_a_region_of_everything_has_the_best_plan_there_is(name: str) -> None:
    for document, truth in binding(name)[:2]:
        problem = read_problem(json.dumps(document).encode())
        if not faults_of(problem, ground_of(problem).days.timed(drafted(ground_of(problem)))):
            assert best_by_parts(problem) == truth.values


def test_goals_that_are_proven_are_held_and_the_rest_is_improved() -> None:
    ground = made("city", 11)
    problem = ground.problem
    search = LocalSearch(ground, regions_of(ground, 11), endless(), 0)
    plan = drafted(ground)
    proven = {goal: goal != "travel" for goal in problem.objectives}
    search.give(plan, proven)
    for _ in range(8):
        search.step()
    before = values(problem, ground.days.timed(plan))
    after = values(problem, ground.days.timed(search.news()[-1]))
    assert after["travel"] < before["travel"]
    assert {goal: after[goal] >= before[goal] for goal in proven if proven[goal]} == {
        "equity": True,
        "groups": True,
        "preference": True,
    }


def test_there_is_nothing_to_do_when_all_is_proven_or_nobody_asks() -> None:
    ground = made("city", 2)
    search = LocalSearch(ground, regions_of(ground, 2), endless(), 0)
    search.give(drafted(ground), dict.fromkeys(ground.problem.objectives, True))
    assert not search.step()


def test_the_thread_ends_when_it_is_told_to() -> None:
    ground = made("city", 5)
    search = LocalSearch(ground, regions_of(ground, 5), endless(), 0)
    search.give(drafted(ground), dict.fromkeys(ground.problem.objectives, False))
    search.start()
    assert search.at_work()
    search.stop()
    assert not search.at_work()


class Counted(LocalSearch):
    """Counts its steps and takes none."""

    steps = 0

    def step(self) -> bool:
        self.clock.check()
        self.steps += 1
        time.sleep(0.005)
        return True

    def goes_on(self) -> bool:
        """Whether another step comes within a moment."""
        time.sleep(0.1)
        known = self.steps
        time.sleep(0.2)
        return self.steps > known


def test_the_thread_rests_until_a_plan_is_given_and_ends_out_of_its_rest() -> None:
    ground = made("city", 5)
    search = Counted(ground, regions_of(ground, 5), endless(), 0)
    search.start()
    assert search.goes_on()
    search.rest()
    assert not search.goes_on()
    search.give([], {})
    assert search.goes_on()
    search.rest()
    search.stop()
    assert not search.at_work()
