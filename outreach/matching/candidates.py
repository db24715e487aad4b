"""Which slots and team sessions a request may take at all (the candidate rules of the format), for every request at once.

Light on purpose: no OR-Tools, no arrays, so that a web page can ask it. The rules about an offer as a whole are answered for all
offers together with one integer per word, used as a set of bits; times and travel are looked at only for what is left.
`funnel.py` tells for one request how many slots and team windows each rule leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outreach.matching.points import points_of
from outreach.matching.problem import CODING_SESSION, Offer, Place, Problem, Slot, Team, VisitRequest, Window
from outreach.matching.times import DAY, day_of
from outreach.matching.travel import Ways


@dataclass(frozen=True, slots=True)
class SlotCandidate:
    """A request may join a slot. `travel` is one way in minutes, 0 for a coding session."""

    request: str
    slot: str
    travel: int
    points: int


@dataclass(frozen=True, slots=True)
class TeamCandidate:
    """A request may have a team's session on one day: `starts` are all the moments it may start at, ascending runs on the grid."""

    request: str
    team: str
    offer: str
    day: int
    starts: tuple[range, ...]
    travel: int
    points: int


Candidate = SlotCandidate | TeamCandidate


class Finder:
    """The candidates of a problem's requests. Built once for a problem; `of` may be asked for any request."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.ways = Ways(problem.travel)
        self.slots_of: dict[str, list[Slot]] = defaultdict(list)
        self.teams_of: dict[str, list[Team]] = defaultdict(list)
        for slot in problem.slots:
            self.slots_of[slot.offer].append(slot)
        for team in problem.teams:
            for offer_id in team.offers:
                self.teams_of[offer_id].append(team)
        self._index = _OfferIndex(problem.offers)

    def all(self) -> Iterator[Candidate]:
        """Every candidate of every request, in the order of the problem."""
        for visit_request in self.problem.requests:
            yield from self.of(visit_request)

    def of(self, visit_request: VisitRequest) -> Iterator[Candidate]:
        """The candidates of one request: slots, then team sessions, offer by offer."""
        free = FreeTime(visit_request.windows)
        for offer in self.offers_for(visit_request):
            banned = self.banned_places(visit_request, offer)
            if banned is None:
                continue
            travel = self.visit_travel(visit_request, offer)
            if offer.kind != CODING_SESSION and travel > visit_request.max_travel_minutes:
                continue
            yield from self._in_slots(visit_request, free, offer, travel, banned)
            yield from self._with_teams(visit_request, free, offer, travel, banned)

    def offers_for(self, visit_request: VisitRequest) -> list[Offer]:
        """Offers of the right kind, grade, language and access that the request is interested in."""
        return self._index.suiting(visit_request)

    def banned_places(self, visit_request: VisitRequest, offer: Offer) -> frozenset[str] | None:
        """Ids of the slots and teams forbidden to the request, marked by kind; None when the whole offer is."""
        bans = self.problem.bans_of.get(visit_request.id, ())
        if any(ban.offer == offer.id for ban in bans):
            return None
        return frozenset(f"slot {ban.slot}" if ban.slot else f"team {ban.team}" for ban in bans)

    def visit_travel(self, visit_request: VisitRequest, offer: Offer) -> int:
        """Minutes from the request's school to the place of a field visit; 0 for a coding session."""
        if offer.kind == CODING_SESSION:
            return 0
        school = self.problem.school[visit_request.school]
        return self.ways.minutes(school.place, school.zone, _place(offer), offer.zone)

    def team_travel(self, visit_request: VisitRequest, team: Team) -> int:
        """Minutes from a team's home to the request's school."""
        school = self.problem.school[visit_request.school]
        if team.home is None:
            raise ValueError(f"team {team.id!r} has no home")
        return self.ways.minutes(team.home, team.zone, school.place, school.zone)

    def _in_slots(
        self, visit_request: VisitRequest, free: FreeTime, offer: Offer, travel: int, banned: frozenset[str]
    ) -> Iterator[SlotCandidate]:
        for slot in self.slots_of[offer.id]:
            limit = offer.max_pupils if slot.max_pupils is None else slot.max_pupils
            if (
                visit_request.pupils <= limit
                and free.covers(slot.start - travel, slot.end + travel)
                and named(visit_request, slot.id)
                and not (banned and f"slot {slot.id}" in banned)
            ):
                points = points_of(visit_request, offer, slot.id)
                yield SlotCandidate(visit_request.id, slot.id, travel, points)

    def _with_teams(
        self, visit_request: VisitRequest, free: FreeTime, offer: Offer, travel: int, banned: frozenset[str]
    ) -> Iterator[TeamCandidate]:
        teams = self.teams_of[offer.id]
        if not teams or visit_request.pupils > offer.max_pupils:
            return
        for team in teams:
            if not named(visit_request, team.id) or (banned and f"team {team.id}" in banned):
                continue
            way = travel
            if offer.kind == CODING_SESSION:
                way = self.team_travel(visit_request, team)
                if way > team.max_travel_minutes:
                    continue
            points = points_of(visit_request, offer, team.id)
            starts = session_starts(self.problem.grid_minutes, free, offer, team.windows, travel)
            for day, runs in starts.items():
                yield TeamCandidate(visit_request.id, team.id, offer.id, day, runs, way, points)


