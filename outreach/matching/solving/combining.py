"""Patterns of several resources that share a limit of sessions: the best combinations in which no request appears twice.

Each resource brings its best patterns on a *shelf*. What stands on no shelf is bounded by the shelf's tail, so the answer's bound
holds for every combination, and is exact unless a tail could still win.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.matching.solving.ground import Ints

Members = tuple[int, ...]
Found = tuple[int, Members]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A resource's best patterns by number of sessions, falling; and by number of sessions what any other is worth at most."""

    patterns: Mapping[int, list[Found]]
    tails: Mapping[int, int | None]


class TooMany(RuntimeError):
    """More combinations had to be looked at than were allowed."""


def combined(
    shelves: Sequence[Shelf], limit: int, request: Ints, keep: int, steps: int | None = None, floor: int = 0
) -> tuple[int, list[Found]]:
    """A bound of the best combination (`floor` at least) and the `keep` best ones found, falling; those worth no more than `floor`
    are none. `request` is by option.

    Raises `TooMany` after so many `steps`: where all shelves begin with the same few requests, wide ones take for ever.
    """
    search = _Combining(shelves, limit, request, keep, steps, floor)
    found = search.run()
    best = found[0][0] if found else floor
    return max(best, search.tail()), found


def beside(tops: Sequence[Mapping[int, int]], limit: int) -> list[list[int]]:
    """By shelf and number of sessions, what all other shelves are worth at most with these; `tops`: what each is by itself."""
    after = _after(tops, limit)
    before = [0] * (limit + 1)
    found = []
    for at, top in enumerate(tops):
        behind = after[at + 1]
        found.append(
            [max(before[k] + behind[left - k] for k in range(left + 1)) for left in range(limit + 1)]
        )
        before = _with(before, top)
    return found


def _after(tops: Sequence[Mapping[int, int]], limit: int) -> list[list[int]]:
    """after[i][k]: what shelves i, i+1, ... are worth at most with k sessions."""
    after = [[0] * (limit + 1)]
    for top in reversed(tops):
        after.append(_with(after[-1], top))
    return after[::-1]


class _Combining:
    def __init__(
        self,
        shelves: Sequence[Shelf],
        limit: int,
        request: Ints,
        keep: int,
        steps: int | None,
        floor: int,
    ) -> None:
        self.floor = floor
        self.steps = steps
        self.shelves = shelves
        self.limit = limit
        self.request = request
        self.keep = keep
        self.found: list[Found] = []
        self.tops = [
            {sessions: patterns[0][0] for sessions, patterns in shelf.patterns.items() if patterns}
            for shelf in shelves
        ]
        self.after = _after(self.tops, limit)

    def run(self) -> list[Found]:
        self._extend(0, (), 0, self.limit, frozenset())
        return sorted(self.found, reverse=True)

    def _extend(self, begin: int, members: Members, value: int, left: int, taken: frozenset[int]) -> None:
        """Note what is there, and go on with one more of the shelves from `begin` on: no deeper than there are sessions."""
        self._note(members, value)
        for at in range(begin, len(self.shelves)):
            if value + self.after[at][left] <= self._floor():
                return
            for sessions, patterns in self.shelves[at].patterns.items():
                if sessions > left:
                    continue
                for more, others in patterns:
                    if value + more + self.after[at + 1][left - sessions] <= self._floor():
                        break
                    self._count()
                    asking = {int(self.request[option]) for option in others}
                    if not asking & taken:
                        self._extend(at + 1, members + others, value + more, left - sessions, taken | asking)

    def _count(self) -> None:
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                raise TooMany

    def _floor(self) -> int:
        return max(self.floor, self.found[0][0]) if len(self.found) == self.keep else self.floor

    def _note(self, members: Members, value: int) -> None:
        entry = (value, tuple(sorted(members)))
        if members and value > self._floor() and entry not in self.found:
            (heapq.heapreplace if len(self.found) == self.keep else heapq.heappush)(self.found, entry)

    def tail(self) -> int:
        """What a combination with a pattern from no shelf is worth at most."""
        # The others may come from behind their own shelves too: where not all patterns are known, a tail can be above the best.
        hopes = [_hopes(top, shelf.tails) for top, shelf in zip(self.tops, self.shelves, strict=True)]
        rest = beside(hopes, self.limit)
        return max(
            (
                tail + rest[at][self.limit - sessions]
                for at, shelf in enumerate(self.shelves)
                for sessions, tail in shelf.tails.items()
                if tail is not None and sessions <= self.limit
            ),
            default=0,
        )


def _hopes(top: Mapping[int, int], tails: Mapping[int, int | None]) -> dict[int, int]:
    """By number of sessions what a shelf and what lies behind it are worth at most."""
    behind = {sessions: tail for sessions, tail in tails.items() if tail is not None}
    return {
        sessions: max(one[sessions] for one in (top, behind) if sessions in one)
        for sessions in top.keys() | behind.keys()
    }


def _with(worth: Sequence[int], top: Mapping[int, int]) -> list[int]:
    """What k sessions are worth at most when one more shelf may take some of them."""
    return [
        max([worth[k], *(worth[k - sessions] + value for sessions, value in top.items() if sessions <= k)])
        for k in range(len(worth))
    ]
