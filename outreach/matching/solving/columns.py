"""Options as columns: one array per attribute, one row per option, so that millions of them fit and are looked at all at once.

Moments and lengths of time are `int64` (a day of the year 9999 has no room in 32 bits), everything else is `int32`. Positions are
those in `problem.requests`, `.slots`, `.teams` and `.offers`, -1 where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Small = NDArray[np.int32]
Long = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
Runs = tuple[range, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of options. `first` and `last` are the ends of the possible starts; `grid` is the step between two of them.

    `several` holds the starts of the few rows that have more than one run of them.
    """

    request: Small
    slot: Small
    team: Small
    offer: Small
    day: Small
    first: Long
    last: Long
    minutes: Long
    leave_early: Small
    travel: Small
    points: Small
    several: Mapping[int, Runs]
    grid: int

    def __len__(self) -> int:
        return len(self.request)

    def runs(self, row: int) -> Runs:
        """The possible starts of a row as ascending runs."""
        return self.several.get(row) or (
            range(int(self.first[row]), int(self.last[row]) + 1, self.grid if self.slot[row] < 0 else 1),
        )

    def take(self, rows: Whole) -> Columns:
        """These rows, in this order; a row may come twice."""
        arrays = {name: getattr(self, name)[rows] for name in ARRAYS}
        several: dict[int, Runs] = {}
        if self.several:
            among = np.flatnonzero(np.isin(rows, np.fromiter(self.several, np.int64)))
            several = {new: self.several[int(rows[new])] for new in among.tolist()}
        return Columns(**arrays, several=several, grid=self.grid)

    def cut(self, pieces: Mapping[int, Sequence[Runs]]) -> Columns:
        """In the place of a row one for each of its pieces (none at all drops it); the other rows stay."""
        if not pieces:
            return self
        counts = np.ones(len(self), dtype=np.int64)
        for row, parts in pieces.items():
            counts[row] = len(parts)
        found = self.take(np.repeat(np.arange(len(self)), counts))
        several = dict(found.several)
        begins = np.cumsum(counts) - counts
        for row, parts in pieces.items():
            for new, runs in enumerate(parts, int(begins[row])):
                found.first[new], found.last[new] = runs[0][0], runs[-1][-1]
                several.pop(new, None)
                if len(runs) > 1:
                    several[new] = runs
        return replace(found, several=several)

    def singled(self, chosen: Flags) -> Columns:
        """Each chosen row as one row per start."""
        together = {row: [(run,) for run in self.several[row]] for row in self.several if chosen[row]}
        if together:
            counts = np.ones(len(self), dtype=np.int64)
            counts[list(together)] = [len(parts) for parts in together.values()]
            return self.cut(together).singled(np.repeat(chosen, counts))
        if not chosen.any():
            return self
        counts = np.where(chosen, (self.last - self.first) // self.grid + 1, 1)
        begins = np.cumsum(counts) - counts
        found = self.take(np.repeat(np.arange(len(self)), counts))
        nth = np.arange(len(found)) - np.repeat(begins, counts)
        found.first[:] += nth * self.grid
        found.last[:] = np.where(np.repeat(chosen, counts), found.first, found.last)
        return found


ARRAYS = tuple(field.name for field in fields(Columns) if field.name not in ("several", "grid"))
KINDS: dict[str, type[np.signedinteger[Any]]] = {
    name: np.int64 if name in ("first", "last", "minutes") else np.int32 for name in ARRAYS
}


def expanded(begins: Whole, counts: Whole) -> Long:
    """`begins[0], begins[0] + 1, ...` (`counts[0]` numbers), then those of the next pair, in one array."""
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    found: Long = np.repeat(begins - (ends - counts), counts) + np.arange(total)
    return found


def joined(parts: Sequence[Columns], grid: int) -> Columns:
    """The rows of all parts, one after the other."""
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts] or [np.zeros(0, dtype=kind)])
        for name, kind in KINDS.items()
    }
    several: dict[int, Runs] = {}
    begins = 0
    for part in parts:
        several |= {begins + row: runs for row, runs in part.several.items()}
        begins += len(part)
    return Columns(**arrays, several=several, grid=grid)