class _OfferIndex:
    """For every word, the offers that have it, as the bits of one integer."""

    def __init__(self, offers: tuple[Offer, ...]) -> None:
        self.offers = offers
        self.all = (1 << len(offers)) - 1
        self.kind = self._bits((offer.kind,) for offer in offers)
        self.grade = self._bits(offer.grades for offer in offers)
        self.language = self._bits(offer.languages for offer in offers)
        self.topic = self._bits(offer.topics for offer in offers)
        self.access = self._bits((str(offer.wheelchair),) for offer in offers)
        self.choice = self._bits((f"offer {offer.id}", f"company {offer.company}") for offer in offers)

    def _bits(self, words_of: Iterable[Iterable[str]]) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for index, words in enumerate(words_of):
            for word in words:
                found[word] |= 1 << index
        return dict(found)

    def suiting(self, visit_request: VisitRequest) -> list[Offer]:
        bits = _either(self.kind, visit_request.kinds)
        bits &= self.grade.get(visit_request.grade, 0)
        bits &= _either(self.language, visit_request.languages)
        if visit_request.wheelchair:
            bits &= self.access.get("True", 0)
        return [self.offers[index] for index in _ones(bits & self.interesting(visit_request))]

    def interesting(self, visit_request: VisitRequest) -> int:
        if visit_request.open or visit_request.scores is not None:
            return self.all
        chosen = (word for name in visit_request.choices for word in (f"offer {name}", f"company {name}"))
        return _either(self.topic, visit_request.topics) | _either(self.choice, chosen)


def _either(bits_of: dict[str, int], words: Iterable[str]) -> int:
    bits = 0
    for word in words:
        bits |= bits_of.get(word, 0)
    return bits


def _ones(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _place(offer: Offer) -> Place:
    if offer.place is None:
        raise ValueError(f"offer {offer.id!r} is no field visit")
    return offer.place


def named(visit_request: VisitRequest, place_id: str) -> bool:
    """Whether the request's scores, if it has any, name this slot or team."""
    return visit_request.scores is None or place_id in visit_request.scores


class FreeTime:
    """The windows of a request, found by day: most requests have one for each of many days."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._days: dict[int, list[Window]] = defaultdict(list)
        self._longer: list[Window] = []
        for window in windows:
            if day_of(window[0]) == day_of(window[1]):
                self._days[day_of(window[0])].append(window)
            else:
                self._longer.append(window)

    def covers(self, start: int, end: int) -> bool:
        """Whether one window holds the whole of start..end."""
        return any(
            opens <= start and end <= closes
            for opens, closes in (*self._days.get(day_of(start), ()), *self._longer)
        )

    def between(self, start: int, end: int) -> Iterator[Window]:
        """The windows that may meet start..end."""
        for day in range(day_of(start), day_of(end) + 1):
            yield from self._days.get(day, ())
        yield from self._longer


def session_starts(
    grid: int, free: FreeTime, offer: Offer, team_windows: Iterable[Window], travel: int
) -> dict[int, tuple[range, ...]]:
    """For each day the starts on the grid of a team's session that lies in a team window and fits a window of the request.

    `travel` widens the session for the request only (0 for a coding session). Keys are days, values disjoint ascending ranges.
    """
    minutes = offer.minutes or 0
    found: dict[int, list[range]] = defaultdict(list)
    for team_opens, team_closes in team_windows:
        # A window of the request is longer than the session by the ways, so look that much further.
        for opens, closes in free.between(team_opens - travel, team_closes + travel):
            first = max(team_opens, opens + travel)
            last = min(team_closes, closes - travel) - minutes
            for day in range(day_of(first), day_of(last) + 1) if first <= last else ():
                low = -(-max(first, day * DAY) // grid) * grid
                run = range(low, min(last, day * DAY + DAY - 1) + 1, grid)
                if run:
                    found[day].append(run)
    return {day: merged(runs) for day, runs in sorted(found.items())}


def merged(runs: Iterable[range]) -> tuple[range, ...]:
    """Ranges of one step on one grid as disjoint ascending ranges."""
    together: list[range] = []
    for run in sorted(runs, key=lambda run: (run[0], run[-1])):
        if together and run[0] <= together[-1][-1] + run.step:
            last = together.pop()
            run = range(last[0], max(last[-1], run[-1]) + 1, run.step)
        together.append(run)
    return tuple(together)
