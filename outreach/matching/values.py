"""What a plan is worth: every goal recomputed from the assignments alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from outreach.matching.placed import Placed
from outreach.matching.plan import Value
from outreach.matching.points import points_of
from outreach.matching.problem import MAXIMISED, Assignment, Problem


def values_of(problem: Problem, placements: Sequence[Placed]) -> dict[str, Value]:
    """The value of each goal that the problem names, in its order. Times are minutes, `cost` keeps its decimals."""
    return {goal: _KNOWN[goal](problem, placements) for goal in problem.objectives}


def better(goal: str, value: Value, other: Value) -> bool:
    """Whether `value` is strictly better than `other` for this goal."""
    return value > other if goal in MAXIMISED else value < other


def _equity(problem: Problem, placements: Sequence[Placed]) -> int:
    return sum(school.weight for school in {one.school.id: one.school for one in placements}.values())


def _groups(problem: Problem, placements: Sequence[Placed]) -> int:
    return len(placements)


def _pupils(problem: Problem, placements: Sequence[Placed]) -> int:
    return sum(one.visit_request.pupils for one in placements)


def _travel(problem: Problem, placements: Sequence[Placed]) -> int:
    return sum(one.travel for one in placements)


def _preference(problem: Problem, placements: Sequence[Placed]) -> int:
    return sum(points_of(one.visit_request, one.offer, one.place_id) for one in placements)


def _cost(problem: Problem, placements: Sequence[Placed]) -> Decimal:
    used = {one.slot.id: one.slot for one in placements if one.slot}
    total = sum((problem.limits(slot).cost for slot in used.values()), Decimal(0))
    for one in placements:
        total += one.visit_request.costs.get(one.place_id, Decimal(0))
        if one.team:
            total += one.offer.cost
    return total


def _changes(problem: Problem, placements: Sequence[Placed]) -> int:
    kept: set[Assignment] = {one.assignment for one in placements}
    return sum(assignment not in kept for assignment in problem.incumbent)


_KNOWN: dict[str, Callable[[Problem, Sequence[Placed]], Value]] = {
    "equity": _equity,
    "groups": _groups,
    "pupils": _pupils,
    "preference": _preference,
    "travel": _travel,
    "cost": _cost,
    "changes": _changes,
}
