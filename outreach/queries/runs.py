"""What a page shows of a run: its goals as they move, and its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from outreach.models import Background, Proposal, RunState, SolveRun, db
from outreach.queries.goals import Number, shown


@dataclass(frozen=True, slots=True)
class Point:
    """Value and proven bound of one goal after so many seconds; None where not known yet."""

    seconds: float
    value: float | None
    bound: float | None


@dataclass(slots=True)
class GoalSoFar:
    """The curve of one goal; `value` and `bound` are the latest known."""

    name: str
    points: list[Point] = field(default_factory=list)
    value: float | None = None
    bound: float | None = None

    @property
    def proven(self) -> bool:
        """Value and bound have met: nothing better exists."""
        return self.value is not None and self.value == self.bound


def goals_so_far(run: SolveRun) -> list[GoalSoFar]:
    """The goals of a run in the round's order, from the events that its child has told so far."""
    goals = {name: GoalSoFar(name) for name in run.round_.goals}
    for event in run.progress:
        for name, value, bound in _readings(event):
            if name in goals:
                _note(goals[name], float(event.get("seconds", 0)), value, bound)
    return list(goals.values())


def _readings(event: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(goal, value, bound) told by one event: a plan and the end tell of every goal, a bound of one."""
    for told in event.get("objectives") or [{**event, "name": event.get("goal")}]:
        yield str(told.get("name")), told.get("value"), told.get("bound")


def _note(goal: GoalSoFar, seconds: float, value: Number | None, bound: Number | None) -> None:
    before = goal.value, goal.bound
    if value is not None:
        goal.value = shown(goal.name, value)
    if bound is not None:
        goal.bound = shown(goal.name, bound)
    if (goal.value, goal.bound) != before:
        goal.points.append(Point(seconds, goal.value, goal.bound))


def proposal_of_run(run: SolveRun) -> Proposal | None:
    """What the run found, once it has ended."""
    return db.session.scalar(select(Proposal).where(Proposal.solve_run_id == run.id))


def waiting_since(run: Background, now: datetime) -> int:
    """Seconds that a queued run has waited for the worker; 0 once it runs. A long wait means that no worker is up."""
    return int((now - run.requested_at).total_seconds()) if run.state is RunState.QUEUED else 0
