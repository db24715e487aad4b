"""The free windows of requests as arrays: which sessions they hold, and when a team's session can start.

A window that lies inside another one of the same request is dropped: it allows nothing more. So the rest ascend by opening and by
closing, and both questions are answered by bisection, for all requests in one row: each one's moments are shifted above those of
the request before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from outreach.matching.problem import Window
from outreach.matching.solving.columns import Flags, Long, Runs, expanded
from outreach.matching.times import DAY

# Above every moment there is (the year 9999 ends before 2**33 minutes), so that moments of two requests never meet.
YEARS = 2**34
# The same for the minutes of one day and a step of the grid.
APART = 4 * DAY


@dataclass(frozen=True, slots=True)
class Sessions:
    """When some askers (numbered by `asker`, ascending) can start on a day; `several` holds the starts that are not one run."""

    asker: Long
    day: Long
    first: Long
    last: Long
    several: dict[int, Runs]


class FreeWindows:
    """The windows of several owners (numbered from 0): each one's ascend, none lies inside another."""

    def __init__(self, windows_of: Sequence[Collection[Window]]) -> None:
        moments = np.fromiter(chain.from_iterable(chain.from_iterable(windows_of)), np.int64).reshape(-1, 2)
        owner = np.repeat(np.arange(len(windows_of)), np.fromiter(map(len, windows_of), np.int64))
        order = np.lexsort((-moments[:, 1], moments[:, 0], owner))
        owner, opens, closes = owner[order], moments[order, 0], moments[order, 1]
        latest = np.maximum.accumulate(closes + owner * YEARS)
        kept = np.ones(len(owner), dtype=np.bool_)
        kept[1:] = latest[1:] > latest[:-1]
        owner = owner[kept]
        self._opens: Long = opens[kept] + owner * YEARS
        self._closes: Long = closes[kept] + owner * YEARS

    def hold(self, owner: Long, start: Long, end: Long) -> Flags:
        """Whether one window of the owner holds the whole of start..end."""
        if not len(self._opens):
            return np.zeros(len(start), dtype=np.bool_)
        # Of the windows that open in time, the last one closes last; another owner's closes an age too early.
        shift = owner * YEARS
        at = np.searchsorted(self._opens, start + shift, side="right") - 1
        found: Flags = (at >= 0) & (end + shift <= self._closes[at])
        return found

    def sessions(
        self, owner: Long, asker: Long, opens: Long, closes: Long, minutes: Long, travel: Long, grid: int
    ) -> Sessions:
        """The starts on the grid of sessions inside windows `opens..closes` that fit a window of the owner.

        One entry per window that offers a session of `minutes`; `travel` widens it for the owner only. Entries of one asker
        stand together, askers ascend.
        """
        shift = owner * YEARS
        begins = np.searchsorted(self._closes, opens + minutes + travel + shift, side="left")
        ends = np.searchsorted(self._opens, closes - minutes - travel + shift, side="right")
        counts = np.maximum(0, ends - begins)
        mine = expanded(begins, counts)
        of = np.repeat(np.arange(len(asker)), counts)
        first = np.maximum(opens[of], self._opens[mine] - shift[of] + travel[of])
        last = np.minimum(closes[of], self._closes[mine] - shift[of] - travel[of]) - minutes[of]
        long_enough = first <= last
        of, first, last = of[long_enough], first[long_enough], last[long_enough]
        asker, day, first, last = _by_day(asker[of], first, last)
        first = -(-first // grid) * grid
        last = last // grid * grid
        there = first <= last
        return _together(asker[there], day[there], first[there], last[there], grid)


def _by_day(asker: Long, first: Long, last: Long) -> tuple[Long, Long, Long, Long]:
    """Spans of moments cut at midnight, with the day of each part."""
    opens, days = first // DAY, last // DAY - first // DAY + 1
    if (days == 1).all():
        return asker, opens, first, last
    of = np.repeat(np.arange(len(asker)), days)
    day = expanded(opens, days)
    return asker[of], day, np.maximum(first[of], day * DAY), np.minimum(last[of], day * DAY + DAY - 1)


def _together(asker: Long, day: Long, first: Long, last: Long, grid: int) -> Sessions:
    """Runs of one asker and day as one entry; runs that touch on the grid as one run."""
    # Mostly they are in order already; one key and a stable sort make that cheap.
    order = np.argsort(asker * YEARS + first, kind="stable")
    asker, day, first, last = asker[order], day[order], first[order], last[order]
    fresh = np.ones(len(asker), dtype=np.bool_)
    fresh[1:] = (asker[1:] != asker[:-1]) | (day[1:] != day[:-1])
    if fresh.all():
        return Sessions(asker, day, first, last, {})
    group = np.cumsum(fresh) - 1
    # Minutes of the day, each group's above those of the one before, so that one running maximum serves them all.
    shift = group * APART - day * DAY
    reach = np.maximum.accumulate(last + shift)
    apart = fresh.copy()
    apart[1:] |= first[1:] + shift[1:] > reach[:-1] + grid
    heads = np.flatnonzero(apart)
    tails = np.append(heads[1:], len(apart)) - 1
    begins, ends = first[heads], reach[tails] - shift[tails]
    group, heads = group[heads], heads[fresh[heads]]
    several: dict[int, Runs] = {}
    counts = np.bincount(group)
    where = np.cumsum(counts) - counts
    for entry in np.flatnonzero(counts > 1).tolist():
        mine = range(int(where[entry]), int(where[entry] + counts[entry]))
        several[entry] = tuple(range(int(begins[run]), int(ends[run]) + 1, grid) for run in mine)
    return Sessions(asker[heads], day[heads], begins[where], ends[where + counts - 1], several)
