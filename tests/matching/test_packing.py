"""Filling a slot by a table against trying every set, for tiny and wild problems, exact and with seats counted coarsely."""

from __future__ import annotations

import json
import random

import pytest

from outreach.matching.problem_json import read_problem
from outreach.matching.solving import packing, pricing
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.packing import Packing, TooTangled
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
    apart = {frozenset(pair) for pair in partners.strangers()}
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


def test_a_slot_that_is_too_tangled_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_CHOICES", 1)
    ground = tangled(0)
    with pytest.raises(TooTangled):
        for slot in slots_of(ground):
            Packing(SlotPartners(ground, slot))


@pytest.mark.parametrize("seed", range(4))
def test_a_full_hall_is_priced_alike_set_by_set_and_by_table(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground, rng = hall(seed), random.Random(seed)
    slot = slots_of(ground)[0]
    values = random_values(ground, slot, rng)
    options = sorted(((value, option) for option, value in values.items()), reverse=True)
    searched = Pricing(ground, endless())
    monkeypatch.setattr(pricing, "SLOT_STEPS", 10**9)
    one_by_one = searched.patterns(slot, options, 0, 8, 3)
    monkeypatch.setattr(pricing, "SLOT_STEPS", 0)
    by_table = Pricing(ground, endless()).patterns(slot, options, 0, 8, 3)
    assert by_table.best == one_by_one.best == one_by_one.patterns[0][0]
    assert by_table.patterns[0][0] == one_by_one.patterns[0][0]
