"""The problem as a table of tab-separated lines for Timefold's programs: things first, then each request followed by its options.

Every start of a team's session is an option of its own; ways between places are worked out here, so that nobody else needs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from outreach.matching.candidates import Candidate, Finder, SlotCandidate
from outreach.matching.check_rules import KEY_STAGE
from outreach.matching.placed import Placed, placed
from outreach.matching.problem import CODING_SESSION, LANGUAGES, Assignment, Place, Problem
from outreach.matching.solving.goals import scale_of, scaled
from outreach.matching.times import text_of, week_of

Spot = tuple[Place, str | None]
STAGES = {stage: number for number, stage in enumerate(dict.fromkeys(KEY_STAGE.values()))}


def export(problem: Problem, path: Path) -> None:
    """Write the table."""
    with path.open("w", encoding="utf-8") as file:
        for fields in _Table(problem).lines():
            file.write("\t".join(map(str, fields)) + "\n")


def _bits(languages: frozenset[str]) -> int:
    return sum(1 << position for position, name in enumerate(LANGUAGES) if name in languages)


def _limit(limit: int | None) -> int:
    return -1 if limit is None else limit


class _Table:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.finder = Finder(problem)
        self.ways = self.finder.ways
        self.scale = scale_of(problem, "cost")
        self.position: dict[str, dict[str, int]] = {
            "slot": {one: index for index, one in enumerate(problem.slot)},
            "team": {one: index for index, one in enumerate(problem.team)},
            "school": {one: index for index, one in enumerate(problem.school)},
            "company": {one: index for index, one in enumerate(problem.company)},
            "offer": {one: index for index, one in enumerate(problem.offer)},
        }
        self.spots: dict[Spot, int] = {}
        self.kept = set(problem.incumbent)
        self.pins = {pin.request: pin for pin in problem.pins}

    def lines(self) -> Iterator[tuple[object, ...]]:
        problem = self.problem
        yield from (("goal", name) for name in problem.objectives)
        for company in problem.companies:
            yield "company", company.id, _limit(company.max_sessions_per_week), _limit(company.max_sessions)
        for school in problem.schools:
            yield "school", school.id, school.weight, _limit(school.max_bookings), school.max_per_day
        yield from (("offer", offer.id) for offer in problem.offers)
        for team in problem.teams:
            yield "team", team.id, team.max_sessions_per_day, team.turnaround_minutes
        for slot in problem.slots:
            limits, offer = problem.limits(slot), problem.offer[slot.offer]
            cost = scaled(limits.cost, self.scale)
            sizes = (limits.min_pupils, limits.max_pupils, limits.max_groups, cost)
            yield "slot", slot.id, *sizes, _bits(offer.languages), int(offer.kind == CODING_SESSION)
        found = list(self.finder.all())
        yield from self._ways(found)
        of_request = {name: list(mine) for name, mine in groupby(found, key=lambda one: one.request)}
        for name in problem.visit_request:
            yield from self._request(name, of_request.get(name, []))

    def _ways(self, found: list[Candidate]) -> Iterator[tuple[object, ...]]:
        """The minutes between all places at which teams give sessions."""
        for one in found:
            if not isinstance(one, SlotCandidate):
                self.spots.setdefault(self._at(one, one.starts[0][0]).spot, len(self.spots))
        yield "spots", len(self.spots)
        for spot, number in self.spots.items():
            yield "way", number, *(self.ways.minutes(*spot, *other) for other in self.spots)

    def _at(self, wish: Candidate, start: int) -> Placed:
        if isinstance(wish, SlotCandidate):
            one = Assignment(wish.request, slot=wish.slot)
        else:
            one = Assignment(wish.request, team=wish.team, offer=wish.offer, start=start)
        return placed(self.problem, self.ways, one)

    def _request(self, name: str, wishes: list[Candidate]) -> Iterator[tuple[object, ...]]:
        asked = self.problem.visit_request[name]
        school = self.position["school"][asked.school]
        words = (STAGES[KEY_STAGE[asked.grade]], _bits(asked.languages), int(name in self.pins))
        yield "visit", name, school, asked.group or "", asked.crew or "", asked.pupils, *words
        for wish in wishes:
            yield from self._options(wish, self.pins.get(name))

    def _options(self, wish: Candidate, pin: Assignment | None) -> Iterator[tuple[object, ...]]:
        """A wish at each moment: all that differs is the time, and a large city has half a million of them."""
        starts = (
            [None] if isinstance(wish, SlotCandidate) else [start for run in wish.starts for start in run]
        )
        one = self._at(wish, starts[0] or 0)
        where = (
            self.position["slot"][one.slot.id] if one.slot else "",
            self.position["team"][one.team.id] if one.team else "",
            self.position["offer"][one.offer.id],
        )
        cost = one.visit_request.costs.get(one.place_id, Decimal(0)) + (one.offer.cost if one.team else 0)
        spot = self.spots[one.spot] if one.team else 0
        company = self.position["company"][one.offer.company]
        rest = (one.day, week_of(one.day), spot, company, wish.points, one.travel, scaled(cost, self.scale))
        for start in starts:
            named = pin is not None or bool(self.kept)
            here = one.assignment if start is None or not named else replace(one.assignment, start=start)
            if pin is None or pin == here:
                later = 0 if start is None else start - one.start
                moments = [moment + later for moment in (one.start, one.end, one.leaves, one.returns)]
                yield "option", *where, text_of(moments[0]), *moments, *rest, int(named and here in self.kept)
