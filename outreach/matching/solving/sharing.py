"""What patterns share, written as rows of an integer program: all rules between resources, none left to be found later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.links import Links

Members = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SharedRow:
    """At most `limit`: the sum of `counts` over the chosen ones of `patterns` (positions)."""

    patterns: Ints
    counts: Ints
    limit: int


class Sharing:
    """The patterns of an integer program, flat: entry e says that pattern `pattern[e]` holds option `option[e]`."""

    def __init__(self, ground: Ground, links: Links, patterns: Sequence[tuple[int, Members]]) -> None:
        self.ground = ground
        self.links = links
        sizes = [len(members) for _, members in patterns]
        self.site = np.array([site for site, _ in patterns], dtype=np.int64)
        self.pattern = np.repeat(np.arange(len(patterns)), sizes)
        self.option = np.array([at for _, members in patterns for at in members], dtype=np.int64)

    def rows(self) -> Iterator[SharedRow]:
        """Every row that could bind."""
        ground, problem = self.ground, self.ground.problem
        request, school, day = (kind[self.option] for kind in (ground.request, ground.school, ground.day))
        many = len(problem.requests) + 1
        totals = np.array(
            [many if one.max_bookings is None else one.max_bookings for one in problem.schools],
            dtype=np.int64,
        )
        a_day = np.array([one.max_per_day for one in problem.schools], dtype=np.int64)
        ones = np.ones(len(self.option), dtype=np.int64)
        yield from _rows(self.site, np.arange(len(self.site)), np.ones(len(self.site), dtype=np.int64))
        yield from _rows(request, self.pattern, ones)
        yield from _rows(school, self.pattern, totals[school])
        yield from _rows(_key(school, day), self.pattern, a_day[school])
        group = self.links.group[request]
        yield from _rows(_key(group, day)[group >= 0], self.pattern[group >= 0], ones[group >= 0])
        yield from self._crews(request)
        yield from self._sessions()

    def _crews(self, request: Ints) -> Iterator[SharedRow]:
        crew = np.where(self.links.fixed[self.option], self.links.crew[request], -1)
        for number in np.unique(crew[crew >= 0]).tolist():
            entries = np.flatnonzero(crew == number)
            leaves, returns = (
                self.links.leaves[self.option[entries]],
                self.links.returns[self.option[entries]],
            )
            for moment in np.unique(leaves).tolist():
                away = entries[(leaves <= moment) & (moment < returns)]
                yield from _rows(
                    np.zeros(len(away), dtype=np.int64),
                    self.pattern[away],
                    np.ones(len(away), dtype=np.int64),
                )

    def _sessions(self) -> Iterator[SharedRow]:
        """Limits of companies: a used slot counts once, a team's session each time."""
        ground = self.ground
        rows_of: dict[int, list[int]] = {}
        for number, (slots, options) in enumerate(
            zip(ground.session_slots, ground.session_options, strict=True)
        ):
            for slot in slots.tolist():
                rows_of.setdefault(slot, []).append(number)
            for option in options.tolist():
                rows_of.setdefault(-1 - option, []).append(number)
        counted: set[tuple[int, int]] = set()
        keys: list[int] = []
        patterns: list[int] = []
        for pattern, option in zip(self.pattern.tolist(), self.option.tolist(), strict=True):
            at = int(ground.resource[option])
            name = at if at < ground.slots else -1 - option
            if name in rows_of and (pattern, name) not in counted:
                counted.add((pattern, name))
                keys += rows_of[name]
                patterns += [pattern] * len(rows_of[name])
        limits = np.array([row.limit for row in ground.session_rows], dtype=np.int64)
        key = np.array(keys, dtype=np.int64)
        yield from _rows(key, np.array(patterns, dtype=np.int64), limits[key] if len(key) else key)


def _key(owner: Ints, day: Ints) -> Ints:
    return owner * 10_000_000 + day


def _rows(key: Ints, pattern: Ints, limit: Ints) -> Iterator[SharedRow]:
    """One row for each key whose counts add up to more than its limit."""
    order = np.lexsort((pattern, key))
    key, pattern, limit = key[order], pattern[order], limit[order]
    if not len(key):
        return
    fresh = np.append(True, (key[1:] != key[:-1]) | (pattern[1:] != pattern[:-1]))
    begins = np.flatnonzero(fresh)
    counts = np.diff(np.append(begins, len(key)))
    key, pattern, limit = key[begins], pattern[begins], limit[begins]
    edges = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    for begin, end in zip(edges.tolist(), [*edges[1:].tolist(), len(key)], strict=True):
        if counts[begin:end].sum() > limit[begin]:
            yield SharedRow(pattern[begin:end], counts[begin:end], int(limit[begin]))
