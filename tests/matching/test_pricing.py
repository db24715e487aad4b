"""The best patterns, and the bound that prices prove, against trying everything."""

from __future__ import annotations

import json
import random
import time
from itertools import product

import numpy as np
import pytest

from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solving import filling
from outreach.matching.solving.combining import Shelf, combined
from outreach.matching.solving.engine import Clock, OutOfTime
from outreach.matching.solving.filling import Filling
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.partners import BlockPartners
from outreach.matching.solving.pricing import Priced, Pricing
from tests.bench.shapes import teams
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


@pytest.mark.parametrize("steps", [filling.SLOT_STEPS, 0])
@pytest.mark.parametrize("name", NAMES)
def test_the_best_pattern_of_a_site_is_found(name: str, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set by set, and (without a step) by a table."""
    monkeypatch.setattr(filling, "SLOT_STEPS", steps)
    for number, ground in enumerate(grounds(name)):
        rng = random.Random(f"{name}/{number}")
        strict = [patterns_of(ground, site) for site in range(len(ground.sites))]
        loose = [patterns_of(ground, site, BETWEEN) for site in range(len(ground.sites))]
        for _ in range(5):
            prices = random_prices(ground, rng)
            values, uses = prices.option_values(ground, ()).tolist(), prices.use_values(ground).tolist()
            free = np.zeros_like(prices.site)
            priced = Pricing(ground, endless()).price(np.array(values), np.array(uses), free)
            ends = [
                [
                    max([0, *(worth(ground, members, values, uses) for members in patterns[site])])
                    for patterns in (strict, loose)
                ]
                for site in range(len(ground.sites))
            ]
            assert all(least <= best for best, (least, _) in zip(priced.best, ends, strict=True))
            # What lies behind a table is bounded less sharply.
            sharp = steps > 0
            assert not sharp or all(best <= most for best, (_, most) in zip(priced.best, ends, strict=True))
            # At a price nobody has to look for less than that.
            asked = np.array([max(0, most + rng.randint(-9, 9)) for _, most in ends], dtype=np.int64)
            told = Pricing(ground, endless()).price(np.array(values), np.array(uses), asked, floors=True)
            for site, (least, most) in enumerate(ends):
                assert least <= told.best[site]
                assert not sharp or told.best[site] <= max(most, asked[site])
            gaining = {site for site, best in enumerate(priced.best) if best > asked[site]}
            assert not sharp or {site for site, _ in told.columns} == gaining & {
                site for site, _ in priced.columns
            }


def assert_nothing_hidden(
    told: Priced, site_prices: Ints, found: dict[tuple[int, tuple[int, ...]], int], free: Priced
) -> None:
    """At these prices a pattern is told of each site that has one worth more, and no bound is too low. `found`: what patterns are
    worth, `free` what was told without prices."""
    gaining = {site for (site, _), value in found.items() if value > site_prices[site]}
    assert {site for site, _ in told.columns} == gaining
    for site, best in enumerate(told.best):
        known = max([0, *(value for one, value in found.items() if one[0] == site)])
        assert known <= best <= max(free.best[site], site_prices[site])


@pytest.mark.parametrize("seed", range(12))
def test_a_price_hides_no_pattern_worth_more(seed: int) -> None:
    """Nor does what was known at other prices: a site's price falls round by round, its options' values stay."""
    ground = ground_of(wild(seed, teams=2, requests=6))
    rng = random.Random(seed)
    prices = random_prices(ground, rng)
    values, uses = prices.option_values(ground, ()), prices.use_values(ground)
    free = Pricing(ground, endless()).price(values, uses, np.zeros_like(prices.site))
    found = {one: worth(ground, one[1], values.tolist(), uses.tolist()) for one in free.columns}
    asked = Pricing(ground, endless())
    for share in (1.5, 1.0, 0.9, 0.5, 0.0, 0.7):
        site_prices = np.array([int(share * best) for best in free.best], dtype=np.int64)
        told = asked.price(values, uses, site_prices, floors=True)
        assert_nothing_hidden(told, site_prices, found, free)


@pytest.mark.parametrize("seed", range(24))
def test_what_was_known_before_hides_no_pattern_worth_more(seed: int) -> None:
    """Values rise and fall a little from round to round: what a site was worth, and what has risen since, never says too little."""
    ground = ground_of(wild(seed, teams=2, requests=6))
    rng = random.Random(seed)
    prices = random_prices(ground, rng)
    values, uses = prices.option_values(ground, ()), prices.use_values(ground)
    asked = Pricing(ground, endless())
    for _ in range(8):
        fresh = Pricing(ground, endless()).price(values, uses, np.zeros_like(prices.site))
        found = {one: worth(ground, one[1], values.tolist(), uses.tolist()) for one in fresh.columns}
        share = rng.choice((0.8, 1.0, 1.2))
        site_prices = np.array([int(share * best) for best in fresh.best], dtype=np.int64)
        told = asked.price(values, uses, site_prices, floors=True)
        assert_nothing_hidden(told, site_prices, found, fresh)
        shaken = np.array([rng.randint(-3, 3) if rng.random() < 0.4 else 0 for _ in values], dtype=np.int64)
        # Now and then an option that nobody may have any more, or may have again.
        shaken[: rng.randint(0, 1)] = rng.choice((-(1 << 60), 1 << 60))
        values = np.clip(values + shaken, -(1 << 60), 1 << 20)
        uses = uses + np.array([rng.randint(-2, 2) if rng.random() < 0.2 else 0 for _ in uses])
        uses[ground.slots :] = 0


@pytest.mark.parametrize("seed", range(12))
def test_patterns_to_add_keep_the_rules_and_beat_their_price(seed: int) -> None:
    ground = ground_of(wild(seed, teams=1, requests=4))
    prices = random_prices(ground, random.Random(seed))
    values, uses = prices.option_values(ground, ()), prices.use_values(ground)
    priced = Pricing(ground, endless()).price(values, uses, prices.site, floors=seed % 2 == 0)
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


def test_the_bound_has_a_pattern_from_behind_every_shelf() -> None:
    request = np.array([0, 1], dtype=np.int64)
    shelves = [Shelf({1: []}, {1: 30}), Shelf({1: [(5, (1,))]}, {1: 45})]
    assert combined(shelves, 2, request, 3) == (30 + 45, [(5, (1,))])


def test_one_session_of_thousands_of_slots_is_chosen() -> None:
    request = np.arange(3000, dtype=np.int64)
    shelves = [Shelf({1: [(1 + at % 1700, (at,))]}, {1: None}) for at in range(3000)]
    assert combined(shelves, 1, request, 2) == (1700, [(1700, (1699,)), (1699, (1698,))])


@pytest.mark.parametrize("seed", range(20))
def test_combinations_are_the_best_of_all(seed: int) -> None:
    rng = random.Random(seed)
    request = np.array([rng.randrange(6) for _ in range(12)], dtype=np.int64)
    shelves = [
        Shelf(
            {
                size: [(value, tuple(range(3 * at, 3 * at + size))) for value in (rng.randint(1, 50),)]
                for size in (1, 2)
                if len(set(request[3 * at : 3 * at + size].tolist())) == size
            },
            {1: None},
        )
        for at in range(4)
    ]
    truth = 0
    for chosen in product(
        *[[(0, ()), *(one for ones in shelf.patterns.values() for one in ones)] for shelf in shelves]
    ):
        members = [option for _, options in chosen for option in options]
        asking = request[members].tolist() if members else []
        if len(members) <= 3 and len(set(asking)) == len(asking):
            truth = max(truth, sum(value for value, _ in chosen))
    bound, found = combined(shelves, 3, request, 3)
    assert bound == truth == found[0][0]


def test_a_search_through_the_days_of_a_team_looks_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    document = teams(40, 1, 3)
    for team in document["teams"]:
        team |= {"max_sessions_per_day": 9, "max_travel_minutes": 600}
    ground = ground_of(read_problem(json.dumps(document).encode()))
    sizes = np.diff(ground.bounds)[ground.slots :]
    block = ground.slots + int(sizes.argmax())
    options = [(10, at) for at in ground.members(block).tolist()]
    tried: list[int] = []
    together = BlockPartners.together
    monkeypatch.setattr(
        BlockPartners, "together", lambda self, members: tried.append(1) or together(self, members)
    )
    now = time.monotonic()
    late = Filling(ground, Clock(now, now, lambda: False))
    with pytest.raises(OutOfTime):
        late.patterns(block, options, 0, 9, 3)
    assert len(tried) < 200
