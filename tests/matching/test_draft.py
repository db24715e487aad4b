"""A plan in the making: what it lets in is what the judge passes, whatever has come and gone before."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from outreach.matching.check import faults_of
from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.draft import Draft
from outreach.matching.solving.greedy import drafted
from outreach.matching.solving.options import options_of
from outreach.matching.solving.timetable import TeamDays
from tests.matching.brute import RULES
from tests.matching.simple import BASE, MONDAY, problem, session, slot
from tests.matching.test_agreement import problem_of
from tests.matching.test_solving import clock
from tests.matching.tiny_problems import document
from tests.matching.wild import wild


def without_minimum(whole: Problem) -> Problem:
    """Pins and minimum attendance are no matter of a single step."""
    offers = tuple(replace(one, min_pupils=0) for one in whole.offers)
    slots = tuple(replace(one, min_pupils=None) for one in whole.slots)
    return replace(whole, offers=offers, slots=slots, pins=())


def faultless(whole: Problem, days: TeamDays, chosen: list[int]) -> bool:
    try:
        return faults_of(whole, days.timed(chosen)) == []
    except ValueError:
        return False


def assert_judged(whole: Problem, rng: random.Random) -> Counter[bool]:
    """Add and remove at random; at every step each option gets in exactly when the judge has nothing against the plan."""
    options = options_of(whole, clock())
    days = TeamDays(options)
    draft = Draft(options, days)
    seen: Counter[bool] = Counter()
    everybody = np.arange(len(options))
    for _ in range(6 if len(options) else 0):
        chosen = list(draft.of_request.values())
        if chosen and rng.random() < 0.3:
            draft.remove(rng.choice(chosen))
            continue
        possible = draft.possible(everybody)
        assert [draft.allows(one) for one in everybody.tolist()] == possible.tolist()
        assert [draft.reaches(one) for one in everybody.tolist()] == draft.reaching(everybody).tolist()
        for index in rng.sample(range(len(options)), min(len(options), 12)):
            good = (
                faultless(whole, days, [*chosen, index])
                and options.all[index].request not in draft.of_request
            )
            added = draft.add(index)
            assert added is good, (whole.name, index)
            assert possible[index] or not good
            seen[good] += 1
            if added:
                draft.remove(index)
        draft.add(rng.randrange(len(options)))
    return seen


@pytest.mark.parametrize("rule", RULES)
def test_an_option_gets_in_when_the_judge_has_nothing_against_it(rule: str) -> None:
    rng = random.Random(rule)
    seen = sum(
        (assert_judged(without_minimum(problem_of(document(rule, seed))), rng) for seed in range(12)),
        Counter(),
    )
    assert min(seen[True], seen[False]) > 20


@pytest.mark.parametrize("part", range(4))
def test_and_in_wild_problems(part: int) -> None:
    rng = random.Random(part)
    seen = sum(
        (assert_judged(without_minimum(wild(seed)), rng) for seed in range(60 * part, 60 * part + 60)),
        Counter(),
    )
    assert min(seen[True], seen[False]) > 200


def test_what_leaves_leaves_nothing_behind() -> None:
    for seed in range(40):
        options = options_of(without_minimum(wild(seed)), clock())
        draft, fresh = (Draft(options, TeamDays(options)) for _ in "ab")
        for index in range(0, len(options), 2):
            draft.add(index)
        for index in list(draft.of_request.values()):
            draft.remove(index)
        everybody = np.arange(len(options))
        assert draft.possible(everybody).tolist() == fresh.possible(everybody).tolist()
        assert draft.assignments() == []
        assert not any(draft.of_slot.values()) and not any(draft.of_block.values())


def test_a_first_plan_takes_what_is_liked_most_then_what_is_near() -> None:
    """A visit to the first choice, not the session of the other company; of two sessions the nearer team's."""
    liking = {"choices": ["C0", "C1"], "topics": []}
    assert drafted_for(problem(R0=liking, R1={"windows": []})) == [slot("R0")]
    assert drafted_for(problem(R0=liking | {"choices": ["C1", "C0"]}, R1={"windows": []})) == [
        session("R0", "09:00")
    ]
    near = {
        "id": "T1",
        "company": "C1",
        "offers": ["O1"],
        "home": [114.15, 22.28],
        "windows": [[f"{MONDAY}T09:00", f"{MONDAY}T16:00"]],
    }
    whole = problem(R0={"kinds": ["coding_session"]}, R1={"windows": []}, teams=[near])
    assert drafted_for(whole) == [session("R0", "09:00", team="T1")]


def test_a_slot_that_needs_several_groups_takes_the_largest_first() -> None:
    """Forty and thirty fill it; twenty and thirty would have come first in the list and left no room."""
    third = {**BASE["requests"][0], "id": "R2", "pupils": 40}
    sizes = {"R0": {"pupils": 20}, "R1": {"pupils": 30}}
    least = {"min_pupils": 60, "max_pupils": 70}
    whole = problem(requests=[third], L0=least, T0={"windows": []}, **sizes)
    assert drafted_for(whole) == [slot("R1"), slot("R2")]


def drafted_for(whole: Problem) -> list[Assignment]:
    options = options_of(whole, clock())
    return drafted(options, TeamDays(options), (), clock(), fill=True)
