"""What a plan says: who goes where, how good that is, how much better it could be at most, and who is left."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from outreach.matching.duals import Duals
from outreach.matching.problem import Assignment

OPTIMAL = "optimal"
FEASIBLE = "feasible"
CONTRADICTORY = "contradictory"
STATUSES = (OPTIMAL, FEASIBLE, CONTRADICTORY)

# Why a request is not placed. Only what was shown is said: whether a request was outcompeted is for `explain` to find out.
NO_CANDIDATE = "no-candidate"
NOT_EXAMINED = "not-examined"

Value = int | Decimal


@dataclass(frozen=True, slots=True)
class Objective:
    """One goal: its value in the plan and the proven bound, given the values of the earlier goals."""

    name: str
    value: Value
    bound: Value
    proven: bool


@dataclass(frozen=True, slots=True)
class Unplaced:
    request: str
    reason: str


@dataclass(frozen=True, slots=True)
class Solver:
    version: str = ""
    seed: int = 0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to a problem. `conflict` is set only when the status is contradictory; then there are no assignments. `duals`: of
    the goals that say how many are served, where the pattern LP bounded them."""

    problem_name: str
    sha256: str
    status: str
    assignments: tuple[Assignment, ...] = ()
    objectives: tuple[Objective, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    conflict: tuple[Assignment, ...] = ()
    seconds: float = 0.0
    solver: Solver = Solver()
    duals: tuple[Duals, ...] = ()
