"""The plain model: one boolean per request and place, the same rows for CP-SAT, HiGHS and SCIP.

The rows are those of `outreach/matching/solving/model.py` (which agrees with brute force): slots with their use and their
modes, pairs of sessions that a team cannot give on one day, schools, companies, goals. For the MIP solvers every row becomes
a linear one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ortools.math_opt import model_pb2

from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED, Assignment, Problem
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.goals import scaled, unscaled
from outreach.matching.solving.model import Model
from outreach.matching.solving.options import options_of
from outreach.matching.solving.timetable import TeamDays

Terms = list[tuple[int, int]]
Row = tuple[Terms, float, float]
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal as terms of the model's variables: scaled value = sum of coefficient times variable, plus the constant."""

    name: str
    terms: Terms
    constant: int
    scale: int

    @property
    def maximised(self) -> bool:
        return self.name in MAXIMISED

    def held(self, value: Value) -> Row:
        """The row that keeps the goal at least as good as a value."""
        edge = scaled(value, self.scale) - self.constant
        return (self.terms, edge, math.inf) if self.maximised else (self.terms, -math.inf, edge)

    def rounded(self, bound: float) -> Value | None:
        """A solver's bound of the scaled value as a value of the goal; None for one that says nothing."""
        if not math.isfinite(bound) or abs(bound) > 1e15:
            return None
        whole = math.floor(bound + ROUNDING) if self.maximised else math.ceil(bound - ROUNDING)
        return unscaled(whole, self.scale)


class Plain:
    """The model of a problem, and the way from chosen options to a plan. Building ends at `deadline` (OutOfTime)."""

    def __init__(self, problem: Problem, deadline: float) -> None:
        began = time.monotonic()
        clock = Clock(began, deadline, lambda: False)
        self.problem = problem
        self.options = options_of(problem, clock)
        self.days = TeamDays(self.options)
        self.model = Model(self.options, self.days, clock)
        # The rows for MathOpt, written once; a cut makes them out of date.
        self.linear: model_pb2.ModelProto | None = None
        self.goals = [self._goal(name) for name in problem.objectives]

    def _goal(self, name: str) -> Goal:
        terms, constant, scale = self.model.goal_terms(name)
        return Goal(name, [(variable.index, weight) for variable, weight in terms], constant, scale)

    def plan(self, values: Sequence[int] | Sequence[float]) -> list[Assignment]:
        """The plan of a solution; of a team's day that no order and times allow, the last sessions are left out."""
        chosen = {index for index, one in enumerate(self.model.chosen) if values[one.index] > 0.5}
        for members in self.days.sets(sorted(chosen)).values():
            while self.days.impossible(members):
                chosen.remove(members.pop())
        return self.days.timed(sorted(chosen))

    def cut(self, values: Sequence[int] | Sequence[float]) -> bool:
        """Forbid the team-days of a solution that are impossible; whether there were any."""
        chosen = [index for index, one in enumerate(self.model.chosen) if values[one.index] > 0.5]
        found = False
        for block, members in self.days.sets(chosen).items():
            if self.days.impossible(members):
                table, everybody = self.days.blocks[block]
                self.model.add_cut(table, everybody, members)
                self.linear, found = None, True
        return found

    def start(self, assignments: Sequence[Assignment]) -> dict[int, int]:
        """A plan as values of the variables that it decides."""
        self.model.hint(assignments)
        hint = self.model.cp.proto.solution_hint
        return dict(zip(hint.vars, hint.values, strict=True))


def rows_of(plain: Plain) -> Iterator[Row]:
    """Every constraint of the model as linear rows (terms, lowest, highest)."""
    spans: dict[int, tuple[int, int, int]] = {}
    for position, one in enumerate(plain.model.cp.proto.constraints):
        if one.has_linear():
            # As a list: the wrapper answers `[-1]` with something else than the last element.
            domain = list(one.linear.domain)
            terms = list(zip(one.linear.vars, one.linear.coeffs, strict=True))
            yield terms, _edge(domain[0]), _edge(domain[-1])
        elif one.has_interval():
            start, end = one.interval.start.offset, one.interval.end.offset
            spans[position] = (one.enforcement_literal[0], start, end)
        elif one.has_no_overlap():
            yield from _apart([spans[interval] for interval in one.no_overlap.intervals])
        elif one.has_bool_or():
            yield _literals(one.bool_or.literals, 1, math.inf)
        elif one.has_at_most_one():
            yield _literals(one.at_most_one.literals, -math.inf, 1)
        elif one.has_exactly_one():
            yield _literals(one.exactly_one.literals, 1, 1)
        else:
            raise ValueError(f"the plain model has a row that is not linear: {one}")


def _literals(literals: Sequence[int], low: float, high: float) -> Row:
    """Literals are variables, or -variable - 1 for their negation, which is 1 - variable."""
    terms = [(one, 1) if one >= 0 else (-one - 1, -1) for one in literals]
    negated = sum(one < 0 for one in literals)
    return terms, low - negated, high - negated


def _apart(spans: Sequence[tuple[int, int, int]]) -> Iterator[Row]:
    for one, other in combinations(spans, 2):
        if one[1] < other[2] and other[1] < one[2]:
            yield _literals([one[0], other[0]], -math.inf, 1)


def _edge(value: int) -> float:
    return math.copysign(math.inf, value) if abs(value) >= 2**62 else value


def linear_model(plain: Plain, goal: Goal, held: Sequence[Row]) -> model_pb2.ModelProto:
    """The whole as MathOpt's model: binaries, the rows, the held goals, one goal to aim at."""
    if plain.linear is None:
        plain.linear = _rows_model(plain)
    model = model_pb2.ModelProto()
    model.CopyFrom(plain.linear)
    for row in held:
        _add(model, row)
    model.objective.maximize = goal.maximised
    model.objective.offset = goal.constant
    for column, weight in sorted(_merged(goal.terms)):
        model.objective.linear_coefficients.ids.append(column)
        model.objective.linear_coefficients.values.append(weight)
    return model


def _rows_model(plain: Plain) -> model_pb2.ModelProto:
    model = model_pb2.ModelProto()
    count = len(plain.model.cp.proto.variables)
    model.variables.ids.extend(range(count))
    model.variables.lower_bounds.extend([0.0] * count)
    model.variables.upper_bounds.extend([1.0] * count)
    model.variables.integers.extend([True] * count)
    for row in rows_of(plain):
        _add(model, row)
    return model


def _add(model: model_pb2.ModelProto, row: Row) -> None:
    terms, low, high = row
    constraints, matrix = model.linear_constraints, model.linear_constraint_matrix
    number = len(constraints.ids)
    constraints.ids.append(number)
    constraints.lower_bounds.append(low)
    constraints.upper_bounds.append(high)
    entries = sorted(_merged(terms))
    matrix.row_ids.extend([number] * len(entries))
    matrix.column_ids.extend([column for column, _ in entries])
    matrix.coefficients.extend([weight for _, weight in entries])


def _merged(terms: Terms) -> list[tuple[int, int]]:
    found: dict[int, int] = {}
    for column, weight in terms:
        found[column] = found.get(column, 0) + weight
    return [(column, weight) for column, weight in found.items() if weight]
