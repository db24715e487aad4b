"""The best patterns, and the bound that prices prove, against trying everything."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solving.combining import Shelf, combined
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.pricing import Pricing
from tests.matching.brute import RULES
from tests.matching.grounds import BETWEEN, endless, ground_of, patterns_of, random_prices
from tests.matching.shapes import SHAPES
from tests.matching.tiny_problems import binding, document
from tests.matching.wild import wild

NAMES = [*RULES, *SHAPES]


def worth(ground: Ground, members: tuple[int, ...], values: list[int], uses: list[int]) -> int:
    used = set(ground.resource[list(members)].tolist())
    return sum(values[at] for at in members) + sum(uses[at] for at in used)


def grounds(name: str) -> list[Ground]:
    problems: list[Problem] = [
        read_problem(json.dumps(document(name, seed)).encode()) for seed in (1000, 1001)
    ]
    return [ground_of(one) for one in problems]


@pytest.mark.parametrize("name", NAMES)
def test_the_best_pattern_of_a_site_is_found(name: str) -> None:
    for number, ground in enumerate(grounds(name)):
        rng = random.Random(f"{name}/{number}")
        strict = [patterns_of(ground, site) for site in range(len(ground.sites))]
        loose = [patterns_of(ground, site, BETWEEN) for site in range(len(ground.sites))]
        for _ in range(5):
            prices = random_prices(ground, rng)
            values, uses = prices.option_values(ground, ()).tolist(), prices.use_values(ground).tolist()
            priced = Pricing(ground, endless()).price(np.array(values), np.array(uses), prices.site)
            for site, best in enumerate(priced.best):
                least, most = (
                    max([0, *(worth(ground, members, values, uses) for members in patterns[site])])
                    for patterns in (strict, loose)
                )
                assert least <= best <= most


@pytest.mark.parametrize("seed", range(12))
def test_patterns_to_add_keep_the_rules_and_beat_their_price(seed: int) -> None:
    ground = ground_of(wild(seed, teams=1, requests=4))
    prices = random_prices(ground, random.Random(seed))
    values, uses = prices.option_values(ground, ()), prices.use_values(ground)
    priced = Pricing(ground, endless()).price(values, uses, prices.site)
    patterns = [set(patterns_of(ground, site, BETWEEN)) for site in range(len(ground.sites))]
    for site, members in priced.columns:
        assert set(ground.site_of[ground.resource[list(members)]].tolist()) == {site}
        assert worth(ground, members, values.tolist(), uses.tolist()) > prices.site[site]
        assert tuple(sorted(members)) in patterns[site]


@pytest.mark.parametrize("name", NAMES)
def test_no_plan_beats_the_bound_of_any_prices(name: str) -> None:
    for number, (problem_document, truth) in enumerate(binding(name)[:5]):
        problem = read_problem(json.dumps(problem_document).encode())
        ground = ground_of(problem)
        first, *others = problem.objectives
        held = {goal: ground.level(goal, truth.values[goal]) for goal in others}
        rng = random.Random(f"{name}/{number}")
        for goals in ((), tuple(others)):
            prices = random_prices(ground, rng, goals)
            values, uses = prices.option_values(ground, ()), prices.use_values(ground)
            best = Pricing(ground, endless()).price(values, uses, prices.site).best
            bound = prices.bound(ground, (), best, held)
            # The best plan has the best first goal and reaches its own values of the others.
            assert bound >= prices.unit * ground.level(first, truth.values[first])


def test_a_request_is_in_one_of_the_combined_patterns_only() -> None:
    request = np.array([0, 1, 0, 2], dtype=np.int64)
    shelves = [
        Shelf({1: [(50, (0,)), (40, (1,))]}, {1: None}),
        Shelf({1: [(45, (2,)), (5, (3,))]}, {1: None}),
    ]
    bound, found = combined(shelves, 2, request, 3)
    assert (bound, found[0]) == (85, (85, (1, 2)))
    assert combined(shelves, 1, request, 1) == (50, [(50, (0,))])


def test_what_stands_on_no_shelf_is_in_the_bound() -> None:
    request = np.array([0, 0], dtype=np.int64)
    shelves = [Shelf({1: [(50, (0,))]}, {1: 30}), Shelf({1: [(45, (1,))]}, {1: None})]
    assert combined(shelves, 2, request, 3)[0] == 30 + 45
