"""Reasons, losses and changes against brute force, by CP-SAT on the whole and by exchanges with the LP: all told is true."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import faults_of
from outreach.matching.explain import EXACT, NoSuchRequest, explain
from outreach.matching.explaining.reasons import Reasons
from outreach.matching.explaining.stand import Stand, Unfit
from outreach.matching.explaining.verifying import Verifier
from outreach.matching.explaining.whole import Whole
from outreach.matching.explanation_json import explanation_json
from outreach.matching.plan import FEASIBLE, Plan
from outreach.matching.problem import Assignment
from outreach.matching.problem_json import read_problem
from outreach.matching.solving.draft import Draft
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.options import options_of
from tests.matching.brute import MAXIMISED, RULES, Found
from tests.matching.brute_reasons import Truth, changed, plan_values, truth_of
from tests.matching.brute_visits import Document
from tests.matching.shapes import SHAPES
from tests.matching.simple import MONDAY
from tests.matching.simple import document as simple
from tests.matching.tiny_problems import binding

NAMES = [*RULES, *SHAPES]
# Of each rule and shape: together more than 200 problems.
SOME = 8
LARGE = 0


def explained(document: Document, found: Found, exact: int) -> Iterator[tuple[dict[str, Any], Truth]]:
    """Each explanation of the best plan as JSON, and what is true of the request."""
    problem = read_problem(json.dumps(document).encode())
    plan = Plan(problem.name, "", FEASIBLE, tuple(read_assignment(one, "") for one in found.plan))
    for one in explain(problem, plan, seconds=30, workers=1, exact=exact):
        # Written and read again, so that costs are exact numbers as in brute force.
        told = json.loads(json.dumps(explanation_json(problem, one)), parse_float=Decimal)
        yield told, truth_of(document, found, one.request)


def lies(document: Document, found: Found, told: dict[str, Any], truth: Truth) -> list[str]:
    """What an explanation says that is not so."""
    return [
        *_wrong_reason(told, truth),
        *_wrong_because(document, found, told),
        *_wrong_changes(document, found, told),
    ]


def _wrong_reason(told: dict[str, Any], truth: Truth) -> Iterator[str]:
    if told["reason"] == "not-established":
        return
    if told["reason"] != truth.reason:
        yield f"{told['reason']} is {truth.reason}"
    because = told["because"]
    if because is not None and because["proven"]:
        goal = because["goal"] if because["loss"] else None
        if (goal, because["loss"]) != (truth.goal, truth.loss):
            yield f"{goal} by {because['loss']} is {truth.goal} by {truth.loss}"


def _wrong_because(document: Document, found: Found, told: dict[str, Any]) -> Iterator[str]:
    because = told["because"]
    if because is None:
        return
    new = {one["request"]: one for one in because["instead"]}
    kept = [one for one in found.plan if one["request"] not in {*new, *because["losing"]}]
    reached = plan_values(document, [*kept, *new.values()])
    if reached is None or told["request"] not in new:
        yield "the plan that shows the loss is none"
        return
    for goal, value in found.values.items():
        loss = value - reached[goal] if goal in MAXIMISED else reached[goal] - value
        if goal == because["goal"]:
            if loss != because["loss"]:
                yield f"the plan loses {loss} of {goal}, not {because['loss']}"
            return
        if loss > 0:
            yield f"the plan loses {goal} first"


def _wrong_changes(document: Document, found: Found, told: dict[str, Any]) -> Iterator[str]:
    request = told["request"]
    for change in told["changes"]:
        other = changed(document, request, change["field"], change["to"])
        new = {one["request"]: one for one in change["witness"]}
        after = [new.pop(one["request"], one) for one in found.plan] + list(new.values())
        wanted = {request} if change["field"] != "split" else {f"{request}#1", f"{request}#2"}
        if plan_values(other, after) is None:
            yield f"{change['field']}: the witness is no plan"
        if not wanted <= {one["request"] for one in after}:
            yield f"{change['field']}: the witness does not place the request"
        if any(one in found.plan for one in change["witness"]):
            yield f"{change['field']}: the witness names what does not differ"


@pytest.mark.parametrize("name", NAMES)
def test_small_problems_are_explained_exactly(name: str) -> None:
    for document, found in binding(name)[:SOME]:
        for told, truth in explained(document, found, EXACT):
            assert lies(document, found, told, truth) == [], (document["name"], told)
            assert told["reason"] == truth.reason, document["name"]


@pytest.mark.parametrize("name", NAMES)
def test_exchanges_and_the_lp_say_nothing_that_is_not_so(name: str) -> None:
    for document, found in binding(name)[:SOME]:
        for told, truth in explained(document, found, LARGE):
            assert lies(document, found, told, truth) == [], (document["name"], told)
            assert told["reason"] == truth.reason, document["name"]


def all_lies(exact: int, *names: str) -> list[str]:
    return [
        lie
        for name in names
        for document, found in binding(name)[:SOME]
        for told, truth in explained(document, found, exact)
        for lie in lies(document, found, told, truth)
    ]


def test_changes_that_were_not_verified_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that forgets minimum attendance is kept honest by the judge, and without the judge these tests see its lies."""
    names = ("H2 fewest pupils", "halls that must fill", "a hall too small")
    monkeypatch.setattr(Stand, "enough", lambda *_: True)
    monkeypatch.setattr(Draft, "reaching", lambda _, rows: np.ones(len(rows), dtype=np.bool_))
    assert all_lies(LARGE, *names) == []
    monkeypatch.setattr(Verifier, "holds", lambda *_, **__: True)
    assert any("no plan" in lie or "is none" in lie for lie in all_lies(LARGE, *names))


