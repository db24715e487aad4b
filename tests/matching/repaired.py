"""What is asked of every repair of a tiny problem: brute force knows all plans, so nothing has to be believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from outreach.matching.assignment_json import assignment_json, read_assignment
from outreach.matching.check import check
from outreach.matching.duals import Duals
from outreach.matching.json_form import parse
from outreach.matching.plan import FEASIBLE, Objective, Plan, Unplaced
from outreach.matching.problem import Problem
from outreach.matching.problem_json import problem_of
from outreach.matching.repair import repair
from outreach.matching.repairing.answer import Answer, Repair
from outreach.matching.repairing.events_json import events_of
from outreach.matching.repairing.found import PinsContradict
from tests.matching.aftermath import key
from tests.matching.brute import MAXIMISED, at_least
from tests.matching.brute_visits import Document
from tests.matching.mishaps import POLICIES, Mishap

SECONDS = 60.0


def parsed(document: Document) -> object:
    return parse(json.dumps(document).encode())


def plan_so_far(one: Mishap, problem: Problem) -> Plan:
    """The plan with the best bounds that hold for it: those that brute force knows."""
    before = tuple(read_assignment(booking, "") for booking in one.before)
    old = one.truth.old
    values = old.values([one.truth.booked[booking["request"]] for booking in one.before])
    reached = [old.values(plan) for plan in old.plans([], old.ways()) if all(old.final_rules(plan))]
    objectives = []
    for place, goal in enumerate(values):
        earlier = list(values)[:place]
        rest = [
            worth[goal]
            for worth in reached
            if all(at_least(name, worth[name], values[name]) for name in earlier)
        ]
        bound = max(rest) if goal in MAXIMISED else min(rest)
        objectives.append(Objective(goal, values[goal], bound, bound == values[goal]))
    present = {booking.request for booking in before}
    unplaced = tuple(Unplaced(name, "not-examined") for name in problem.visit_request if name not in present)
    return Plan(problem.name, "", FEASIBLE, before, tuple(objectives), unplaced)


def repaired(one: Mishap, whole: int, duals: Sequence[Duals] = ()) -> Repair:
    """The repairs of a plan that came with these duals."""
    problem = problem_of(parsed(one.problem))
    plan = replace(plan_so_far(one, problem), duals=tuple(duals))
    assert check(problem, plan) == [], one.name
    return repair(problem, plan, events_of(parsed(one.events)), seconds=SECONDS, workers=1, whole=whole)


def assert_true(one: Mishap, found: Repair, answer: Answer) -> None:
    """The answer is a plan that the events leave possible, and says nothing about itself that is not so."""
    after = [assignment_json(assignment) for assignment in answer.plan.assignments]
    visits = [
        visit
        for booking in after
        for visit in one.truth.visits[booking["request"]]
        if dict(visit.assignment) == booking
    ]
    assert len(visits) == len(after), one.name
    assert all(one.truth.lasting_rules(visits)) and all(one.truth.final_rules(visits)), one.name
    assert one.truth.lets(answer.policy, visits), one.name
    assert check(found.problem, answer.plan) == [], one.name
    worth = one.truth.worth(visits)
    measures = one.truth.measures(answer.policy)
    assert [proof.measure for proof in answer.proofs] == measures, one.name
    assert {proof.measure: proof.value for proof in answer.proofs} == {name: worth[name] for name in measures}
    assert {goal: answer.after[goal] for goal in one.truth.goals} == {
        goal: worth[goal] for goal in one.truth.goals
    }
    assert answer.changes == worth["changes"] and len(answer.schools) == worth["schools"], one.name
    assert len(answer.losses) == worth["losses"], one.name
    assert_told(one, answer, after)
    assert_plan_claims(one, answer.plan, worth)


def assert_told(one: Mishap, answer: Answer, after: list[dict[str, str]]) -> None:
    """What is told as moved, lost and gained is all that differs: everything else is kept to the letter."""
    told = [*answer.moves, *answer.losses, *answer.gains]
    left = [move.before for move in told if move.before]
    withdrawn = [booking for booking in one.before if booking["request"] not in one.truth.by["requests"]]
    kept = [booking for booking in one.before if booking not in [*map(assignment_json, left), *withdrawn]]
    come = [assignment_json(move.after) for move in told if move.after]
    assert sorted(map(str, [*kept, *come])) == sorted(map(str, after)), one.name
    assert all(move.before != move.after for move in told), one.name
    assert all(booking in after for booking in one.truth.document["pins"]), one.name


def assert_plan_claims(one: Mishap, plan: Plan, worth: dict[str, Any]) -> None:
    """The bounds of the written plan hold in the order of the changed problem's goals, for every plan that is left."""
    goals = [goal.name for goal in plan.objectives]
    for place, goal in enumerate(plan.objectives):
        for other in one.worths:
            if all(at_least(name, other[name], worth[name]) for name in goals[:place]):
                assert at_least(goal.name, goal.bound, other[goal.name]), (one.name, goal)


def assert_bounds(one: Mishap, answer: Answer) -> None:
    """No plan that is as good in the measures before beats a bound."""
    values = {proof.measure: proof.value for proof in answer.proofs}
    names = list(values)
    for place, proof in enumerate(answer.proofs):
        for other in one.worths_under(answer.policy):
            if all(at_least(name, other[name], values[name]) for name in names[:place]):
                assert at_least(proof.measure, proof.bound, other[proof.measure]), (
                    one.name,
                    answer.policy,
                    proof,
                )


def assert_best(one: Mishap, answer: Answer, measures: list[str]) -> None:
    """No plan is better under the policy, as far as these measures say."""
    best = max(key(measures, worth) for worth in one.worths_under(answer.policy))
    mine = key(measures, {proof.measure: proof.value for proof in answer.proofs})
    assert mine == best, (one.name, answer.policy, answer.proofs)


def assert_repaired(one: Mishap, whole: int, duals: Sequence[Duals] = ()) -> bool:
    """The repairs of one problem, by CP-SAT up to `whole` options at once. What the pins forbid is said to be forbidden.

    Says whether all that has to be proven is. Where it goes the way of large problems, the goals after the changes of `most-served`
    are a matter of search.
    """
    if not one.worths:
        with pytest.raises(PinsContradict):
            repaired(one, whole, duals)
        return True
    found = repaired(one, whole, duals)
    assert [answer.policy for answer in found.answers] == list(POLICIES), one.name
    for answer in found.answers:
        assert_true(one, found, answer)
        assert_bounds(one, answer)
        measures = one.truth.measures(answer.policy)
        if whole or answer.policy != "most-served":
            assert all(proof.proven for proof in answer.proofs), (one.name, answer)
        else:
            measures = measures[: measures.index("changes") + 1]
        assert_best(one, answer, measures)
    return all(proof.proven for proof in answer.proofs if proof.measure in measures)
