"""Where the time of a team's session may not stay open: pins, assignments to be kept to the letter, crews with two engagements.

Only the rows concerned are looked at one by one; all others stay as they are.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from outreach.matching.problem import Assignment, Problem
from outreach.matching.solving.columns import Columns, Flags, Long, Runs
from outreach.matching.solving.supply import Positions


def rows_allowing(columns: Columns, positions: Positions, rows: Long, assignment: Assignment) -> list[int]:
    """Which of these rows (all of the assignment's request) hold the assignment at one of their starts."""
    if assignment.slot:
        # Whoever names a team as well names neither.
        same = columns.slot[rows] == (-2 if assignment.team else positions.slot.get(assignment.slot, -2))
        return list(rows[same].tolist())
    same = columns.team[rows] == positions.team.get(assignment.team, -2)
    same &= columns.offer[rows] == positions.offer.get(assignment.offer, -2)
    return [row for row in rows[same].tolist() if any(assignment.start in run for run in columns.runs(row))]


def only_pins(columns: Columns, positions: Positions, problem: Problem) -> Columns:
    """Pinned requests with nothing but their pin (the last one where there are several)."""
    pinned = {pin.request: pin for pin in problem.pins}
    if not pinned:
        return columns
    kept = np.ones(len(columns), dtype=np.bool_)
    fixed: list[tuple[int, Assignment]] = []
    for name, pin in pinned.items():
        rows = rows_of(columns, positions.request[name])
        kept[rows] = False
        fixed += [(row, pin) for row in rows_allowing(columns, positions, rows, pin)]
    kept[[row for row, _ in fixed]] = True
    begins = np.cumsum(kept) - 1
    starts = {int(begins[row]): [single(pin.start)] for row, pin in fixed if not pin.slot}
    return columns.take(np.flatnonzero(kept)).cut(starts)


def rows_of(columns: Columns, request: int) -> Long:
    """The rows of the request at this position; rows ascend by request."""
    ends = np.array((request, request + 1), dtype=columns.request.dtype)
    return np.arange(*np.searchsorted(columns.request, ends))


def single(start: int) -> Runs:
    """One moment as runs."""
    return (range(start, start + 1),)


def split_kept(columns: Columns, positions: Positions, problem: Problem) -> Columns:
    """A team session of the incumbent as a row of its own, apart from the other starts of that day."""
    kept: dict[str, set[Assignment]] = defaultdict(set)
    for assignment in problem.incumbent:
        if not assignment.slot and assignment.request in positions.request:
            kept[assignment.request].add(assignment)
    pieces: dict[int, list[Runs]] = {}
    for name, assignments in kept.items():
        rows = rows_of(columns, positions.request[name])
        taken: dict[int, list[int]] = defaultdict(list)
        for assignment in sorted(assignments):
            for row in rows_allowing(columns, positions, rows, assignment):
                taken[row].append(assignment.start)
        for row, starts in taken.items():
            rest = columns.runs(row)
            for start in starts:
                rest = _without(rest, start)
            pieces[row] = [*map(single, starts), *([rest] if rest else [])]
    return columns.cut(pieces)


def _without(runs: Runs, start: int) -> Runs:
    pieces: list[range] = []
    for run in runs:
        if start in run:
            pieces += [range(run[0], start, run.step), range(start + run.step, run[-1] + 1, run.step)]
        else:
            pieces.append(run)
    return tuple(piece for piece in pieces if piece)


def split_crews(columns: Columns, problem: Problem) -> Columns:
    """Single starts for a crew's sessions that could meet another engagement of the same crew."""
    numbers: dict[str, int] = {}
    crews = [
        -1 if one.crew is None else numbers.setdefault(one.crew, len(numbers)) for one in problem.requests
    ]
    if not numbers:
        return columns
    crew = np.array(crews, dtype=np.int64)[columns.request]
    mine = np.flatnonzero(crew >= 0)
    mine = mine[np.argsort(crew[mine], kind="stable")]
    chosen = np.zeros(len(columns), dtype=np.bool_)
    for rows in np.split(mine, np.flatnonzero(np.diff(crew[mine])) + 1):
        chosen[rows] = _meeting(columns, rows)
    return columns.singled(chosen)


def _meeting(columns: Columns, rows: Long) -> Flags:
    """Which rows of one crew could overlap, from leaving to return, a row of another of its requests."""
    early = columns.leave_early[rows].astype(np.int64)
    leaves, returns = columns.first[rows] - early, columns.last[rows] + columns.minutes[rows] + early
    others = _overlapping(leaves, returns)
    for own in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(columns.request[rows])) + 1):
        others[own] -= _overlapping(leaves[own], returns[own])
    found: Flags = others > 0
    return found


def _overlapping(leaves: Long, returns: Long) -> Long:
    """For each of these spans (none is empty) how many overlap it, itself among them."""
    begun = np.searchsorted(np.sort(leaves), returns, side="left")
    over = np.searchsorted(np.sort(returns), leaves, side="right")
    return begun - over
