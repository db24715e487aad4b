"""Duals that travel with a plan: what they say, how they are written, and what an LP that begins with them comes to."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from outreach.matching.check import values
from outreach.matching.duals import Duals
from outreach.matching.plan import Plan
from outreach.matching.plan_json import plan_bytes, plan_json, read_plan
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.solve import solve
from outreach.matching.solving import anchors
from outreach.matching.solving.blend import in_order
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.known_duals import blended, named
from outreach.matching.solving.linear import Unsolved
from outreach.matching.solving.pricing import Pricing
from outreach.matching.solving.relaxation import Relaxation, Round
from tests.bench.generate import city
from tests.matching.grounds import endless, ground_of

SERVING = ("equity", "groups")


@pytest.fixture(scope="module")
def town() -> tuple[Problem, Plan]:
    """Few firms, so that not everybody can be served: the goals need an LP each."""
    problem = read_problem(json.dumps(city(60, 6, 1)).encode())
    return problem, solve(problem, seconds=20, workers=1)


def after(problem: Problem, plan: Plan, lost: int) -> tuple[Ground, list[int]]:
    """The problem without so many of the slots in use, and the bookings that can stay as options."""
    gone = sorted({one.slot for one in plan.assignments if one.slot})[:lost]
    stay = tuple(one for one in plan.assignments if one.slot not in gone)
    changed = replace(
        problem,
        objectives=(*SERVING, "changes"),
        slots=tuple(slot for slot in problem.slots if slot.id not in gone),
        incumbent=plan.assignments,
    )
    ground = ground_of(changed)
    return ground, [ground.options.indices_for(one)[0] for one in stay]


def converged(ground: Ground, kept: list[int], duals: tuple[Duals, ...]) -> tuple[Round, list[Round]]:
    """The LP around what is kept, with duals or without; and all its rounds."""
    weights, _ = in_order(ground, SERVING)
    relaxation = Relaxation(ground, endless())
    relaxation.master.aim(weights)
    known = blended(ground, duals, weights)
    if known is None:
        relaxation.seed(kept, weights)
    else:
        relaxation.anchor(kept, known)
    rounds: list[Round] = []

    def hear(one: Round) -> bool:
        rounds.append(one)
        return False

    return relaxation.converge(0.0, hear), rounds


def test_a_plan_comes_with_the_duals_of_who_is_served(town: tuple[Problem, Plan]) -> None:
    problem, plan = town
    assert [one.goal for one in plan.duals] == list(SERVING)
    for one in plan.duals:
        assert set(one.requests) <= set(problem.visit_request)
        assert set(one.schools) <= set(problem.school)
        assert all(price > 0 for price in one.requests.values())


def test_where_everybody_is_served_the_schools_alone_set_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "EDGE", 0.0)
    problem = read_problem(json.dumps(city(60, 12, 5)).encode())
    plan = solve(problem, seconds=3, workers=1)
    assert all(goal.proven for goal in plan.objectives[:2])
    ground, kept = after(problem, plan, 0)
    _, rounds = converged(ground, kept, plan.duals)
    assert len(rounds) == 1


@pytest.mark.parametrize("lost", [0, 1, 4])
def test_the_duals_lead_to_the_same_bound_on_a_shorter_way(town: tuple[Problem, Plan], lost: int) -> None:
    problem, plan = town
    ground, kept = after(problem, plan, lost)
    plain, plain_rounds = converged(ground, kept, ())
    found, rounds = converged(ground, kept, plan.duals)
    assert found.whole // found.relaxed.prices.unit == plain.whole // plain.relaxed.prices.unit
    assert found.relaxed.value == pytest.approx(plain.relaxed.value)
    # No solution that makes use of an anchor is the last one, and every round's bound holds.
    assert not found.anchored
    assert min(one.bound for one in rounds) >= plain.relaxed.value - 1e-3
    assert len(rounds) < len(plain_rounds)


def test_where_nothing_has_changed_the_duals_prove_the_plan_at_once(
    town: tuple[Problem, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "EDGE", 0.0)
    problem, plan = town
    ground, kept = after(problem, plan, 0)
    found, rounds = converged(ground, kept, plan.duals)
    assert rounds[0].whole // rounds[0].relaxed.prices.unit == math.floor(found.relaxed.value + 1e-6)


def test_at_its_edge_an_anchor_is_left_only_for_a_gain(
    town: tuple[Problem, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one the LP leaves its anchors one by one."""
    problem, plan = town
    ground, kept = after(problem, plan, 4)
    found, rounds = converged(ground, kept, plan.duals)
    monkeypatch.setattr(anchors, "EDGE", 0.0)
    without, more = converged(ground, kept, plan.duals)
    assert found.relaxed.value == pytest.approx(without.relaxed.value)
    assert len(rounds) < len(more)


