"""The options of a problem one by one, from the light half's candidates: what the arrays must equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from outreach.matching.candidates import Finder, SlotCandidate, TeamCandidate
from outreach.matching.problem import CODING_SESSION, Assignment, Problem
from outreach.matching.solving.options import Option
from outreach.matching.times import day_of


def plain_options(problem: Problem) -> list[Option]:
    """All options in their order: pins alone, what is kept apart, crews' sessions start by start."""
    finder = Finder(problem)
    pinned = {pin.request: pin for pin in problem.pins}
    found: list[Option] = []
    for visit_request in problem.requests:
        mine = [plain_option(problem, candidate) for candidate in finder.of(visit_request)]
        pin = pinned.get(visit_request.id)
        if pin is not None:
            mine = [at(option, pin.start) for option in mine if allows(option, pin)]
        found += mine
    if "changes" in problem.objectives:
        found = list(_split_kept(problem, found))
    return list(_split_crews(problem, found))


def plain_option(problem: Problem, candidate: SlotCandidate | TeamCandidate) -> Option:
    school = problem.school[problem.visit_request[candidate.request].school]
    if isinstance(candidate, SlotCandidate):
        slot = problem.slot[candidate.slot]
        offer, team, slot_id = problem.offer[slot.offer], "", slot.id
        starts: tuple[range, ...] = (range(slot.start, slot.start + 1),)
        minutes, day = slot.end - slot.start, day_of(slot.start)
    else:
        offer, team, slot_id = problem.offer[candidate.offer], candidate.team, ""
        starts, minutes, day = candidate.starts, offer.minutes or 0, candidate.day
    visit = offer.kind != CODING_SESSION and offer.place is not None
    return Option(
        candidate.request,
        slot_id,
        team,
        offer.id,
        day,
        starts,
        minutes,
        candidate.travel if visit else 0,
        candidate.travel,
        candidate.points,
        (offer.place, offer.zone) if visit and offer.place is not None else (school.place, school.zone),
    )


def at(option: Option, start: int) -> Option:
    return option if option.slot else replace(option, starts=(range(start, start + 1),))


def allows(option: Option, assignment: Assignment) -> bool:
    """Whether the assignment is this option at one of its starts."""
    if assignment.request != option.request or assignment.slot != option.slot:
        return False
    same = assignment.team == option.team and (bool(option.slot) or assignment.offer == option.offer)
    return same and (bool(option.slot) or any(assignment.start in run for run in option.starts))


def _split_kept(problem: Problem, options: Iterable[Option]) -> Iterator[Option]:
    for option in options:
        mine = {one for one in problem.incumbent if not option.slot and allows(option, one)}
        yield from (at(option, one.start) for one in sorted(mine))
        rest = _without(option, {one.start for one in mine})
        if rest:
            yield replace(option, starts=rest)


def _without(option: Option, taken: set[int]) -> tuple[range, ...]:
    """The other starts, as runs on the grid."""
    if not taken:
        return option.starts
    runs: list[range] = []
    for run in option.starts:
        fresh = True
        for start in run:
            if start in taken:
                fresh = True
            elif fresh:
                runs.append(range(start, start + 1, run.step))
                fresh = False
            else:
                runs[-1] = range(runs[-1][0], start + 1, run.step)
    return tuple(runs)


def _split_crews(problem: Problem, options: list[Option]) -> Iterator[Option]:
    crew = {one.id: one.crew for one in problem.requests if one.crew is not None}
    together: dict[str, list[Option]] = defaultdict(list)
    for option in options:
        if option.request in crew:
            together[crew[option.request]].append(option)
    for option in options:
        meets = (
            not option.slot
            and any(
                other.request != option.request
                and option.away[0] < other.away[1]
                and other.away[0] < option.away[1]
                for other in together[crew[option.request]]
                if option.request in crew
            )
            if option.request in crew
            else False
        )
        if meets:
            yield from (at(option, start) for run in option.starts for start in run)
        else:
            yield option
