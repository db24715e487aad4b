"""Filling a slot by a table against trying every set, for tiny and wild problems, exact and with seats counted coarsely."""

from __future__ import annotations

import json
import random
from itertools import combinations

import numpy as np
import pytest

from outreach.matching.problem_json import read_problem
from outreach.matching.solving import filling, packing
from outreach.matching.solving.filling import Filling
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.packing import Packing
from outreach.matching.solving.partners import SlotPartners
from outreach.matching.solving.pricing import Pricing
from tests.bench.generate import Document
from tests.bench.shapes import halls
from tests.matching.grounds import BETWEEN, endless, ground_of, patterns_of
from tests.matching.wild import wild


def of(document: Document) -> Ground:
    return ground_of(read_problem(json.dumps(document).encode()))


def hall(seed: int) -> Ground:
    """A few full halls: up to eight groups of any school in one slot."""
    return of(halls(12, 2, seed))


def tangled(seed: int) -> Ground:
    """Schools that may send several groups a day, with groups and crews that keep each other out in every way."""
    rng = random.Random(seed)
    document: Document = halls(7, 1, seed)
    for school in document["schools"]:
        school["max_per_day"] = rng.choice((1, 2, 4))
    for request in document["requests"]:
        request["grade"], request["pupils"] = rng.choice(("P5", "S2")), rng.choice((9, 14, 20, 31))
        request["group"] = f"{request['school']}/{rng.randrange(2)}"
        request["crew"] = f"K{rng.randrange(6)}"
    for offer in document["offers"]:
        offer |= {"min_pupils": rng.choice((0, 30, 60)), "max_pupils": rng.choice((40, 75)), "max_groups": 4}
    return of(document)


def best_by_trying(ground: Ground, slot: int, values: dict[int, int], use: int) -> int:
    site = int(ground.site_of[slot])
    sets = [one for one in patterns_of(ground, site, BETWEEN) if ground.resource[one[0]] == slot]
    # A row of the LP holds a school's day; what keeps two groups apart within a slot are its own rules.
    partners = SlotPartners(ground, slot)
    mine = ground.members(slot).tolist()
    apart = {frozenset(pair) for pair in combinations(mine, 2) if not partners.together(pair)}
    return max(
        [0]
        + [
            use + sum(values[option] for option in one)
            for one in sets
            if not any(pair <= frozenset(one) for pair in apart)
        ]
    )


def slots_of(ground: Ground) -> list[int]:
    return [at for at in range(ground.slots) if len(ground.members(at))]


def random_values(ground: Ground, slot: int, rng: random.Random) -> dict[int, int]:
    return {int(at): rng.randint(-30, 60) for at in ground.members(slot)}


GROUNDS = [*(("tangled", seed) for seed in range(8)), *(("wild", seed) for seed in range(8))]


def made(kind: str, seed: int) -> Ground:
    return tangled(seed) if kind == "tangled" else ground_of(wild(seed, teams=1, requests=8))


@pytest.mark.parametrize(("kind", "seed"), GROUNDS)
def test_a_table_finds_the_best_groups_of_a_slot(kind: str, seed: int) -> None:
    ground, rng = made(kind, seed), random.Random(seed)
    for slot in slots_of(ground)[:4]:
        table = Packing(SlotPartners(ground, slot))
        for use in (0, -25):
            values = random_values(ground, slot, rng)
            packed = table.best([(value, option) for option, value in values.items()], use, 3)
            truth = best_by_trying(ground, slot, values, use)
            assert packed.bound == truth
            assert [value for value, _ in packed.patterns][:1] == ([truth] if truth else [])
            for value, members in packed.patterns:
                assert value == use + sum(map(values.__getitem__, members))