def test_prices_out_of_thin_air_lead_there_too(town: tuple[Problem, Plan]) -> None:
    problem, plan = town
    ground, kept = after(problem, plan, 2)
    plain, _ = converged(ground, kept, ())
    rng = random.Random(3)
    wild = Duals("groups", {}, {one.id: rng.random() * 3 for one in problem.requests}, {}, {}, {})
    found, _ = converged(ground, kept, (wild,))
    assert found.relaxed.value == pytest.approx(plain.relaxed.value)


def test_anchors_that_never_let_go_are_noticed(
    town: tuple[Problem, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, plan = town
    ground, kept = after(problem, plan, 4)
    plain, _ = converged(ground, kept, ())
    monkeypatch.setattr(anchors.Anchors, "loosen", lambda self, relaxed, gap: 0)
    held, _ = converged(ground, kept, plan.duals)
    assert held.relaxed.value > plain.relaxed.value + 0.5


@pytest.mark.parametrize("near", [0.0, 1e12])
def test_whichever_anchors_go_the_end_is_the_same(
    near: float, town: tuple[Problem, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, plan = town
    ground, kept = after(problem, plan, 4)
    plain, _ = converged(ground, kept, ())
    monkeypatch.setattr(anchors, "NEAR", near)
    found, _ = converged(ground, kept, plan.duals)
    assert found.relaxed.value == pytest.approx(plain.relaxed.value)


def test_the_prices_of_an_lp_have_names_and_come_back(town: tuple[Problem, Plan]) -> None:
    problem, _ = town
    ground = ground_of(problem)
    relaxation = Relaxation(ground, endless())
    relaxation.master.hold({"equity": 100})
    relaxation.master.aim({"groups": 1})
    relaxation.seed((), {"groups": 1})
    prices = relaxation.converge(0.0, lambda _: False).relaxed.prices
    found = blended(ground, [named(ground, "groups", prices)], {"groups": 7})
    assert found is not None
    np.testing.assert_allclose(found.request, 7 * prices.request / prices.unit, atol=1e-5)
    np.testing.assert_allclose(found.total, 7 * prices.total / prices.unit, atol=1e-5)
    np.testing.assert_allclose(found.sessions, 7 * prices.sessions / prices.unit, atol=1e-5)


def test_a_later_goal_s_prices_hold_some_of_the_earlier_one_already(town: tuple[Problem, Plan]) -> None:
    problem, _ = town
    ground = ground_of(problem)
    first, second = problem.requests[0].id, problem.requests[1].id
    equity = Duals("equity", {}, {first: 10.0}, {}, {}, {})
    groups = Duals("groups", {"equity": 0.5}, {second: 1.0}, {}, {}, {})
    found = blended(ground, [equity, groups], {"equity": 3, "groups": 4})
    assert found is not None
    # Four times the prices of `groups` hold 2 of the 3 points of `equity`.
    assert found.request[:2].tolist() == [10.0, 4.0]
    assert blended(ground, [], {"groups": 4}) is None
    assert blended(ground, [equity], {"groups": 4}) is None


def test_the_prices_of_thirds_are_thirds_again(town: tuple[Problem, Plan]) -> None:
    ground = ground_of(town[0])
    relaxation = Relaxation(ground, endless())
    relaxation.master.aim({"groups": 1})
    relaxation.seed((), {"groups": 1})
    prices = relaxation.converge(0.0, lambda _: False).relaxed.prices
    third = np.full(len(prices.request), round(prices.unit / 3))
    assert set(named(ground, "groups", replace(prices, request=third)).requests.values()) == {1 / 3}


def test_a_known_pattern_of_all_that_gains_needs_no_search(town: tuple[Problem, Plan]) -> None:
    """With a plan's patterns known or not, every site is worth the same."""
    problem, plan = town
    ground, kept = after(problem, plan, 1)
    relaxation = Relaxation(ground, endless())
    weights, _ = in_order(ground, SERVING)
    relaxation.master.aim(weights)
    relaxation.seed(kept, weights)
    prices = relaxation.converge(0.0, lambda _: False).relaxed.prices
    links = relaxation.master.link_rows[: len(prices.links)]
    values, uses = prices.option_values(ground, links), prices.use_values(ground)
    plain = Pricing(ground, endless()).price(values, uses, prices.site)
    knowing = Pricing(ground, endless(), relaxation.master.known)
    assert knowing.price(values, uses, prices.site).best == plain.best
    # And once more, when only some have changed.
    values = values + np.where(np.arange(ground.n) < ground.n // 2, prices.unit, 0)
    again = Pricing(ground, endless()).price(values, uses, prices.site)
    assert knowing.price(values, uses, prices.site).best == again.best


def test_what_a_plan_is_worth_is_the_sum_of_its_goals(town: tuple[Problem, Plan]) -> None:
    problem, plan = town
    ground, kept = after(problem, plan, 3)
    weights, _ = in_order(ground, SERVING)
    stay = [one for one in plan.assignments if ground.options.indices_for(one)]
    truth = values(ground.problem, stay)
    levels = sum(weight * ground.level(goal, truth[goal]) for goal, weight in weights.items())
    assert ground.worth(weights, np.array(kept)) == levels


def test_an_lp_without_room_in_64_bits_says_so(town: tuple[Problem, Plan]) -> None:
    ground = ground_of(town[0])
    relaxation = Relaxation(ground, endless())
    relaxation.master.aim({"equity": 2**50})
    relaxation.seed((), {"equity": 1})
    with pytest.raises(Unsolved, match="64 bits"):
        relaxation.converge(0.0, lambda _: False)


DUALS = Duals(
    goal="groups",
    held={"equity": 0.5},
    requests={"R0": 1.0},
    schools={"S0": 1 / 3},
    reach={"S1": 2.0},
    companies={("C0", "2027-W10"): 1.0, ("C0", ""): 2.0},
)


def test_duals_are_a_part_of_the_plan_s_file() -> None:
    plan = Plan("simple", "abc", "feasible", duals=(DUALS,))
    assert plan_json(plan)["duals"] == [
        {
            "goal": "groups",
            "held": {"equity": 0.5},
            "requests": {"R0": 1.0},
            "schools": {"S0": 1 / 3},
            "reach": {"S1": 2.0},
            "companies": [
                {"company": "C0", "week": "2027-W10", "price": 1.0},
                {"company": "C0", "price": 2.0},
            ],
        }
    ]
    assert read_plan(plan_bytes(plan)) == plan
    assert "duals" not in plan_json(replace(plan, duals=()))


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"requests": {"R0": -1}}, "duals[0].requests.R0: -1 is below 0"),
        ({"requests": [1]}, "duals[0].requests: is a list, not an object"),
        ({"goal": 3}, "duals[0].goal: is a number, not a text"),
        ({"companies": [{"company": "C0"}]}, "duals[0].companies[0].price: is missing"),
        (
            {"companies": [{"company": "C0", "price": 1}, {"company": "C0", "price": 2}]},
            "duals[0].companies: name a company's week twice",
        ),
    ],
)
def test_what_are_no_duals_is_refused(part: dict[str, object], sentence: str) -> None:
    document = json.loads(plan_bytes(Plan("simple", "abc", "feasible", duals=(DUALS,))))
    document["duals"][0] |= part
    with pytest.raises(ProblemRefused) as refused:
        read_plan(json.dumps(document).encode())
    assert str(refused.value) == sentence
