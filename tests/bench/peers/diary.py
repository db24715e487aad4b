"""The diary of a booking system: places are taken one by one, at fixed times, as long as no hard rule breaks.

Minimum attendance is not asked for when somebody joins (nobody could ever be the first): `shortest` names a slot that stayed
below it. Our own writing, apart from the solver on purpose: what a peer does must not change with our own greedy.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator

from outreach.matching.candidates import Candidate, Finder, SlotCandidate
from outreach.matching.check_rules import KEY_STAGE
from outreach.matching.placed import Placed, placed
from outreach.matching.problem import CODING_SESSION, Assignment, Problem, VisitRequest
from outreach.matching.times import day_of, week_of
from outreach.matching.travel import Ways


class Diary:
    """What is taken so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.finder = Finder(problem)
        self.ways = Ways(problem.travel)
        self.of_request: dict[str, Placed] = {}
        self.in_slot: dict[str, list[Placed]] = defaultdict(list)
        self.of_team: dict[tuple[str, int], list[Placed]] = defaultdict(list)
        self.of_crew: dict[str, list[Placed]] = defaultdict(list)
        self.of_company: dict[str, list[Placed]] = defaultdict(list)
        self.counts: Counter[Hashable] = Counter()
        self.pinned = {pin.request for pin in problem.pins}
        for pin in dict.fromkeys(problem.pins):
            self.add(placed(problem, self.ways, pin))

    def wishes(self, request: str) -> list[Candidate]:
        """Where a request may be, what it likes best first; among equals the shorter way."""
        found = self.finder.of(self.problem.visit_request[request])
        return sorted(found, key=lambda one: (-one.points, one.travel))

    def ways_to_take(self, wish: Candidate) -> Iterator[Placed]:
        """A wish as placements: one for a slot, one for each start of a team's session. None when the school's day is full."""
        day = day_of(self.problem.slot[wish.slot].start) if isinstance(wish, SlotCandidate) else wish.day
        if not self.day_open(self.problem.visit_request[wish.request], day):
            return
        if isinstance(wish, SlotCandidate):
            yield placed(self.problem, self.ways, Assignment(wish.request, slot=wish.slot))
            return
        for run in wish.starts:
            for start in run:
                one = Assignment(wish.request, team=wish.team, offer=wish.offer, start=start)
                yield placed(self.problem, self.ways, one)

    def fits(self, one: Placed) -> bool:
        """Whether nothing speaks against the placement, neither at the school nor at the host."""
        return self.school_can(one) and self.host_can(one)

    def school_can(self, one: Placed) -> bool:
        """H1, H5 and H6: the request is free, its school, group and crew have room that day."""
        asked = one.visit_request
        if not self.day_open(asked, one.day):
            return False
        if asked.crew is None:
            return True
        return not any(
            one.leaves < other.returns and other.leaves < one.returns for other in self.of_crew[asked.crew]
        )

    def day_open(self, asked: VisitRequest, day: int) -> bool:
        """What `school_can` asks that is the same for all moments of a day."""
        if asked.id in self.of_request:
            return False
        school = self.problem.school[asked.school]
        if school.max_bookings is not None and self.counts["school", school.id] >= school.max_bookings:
            return False
        if self.counts["day", school.id, day] >= school.max_per_day:
            return False
        return asked.group is None or not self.counts["group", asked.group, day]

    def host_can(self, one: Placed) -> bool:
        """H2, H3, H4 and H7: room in the slot or in the team's day, and in the company's week."""
        if one.slot is not None:
            return self.slot_can(one) and (bool(self.in_slot[one.slot.id]) or self.company_can(one))
        return self.team_can(one) and self.company_can(one)

    def slot_can(self, one: Placed) -> bool:
        """H2 and H3, minimum attendance aside."""
        assert one.slot is not None
        limits = self.problem.limits(one.slot)
        members = [*self.in_slot[one.slot.id], one]
        if len(members) > limits.max_groups:
            return False
        if sum(member.visit_request.pupils for member in members) > limits.max_pupils:
            return False
        languages = one.offer.languages.intersection(*(member.visit_request.languages for member in members))
        stages = {KEY_STAGE[member.visit_request.grade] for member in members}
        schools = {member.school.id for member in members}
        return (
            bool(languages) and len(stages) == 1 and (one.offer.kind != CODING_SESSION or len(schools) == 1)
        )

    def team_can(self, one: Placed) -> bool:
        """H4: the team's day is not full, and the ways to the sessions before and after suffice."""
        assert one.team is not None
        team, day = one.team.id, one.day
        if len(self.of_team[team, day]) >= one.team.max_sessions_per_day:
            return False
        # The night is long enough for any way further than to the next day.
        near = (other for nearby in (day - 1, day, day + 1) for other in self.of_team[team, nearby])
        return all(
            self._ready(other, one) <= one.start
            if other.start <= one.start
            else self._ready(one, other) <= other.start
            for other in near
        )

    def host_day_open(self, wish: Candidate) -> bool:
        """Whether the host could take one more at all: what is the same for all moments of a team's day."""
        if isinstance(wish, SlotCandidate):
            slot = self.problem.slot[wish.slot]
            return len(self.in_slot[slot.id]) < self.problem.limits(slot).max_groups
        return len(self.of_team[wish.team, wish.day]) < self.problem.team[wish.team].max_sessions_per_day

    def _ready(self, one: Placed, following: Placed) -> int:
        assert one.team is not None
        return one.end + one.team.turnaround_minutes + self.ways.minutes(*one.spot, *following.spot)

    def company_can(self, one: Placed) -> bool:
        """H7 for one more session."""
        company = self.problem.company[one.offer.company]
        if company.max_sessions is not None and self.counts["company", company.id] >= company.max_sessions:
            return False
        limit = company.max_sessions_per_week
        return limit is None or self.counts["week", company.id, week_of(one.day)] < limit

    def add(self, one: Placed) -> None:
        """Take the placement, whatever the rules say: the caller has asked."""
        if one.slot is None or not self.in_slot[one.slot.id]:
            self._count_session(one, 1)
        self._count_school(one, 1)
        for members in self._lists(one):
            members.append(one)
        self.of_request[one.visit_request.id] = one

    def remove(self, one: Placed) -> None:
        """Give it up again."""
        for members in self._lists(one):
            members.remove(one)
        del self.of_request[one.visit_request.id]
        self._count_school(one, -1)
        if one.slot is None or not self.in_slot[one.slot.id]:
            self._count_session(one, -1)

    def _lists(self, one: Placed) -> Iterator[list[Placed]]:
        yield self.of_company[one.offer.company]
        if one.slot is not None:
            yield self.in_slot[one.slot.id]
        if one.team is not None:
            yield self.of_team[one.team.id, one.day]
        if one.visit_request.crew is not None:
            yield self.of_crew[one.visit_request.crew]

    def _count_session(self, one: Placed, by: int) -> None:
        self.counts["company", one.offer.company] += by
        self.counts["week", one.offer.company, week_of(one.day)] += by

    def _count_school(self, one: Placed, by: int) -> None:
        self.counts["school", one.school.id] += by
        self.counts["day", one.school.id, one.day] += by
        if one.visit_request.group is not None:
            self.counts["group", one.visit_request.group, one.day] += by

    def shortest(self) -> str | None:
        """The used slot that lacks most of its minimum attendance and that no pin holds open; None when nothing lacks."""
        lacking = {
            slot_id: self.problem.limits(self.problem.slot[slot_id]).min_pupils
            - sum(member.visit_request.pupils for member in members)
            for slot_id, members in self.in_slot.items()
            if members and not any(member.visit_request.id in self.pinned for member in members)
        }
        worst = max(lacking, key=lambda slot_id: lacking[slot_id], default=None)
        return worst if worst is not None and lacking[worst] > 0 else None

    def assignments(self) -> list[Assignment]:
        """The plan, in the order in which it was taken."""
        return [one.assignment for one in self.of_request.values()]
