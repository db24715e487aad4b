"""The matching problem for Timefold's Python solver, in Timefold's own virtual environment; `visits_run.py` reads and solves.

The same model as `Matching.java`: one planning entity per request, which takes one of its own places or none. Timefold turns
the functions of `visits_rules.py` into Java bytecode, so they keep to plain loops and attributes. Every object goes over to
Java number by number, which takes longer than solving: so places (a slot, or a team's session at one moment) are shared by all
requests, and what a place is worth to a request stands in the request, by the place's key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import BendableScore

LEVELS = 7
# Filled before the rules are asked for; a goal's position is its level.
GOALS: list[str] = []


@dataclass(eq=False)
class Slot:
    id: str
    min_pupils: int
    max_pupils: int
    max_groups: int
    cost: int
    languages: int
    one_school: bool


@dataclass(eq=False)
class Team:
    id: str
    max_per_day: int
    turnaround: int
    # Minutes between all places where teams give sessions, by their numbers; one table for all teams.
    ways: list[list[int]]


@dataclass(eq=False)
class School:
    id: str
    weight: int
    max_bookings: int
    max_per_day: int


@dataclass(eq=False)
class Company:
    id: str
    max_per_week: int
    max: int


@dataclass(eq=False)
class Place:
    """A slot, or a team's session of one offer at one moment; its key is the same for all moments."""

    number: int
    key: str
    slot: Slot | None
    team: Team | None
    company: Company
    start: int
    end: int
    day: int
    week: int


@planning_entity
@dataclass(eq=False)
class Visit:
    id: Annotated[str, PlanningId]
    school: School
    group: str
    crew: str
    pupils: int
    stage: int
    languages: int
    pinned: bool
    points: dict[str, int] = field(default_factory=dict)
    minutes: dict[str, int] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    # How long before the start the group leaves, and where a team meets it.
    early: dict[str, int] = field(default_factory=dict)
    spots: dict[str, int] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)
    places: Annotated[list[Place], ValueRangeProvider] = field(default_factory=list)
    place: Annotated[Place | None, PlanningVariable(allows_unassigned=True)] = None


@planning_solution
@dataclass(eq=False)
class Plan:
    visits: Annotated[list[Visit], PlanningEntityCollectionProperty]
    score: Annotated[
        BendableScore | None, PlanningScore(bendable_hard_levels_size=1, bendable_soft_levels_size=LEVELS)
    ] = None
