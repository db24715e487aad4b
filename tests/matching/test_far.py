"""The long way from the first patterns to the best ones: covers, prices to a thousandth, and a dive for a whole plan."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from outreach.matching.check import faults_of
from outreach.matching.problem import Problem
from outreach.matching.problem_json import read_problem
from outreach.matching.solve import _Run, solve
from outreach.matching.solving import diving, master, pace, pipeline
from outreach.matching.solving.blend import blend
from outreach.matching.solving.diving import dive
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.pipeline import Pipeline
from outreach.matching.solving.promising import Promising
from outreach.matching.solving.relaxation import Relaxation, Round
from outreach.matching.solving.rounding import rounded
from tests.matching.brute import RULES
from tests.matching.grounds import endless, ground_of
from tests.matching.shapes import SHAPES
from tests.matching.test_proof import demo_round
from tests.matching.tiny_problems import binding

NAMES = [*RULES, *SHAPES]


def tiny(name: str) -> list[Problem]:
    return [read_problem(json.dumps(document).encode()) for document, _ in binding(name)[:2]]


def converged(relaxation: Relaxation, problem: Problem) -> tuple[Round, list[Round]]:
    weights = blend(relaxation.ground, problem.objectives)
    relaxation.master.aim(weights)
    relaxation.seed((), weights)
    heard: list[Round] = []

    def hear(one: Round) -> bool:
        heard.append(one)
        return False

    last = relaxation.converge(0.0, hear)
    # Links that the last solution broke are new to the LP, which may fall once more.
    while last.new:
        last = relaxation.exactly()
    return last, heard


def test_a_cover_shares_no_request_and_changes_no_bound() -> None:
    problem = demo_round("this_term")
    relaxation = Relaxation(ground_of(problem), endless())
    ground, pricing = relaxation.ground, relaxation.pricing
    weights = blend(ground, problem.objectives)
    relaxation.master.aim(weights)
    relaxation.seed((), weights)
    prices = relaxation.master.solve(endless()).prices
    values = prices.option_values(ground, relaxation.master.link_rows)
    uses = prices.use_values(ground)
    plain = pricing.price(values, uses, prices.site)
    covered = pricing.price(values, uses, prices.site, covers=3)
    assert covered.best == plain.best
    assert set(plain.columns) < set(covered.columns)
    promising = Promising(ground, values, uses, pricing._sizes, np.arange(ground.n))
    sites = [number for number, best in enumerate(plain.best) if best > prices.site[number]]
    cover = [members for _, _, members in pricing._cover(sites, promising, prices.site.tolist())]
    asked = ground.request[[option for members in cover for option in members]].tolist()
    assert len(asked) == len(set(asked))
    # The best patterns of all sites leave more requests to nobody.
    wanted = {request for _, members in plain.columns for request in ground.request[list(members)].tolist()}
    assert len(cover) > 1
    assert not set(asked) <= wanted


@pytest.mark.parametrize("name", NAMES)
def test_near_prices_lead_to_the_exact_end(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(master, "MANY_STEPS", -1)
    for problem in tiny(name):
        ground = ground_of(problem)
        if not ground.n:
            continue
        exact, _ = converged(Relaxation(ground, endless()), problem)
        last, heard = converged(Relaxation(ground, endless(), threads=1), problem)
        assert last.exact
        assert not heard[0].exact
        assert last.relaxed.value == pytest.approx(exact.relaxed.value)
        # Every bound on the way holds, however rough the prices.
        assert min(one.bound for one in heard) >= exact.relaxed.value - 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_a_dive_ends_in_a_plan_and_leaves_the_lp_as_it_was(name: str) -> None:
    for problem in tiny(name):
        ground = ground_of(problem)
        if not ground.n:
            continue
        relaxation = Relaxation(ground, endless())
        before, _ = converged(relaxation, problem)
        use = dive(ground, relaxation.master, 0.1, endless(), endless(), lambda: None)
        assert (
            faults_of(problem, ground.days.timed(rounded(ground.options, ground.days, use, endless()))) == []
        )
        again = relaxation.exactly()
        assert again.relaxed.value == pytest.approx(before.relaxed.value)


def test_a_dive_takes_almost_all_that_the_lp_promises() -> None:
    problem = demo_round("this_term")
    ground = ground_of(problem)
    relaxation = Relaxation(ground, endless())
    last, _ = converged(relaxation, problem)
    use = dive(ground, relaxation.master, 0.1, endless(), endless(), lambda: None)
    assert set(np.unique(np.round(use, 6)).tolist()) <= {0.0, 1.0}
    assert use.sum() >= 0.97 * last.relaxed.use.sum()


def test_a_dive_that_came_too_far_goes_back_to_one_column_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Everything at once, however it clashes: dead ends are certain.
    monkeypatch.setattr(diving, "SURE", 0.0)
    monkeypatch.setattr(diving, "_apart", lambda ground, columns, wanted: iter(wanted))
    problem = demo_round("this_term")
    ground = ground_of(problem)
    relaxation = Relaxation(ground, endless())
    last, _ = converged(relaxation, problem)
    if np.array_equal(np.round(last.relaxed.share), last.relaxed.share):
        pytest.fail("this round's LP is whole: choose another one")
    solved: list[bool] = []
    real = diving._solved

    def watched(*given: object) -> object:
        found = real(*given)  # type: ignore[arg-type]
        solved.append(found is not None)
        return found

    monkeypatch.setattr(diving, "_solved", watched)
    use = dive(ground, relaxation.master, 0.1, endless(), endless(), lambda: None)
    assert (False, True) in pairwise(solved)
    assert faults_of(problem, ground.days.timed(rounded(ground.options, ground.days, use, endless()))) == []


def test_a_dive_ends_with_its_time() -> None:
    problem = demo_round("this_term")
    ground = ground_of(problem)
    relaxation = Relaxation(ground, endless())
    converged(relaxation, problem)
    over = endless().rest(0.0)
    assert dive(ground, relaxation.master, 0.1, over, endless(), lambda: None).sum() == 0


@pytest.mark.parametrize("fruitful", [True, False])
def test_dives_end_with_a_plan_that_serves_as_many_as_the_lp(
    fruitful: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = demo_round("this_term")
    ground = ground_of(problem)
    best = [ground.options.indices_for(one)[0] for one in solve(problem, seconds=60, workers=1).assignments]
    parts = []

    def dived(ground: Ground, master: object, part: float, *_clocks: object) -> NDArray[np.float64]:
        parts.append(part)
        use = np.zeros(ground.n)
        use[best if fruitful else []] = 1.0
        return use

    monkeypatch.setattr(pipeline, "dive", dived)
    # The first plan serves nobody, and nothing is filled up.
    monkeypatch.setattr(_Run, "_first_plan", lambda self, options, days, start: self.best.offer(()))
    monkeypatch.setattr(
        pipeline, "rounded", lambda options, days, use, clock: np.flatnonzero(use == 1).tolist()
    )
    monkeypatch.setattr(Pipeline, "_round", lambda self, last: None)
    monkeypatch.setattr(Pipeline, "_choose_rest", lambda self, blended: None)
    monkeypatch.setattr(Pipeline, "_bounds", lambda self: None)
    monkeypatch.setattr(Pipeline, "_close", lambda self: None)
    solve(problem, seconds=60, workers=2)
    assert parts == list(pace.PARTS[: 1 if fruitful else None])
