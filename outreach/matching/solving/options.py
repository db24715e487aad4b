"""What the solver chooses from: one `Option` per request and slot, or per request, team, offer and day.

The time of a team's session is left open inside its option wherever nothing but the team's own day depends on it: order and times
of a team-day follow from checking the set (`timetable.py`). It is split into single starts where somebody else needs to know it:
a crew that has another engagement, an assignment to be kept to the letter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from outreach.matching.candidates import Finder, SlotCandidate, TeamCandidate, merged
from outreach.matching.problem import CODING_SESSION, Assignment, Offer, Place, Problem
from outreach.matching.solving.engine import Clock
from outreach.matching.times import day_of, week_of

Spot = tuple[Place, str | None]


@dataclass(frozen=True, slots=True)
class Option:
    """One way to place a request. `starts` are ascending runs of possible starts (one moment for a slot)."""

    request: str
    slot: str
    team: str
    offer: str
    day: int
    starts: tuple[range, ...]
    minutes: int
    leave_early: int
    travel: int
    points: int
    spot: Spot

    @property
    def first(self) -> int:
        return self.starts[0][0]

    @property
    def last(self) -> int:
        return self.starts[-1][-1]

    @property
    def place_id(self) -> str:
        return self.slot or self.team

    @property
    def away(self) -> tuple[int, int]:
        """The time within which the group leaves and returns, whatever start is taken."""
        return self.first - self.leave_early, self.last + self.minutes + self.leave_early

    def assignment(self, start: int) -> Assignment:
        """The assignment for one of the starts."""
        if self.slot:
            return Assignment(self.request, slot=self.slot)
        return Assignment(self.request, team=self.team, offer=self.offer, start=start)

    def at(self, start: int) -> Option:
        """The same option with no other start; a slot's is fixed anyway."""
        return self if self.slot else replace(self, starts=(range(start, start + 1),))

    def allows(self, assignment: Assignment) -> bool:
        """Whether the assignment is this option at one of its starts."""
        if assignment.request != self.request or assignment.slot != self.slot:
            return False
        same = assignment.team == self.team and (bool(self.slot) or assignment.offer == self.offer)
        return same and (bool(self.slot) or any(assignment.start in run for run in self.starts))


class Options:
    """All options of a problem and, by position in `all`, who shares what."""

    def __init__(
        self, problem: Problem, finder: Finder, options: Iterable[Option], *, complete: bool = True
    ) -> None:
        self.problem = problem
        self.finder = finder
        self.complete = complete
        self.ways = finder.ways
        self.all = list(options)
        self.of_request: dict[str, list[int]] = defaultdict(list)
        self.of_slot: dict[str, list[int]] = defaultdict(list)
        self.of_team: dict[str, list[int]] = defaultdict(list)
        for index, option in enumerate(self.all):
            self.of_request[option.request].append(index)
            if option.slot:
                self.of_slot[option.slot].append(index)
            else:
                self.of_team[option.team].append(index)

    def school_of(self, option: Option) -> str:
        return self.problem.visit_request[option.request].school

    def company_of(self, option: Option) -> str:
        return self.problem.offer[option.offer].company

    def week_of(self, option: Option) -> int:
        return week_of(option.day)

    def indices_for(self, assignment: Assignment) -> list[int]:
        """Positions of the options that hold the assignment, those with the fewest starts first."""
        mine = self.of_request.get(assignment.request, ())
        return sorted(
            (index for index in mine if self.all[index].allows(assignment)),
            key=lambda index: sum(map(len, self.all[index].starts)),
        )


def options_of(problem: Problem, clock: Clock) -> Options:
    """Every option of the problem: pinned requests keep only their pin, times are split where others depend on them.

    When the clock ends first, the options of the requests so far, and `complete` is False.
    """
    finder = Finder(problem)
    pinned = {pin.request: pin for pin in problem.pins}
    found: list[Option] = []
    complete = True
    for visit_request in problem.requests:
        if clock.left() <= 0:
            complete = False
            break
        mine = [_option(problem, candidate) for candidate in finder.of(visit_request)]
        pin = pinned.get(visit_request.id)
        if pin is not None:
            mine = [option.at(pin.start) for option in mine if option.allows(pin)]
        found += mine
    if "changes" in problem.objectives:
        found = list(_split_kept(problem, found))
    return Options(problem, finder, _split_crews(problem, found), complete=complete)


def _option(problem: Problem, candidate: SlotCandidate | TeamCandidate) -> Option:
    visit_request = problem.visit_request[candidate.request]
    school = problem.school[visit_request.school]
    if isinstance(candidate, SlotCandidate):
        slot = problem.slot[candidate.slot]
        offer, team, slot_id = problem.offer[slot.offer], "", slot.id
        starts: tuple[range, ...] = (range(slot.start, slot.start + 1),)
        minutes, day = slot.end - slot.start, day_of(slot.start)
    else:
        offer, team, slot_id = problem.offer[candidate.offer], candidate.team, ""
        starts, minutes, day = candidate.starts, problem.offer[candidate.offer].minutes or 0, candidate.day
    spot = spot_of(offer, (school.place, school.zone))
    early = candidate.travel if offer.kind != CODING_SESSION else 0
    return Option(
        candidate.request,
        slot_id,
        team,
        offer.id,
        day,
        starts,
        minutes,
        early,
        candidate.travel,
        candidate.points,
        spot,
    )


def spot_of(offer: Offer, school: Spot) -> Spot:
    """Where a session happens: at the offer's place for a visit, else at the school."""
    if offer.kind == CODING_SESSION or offer.place is None:
        return school
    return offer.place, offer.zone


def _without(option: Option, start: int) -> tuple[range, ...]:
    pieces: list[range] = []
    for run in option.starts:
        if start in run:
            pieces += [range(run[0], start, run.step), range(start + run.step, run[-1] + 1, run.step)]
        else:
            pieces.append(run)
    return tuple(piece for piece in pieces if piece)


def _split_kept(problem: Problem, options: Iterable[Option]) -> Iterator[Option]:
    """A team session of the incumbent as an option of its own, apart from the other starts of that day."""
    kept: dict[str, set[Assignment]] = defaultdict(set)
    for assignment in problem.incumbent:
        kept[assignment.request].add(assignment)
    for option in options:
        rest: Option | None = option
        for assignment in sorted(kept.get(option.request, ())):
            if rest is None or rest.slot or not rest.allows(assignment):
                continue
            yield rest.at(assignment.start)
            pieces = _without(rest, assignment.start)
            rest = replace(rest, starts=pieces) if pieces else None
        if rest is not None:
            yield rest


def _split_crews(problem: Problem, options: list[Option]) -> Iterator[Option]:
    """Single starts for a crew's sessions that could meet another engagement of the same crew."""
    crew = {one.id: one.crew for one in problem.requests if one.crew is not None}
    by_crew_day: dict[tuple[str, int], list[Option]] = defaultdict(list)
    for option in options:
        if option.request in crew:
            for day in range(day_of(option.away[0]), day_of(option.away[1]) + 1):
                by_crew_day[crew[option.request], day].append(option)
    split: set[int] = set()
    for together in by_crew_day.values():
        for option in together:
            opens, closes = option.away
            if any(
                other.request != option.request and opens < other.away[1] and other.away[0] < closes
                for other in together
            ):
                split.add(id(option))
    for option in options:
        if id(option) in split and not option.slot:
            for run in merged(option.starts):
                yield from (option.at(start) for start in run)
        else:
            yield option
