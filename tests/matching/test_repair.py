"""Repairs agree with brute force on tiny problems to which everything happens that can happen: no smaller one exists.

Each problem is repaired twice: by CP-SAT on the whole, and by the way that large problems go (`whole=0`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest

from outreach.matching.duals import Duals
from outreach.matching.problem_json import problem_of
from outreach.matching.repair import repair
from outreach.matching.repairing import ladder
from outreach.matching.repairing.events_json import events_of
from outreach.matching.repairing.found import NoRepairInTime
from outreach.matching.repairing.least import Least
from outreach.matching.repairing.policies import MOST_SERVED
from outreach.matching.repairing.search import WHOLE, Search
from outreach.matching.solving.cpsat import cp_model
from outreach.matching.solving.engine import Answer, run
from tests.matching.chains import chains
from tests.matching.mishaps import KINDS, Mishap, mishaps
from tests.matching.repaired import assert_bounds, assert_repaired, assert_true, parsed, plan_so_far, repaired


@pytest.mark.parametrize("kind", KINDS)
def test_no_repair_is_better_than_that_of_the_whole(kind: str) -> None:
    for one in mishaps(kind):
        assert_repaired(one, WHOLE)


@pytest.mark.parametrize("kind", KINDS)
def test_no_repair_is_smaller_than_that_of_a_large_problem(kind: str) -> None:
    assert all(assert_repaired(one, 0) for one in mishaps(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_duals_that_came_with_the_plan_need_not_be_believed(kind: str) -> None:
    """Whatever a plan says about prices: the repairs are the best, and their bounds hold."""
    rng = random.Random(kind)
    assert all(assert_repaired(one, 0, invented(one, rng)) for one in mishaps(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_better_plan_of_another_policy_comes_with_what_was_proven(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`most-served` without a look at the goals after its changes: the others' plans are often better there."""
    beside = Search._beside

    def careless(self: Search, least: Least, *measures: Any, **held: Any) -> Any:
        return (least.rows, {}) if self.policy == MOST_SERVED else beside(self, least, *measures, **held)

    monkeypatch.setattr(Search, "_beside", careless)
    assert all(assert_repaired(one, 0) for one in mishaps(kind))


def invented(one: Mishap, rng: random.Random) -> list[Duals]:
    """Prices that nobody has worked out."""

    def some(names: Iterable[str]) -> dict[str, float]:
        return {name: rng.choice((0.25, 1.0, 40.0, 1000.0)) for name in names if rng.random() < 0.5}

    goals = [goal for goal in one.problem["objectives"] if goal in ("equity", "groups", "pupils")]
    schools = [school["id"] for school in one.problem["schools"]]
    return [
        Duals(
            goal,
            some(goals[:at]),
            some(visit_request["id"] for visit_request in one.problem["requests"]),
            some(schools),
            some(schools),
            {(company["id"], ""): rng.random() for company in one.problem["companies"]},
        )
        for at, goal in enumerate(goals)
    ]


@pytest.mark.parametrize("whole", [WHOLE, 0])
def test_a_chain_is_followed_to_its_end(whole: int) -> None:
    short, long = chains()
    assert_repaired(short, whole)
    assert_repaired(long, whole)
    key = ("schools", "losses", "changes")
    assert min(tuple(worth[name] for name in key) for worth in short.worths) == (2, 1, 3)
    assert min(tuple(worth[name] for name in key) for worth in long.worths) == (1, 0, 2)


def test_there_are_enough_problems_and_each_says_something() -> None:
    """Of the problems many have a repair to choose, and some have none that keeps the pins."""
    every = [one for kind in KINDS for one in mishaps(kind)]
    assert len(every) >= 200
    assert len({one.name for one in every}) == len(every)
    assert sum(len(set(map(str, one.worths))) > 1 for one in every) > 150
    assert sum(bool(one.truth.frozen) for one in every) > 30


@pytest.mark.parametrize("whole", [WHOLE, 0])
def test_out_of_time_everybody_who_can_stays(whole: int) -> None:
    for kind in KINDS:
        for one in mishaps(kind)[:8]:
            if one.worths:
                assert_stopped(one, whole)


class CutShort:
    """CP-SAT, whose `cut`-th run ends with its worst solution and nothing proven; later ones have no time at all."""

    def __init__(self, cut: int) -> None:
        self.left = cut

    def __call__(self, model: cp_model.CpModel, *effort: Any, **listeners: Any) -> Answer:
        self.left -= 1
        if self.left < 0:
            return Answer()
        if self.left > 0:
            return run(model, *effort, **listeners)
        self._turned_round(model)
        worst = run(model, *effort, **listeners)
        self._turned_round(model)
        return Answer(worst.values)

    def _turned_round(self, model: cp_model.CpModel) -> None:
        weights = model.proto.objective.coeffs
        for at in range(len(weights)):
            weights[at] = -weights[at]


@pytest.mark.parametrize("whole", [WHOLE, 0])
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_cut_short_takes_nothing_from_those_before_it(
    kind: str, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the clock ends, with the worst that CP-SAT could have by then: what is told of the plan is true of it."""
    for one in [*chains(), *mishaps(kind)[:4]]:
        for cut in range(1, 8) if one.worths else ():
            monkeypatch.setattr(ladder, "run", CutShort(cut))
            found = repaired(one, whole)
            for answer in found.answers:
                assert_true(one, found, answer)
                assert_bounds(one, answer)


def assert_stopped(one: Mishap, whole: int) -> None:
    """Stopped at once the answers are plans, and claim nothing that is not so."""
    problem = problem_of(parsed(one.problem))
    try:
        found = repair(
            problem,
            plan_so_far(one, problem),
            events_of(parsed(one.events)),
            workers=1,
            whole=whole,
            stop=lambda: True,
        )
    except NoRepairInTime:
        # Only where pins miss others may nothing be known at once.
        assert one.truth.document["pins"] or one.problem["teams"], one.name
        return
    for answer in found.answers:
        assert_true(one, found, answer)
        assert_bounds(one, answer)
