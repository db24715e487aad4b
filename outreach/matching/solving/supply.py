"""What is offered, as arrays: offers by word, the slots of each offer, the teams of each offer, the windows of each team.

"Of each" is always two arrays: the things in one row, and for every owner where its part begins (the next one's beginning ends it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outreach.matching.points import FIRST_CHOICE, LAST_CHOICE, PER_RANK, PER_TOPIC
from outreach.matching.problem import FIELD_VISIT, Problem, VisitRequest
from outreach.matching.solving.columns import Flags, Long, Small, Whole


class Positions:
    """Where each id stands in the problem's lists."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    @cached_property
    def request(self) -> dict[str, int]:
        return {one.id: at for at, one in enumerate(self._problem.requests)}

    @cached_property
    def school(self) -> dict[str, int]:
        return {one.id: at for at, one in enumerate(self._problem.schools)}

    @cached_property
    def company(self) -> dict[str, int]:
        return {one.id: at for at, one in enumerate(self._problem.companies)}

    @cached_property
    def offer(self) -> dict[str, int]:
        return {one.id: at for at, one in enumerate(self._problem.offers)}

    @cached_property
    def slot(self) -> dict[str, int]:
        return {one.id: at for at, one in enumerate(self._problem.slots)}

    @cached_property
    def team(self) -> dict[str, int]:
        return {one.id: at for at, one in enumerate(self._problem.teams)}


class OfferWords:
    """Which offers have a word, and how a request likes each of them."""

    def __init__(self, problem: Problem) -> None:
        offers = problem.offers
        self.count = len(offers)
        self._kinds = _Words([(one.kind,) for one in offers])
        self._grades = _Words([one.grades for one in offers])
        self._languages = _Words([one.languages for one in offers])
        self._topics = {
            topic: row * np.int32(PER_TOPIC)
            for topic, row in _Words([one.topics for one in offers]).rows.items()
        }
        self._wheelchair = np.array([one.wheelchair for one in offers], dtype=np.bool_)
        self._choice: dict[str, list[int]] = defaultdict(list)
        for at, offer in enumerate(offers):
            for name in {offer.id, offer.company}:
                self._choice[name].append(at)

    def points(self, visit_request: VisitRequest) -> Small:
        """`points_of` for every offer, scores aside."""
        found = np.zeros(self.count, dtype=np.int32)
        # The best rank counts, so it is written last.
        for rank, name in reversed(list(enumerate(visit_request.choices))):
            found[self._choice.get(name, [])] = max(LAST_CHOICE, FIRST_CHOICE - PER_RANK * rank)
        for topic in visit_request.topics:
            if topic in self._topics:
                found += self._topics[topic]
        return found

    def suiting(self, visit_request: VisitRequest, points: Small) -> Flags:
        """Which offers have the right kind, grade, language and access, and interest the request."""
        found = self._kinds(visit_request.kinds) & self._languages(visit_request.languages)
        found &= self._grades(frozenset((visit_request.grade,)))
        if visit_request.wheelchair:
            found &= self._wheelchair
        if not visit_request.open and visit_request.scores is None:
            # A choice and a shared topic give points, nothing else does.
            found &= points > 0
        return found


class _Words:
    """Which of the things have one of some words; sets of words come again and again, so their answers are kept."""

    def __init__(self, words_of: Sequence[Collection[str]]) -> None:
        self.rows: dict[str, Flags] = {}
        self._nothing = np.zeros(len(words_of), dtype=np.bool_)
        self._known: dict[frozenset[str], Flags] = {}
        for at, words in enumerate(words_of):
            for word in words:
                if word not in self.rows:
                    self.rows[word] = self._nothing.copy()
                self.rows[word][at] = True

    def __call__(self, words: frozenset[str]) -> Flags:
        found = self._known.get(words)
        if found is None:
            found = self._known[words] = self._nothing.copy()
            for word in words & self.rows.keys():
                found |= self.rows[word]
        return found


