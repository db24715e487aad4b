"""The bridge's third arch: what happened -> events for the core; the core's repairs -> rows, once they are judged.

`bridge_standing.py` draws the problem and the plan that a repair starts from. Only the core's light half is used here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from outreach.clock import days, local, public_holiday, wall
from outreach.matching import problem as core
from outreach.matching.assignment_json import read_assignment
from outreach.matching.check import faults_of
from outreach.matching.placed import Placed, placed
from outreach.matching.plan_json import read_plan
from outreach.matching.problem_json import read_problem
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.applying import apply
from outreach.matching.repairing.events_json import FORMAT, events_of
from outreach.matching.times import minutes_of
from outreach.matching.travel import Ways
from outreach.models import Assignment, Booking
from outreach.queries.repairs import Place
from outreach.services.bridge import Unreadable, assignment_of, name_of

# Whom a repair may still move: nobody whose visit begins before two whole working days are over.
NOTICE = 2


def events_since(happened: list[dict[str, Any]], *, last_day: date, now: datetime) -> dict[str, Any]:
    """The events file: what happened, when it is now, and the notice that schools are given."""
    here = local(now)
    first = here.date()
    return {
        "format": FORMAT,
        "now": wall(first, here.time()),
        "notice": {"working_days": NOTICE},
        "holidays": [day.isoformat() for day in days(first, last_day) if public_holiday(day)],
        "events": happened,
    }


@dataclass(frozen=True, slots=True)
class Changes:
    """What one plan makes of another, by the names of requests: from where (None: it had nothing) to where (None: nothing)."""

    before: core.Assignment | None
    after: Placed | None

    @property
    def row(self) -> Assignment | None:
        """Where to, as a row of no proposal."""
        return None if self.after is None else assignment_of(self.after)


@dataclass(frozen=True, slots=True)
class Changed:
    """A problem after its events, with the plan so far: what a repair is judged against."""

    problem: core.Problem
    plan: Mapping[str, core.Assignment]

    def faults(self, after: Mapping[str, core.Assignment]) -> tuple[str, ...]:
        """What is wrong with a new plan, in the judge's words; it must keep what is frozen."""
        return tuple(fault.sentence for fault in faults_of(self.problem, tuple(after.values())))

    def changes(self, after: Mapping[str, core.Assignment]) -> dict[str, Changes]:
        """Who is not where they were. Only for a plan without faults."""
        ways = Ways(self.problem.travel)
        return {
            name: Changes(
                self.plan.get(name), placed(self.problem, ways, after[name]) if name in after else None
            )
            for name in dict.fromkeys((*self.plan, *after))
            if self.plan.get(name) != after.get(name)
        }


def changed_by(problem: core.Problem, plan: Mapping[str, core.Assignment], events: dict[str, Any]) -> Changed:
    """Apply events. Raises `Unreadable` where they do not fit."""
    try:
        return Changed(apply(problem, tuple(plan.values()), events_of(events)).problem, plan)
    except ProblemRefused as refused:
        raise Unreadable(str(refused)) from refused


def kept_scene(problem_content: str, plan_content: str) -> tuple[core.Problem, dict[str, core.Assignment]]:
    """The problem and plan that a repair was asked about."""
    plan = read_plan(plan_content.encode())
    return read_problem(problem_content.encode()), {one.request: one for one in plan.assignments}


def plan_in(listed: list[Any]) -> dict[str, core.Assignment]:
    """The assignments of an answer by their requests. Raises `Unreadable`."""
    try:
        found = [read_assignment(value, f"assignments[{at}]") for at, value in enumerate(listed)]
    except ProblemRefused as refused:
        raise Unreadable(str(refused)) from refused
    if len({one.request for one in found}) != len(found):
        raise Unreadable("assignments: a request stands twice")
    return {one.request: one for one in found}


def assigned(name: str, place: Booking | Place) -> core.Assignment:
    """A place that rows name, as the core says it."""
    if place.slot_id is not None:
        return core.Assignment(name, slot=name_of("slot", place.slot_id))
    return core.Assignment(
        name,
        team=name_of("team", place.team_id or 0),
        offer=name_of("offer", place.offer_id),
        start=minutes_of(wall(place.day, place.start_time)),
    )
