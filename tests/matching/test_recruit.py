"""What one more slot brings, against brute force: by CP-SAT on the whole, and by duals and parts of the plan."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from outreach.matching.assignment_json import read_assignment
from outreach.matching.explaining.stand import Stand, Unfit
from outreach.matching.plan import FEASIBLE, Plan
from outreach.matching.problem import Assignment
from outreach.matching.problem_json import read_problem
from outreach.matching.problem_writing import company_json, offer_json, slot_json, team_json
from outreach.matching.recruit import EXACT, recruit
from outreach.matching.recruit_json import recruit_bytes
from outreach.matching.recruiting.around import Around
from outreach.matching.recruiting.confirming import Trial, Trials
from outreach.matching.recruiting.ideas import added
from outreach.matching.recruiting.scores import Fitting
from outreach.matching.recruiting.space import Space
from outreach.matching.recruiting.worth import Worth, worth_of
from outreach.matching.solving.draft import Draft
from outreach.matching.solving.engine import Clock
from tests.matching.brute import RULES
from tests.matching.brute_reasons import plan_values
from tests.matching.brute_recruit import lies, most_new, with_slot
from tests.matching.brute_visits import Document
from tests.matching.shapes import SHAPES
from tests.matching.simple import document as simple
from tests.matching.tiny_parts import Seeded
from tests.matching.tiny_problems import binding

NAMES = [*RULES, *SHAPES]
# Of each rule and shape: together more than 200 problems.
SOME = 8
MOST = 3
LARGE = 0

Assignments = list[dict[str, str]]


def situations(name: str) -> list[tuple[Document, Assignments]]:
    """Problems with their best plan, or with one that has a placement less, so that somebody waits for sure."""
    found = []
    for at, (document, best) in enumerate(binding(name)[:SOME]):
        plan = list(best.plan)
        pinned = [pin["request"] for pin in document.get("pins", [])]
        loose = [one for one in plan if one["request"] not in pinned]
        fewer = [one for one in plan if not loose or one != loose[at % len(loose)]]
        whole = len(plan) == len(document["requests"]) or at % 2
        found.append((document, fewer if whole and plan_values(document, fewer) is not None else plan))
    return found


def told(document: Document, plan: Assignments, exact: int) -> dict[str, Any]:
    """The answer as JSON, written and read again."""
    problem = read_problem(json.dumps(document).encode())
    given = Plan(problem.name, "", FEASIBLE, tuple(read_assignment(one, "") for one in plan))
    answer = recruit(problem, given, seconds=60, workers=1, most=MOST, exact=exact)
    found: dict[str, Any] = json.loads(recruit_bytes(problem, "", answer))
    return found


def all_lies(exact: int, *names: str) -> list[str]:
    return [
        lie
        for name in names
        for document, plan in situations(name)
        for lie in lies(document, plan, told(document, plan, exact))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_small_problems_are_answered_exactly(name: str) -> None:
    for document, plan in situations(name):
        answer = told(document, plan, EXACT)
        assert list(lies(document, plan, answer)) == [], document["name"]
        assert answer["without"]["proven"], document["name"]
        assert all(one["groups"]["proven"] for one in answer["slots"]), document["name"]


@pytest.mark.parametrize("name", NAMES)
def test_duals_and_parts_say_nothing_that_is_not_so(name: str) -> None:
    for document, plan in situations(name):
        assert list(lies(document, plan, told(document, plan, LARGE))) == [], document["name"]


def test_slots_are_told_in_most_situations() -> None:
    """Otherwise the tests above would say little."""
    answers = [told(document, plan, LARGE) for name in NAMES[::4] for document, plan in situations(name)]
    assert sum(bool(one["slots"]) for one in answers) > len(answers) / 2
    assert any(one["moves"] for answer in answers for one in answer["slots"])
    assert any(one["groups"]["value"] > 1 for answer in answers for one in answer["slots"])


@pytest.mark.parametrize("name", NAMES[::3])
def test_no_slot_brings_more_than_its_score(name: str) -> None:
    """Of all slots, not only of those that are told."""
    for document, plan in situations(name):
        problem = read_problem(json.dumps(document).encode())
        now = time.monotonic()
        clock = Clock(now, now + 60, lambda: False)
        space = Space(problem)
        fitting = Fitting(space, clock)
        largest = max(one.max_groups for one in space.typical.values())
        assignments = [read_assignment(one, "") for one in plan]
        worth = worth_of(problem, assignments, largest, clock)
        rng = Seeded(document["name"])
        blocks = list(fitting.blocks())
        for _ in range(3):
            idea = fitting.idea(rng.choice(blocks), rng.randint(0, 2 * len(space.days) - 1))
            (firm,) = added(space, [idea])
            add = {
                "companies": [company_json(firm.company)],
                "offers": [offer_json(firm.offer)],
                "slots": [slot_json(firm.slot)] if firm.slot else [],
                "teams": [team_json(firm.team)] if firm.team else [],
            }
            most = most_new(with_slot(document, add), plan)
            assert most <= worth.groups(fitting.score(idea, worth.values)), (document["name"], idea)


def test_places_that_are_lost_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that loses somebody where two gain is kept honest by the judge, and without the judge these tests see it."""
    names = ("H2 fewest pupils", "H2 groups", "H3 language", "H3 stage", "halls that must fill")
    whole = Trials._assignments

    def losing(self: Trials, rows: Sequence[int]) -> tuple[Assignment, ...]:
        found = whole(self, rows)
        more = len(found) - len(self.stand.plan)
        gone = next((one.request for one in found if one.request in self.stand.plan and more > 1), "")
        return tuple(one for one in found if one.request != gone)

    monkeypatch.setattr(Trials, "_assignments", losing)
    assert all_lies(LARGE, *names) == []
    monkeypatch.setattr(Trial, "faults", lambda *_: [])
    assert [lie for lie in all_lies(LARGE, *names) if "not as many" in lie] != []