@dataclass(frozen=True, slots=True)
class ByOffer:
    """Things that belong to offers, grouped by offer: `begins[o]` is where offer o's begin, `offer` whose each is."""

    begins: Long
    offer: Small
    rows_of: Callable[[str], Sequence[int]]
    """Where the things of a slot's or team's id stand (none, for the id of another kind)."""

    def named(self, names: Iterable[str]) -> Long:
        """Where the things with these ids stand, ascending."""
        return np.array(sorted(row for name in names for row in self.rows_of(name)), dtype=np.int64)


class Supply:
    """Slots, and pairs of an offer and a team that gives it, both grouped by offer in the order of the problem."""

    def __init__(self, problem: Problem, positions: Positions) -> None:
        offers = problem.offers
        self.visit: Flags = np.array([one.kind == FIELD_VISIT for one in offers], dtype=np.bool_)
        self.minutes: Long = np.array([one.minutes or 0 for one in offers], dtype=np.int64)
        self.max_pupils: Long = np.array([one.max_pupils for one in offers], dtype=np.int64)
        self._take_slots(problem, positions)
        self._take_pairs(problem, positions)
        self._take_windows(problem)

    def giving(self, names: Iterable[str]) -> Flags:
        """Which offers have one of these slots or are given by one of these teams."""
        found = np.zeros(len(self.visit), dtype=np.bool_)
        for things in (self.slots, self.pairs):
            found[things.offer[things.named(names)]] = True
        return found

    def _take_slots(self, problem: Problem, positions: Positions) -> None:
        offer = np.array([positions.offer[one.offer] for one in problem.slots], dtype=np.int32)
        self.slot, begins = grouped(offer, len(problem.offers))
        rank = np.empty(len(self.slot), dtype=np.int64)
        rank[self.slot] = np.arange(len(self.slot))

        def rows_of(name: str) -> Sequence[int]:
            at = positions.slot.get(name)
            return () if at is None else (int(rank[at]),)

        self.slots = ByOffer(begins, offer[self.slot], rows_of)
        self.slot_start = _longs(one.start for one in problem.slots)[self.slot]
        self.slot_end = _longs(one.end for one in problem.slots)[self.slot]
        own = _longs(-1 if one.max_pupils is None else one.max_pupils for one in problem.slots)[self.slot]
        self.slot_room: Long = np.where(own < 0, self.max_pupils[self.slots.offer], own)

    def _take_pairs(self, problem: Problem, positions: Positions) -> None:
        teams = problem.teams
        team = np.repeat(np.arange(len(teams)), _longs(len(one.offers) for one in teams))
        offer = np.array([positions.offer[name] for one in teams for name in one.offers], dtype=np.int32)
        order, begins = grouped(offer, len(problem.offers))
        self.pair_team: Long = team[order]
        self.team_limit = _longs(one.max_travel_minutes for one in teams)
        pairs_of: dict[str, list[int]] = defaultdict(list)
        for pair, at in enumerate(self.pair_team.tolist()):
            pairs_of[teams[at].id].append(pair)

        def rows_of(name: str) -> Sequence[int]:
            return pairs_of.get(name, ())

        self.pairs = ByOffer(begins, offer[order], rows_of)

    def _take_windows(self, problem: Problem) -> None:
        windows = [window for team in problem.teams for window in team.windows]
        self.window_opens = _longs(opens for opens, _ in windows)
        self.window_closes = _longs(closes for _, closes in windows)
        counts = _longs(len(team.windows) for team in problem.teams)
        self.windows_from: Long = np.concatenate(([0], np.cumsum(counts)))


def grouped(owner: Whole, owners: int) -> tuple[Long, Long]:
    """Positions grouped by owner (0..owners-1), and where each owner's part begins; those of an owner below 0 are left out."""
    owned = np.flatnonzero(owner >= 0)
    order = owned[np.argsort(owner[owned], kind="stable")]
    counts = np.bincount(owner[owned], minlength=owners)
    return order, np.concatenate(([0], np.cumsum(counts)))


def _longs(numbers: Iterable[int] | Sequence[int]) -> Long:
    return np.fromiter(numbers, np.int64)
