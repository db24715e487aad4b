"""Deferred acceptance, in the manner of OneGov Feriennet's matching, our own writing.

Schools propose, the wish they like best first; a wish that the school's own limits or another acceptance of its own block
waits. A host accepts while it has room, else it throws out groups that it ranks lower, when that makes room. As in Feriennet
the wish itself counts most in a host's ranking; then a school's weight, then the number of pupils. Whoever is thrown out
proposes again, never to the same host twice for the same wish, so it ends. Minimum attendance is no part of the algorithm
there either: slots that stay short are called off afterwards, and their groups go on proposing elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from outreach.matching.candidates import Candidate, SlotCandidate
from outreach.matching.placed import Placed
from outreach.matching.points import points_of
from outreach.matching.problem import Problem
from outreach.matching.times import week_of
from tests.bench.peers.diary import Diary
from tests.bench.peers.queues import Emit

Rank = tuple[int, int, int, str]


def deferred_acceptance(problem: Problem, emit: Emit) -> None:
    """A stable assignment, then without the slots below their minimum, until none is left."""
    market = Market(problem)
    while True:
        market.settle()
        short = market.diary.shortest()
        if short is None:
            emit(market.diary.assignments())
            return
        market.call_off(short)


def rank_of(one: Placed) -> Rank:
    """How a host ranks a group; greater is better."""
    asked = one.visit_request
    return points_of(asked, one.offer, one.place_id), one.school.weight, asked.pupils, asked.id


class Market:
    """Schools with their open wishes, and a diary of what the hosts hold at the moment."""

    def __init__(self, problem: Problem) -> None:
        self.diary = Diary(problem)
        self.closed: set[str] = set()
        self.open: dict[str, list[Candidate]] = {school.id: [] for school in problem.schools}
        for asked in problem.requests:
            if asked.id not in self.diary.of_request:
                self.open[asked.school] += self.diary.wishes(asked.id)
        for wishes in self.open.values():
            wishes.sort(key=lambda wish: (-wish.points, wish.travel, wish.request))
        self.proposing = deque(self.open)

    def settle(self) -> None:
        """Let the schools propose until nobody has an open wish that is not blocked by the school's own bookings."""
        while self.proposing:
            school = self.proposing.popleft()
            while self._propose(school):
                pass

    def call_off(self, slot_id: str) -> None:
        """Close a slot; its groups are free again."""
        self.closed.add(slot_id)
        called_off = list(self.diary.in_slot[slot_id])
        for one in called_off:
            self.diary.remove(one)
        self._propose_again(called_off)

    def _propose(self, school: str) -> bool:
        """One proposal of a school: its best wish that it could take. False when there is none."""
        for position, wish in enumerate(self.open[school]):
            if isinstance(wish, SlotCandidate) and wish.slot in self.closed:
                continue
            possible = [one for one in self.diary.ways_to_take(wish) if self.diary.school_can(one)]
            if possible:
                del self.open[school][position]
                self._answer(possible)
                return True
        return False

    def _answer(self, possible: list[Placed]) -> None:
        """The host takes the first that fits, else makes room by groups of lower rank, else declines."""
        for one in possible:
            if self.diary.host_can(one):
                self.diary.add(one)
                return
        thrown_out: list[Placed] = []
        while True:
            worst = self._worst(possible[0])
            if (
                worst is None
                or rank_of(worst) >= rank_of(possible[0])
                or worst.visit_request.id in self.diary.pinned
            ):
                break
            self.diary.remove(worst)
            thrown_out.append(worst)
            for one in possible:
                if self.diary.host_can(one):
                    self.diary.add(one)
                    self._propose_again(thrown_out)
                    return
        for one in thrown_out:
            self.diary.add(one)

    def _worst(self, one: Placed) -> Placed | None:
        """Whom the host would give up first for this group: of the slot or team-day, or of the company's fullest week."""
        if one.slot is not None:
            members = self.diary.in_slot[one.slot.id]
        else:
            assert one.team is not None
            members = self.diary.of_team[one.team.id, one.day]
        if not members and not self.diary.company_can(one):
            members = self._sessions_in_the_way(one)
        return min(members, key=rank_of, default=None)

    def _sessions_in_the_way(self, one: Placed) -> list[Placed]:
        """Sessions of one group each: a session that others share is not called off for a single proposal."""
        company = self.diary.problem.company[one.offer.company]
        weekly = company.max_sessions_per_week
        full = weekly is not None and self.diary.counts["week", company.id, week_of(one.day)] >= weekly
        return [
            other
            for other in self.diary.of_company[company.id]
            if (not full or week_of(other.day) == week_of(one.day))
            and (other.slot is None or len(self.diary.in_slot[other.slot.id]) == 1)
        ]

    def _propose_again(self, thrown_out: Iterable[Placed]) -> None:
        self.proposing.extend(dict.fromkeys(one.school.id for one in thrown_out))
