"""Scenarios against the same done by hand, and what is compared against brute force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from outreach.matching import whatif as module
from outreach.matching.assignment_json import read_assignment
from outreach.matching.plan import OPTIMAL, Objective, Plan
from outreach.matching.problem_json import read_problem
from outreach.matching.scenarios.applying import apply
from outreach.matching.scenarios.comparing import Side
from outreach.matching.scenarios.reading import read_scenario, scenario_of
from outreach.matching.scenarios.scenario import Scenario
from outreach.matching.whatif import NoBase, whatif
from outreach.matching.whatif_json import whatif_bytes
from tests.matching.brute import RULES, Brute, Found
from tests.matching.brute_reasons import plan_values
from tests.matching.brute_visits import Document
from tests.matching.by_hand import LESS, WAYS
from tests.matching.shapes import SHAPES
from tests.matching.simple import document as simple
from tests.matching.tiny_problems import MOST_PLANS, binding, plans

NAMES = [*RULES, *SHAPES]
# Of each rule and shape: together more than 200 problems.
SOME = 8
# Far more than a tiny problem takes: on a starved machine a limit that ends a run is no finding.
LIMIT = 300

Case = tuple[Document, Found, Scenario, Document]


def scenario(name: str, document: Document) -> Scenario:
    text = {"format": "outreach-scenario/1", "name": name, "changes": WAYS[name][1](document)}
    return read_scenario(json.dumps(text).encode())


def cases(name: str) -> Iterator[Case]:
    """Problems with their best plan, a scenario each, and the scenario's problem by hand."""
    for at, (document, best) in enumerate(binding(name)[:SOME]):
        turn = (at + NAMES.index(name)) % len(WAYS)
        for way in [*WAYS, *WAYS][turn : turn + len(WAYS)]:
            if (WAYS[way][0] == LESS and document.get("pins")) or (
                way == "one more slot" and not document["slots"]
            ):
                continue
            other = WAYS[way][2](document)
            if plans(Brute(other)) <= 2 * MOST_PLANS:
                yield document, best, scenario(way, document), other
                break


def compared(case: Case) -> dict[str, Any]:
    """The answer as JSON, written and read again."""
    document, best, asked, _ = case
    problem = read_problem(json.dumps(document).encode())
    goals = tuple(Objective(name, value, value, True) for name, value in best.values.items())
    assignments = tuple(read_assignment(one, "") for one in best.plan)
    base = Plan(problem.name, "", OPTIMAL, assignments, goals)
    found = whatif(problem, [asked], base=base, seconds=LIMIT, workers=1)
    told: dict[str, Any] = json.loads(whatif_bytes(found, ""), parse_float=Decimal)
    return told


def lies(case: Case, told: dict[str, Any]) -> Iterator[str]:
    """What an answer says that is not so."""
    document, best, _, other = case
    (one,) = told["scenarios"]
    truth = Brute(other).best()
    assert truth is not None, "a scenario of these tests contradicts no pins"
    reached = plan_values(other, one["assignments"])
    if reached is None:
        yield "the plan is none of the scenario's problem"
        return
    for goal in one["goals"]:
        yield from _wrong_goal(goal, best, truth, reached)
    yield from _wrong_people(document, best, one)


def _wrong_goal(goal: dict[str, Any], best: Found, truth: Found, reached: dict[str, Any]) -> Iterator[str]:
    name, gap = goal["name"], goal["difference"]
    before, after = goal["before"], goal["after"]
    if name in best.values and before["value"] != best.values[name]:
        yield f"{name} before is {best.values[name]}"
    if name in reached and after["value"] != reached[name]:
        yield f"{name} after is {reached[name]}"
    if name not in truth.values:
        if after["bound"] is not None:
            yield f"{name} is no goal of the scenario"
        return
    if after["proven"] and after["value"] != truth.values[name]:
        yield f"{name} is called proven and is {truth.values[name]} at best"
    if gap["value"] != after["value"] - before["value"]:
        yield f"{name}: the difference is none of the values"
    if gap["least"] is None:
        if before["proven"] and after["proven"]:
            yield f"{name}: what is proven is not told"
    elif not gap["least"] <= truth.values[name] - best.values[name] <= gap["most"]:
        yield f"{name}: the best plans differ by {truth.values[name] - best.values[name]}"


