"""The short ways of a forced request, each alone, against every plan of tiny problems: no bound is too low, no plan is none."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import faults_of, values
from outreach.matching.explaining.forcing import FARTHEST, Forcing, _Known, forcible
from outreach.matching.problem_json import read_problem
from outreach.matching.solving.columns import Long
from outreach.matching.solving.integer import Integer
from outreach.matching.solving.pricing import Pricing
from tests.matching.brute import RULES
from tests.matching.brute_reasons import _With
from tests.matching.grounds import BETWEEN, endless, patterns_of, random_prices
from tests.matching.shapes import SHAPES
from tests.matching.test_pricing import grounds, worth
from tests.matching.tiny_problems import binding

NAMES = [*RULES, *SHAPES]
SOME = 4


@dataclass(frozen=True)
class Asked:
    """A request that has no place in the best plan. `truth`: the weighted sum of the best plan with it (None: there is none)."""

    forcing: Forcing
    request: str
    truth: int | None

    @property
    def at(self) -> int:
        return self.forcing.ground.options.positions.request[self.request]

    @property
    def rows(self) -> Long:
        return self.forcing.ground.options.of_request.at(self.at)


def asked(name: str) -> Iterator[Asked]:
    for document, found in binding(name)[:SOME]:
        problem = read_problem(json.dumps(document).encode())
        plan = [read_assignment(one, "") for one in found.plan]
        if not forcible(problem):
            continue
        forcing = Forcing(problem, plan, endless())
        placed = {one.request for one in plan}
        for request in forcing.ground.options.of_request:
            if request not in placed:
                best = _With(document, request).best()
                yield Asked(forcing, request, None if best is None else forcing.total(best.values))


def branches(one: Asked) -> _Known:
    """What branching alone says."""
    return one.forcing._branched(one.at, one.rows, _Known(one.forcing._whole_bound, FARTHEST, None))


def lies(one: Asked, known: _Known) -> Iterator[str]:
    problem = one.forcing.problem
    if one.truth is not None and known.bound < one.truth:
        yield f"no plan with {one.request} has more than {known.bound}, but one has {one.truth}"
    if known.plan is not None:
        if faults_of(problem, known.plan) or one.request not in {each.request for each in known.plan}:
            yield f"the plan with {one.request} is none"
        elif known.total != one.forcing.total(values(problem, known.plan)):
            yield f"the plan with {one.request} has another total"


@pytest.mark.parametrize("name", NAMES)
def test_branches_alone_say_nothing_that_is_not_so(name: str) -> None:
    assert [lie for one in asked(name) for lie in lies(one, branches(one))] == []


def test_branches_alone_find_the_best_most_of_the_time() -> None:
    found = Counter(
        (known := branches(one)).total >= min(known.bound, one.forcing.kept)
        for name in NAMES
        for one in asked(name)
        if one.truth is not None
    )
    assert found[True] > 100
    assert found[False] < found[True] / 5


def test_a_forgotten_option_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Forcing._quick

    def forgetting(self: Forcing, rows: Long) -> int | None:
        return None if len(rows) == 1 and rows[0] % 2 else quick(self, rows)

    monkeypatch.setattr(Forcing, "_quick", forgetting)
    told = [lie for name in NAMES for one in asked(name) for lie in lies(one, branches(one))]
    assert any("has more than" in lie for lie in told)


@pytest.mark.parametrize("name", NAMES)
def test_mended_solutions_are_plans_with_the_request(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Forcing, "_whole_rows", lambda *_: None)
    for one in asked(name):
        assert list(lies(one, one.forcing._forced(one.at, (), one.forcing._whole_bound))) == []


@pytest.mark.parametrize("name", ["H2 groups", "H5 in all", "H7 in all"])
def test_an_integer_program_places_whom_it_has_to(name: str) -> None:
    seen = 0
    for one in asked(name):
        forcing, relaxation = one.forcing, one.forcing.relaxation
        program = (forcing.ground, relaxation.links, relaxation.master.columns, forcing.weights, {}, ())
        free = Integer(*program, endless()).solve(9.0, 0, ())
        bound = Integer(*program, endless(), placed=(one.at,)).solve(9.0, 0, ())
        assert free is not None
        assert set(free).isdisjoint(one.rows.tolist())
        assert bound is None or not set(bound).isdisjoint(one.rows.tolist())
        seen += bound is not None
    assert seen


@pytest.mark.parametrize("name", NAMES)
def test_the_least_loss_of_a_site_with_an_option_is_no_higher_than_it_is(name: str) -> None:
    for number, ground in enumerate(one for one in grounds(name) if one.n):
        rng = random.Random(f"{name}/{number}")
        prices = random_prices(ground, rng)
        worths, uses = prices.option_values(ground, ()), prices.use_values(ground)
        pricing = Pricing(ground, endless())
        best = pricing.price(worths, uses, prices.site).best
        request = rng.choice(ground.request.tolist())
        rows = np.flatnonzero(ground.request == request)
        found = {one.site: one for one in pricing.with_one_of(rows, worths, uses, best)}
        for site in np.unique(ground.site_of[ground.resource[rows]]).tolist():
            strict, loose = (
                [
                    worth(ground, members, worths.tolist(), uses.tolist())
                    for members in patterns_of(ground, site, but)
                    if not set(members).isdisjoint(rows.tolist())
                ]
                for but in ((), BETWEEN)
            )
            assert (site in found) >= bool(strict)
            assert (site in found) <= bool(loose)
            if strict:
                assert best[site] - found[site].loss >= max(strict)
            if site in found and found[site].members is not None:
                assert not set(found[site].members or ()).isdisjoint(rows.tolist())