@pytest.mark.parametrize("seed", range(6))
def test_seats_counted_coarsely_give_a_bound_and_sets_that_hold(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground, rng = tangled(seed), random.Random(seed)
    slot = slots_of(ground)[0]
    values = random_values(ground, slot, rng)
    truth = best_by_trying(ground, slot, values, 0)
    monkeypatch.setattr(packing, "MOST_ENTRIES", 120)
    packed = Packing(SlotPartners(ground, slot)).best([(value, at) for at, value in values.items()], 0, 3)
    assert packed.bound >= truth
    assert all(value <= truth for value, _ in packed.patterns)


@pytest.mark.parametrize("seed", range(6))
def test_a_slot_that_is_too_tangled_has_a_bound_and_sets_that_hold(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "MOST_CHOICES", 1)
    ground, rng = tangled(seed), random.Random(seed)
    for slot in slots_of(ground)[:4]:
        values = random_values(ground, slot, rng)
        partners = SlotPartners(ground, slot)
        packed = Packing(partners).best([(value, at) for at, value in values.items()], 0, 3)
        assert packed.bound >= best_by_trying(ground, slot, values, 0)
        for value, members in packed.patterns:
            assert value == sum(map(values.__getitem__, members)) > 0
            assert partners.enough(members)
            assert all(partners.together(members[: end + 1]) for end in range(len(members)))


LIMITS = [
    {"max_pupils": pupils, "max_groups": groups, "min_pupils": least}
    for pupils in (60, 10**9)
    for groups in (3, 10**9)
    for least in (0, 25, 50)
]


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_limits_that_do_not_bind_need_no_counting(limits: dict[str, int]) -> None:
    document: Document = halls(8, 1, 5)
    document["offers"] = [offer | limits for offer in document["offers"]]
    for request in document["requests"]:
        request |= {"grade": "P5", "languages": ["yue"], "pupils": 11 + len(request["id"])}
    ground, rng = of(document), random.Random(5)
    for slot in slots_of(ground)[:3]:
        values = random_values(ground, slot, rng)
        packed = Packing(SlotPartners(ground, slot)).best([(value, at) for at, value in values.items()], 0, 3)
        assert packed.bound == best_by_trying(ground, slot, values, 0)
        assert packed.bound == max([0, *(value for value, _ in packed.patterns)])


def endless_hall(requests: int) -> Ground:
    """One slot for everybody: nobody has set a limit of its groups."""
    document: Document = halls(requests, 1, 9)
    document["requests"] = document["requests"][:requests]
    document["offers"] = [
        offer | {"max_pupils": 15 * requests, "max_groups": 10**9, "min_pupils": 0}
        for offer in document["offers"]
    ]
    document["slots"] = document["slots"][:1]
    day = document["slots"][0]["start"][:10]
    for request in document["requests"]:
        request |= {"grade": "P5", "languages": ["yue"], "max_travel_minutes": 600}
        request["windows"] = [[f"{day}T00:00", f"{day}T23:59"]]
    return of(document)


def test_a_slot_without_a_limit_of_groups_is_filled_by_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = endless_hall(60)
    options = [(100 + at % 7, at) for at in ground.members(0).tolist()]
    options.sort(key=lambda one: -one[0])
    assert len(options) > 40
    tried: list[int] = []
    together = SlotPartners.together
    monkeypatch.setattr(
        SlotPartners, "together", lambda self, members: tried.append(1) or together(self, members)
    )
    listing = Filling(ground, endless()).patterns(0, options, 0, len(options), 3)
    assert len(tried) < 2 * filling.SLOT_STEPS
    assert listing.best == listing.patterns[0][0] > 0


def test_prices_stay_within_64_bits_where_nobody_limits_the_groups() -> None:
    ground = endless_hall(5)
    values = np.full(ground.n, 2**40, dtype=np.int64)
    uses = np.zeros(ground.resources, dtype=np.int64)
    priced = Pricing(ground, endless()).price(values, uses, np.zeros(len(ground.sites), dtype=np.int64))
    assert max(priced.best) >= 2 * 2**40


@pytest.mark.parametrize("seed", range(4))
def test_a_full_hall_is_priced_alike_set_by_set_and_by_table(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground, rng = hall(seed), random.Random(seed)
    slot = slots_of(ground)[0]
    values = random_values(ground, slot, rng)
    options = sorted(((value, option) for option, value in values.items()), reverse=True)
    searched = Filling(ground, endless())
    monkeypatch.setattr(filling, "SLOT_STEPS", 10**9)
    one_by_one = searched.patterns(slot, options, 0, 8, 3)
    monkeypatch.setattr(filling, "SLOT_STEPS", 0)
    by_table = Filling(ground, endless()).patterns(slot, options, 0, 8, 3)
    assert by_table.best == one_by_one.best == one_by_one.patterns[0][0]
    assert by_table.patterns[0][0] == one_by_one.patterns[0][0]


@pytest.mark.parametrize("price", [700, 749, 750, 751, 900])
def test_a_floor_takes_nothing_from_the_best_of_a_full_hall(price: int) -> None:
    """Seven of thirty pupils and one of ten: the last one alone is worth less than many who have no seat beside the seven."""
    document: Document = halls(30, 1, 9)
    day = document["slots"][0]["start"][:10]
    document["requests"], document["slots"] = document["requests"][:30], document["slots"][:1]
    document["offers"] = [
        offer | {"max_pupils": 220, "max_groups": 8, "min_pupils": 0} for offer in document["offers"]
    ]
    for at, request in enumerate(document["requests"]):
        request |= {"grade": "P5", "languages": ["yue"], "max_travel_minutes": 600}
        request |= {"pupils": 30 if at < 25 else 10, "windows": [[f"{day}T00:00", f"{day}T23:59"]]}
    ground = of(document)
    pupils = ground.options.pupils
    values = np.where(pupils == 30, 100, 50).astype(np.int64)
    uses, prices = np.zeros(ground.resources, dtype=np.int64), np.array([price], dtype=np.int64)
    asked = Pricing(ground, endless())
    assert asked.price(values, uses, np.zeros(1, dtype=np.int64)).best == [750]
    for pricing in (asked, Pricing(ground, endless())):
        told = pricing.price(values, uses, prices, floors=True)
        assert 750 <= told.best[0] <= max(750, price)
        assert bool(told.columns) == (price < 750)
