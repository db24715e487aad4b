"""The candidate rules answered with arrays, many requests at a time.

`candidates.py` is the reference: the same candidates come out, in the same order. This file is for millions of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from outreach.matching.problem import Ban, Problem, Slot, Team
from outreach.matching.solving.columns import KINDS, Columns, Flags, Long, Runs, Whole, expanded
from outreach.matching.solving.free_time import FreeWindows
from outreach.matching.solving.spots import Spots
from outreach.matching.solving.supply import ByOffer, OfferWords, Positions, Supply
from outreach.matching.times import DAY

# As many requests are looked at together as make this many rows at most, were every slot open to each of them.
ROWS_AT_ONCE = 200_000
REQUESTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class _Suiting:
    """Pairs of a request and an offer that suits it, ascending: travel (0 but for a visit) and points of each pair."""

    request: Long
    offer: Long
    travel: Long
    points: Long
    key: Long

    def place(self, key: Long) -> tuple[Flags, Long]:
        """For keys of pairs: whether the pair is one of these, and where it stands."""
        if not len(self.key):
            return np.zeros(len(key), dtype=np.bool_), np.zeros(len(key), dtype=np.int64)
        at = np.searchsorted(self.key, key)
        at[at == len(self.key)] = 0
        return self.key[at] == key, at


class CandidateArrays:
    """Finds the candidates of a problem's requests. Built once for a problem."""

    def __init__(self, problem: Problem, positions: Positions, spots: Spots) -> None:
        self.problem = problem
        self.positions = positions
        self.spots = spots
        self.words = OfferWords(problem)
        self.supply = Supply(problem, positions)
        self.free = FreeWindows([one.windows for one in problem.requests])
        self.pupils: Long = np.array([one.pupils for one in problem.requests], dtype=np.int64)
        self.limit: Long = np.array([one.max_travel_minutes for one in problem.requests], dtype=np.int64)
        schools = [positions.school[one.school] for one in problem.requests]
        self.spot: Long = spots.school[schools].astype(np.int64)
        self.scored: Flags = np.array([one.scores is not None for one in problem.requests], dtype=np.bool_)

    def batches(self) -> list[range]:
        """The requests in parts that are looked at together."""
        rows = len(self.problem.offers) + len(self.problem.slots) + len(self.supply.pair_team)
        size = max(1, min(REQUESTS_AT_ONCE, ROWS_AT_ONCE // max(1, rows)))
        count = len(self.problem.requests)
        return [range(at, min(at + size, count)) for at in range(0, count, size)]

    def of(self, batch: range) -> Columns:
        """The candidates of these requests: of each one by offer slots, then team sessions by team and day."""
        suiting = self._suiting(batch)
        slots = self._in_slots(batch, suiting)
        sessions, several = self._with_teams(batch, suiting)
        both = {name: np.concatenate((slots[name], sessions[name])) for name in slots}
        order = np.argsort(suiting.key[both.pop("which")], kind="stable")
        if several:
            new = np.empty(len(order), dtype=np.int64)
            new[order] = np.arange(len(order))
            several = {int(new[len(slots["offer"]) + row]): runs for row, runs in several.items()}
        arrays = {name: array[order] for name, array in both.items()}
        arrays["leave_early"] = np.where(self.supply.visit[arrays["offer"]], arrays["travel"], 0)
        typed = {name: arrays[name].astype(kind) for name, kind in KINDS.items()}
        return Columns(**typed, several=several, grid=self.problem.grid_minutes)

    def _suiting(self, batch: range) -> _Suiting:
        requests = self.problem.requests[batch.start : batch.stop]
        points = np.array([self.words.points(one) for one in requests])
        suits = np.array([self.words.suiting(one, row) for one, row in zip(requests, points, strict=True)])
        for suited, visit_request in zip(suits, requests, strict=True):
            if visit_request.scores is not None:
                np.logical_and(suited, self.supply.giving(visit_request.scores), out=suited)
            for ban in self.problem.bans_of.get(visit_request.id, ()):
                if ban.offer:
                    suited[self.positions.offer[ban.offer]] = False
        row, offer = np.nonzero(suits)
        request = row + batch.start
        travel = np.zeros(len(offer), dtype=np.int64)
        visit = self.supply.visit[offer]
        travel[visit] = self.spots.minutes(self.spot[request[visit]], self.spots.offer[offer[visit]])
        near = ~visit | (travel <= self.limit[request])
        row, request, offer, travel = row[near], request[near], offer[near], travel[near]
        key = request * len(self.problem.offers) + offer
        return _Suiting(request, offer, travel, points[row, offer].astype(np.int64), key)

    def _in_slots(self, batch: range, suiting: _Suiting) -> dict[str, Long]:
        supply = self.supply
        slots, which = self._open(batch, suiting, supply.slots)
        request, travel = suiting.request[which], suiting.travel[which]
        start, end = supply.slot_start[slots], supply.slot_end[slots]
        fits = self.free.hold(request, start - travel, end + travel)
        fits &= self.pupils[request] <= supply.slot_room[slots]
        fits &= self._allowed(batch, request, supply.slot[slots], self._banned_slot)
        slots, which = slots[fits], which[fits]
        start = supply.slot_start[slots]
        return {
            "which": which,
            "request": suiting.request[which],
            "slot": supply.slot[slots],
            "team": np.full(len(slots), -1),
            "offer": suiting.offer[which],
            "day": start // DAY,
            "first": start,
            "last": start,
            "minutes": supply.slot_end[slots] - start,
            "travel": suiting.travel[which],
            "points": self._points(suiting, which, supply.slot[slots], self.problem.slots),
        }

    def _with_teams(self, batch: range, suiting: _Suiting) -> tuple[dict[str, Long], dict[int, Runs]]:
        supply = self.supply
        team, which, travel = self._teams(batch, suiting)
        begins = supply.windows_from[team]
        counts = supply.windows_from[team + 1] - begins
        windows, asker = expanded(begins, counts), np.repeat(np.arange(len(team)), counts)
        asked = which[asker]
        found = self.free.sessions(
            suiting.request[asked],
            asker,
            supply.window_opens[windows],
            supply.window_closes[windows],
            supply.minutes[suiting.offer[asked]],
            suiting.travel[asked],
            self.problem.grid_minutes,
        )
        team, which, travel = team[found.asker], which[found.asker], travel[found.asker]
        arrays = {
            "which": which,
            "request": suiting.request[which],
            "slot": np.full(len(which), -1),
            "team": team,
            "offer": suiting.offer[which],
            "day": found.day,
            "first": found.first,
            "last": found.last,
            "minutes": supply.minutes[suiting.offer[which]],
            "travel": travel,
            "points": self._points(suiting, which, team, self.problem.teams),
        }
        return arrays, found.several

    def _teams(self, batch: range, suiting: _Suiting) -> tuple[Long, Long, Long]:
        """Teams that are open to a request but for the time: the team, which pair of request and offer, and the way."""
        supply = self.supply
        pairs, which = self._open(batch, suiting, supply.pairs)
        request, offer = suiting.request[which], suiting.offer[which]
        team: Long = supply.pair_team[pairs].astype(np.int64)
        fits = self.pupils[request] <= supply.max_pupils[offer]
        fits &= self._allowed(batch, request, team, self._banned_team)
        team, which, request, offer = team[fits], which[fits], request[fits], offer[fits]
        travel = suiting.travel[which]
        coding = ~supply.visit[offer]
        travel[coding] = self.spots.minutes(self.spot[request[coding]], self.spots.home[team[coding]])
        near = ~coding | (travel <= supply.team_limit[team])
        return team[near], which[near], travel[near]

    def _open(self, batch: range, suiting: _Suiting, things: ByOffer) -> tuple[Long, Long]:
        """Slots (or pairs of offer and team) of suiting offers, those that scores leave out aside, and which pair each is for."""
        plain = np.flatnonzero(~self.scored[suiting.request])
        begins = things.begins[suiting.offer[plain]]
        counts = things.begins[suiting.offer[plain] + 1] - begins
        rows, which = [expanded(begins, counts)], [np.repeat(plain, counts)]
        for at in np.flatnonzero(self.scored[batch.start : batch.stop]) + batch.start:
            named = things.named(self.problem.requests[at].scores or ())
            suits, place = suiting.place(at * len(self.problem.offers) + things.offer[named])
            rows.append(named[suits])
            which.append(place[suits])
        return np.concatenate(rows), np.concatenate(which)

    def _allowed(
        self, batch: range, request: Long, place: Whole, banned: Callable[[Ban], int | None]
    ) -> Flags:
        """Whether no ban forbids the place to the request."""
        if not self.problem.bans:
            return np.ones(len(request), dtype=np.bool_)
        count = 1 + int(place.max(initial=0))
        forbidden = [
            at * count + number
            for at in batch
            for ban in self.problem.bans_of.get(self.problem.requests[at].id, ())
            if (number := banned(ban)) is not None and number < count
        ]
        return ~np.isin(request * count + place, forbidden)

    def _banned_slot(self, ban: Ban) -> int | None:
        return self.positions.slot[ban.slot] if ban.slot else None

    def _banned_team(self, ban: Ban) -> int | None:
        return self.positions.team[ban.team] if ban.team else None

    def _points(self, suiting: _Suiting, which: Long, place: Whole, things: Sequence[Slot | Team]) -> Long:
        found = suiting.points[which]
        for row in np.flatnonzero(self.scored[suiting.request[which]]).tolist():
            scores = self.problem.requests[suiting.request[which[row]]].scores
            found[row] = (scores or {})[things[place[row]].id]
        return found
