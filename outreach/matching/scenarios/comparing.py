"""Two plans of two problems side by side: the goals with what is proven about their difference, districts, who gains, who loses.

The two problems have the same schools and requests (`applying.py` keeps them).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from outreach.matching.check import values
from outreach.matching.plan import Objective, Value
from outreach.matching.problem import Assignment, Problem

Pair = tuple[set[str], set[str]]
"""Ids before and after."""


@dataclass(frozen=True, slots=True)
class Side:
    """A problem, a plan of it, and what is known about its goals (none: nothing is proven)."""

    problem: Problem
    assignments: tuple[Assignment, ...]
    objectives: tuple[Objective, ...]

    def objective(self, goal: str) -> Objective | None:
        """What is known about a goal."""
        return next((one for one in self.objectives if one.name == goal), None)

    def between(self, goal: str) -> tuple[Value, Value] | None:
        """Between which values the goal lies in the best plan of the problem; None where that is not known.

        A bound is for plans that reach the values of the earlier goals. So it holds for the best plan only where these are proven.
        """
        for one in self.objectives:
            if one.name == goal:
                return min(one.value, one.bound), max(one.value, one.bound)
            if not one.proven:
                return None
        return None


@dataclass(frozen=True, slots=True)
class Compared:
    """One goal. `before` and `after` are the values of the two plans, `known` what was proven about them (None: no goal there, or
    nothing known). The best plans differ by at least `least` and at most `most` (after minus before; None: not proven)."""

    goal: str
    before: Value
    after: Value
    known: tuple[Objective | None, Objective | None]
    least: Value | None
    most: Value | None

    @property
    def difference(self) -> Value:
        """Of the two plans."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class District:
    """Requests and schools (with a request) of a district; how many of them have a place before and after."""

    name: str
    requests: int
    schools: int
    placed: tuple[int, int]
    served: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`gains`: places after of requests that had none; `losses`: places before of requests that have none any more; `moves`: how
    many have another place. `schools_gaining` had no place before, `schools_losing` have none any more."""

    goals: tuple[Compared, ...]
    districts: tuple[District, ...]
    gains: tuple[Assignment, ...]
    losses: tuple[Assignment, ...]
    moves: int
    schools_gaining: tuple[str, ...]
    schools_losing: tuple[str, ...]


def compare(before: Side, after: Side) -> Comparison:
    """What is different after."""
    old = {one.request: one for one in before.assignments}
    new = {one.request: one for one in after.assignments}
    school_of = before.problem.visit_request
    served = {school_of[name].school for name in old}, {school_of[name].school for name in new}
    return Comparison(
        goals=tuple(_goals(before, after)),
        districts=tuple(_districts(before.problem, (set(old), set(new)), served)),
        gains=tuple(one for name, one in new.items() if name not in old),
        losses=tuple(one for name, one in old.items() if name not in new),
        moves=sum(new[name] != one for name, one in old.items() if name in new),
        schools_gaining=tuple(sorted(served[1] - served[0])),
        schools_losing=tuple(sorted(served[0] - served[1])),
    )


def _goals(before: Side, after: Side) -> Iterator[Compared]:
    """The goals of the first problem, then those that only the second has."""
    names = tuple(dict.fromkeys((*before.problem.objectives, *after.problem.objectives)))
    old, new = _values(before, names), _values(after, names)
    for goal in names:
        least: Value | None = None
        most: Value | None = None
        first, second = before.between(goal), after.between(goal)
        if first is not None and second is not None:
            least, most = second[0] - first[1], second[1] - first[0]
        known = before.objective(goal), after.objective(goal)
        yield Compared(goal, old[goal], new[goal], known, least, most)


def _values(side: Side, goals: tuple[str, ...]) -> dict[str, Value]:
    return values(replace(side.problem, objectives=goals), side.assignments)


def _districts(problem: Problem, placed: Pair, served: Pair) -> Iterator[District]:
    """In the order of their names."""
    district = {school.id: school.district for school in problem.schools}
    of_request = {one.id: district[one.school] for one in problem.requests}
    requests = Counter(of_request.values())
    schools = Counter(district[name] for name in {one.school for one in problem.requests})
    having = [Counter(of_request[name] for name in names) for names in placed]
    reached = [Counter(district[name] for name in names) for names in served]
    for name in sorted(requests):
        yield District(
            name,
            requests[name],
            schools[name],
            (having[0][name], having[1][name]),
            (reached[0][name], reached[1][name]),
        )