def test_rules_that_are_broken_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits is put into the slot whatever else the school, the group or the crew has."""
    names = ("H5 in all", "H5 per day", "H6 group", "H6 crew")
    add = Draft.add

    def careless(self: Draft, row: int) -> bool:
        if self.options.slot[row] < 0 or self.placed[self.options.request[row]]:
            return add(self, row)
        self.take(row)
        return True

    monkeypatch.setattr(Draft, "add", careless)
    told_before = all_lies(LARGE, *names)
    assert [lie for lie in told_before if "not only" not in lie] == []
    monkeypatch.setattr(Trial, "faults", lambda *_: [])
    assert [lie for lie in all_lies(LARGE, *names) if "no plan" in lie] != []


def test_slots_that_do_not_fill_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("H2 fewest pupils", "halls that must fill", "a hall too small")
    monkeypatch.setattr(Stand, "enough", lambda *_: True)
    monkeypatch.setattr(Draft, "reaching", lambda _, rows: np.ones(len(rows), dtype=np.bool_))
    assert all_lies(LARGE, *names) == []
    monkeypatch.setattr(Trial, "faults", lambda *_: [])
    assert [lie for lie in all_lies(LARGE, *names) if "no plan" in lie or "cannot be reached" in lie] != []


def test_bounds_that_forget_what_the_prices_leave_open_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Worth, "groups", lambda self, best: best // (2 * self.group))
    assert [lie for lie in all_lies(LARGE, "H2 groups", "H5 in all", "H7 in all") if "not only" in lie] != []


def test_an_exact_answer_about_a_part_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = Around.everybody
    monkeypatch.setattr(Around, "everybody", lambda self: everybody(self)[:1])
    assert [lie for lie in all_lies(EXACT, *NAMES[::3]) if "not only" in lie] != []


def test_a_plan_with_a_fault_is_refused() -> None:
    document = simple(pins=[{"request": "R0", "slot": "L0"}])
    with pytest.raises(Unfit, match="R0"):
        told(document, [], EXACT)
    with pytest.raises(Unfit, match="placed 2 times"):
        told(simple(), [{"request": "R0", "slot": "L0"}] * 2, EXACT)


def test_nobody_waits_so_no_slot_is_told() -> None:
    plan = [{"request": "R0", "slot": "L0"}, {"request": "R1", "slot": "L0"}]
    answer = told(simple(), plan, EXACT)
    assert (answer["placed"], answer["waiting"], answer["slots"]) == (2, 0, [])
    assert answer["without"] == {"value": 0, "bound": 0, "proven": True}
