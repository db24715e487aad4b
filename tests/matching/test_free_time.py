"""Free windows as arrays: equal to the light half's, where ends meet, windows touch, repeat and lie inside each other."""

from __future__ import annotations

import random

import numpy as np

from outreach.matching.candidates import FreeTime, session_starts
from outreach.matching.problem import Offer, Window
from outreach.matching.solving.free_time import FreeWindows
from outreach.matching.times import DAY

MIDNIGHT = 740_000 * DAY


def windows(rng: random.Random, most: int) -> list[Window]:
    """Around a midnight, a quarter of an hour apart, so that ends often meet."""
    found = []
    for _ in range(rng.randint(0, most)):
        start = MIDNIGHT + rng.randrange(-180, 180, 15)
        found.append((start, start + rng.randrange(15, 300, 15)))
    return found


def test_a_session_is_held_by_the_windows_that_cover_it() -> None:
    rng = random.Random(5)
    for _ in range(150):
        owners = [windows(rng, 6) for _ in range(4)]
        owner = np.array([rng.randrange(4) for _ in range(60)])
        start = np.array([MIDNIGHT + rng.randrange(-200, 200, 5) for _ in owner])
        end = start + np.array([rng.randrange(5, 200, 5) for _ in owner])
        truth = [
            FreeTime(owners[who]).covers(*span)
            for who, *span in zip(owner.tolist(), start.tolist(), end.tolist(), strict=True)
        ]
        assert FreeWindows(owners).hold(owner, start, end).tolist() == truth


def test_sessions_start_where_a_window_of_each_side_leaves_room() -> None:
    rng = random.Random(6)
    flush = 0
    for _ in range(400):
        owners = [windows(rng, 5) for _ in range(3)]
        teams = [windows(rng, 4) for _ in range(8)]
        grid, minutes, travel = rng.choice((5, 15, 20, 60)), rng.choice((15, 45, 50)), rng.choice((0, 10, 15))
        whose = sorted(rng.randrange(3) for _ in teams)
        asker = np.array([at for at, team in enumerate(teams) for _ in team], dtype=np.int64)
        opens, closes = (
            np.array([one[end] for team in teams for one in team], dtype=np.int64) for end in (0, 1)
        )
        found = FreeWindows(owners).sessions(
            np.array(whose)[asker],
            asker,
            opens,
            closes,
            np.full(len(asker), minutes),
            np.full(len(asker), travel),
            grid,
        )
        offer = Offer("O", "C", "field_visit", frozenset(), frozenset(), 1, minutes=minutes)
        truth = {
            (at, day): runs
            for at, team in enumerate(teams)
            for day, runs in session_starts(grid, FreeTime(owners[whose[at]]), offer, team, travel).items()
        }
        mine = {
            (at, day): found.several.get(row) or (range(first, last + 1, grid),)
            for row, (at, day, first, last) in enumerate(
                zip(*(one.tolist() for one in (found.asker, found.day, found.first, found.last)), strict=True)
            )
        }
        assert list(mine.items()) == list(truth.items())
        assert all(found.first[row] == runs[0][0] for row, runs in found.several.items())
        assert all(found.last[row] == runs[-1][-1] for row, runs in found.several.items())
        flush += sum(opens + minutes == closes)
    assert flush > 100


def test_nobody_s_windows_hold_nothing() -> None:
    nothing = FreeWindows([[], []])
    one = np.array([1])
    assert nothing.hold(one, one, one + 1).tolist() == [False]
    assert len(nothing.sessions(one, one, one, one + 90, one, one, 15).day) == 0
    assert len(FreeWindows([]).hold(one[:0], one[:0], one[:0])) == 0