def _wrong_people(document: Document, best: Found, one: dict[str, Any]) -> Iterator[str]:
    old = {each["request"]: each for each in best.plan}
    new = {each["request"]: each for each in one["assignments"]}
    if [each["to"] for each in one["gains"]] != [new[name] for name in new if name not in old]:
        yield "others gain"
    if [each["from"] for each in one["losses"]] != [old[name] for name in old if name not in new]:
        yield "others lose"
    if one["moves"] != sum(new[name] != old[name] for name in old if name in new):
        yield "others move"
    district = {each["id"]: each.get("district", "") for each in document["schools"]}
    school = {each["id"]: each["school"] for each in document["requests"]}
    for each in one["districts"]:
        mine = {name for name in school if district[school[name]] == each["district"]}
        placed = {"before": len(mine & old.keys()), "after": len(mine & new.keys())}
        served = {
            when: len({school[name] for name in mine & plan.keys()})
            for when, plan in (("before", old), ("after", new))
        }
        if (each["placed"], each["served"], each["requests"]) != (placed, served, len(mine)):
            yield f"district {each['district']} is {placed}, {served}"
    if sum(each["requests"] for each in one["districts"]) != len(school):
        yield "a district is missing"


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_the_problem_changed_by_hand_and_compared_truly(name: str) -> None:
    found = list(cases(name))
    assert len(found) > SOME / 2
    for case in found:
        document, _, asked, other = case
        patched = apply(read_problem(json.dumps(document).encode()), asked)
        wanted = read_problem(json.dumps(other).encode())
        assert patched == replace(wanted, name=f"{document['name']}: {asked.name}")
        told = compared(case)
        assert list(lies(case, told)) == [], (document["name"], asked.name)
        assert told["scenarios"][0]["status"] == "optimal", (document["name"], asked.name)


def all_lies() -> list[str]:
    return [lie for name in NAMES[::8] for case in cases(name) for lie in lies(case, compared(case))]


def test_a_scenario_that_is_not_applied_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "apply", lambda problem, _: problem)
    assert all_lies() != []


def test_a_range_that_forgets_the_bounds_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def certain(self: Side, goal: str) -> tuple[Any, Any] | None:
        one = self.objective(goal)
        return None if one is None else (one.value - 1, one.value - 1)

    between = Side.between
    monkeypatch.setattr(
        Side,
        "between",
        lambda self, goal: certain(self, goal) if ":" in self.problem.name else between(self, goal),
    )
    assert [lie for lie in all_lies() if "the best plans differ" in lie] != []


def side(*goals: Objective) -> Side:
    return Side(read_problem(json.dumps(simple()).encode()), (), goals)


def test_a_later_goal_is_known_only_where_the_earlier_ones_are_proven() -> None:
    equity, groups = Objective("equity", 200, 300, False), Objective("groups", 2, 3, False)
    assert side(equity, groups).between("equity") == (200, 300)
    assert side(equity, groups).between("groups") is None
    assert side(Objective("equity", 200, 200, True), groups).between("groups") == (2, 3)
    assert side(Objective("travel", 50, 30, False)).between("travel") == (30, 50)
    assert side().between("groups") is None


def test_a_base_with_a_fault_or_a_false_claim_is_refused() -> None:
    problem = read_problem(json.dumps(simple()).encode())
    slot = read_assignment({"request": "R0", "slot": "L0"}, "")
    with pytest.raises(NoBase, match="placed 2 times"):
        whatif(problem, [], base=Plan("", "", OPTIMAL, (slot, slot)))
    goals = tuple(Objective(name, 7, 7, True) for name in problem.objectives)
    with pytest.raises(NoBase, match="equity is reported as 7, recomputed it is 100"):
        whatif(problem, [], base=Plan("", "", OPTIMAL, (slot,), goals))
    assert whatif(problem, [], base=Plan("", "", OPTIMAL, (slot,))).base.assignments == (slot,)


def test_nobody_moves_without_need() -> None:
    """Both have a place that is as good as the other's; the scenario changes nothing that matters."""
    text = simple(R0={"choices": ["O0"]}, R1={"choices": ["O0"]})
    problem = read_problem(json.dumps(text).encode())
    asked = scenario_of(
        {
            "format": "outreach-scenario/1",
            "name": "more",
            "changes": [{"change": "more-companies", "times": 3}],
        }
    )
    (answer,) = whatif(problem, [asked], seconds=30, workers=1).answers
    assert answer.compared is not None
    assert (answer.compared.moves, answer.compared.gains, answer.compared.losses) == (0, (), ())
