"""The last look at everything that is said: the judge of plans on what a change touches, apart from the search that found it.

Each hard rule is about one request, slot, team, school, group, crew or company. So where the plan was faultless, it is enough to
judge all assignments that share one of these with an assignment that is new or gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from outreach.matching.check import faults_of
from outreach.matching.problem import Assignment, Ban, Problem, VisitRequest


class Verifier:
    """Judges changes of one faultless plan (assignments by request)."""

    def __init__(self, problem: Problem, plan: Mapping[str, Assignment]) -> None:
        self.problem = problem
        self.plan = plan
        self._sharing: dict[tuple[str, str], list[str]] = {}
        for name, assignment in plan.items():
            for mark in self._marks(problem.visit_request[name], assignment):
                self._sharing.setdefault(mark, []).append(name)

    def _marks(self, asked: VisitRequest, assignment: Assignment) -> Iterator[tuple[str, str]]:
        problem = self.problem
        offer = problem.slot[assignment.slot].offer if assignment.slot else assignment.offer
        yield "request", asked.id
        yield ("slot", assignment.slot) if assignment.slot else ("team", assignment.team)
        yield "school", asked.school
        yield "company", problem.offer[offer].company
        if asked.group is not None:
            yield "group", asked.group
        if asked.crew is not None:
            yield "crew", asked.crew

    def holds(
        self,
        new: Sequence[Assignment],
        gone: Collection[str] = (),
        asked: Sequence[VisitRequest] = (),
    ) -> bool:
        """Whether the plan stays faultless with these assignments in place of the old ones of their requests.

        `gone` lose their place; `asked` are requests as they would be (halves of a split have ids of their own).
        """
        changed = {one.id: one for one in asked}
        marks = {
            mark
            for one in new
            for mark in self._marks(changed.get(one.request) or self.problem.visit_request[one.request], one)
        }
        for name in {*gone, *(one.request for one in new)} & self.plan.keys():
            marks |= set(self._marks(self.problem.visit_request[name], self.plan[name]))
        near = {name for mark in marks for name in self._sharing.get(mark, ())}
        # Who is looked at only for a school's sake is judged with all who share the slot or the team: a minimum wants them all.
        places = {
            mark for name in near for mark in self._marks(self.problem.visit_request[name], self.plan[name])
        }
        near |= {
            name for mark in places if mark[0] in ("slot", "team") for name in self._sharing.get(mark, ())
        }
        names = near - set(gone)
        after = {name: self.plan[name] for name in names} | {one.request: one for one in new}
        return not faults_of(self._part(after, changed), list(after.values()))

    def _part(self, after: Mapping[str, Assignment], changed: Mapping[str, VisitRequest]) -> Problem:
        """The problem with nothing but what these assignments are about (offers and companies stay: choices name them)."""
        problem = self.problem
        asked = [changed.get(name) or problem.visit_request[name] for name in after]
        everything = any(one.scores is not None or one.costs for one in asked)
        schools = {one.school for one in asked}
        places = {one.slot or one.team for one in after.values()}
        return replace(
            problem,
            schools=tuple(one for one in problem.schools if one.id in schools),
            slots=tuple(one for one in problem.slots if everything or one.id in places),
            teams=tuple(one for one in problem.teams if everything or one.id in places),
            requests=tuple(asked),
            pins=tuple(pin for pin in problem.pins if pin.request in after),
            bans=tuple(self._bans(asked)) if everything else self._near_bans(asked, places),
            incumbent=(),
        )

    def _bans(self, asked: Sequence[VisitRequest]) -> Iterator[Ban]:
        for one in asked:
            yield from bans_for(self.problem, one)

    def _near_bans(self, asked: Sequence[VisitRequest], places: Collection[str]) -> tuple[Ban, ...]:
        return tuple(ban for ban in self._bans(asked) if ban.offer or (ban.slot or ban.team) in places)


def bans_for(problem: Problem, asked: VisitRequest) -> Iterator[Ban]:
    """The bans of a request, or those of the whole for a half of it."""
    whole = asked.id if asked.id in problem.visit_request else asked.id.rpartition("#")[0]
    for ban in problem.bans_of.get(whole, ()):
        yield replace(ban, request=asked.id)
