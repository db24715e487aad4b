"""The bound of resources that want the same requests: never below the truth, and near it."""

from __future__ import annotations

import json
import random
from itertools import product

import numpy as np

from outreach.matching.problem_json import read_problem
from outreach.matching.solving.apart import apart
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.pricing import Pricing
from outreach.matching.solving.promising import Promising
from tests.matching.brute import RULES
from tests.matching.grounds import BETWEEN, endless, ground_of, patterns_of
from tests.matching.shapes import SHAPES
from tests.matching.test_combining import crowded
from tests.matching.tiny_problems import document


def shared_sites(ground: Ground) -> list[int]:
    return [number for number, site in enumerate(ground.sites) if site.limit is not None]


def test_no_combination_is_worth_more_than_the_bound() -> None:
    seen = met = 0
    for seed, (name, number) in enumerate(product([*RULES, *SHAPES], range(1000, 1006))):
        rng, small = random.Random(seed), document(name, number)
        for company in small["companies"]:
            company["max_sessions_per_week"] = rng.choice([1, 2])
        ground = ground_of(read_problem(json.dumps(small).encode()))
        values = np.array([rng.randint(-5, 40) for _ in range(ground.n)], dtype=np.int64)
        uses = np.zeros(ground.resources, dtype=np.int64)
        pricing = Pricing(ground, endless())
        promising = Promising(ground, values, uses, pricing._sizes, np.arange(ground.n))
        for at in shared_sites(ground):
            site = ground.sites[at]
            # Of the rules those that only a whole plan can break stay open.
            worth = [sum(values[list(members)].tolist()) for members in patterns_of(ground, at)]
            truth = max([0, *worth])
            resources = [one for one in site.resources if promising.of(one)]
            bound, found = apart(
                pricing.filling, resources, site.limit or 0, promising, rng.choice([0, truth, truth - 3])
            )
            assert bound >= truth
            seen += 1
            if found is not None:
                met += 1
                assert found[1] in {tuple(sorted(one)) for one in patterns_of(ground, at, BETWEEN)}
                assert found[0] == sum(values[list(found[1])].tolist()) <= bound
    assert seen > 20
    assert met > 10


def test_it_is_sharper_where_all_want_the_same() -> None:
    ground = crowded()
    values, uses = 1000 * ground.gain["pupils"], np.zeros(ground.resources, dtype=np.int64)
    (number,) = shared_sites(ground)
    pricing = Pricing(ground, endless())
    narrow = pricing.price(values, uses, np.zeros(len(ground.sites), dtype=np.int64)).best[number]
    best = pricing._priced[number][1][0][0]
    promising = Promising(ground, values, uses, pricing._sizes, np.arange(ground.n))
    site = ground.sites[number]
    bound, _ = apart(pricing.filling, site.resources, site.limit or 0, promising, best)
    assert best <= bound < narrow
    assert bound - best < (narrow - best) / 5