def test_reasons_without_a_proof_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best exchange that was found is not the best there is: to believe it makes requests outcompeted that are not."""
    learn = Reasons.learn

    def believing(self: Reasons, case: Any, forced: Any) -> None:
        learn(self, case, forced)
        case.best = case.best and type(case.best)(
            (case.best.worth[0] - 1, *case.best.worth[1:]), case.best.instead, case.best.losing
        )
        case.falls = case.tight = True

    monkeypatch.setattr(Reasons, "learn", believing)
    assert all_lies(LARGE, "H2 groups", "H5 in all", "H7 in all") != []


def test_a_plan_with_a_fault_and_an_unknown_request_are_refused() -> None:
    document, found = binding("H1")[0]
    problem = read_problem(json.dumps(document).encode())
    assignments = tuple(read_assignment(one, "") for one in found.plan)
    plan = Plan(problem.name, "", FEASIBLE, assignments)
    with pytest.raises(NoSuchRequest, match="no request 'nobody'"):
        explain(problem, plan, requests=["nobody"])
    with pytest.raises(NoSuchRequest, match="has a place in this plan"):
        explain(problem, plan, requests=[assignments[0].request])
    with pytest.raises(Unfit, match="not possible beside the others"):
        explain(problem, Plan(problem.name, "", FEASIBLE, assignments * 2))


def test_a_pin_that_needs_company_makes_nobody_impossible() -> None:
    """R0 is pinned to a slot of at least 20 pupils and has 12; R2 brings the rest. R1 has another slot, and could have it."""
    text = simple()
    (slot,) = text["slots"]
    asking = text["requests"][0] | {"school": "S0", "pupils": 12}
    later = {"id": "L1", "start": f"{MONDAY}T12:00", "end": f"{MONDAY}T12:45"}
    text |= {
        "slots": [slot | {"min_pupils": 20}, slot | later],
        "teams": [],
        "requests": [asking | {"id": name, "group": name} for name in ("R0", "R1", "R2")],
        "pins": [{"request": "R0", "slot": "L0"}],
    }
    text["requests"][1]["windows"] = [[f"{MONDAY}T11:15", f"{MONDAY}T14:00"]]
    problem = read_problem(json.dumps(text).encode())
    plan = [Assignment("R0", slot="L0"), Assignment("R2", slot="L0")]
    assert faults_of(problem, plan) == []
    now = time.monotonic()
    clock = Clock(now, now + 30, lambda: False)
    stand = Stand(options_of(problem, clock), plan)
    assert Whole(stand, clock, 0).possible("R1") is True
