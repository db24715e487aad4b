"""A repair in a moment, with no solver: everybody who can stays, nobody comes. It stands in where the time is over at once."""

from __future__ import annotations

from collections import defaultdict

from outreach.matching.problem import Assignment, Problem
from outreach.matching.repairing.applying import Changed


def standing(changed: Changed) -> list[Assignment]:
    """The bookings that can stay, without groups for which a slot has no seat any more and without slots below their minimum."""
    problem = changed.problem
    gone = {*changed.fallen, *changed.withdrawn}
    left = [one for one in changed.before if one not in gone]
    dropped = set()
    of_slot: dict[str, list[Assignment]] = defaultdict(list)
    for one in left:
        if one.slot:
            of_slot[one.slot].append(one)
    for name, members in of_slot.items():
        dropped.update(_dropped(problem, name, members))
    return [one for one in left if one not in dropped]


def _dropped(problem: Problem, name: str, members: list[Assignment]) -> list[Assignment]:
    limits = problem.limits(problem.slot[name])
    pinned = set(problem.pins)
    # Pins stay; of the others the large groups go first, so that few have to.
    staying = sorted(members, key=lambda one: (one not in pinned, _pupils(problem, one), one))
    while len(staying) > limits.max_groups or _sum(problem, staying) > limits.max_pupils:
        staying.pop()
    if _sum(problem, staying) < limits.min_pupils:
        staying = []
    return [one for one in members if one not in staying]


def _pupils(problem: Problem, one: Assignment) -> int:
    return problem.visit_request[one.request].pupils


def _sum(problem: Problem, members: list[Assignment]) -> int:
    return sum(_pupils(problem, one) for one in members)
