"""What a page shows of a run: its goals as they move, and its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from outreach.models import Proposal, RunState, SolveRun, db
from outreach.queries.goals import shown


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
        goal = goals.get(str(event.get("goal", "")))
        if goal is None:
            continue
        before = goal.value, goal.bound
        if event.get("value") is not None:
            goal.value = shown(goal.name, event["value"])
        if event.get("bound") is not None:
            goal.bound = shown(goal.name, event["bound"])
        if (goal.value, goal.bound) != before:
            goal.points.append(Point(float(event.get("seconds", 0)), goal.value, goal.bound))
    return list(goals.values())


def proposal_of_run(run: SolveRun) -> Proposal | None:
    """What the run found, once it has ended."""
    return db.session.scalar(select(Proposal).where(Proposal.solve_run_id == run.id))


def waiting_since(run: SolveRun, now: datetime) -> int:
    """Seconds that a queued run has waited for the worker; 0 once it runs. A long wait means that no worker is up."""
    return int((now - run.requested_at).total_seconds()) if run.state is RunState.QUEUED else 0
