"""Branch and price against every plan of tiny problems: its bound is what the best plan is worth, and it finds that plan."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import faults_of
from outreach.matching.problem_json import read_problem
from outreach.matching.solving import branching
from outreach.matching.solving.branching import Branching
from outreach.matching.solving.engine import Clock, OutOfTime
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.master import Relaxed
from outreach.matching.solving.relaxation import Relaxation, Round
from tests.matching.brute import RULES, Brute
from tests.matching.grounds import endless, ground_of
from tests.matching.shapes import SHAPES
from tests.matching.tiny_problems import binding

NAMES = [*RULES, *SHAPES]
SOME = 4
ENOUGH = 1000
# What lies behind a table (`packing.py`) is bounded less sharply, so the LP of such halls is not always at its end.
VAGUE = ("halls that must fill",)
# Some whose LP is not whole.
LOOSE = ("H6 crew", "slots of one school", "two a day")


@dataclass
class Tried:
    """The LP around a plan (its options) of one ground, and what the best plan among the solutions that were tried is worth."""

    ground: Ground
    weights: dict[str, int]
    plan: list[int]

    def __post_init__(self) -> None:
        self.best = self.ground.worth(self.weights, np.array(self.plan, dtype=np.int64))
        self.relaxation = Relaxation(self.ground, endless())
        self.relaxation.master.aim(self.weights)
        self.relaxation.seed(self.plan, self.weights)

    def offer(self, relaxed: Relaxed) -> None:
        chosen = np.flatnonzero(relaxed.use > 0.5)
        if np.abs(relaxed.use - np.rint(relaxed.use)).max(initial=0) < 1e-6:
            plan = self.ground.days.timed(chosen.tolist())
            if not list(faults_of(self.ground.problem, plan)):
                self.best = max(self.best, self.ground.worth(self.weights, chosen))

    def bound(self, most: int) -> int:
        def heard(last: Round) -> bool:
            self.last = last
            return False

        self.relaxation.converge(0.0, heard, to_the_end=True)
        self.offer(self.last.relaxed)
        whole = self.last.whole // self.last.relaxed.prices.unit
        return Branching(self.relaxation, lambda: self.best, self.offer, most).bound(self.last.relaxed, whole)


def cases(name: str) -> Iterator[tuple[Tried, int]]:
    """Tiny problems with weights for their goals, around any plan, and what the best plan is worth by them."""
    for number, (document, _) in enumerate(binding(name)[:SOME]):
        ground, brute = ground_of(read_problem(json.dumps(document).encode())), Brute(document)
        rng = random.Random(f"{name}/{number}")
        weights = {goal: rng.randint(0, 9) for goal in ground.problem.objectives}
        plans = [plan for plan in brute.plans([], brute.ways()) if all(brute.final_rules(plan))]
        given = [read_assignment(dict(visit.assignment), "") for visit in rng.choice(plans)]
        yield (
            Tried(ground, weights, [ground.options.indices_for(one)[0] for one in given]),
            max(worth(ground, weights, brute.values(plan)) for plan in plans),
        )


def worth(ground: Ground, weights: dict[str, int], values: dict[str, Any]) -> int:
    return sum(weight * ground.level(goal, values[goal]) for goal, weight in weights.items())


@pytest.mark.parametrize("name", NAMES)
def test_the_bound_is_what_the_best_plan_is_worth(name: str) -> None:
    for tried, truth in cases(name):
        bound = tried.bound(ENOUGH)
        assert bound == truth == tried.best or (name in VAGUE and bound >= truth), tried.ground.problem.name


@pytest.mark.parametrize("name", NAMES)
def test_a_bound_after_few_branches_is_never_too_low(name: str) -> None:
    for most in range(4):
        for tried, truth in cases(name):
            assert tried.bound(most) >= truth >= tried.best


def test_branches_are_needed() -> None:
    """The problems are no proof of anything if their LPs are whole anyway."""
    assert sum(tried.bound(0) > tried.best for name in NAMES for tried, _ in cases(name)) > 10


def test_a_forgotten_branch_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Branching._within

    def forgetting(self: Branching, branch: branching.Branch, bound: int) -> int:
        return self.worth() if branch.placed else whole(self, branch, bound)

    monkeypatch.setattr(Branching, "_within", forgetting)
    assert any(tried.bound(ENOUGH) < truth for name in NAMES for tried, truth in cases(name))


def test_a_branch_that_is_cut_short_leaves_the_lp_as_it_was() -> None:
    """Wherever in a branch the time ends: afterwards the LP has its own optimum again."""
    seen = 0
    for tried, _ in (case for name in LOOSE for case in cases(name)):
        whole = tried.bound(0)
        relaxation, relaxed = tried.relaxation, tried.last.relaxed
        for looks in range(1, 30) if whole > tried.best else ():
            relaxation.clock = relaxation.pricing.clock = ends_after(looks)
            with suppress(OutOfTime):
                Branching(relaxation, lambda: -(10**15), lambda _: None, 5).bound(relaxed, whole)
                break
            seen += 1
            assert relaxation.master.solve(endless()).value == pytest.approx(relaxed.value), looks
    assert seen > 30


def ends_after(looks: int) -> Clock:
    """A clock that is over once it has been looked at so often."""
    left = iter(range(looks))
    return Clock(0.0, endless().deadline, lambda: next(left, None) is None)
