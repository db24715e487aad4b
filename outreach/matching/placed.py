"""An assignment with everything it names looked up: what the judge reads and the goals count."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.matching.problem import (
    CODING_SESSION,
    Assignment,
    Offer,
    Place,
    Problem,
    School,
    Slot,
    Team,
    VisitRequest,
)
from outreach.matching.times import day_of
from outreach.matching.travel import Ways


@dataclass(frozen=True, slots=True)
class Placed:
    """One group where the plan puts it: `start`..`end` is the session, `leaves`..`returns` the time the school gives."""

    assignment: Assignment
    visit_request: VisitRequest
    school: School
    offer: Offer
    slot: Slot | None
    team: Team | None
    start: int
    end: int
    leaves: int
    returns: int
    travel: int

    @property
    def day(self) -> int:
        return day_of(self.start)

    @property
    def place_id(self) -> str:
        """The id of the slot or team."""
        return self.assignment.slot or self.assignment.team

    @property
    def spot(self) -> tuple[Place, str | None]:
        """Where it happens: the offer's place for a visit, else the school."""
        if self.offer.kind == CODING_SESSION or self.offer.place is None:
            return self.school.place, self.school.zone
        return self.offer.place, self.offer.zone


def unknown_part(problem: Problem, assignment: Assignment) -> str | None:
    """A clause about the first thing an assignment names that the problem has not, else None."""
    if assignment.request not in problem.visit_request:
        return f"there is no request {assignment.request!r}"
    if assignment.slot:
        return None if assignment.slot in problem.slot else f"there is no slot {assignment.slot!r}"
    if assignment.team not in problem.team:
        return f"there is no team {assignment.team!r}"
    if assignment.offer not in problem.offer:
        return f"there is no offer {assignment.offer!r}"
    if assignment.offer not in problem.team[assignment.team].offers:
        return f"the team {assignment.team!r} does not give the offer {assignment.offer!r}"
    return None


def placed(problem: Problem, ways: Ways, assignment: Assignment) -> Placed:
    """Look everything up. Only for assignments without an `unknown_part` (KeyError otherwise)."""
    visit_request = problem.visit_request[assignment.request]
    school = problem.school[visit_request.school]
    slot = problem.slot[assignment.slot] if assignment.slot else None
    team = problem.team[assignment.team] if assignment.team else None
    offer = problem.offer[slot.offer if slot else assignment.offer]
    start = slot.start if slot else assignment.start
    end = slot.end if slot else assignment.start + (offer.minutes or 0)
    visit = ways.minutes(school.place, school.zone, offer.place, offer.zone) if offer.place else 0
    travel = visit
    if team and offer.kind == CODING_SESSION and team.home:
        travel = ways.minutes(team.home, team.zone, school.place, school.zone)
    return Placed(
        assignment, visit_request, school, offer, slot, team, start, end, start - visit, end + visit, travel
    )
