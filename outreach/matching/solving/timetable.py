"""The times of a team's sessions: can this set be given one after the other, and when does each start?

Exact: the shortest way through every subset (Held and Karp, 1962) with the earliest start of its last session. For a fixed subset
and last session an earlier start is never worse, and a set of starts is a union of runs, so "the next possible start" is enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from outreach.matching.problem import Assignment, Problem, Team
from outreach.matching.solving.columns import Flags, Long, Small
from outreach.matching.solving.options import Option, Options
from outreach.matching.travel import Ways

_Trail = tuple[tuple[int, int], ...]


def start_from(option: Option, moment: int) -> int | None:
    """The first start of the option at or after a moment."""
    for run in option.starts:
        if run[-1] >= moment:
            return run[0] + max(0, -(-(moment - run[0]) // run.step)) * run.step
    return None


def longest_zone(ways: Ways) -> float:
    """The most extra minutes between any two zones."""
    return max((minutes for _, _, minutes in ways.travel.zone_minutes), default=0)


class Timetable:
    """The sessions of one team: who can follow whom. Blocks are days, joined where one day's end reaches the next."""

    def __init__(self, problem: Problem, ways: Ways, team: Team) -> None:
        self.team = team
        self.ways = ways
        shortest = min((problem.offer[offer_id].minutes or 0 for offer_id in team.offers), default=0)
        self.inheriting = longest_zone(ways) <= shortest + team.turnaround_minutes
        """Whether a set that cannot be given cannot be saved by one more session in between: going over a third place saves
        at most the minutes between two zones, and a session there costs its own length and turnaround."""

    def ready(self, option: Option, following: Option) -> int:
        """Minutes from the start of one session to the earliest start of the following one."""
        return (
            option.minutes + self.team.turnaround_minutes + self.ways.minutes(*option.spot, *following.spot)
        )

    def starts(self, options: Sequence[Option]) -> list[int] | None:
        """A start for each option such that one team can give them all, or None when there is none."""
        if len(options) == 1:
            return [options[0].first]
        # (members, last) -> the earliest start of the last session, and (position, start) of the sessions before it.
        reached: dict[tuple[int, int], tuple[int, _Trail]] = {
            (1 << i, i): (option.first, ((i, option.first),)) for i, option in enumerate(options)
        }
        for _ in range(len(options) - 1):
            reached = self._one_more(options, reached)
        if not reached:
            return None
        _, trail = min(reached.values())
        return [start for _, start in sorted(trail)]

    def _one_more(
        self, options: Sequence[Option], reached: dict[tuple[int, int], tuple[int, _Trail]]
    ) -> dict[tuple[int, int], tuple[int, _Trail]]:
        further: dict[tuple[int, int], tuple[int, _Trail]] = {}
        for (members, last), (start, trail) in reached.items():
            for i, option in enumerate(options):
                if members >> i & 1:
                    continue
                moment = start_from(option, start + self.ready(options[last], option))
                key = (members | 1 << i, i)
                if moment is not None and (key not in further or moment < further[key][0]):
                    further[key] = (moment, (*trail, (i, moment)))
        return further

    def can_share(self, one: Option, other: Option) -> bool:
        """Whether the two can be given by the team, in either order."""
        # The last start is one of the following session's own, so no later start has to be looked for.
        return (
            one.first + self.ready(one, other) <= other.last
            or other.first + self.ready(other, one) <= one.last
        )


class TeamDays:
    """All teams' options in blocks: sets that cannot disturb each other, single days unless the night is too short.

    `block_of` holds the block of each option (`int32`, -1 for slots), `blocks[b]` the team's table and the options of block b, by
    day; `members(b)` gives those as an array.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        teams = options.problem.teams
        self.tables = {
            name: Timetable(options.problem, options.ways, options.problem.team[name])
            for name in options.of_team
        }
        rank = np.full(len(teams), -1, dtype=np.int64)
        rank[[options.positions.team[name] for name in self.tables]] = np.arange(len(self.tables))
        mine = np.flatnonzero(options.team >= 0)
        order = mine[np.lexsort((options.day[mine], rank[options.team[mine]]))]
        fresh = _block_begins(options, order)
        self.block_of: Small = np.full(len(options), -1, dtype=np.int32)
        self.block_of[order] = np.cumsum(fresh) - 1
        self.order: Long = order
        self.begins: Long = np.append(np.flatnonzero(fresh), len(order))
        self.blocks: Sequence[tuple[Timetable, list[int]]] = _Blocks(self)
        slots = len(options.problem.slots)
        self.resource: Long = np.where(options.slot >= 0, options.slot, slots + self.block_of).astype(
            np.int64
        )
        """What each option fills: the position of its slot, or after all slots that of its block."""

    def members(self, block: int) -> Long:
        """The options of a block, by day."""
        return self.order[self.begins[block] : self.begins[block + 1]]

    def sets(self, chosen: Iterable[int]) -> dict[int, list[int]]:
        """The chosen options of teams, by block."""
        found: dict[int, list[int]] = defaultdict(list)
        for index in chosen:
            block = int(self.block_of[index])
            if block >= 0:
                found[block].append(index)
        return found

    def impossible(self, members: Sequence[int]) -> bool:
        """Whether no order and times let the team give these options of one block."""
        return (
            self.tables[self.options.all[members[0]].team].starts([self.options.all[i] for i in members])
            is None
        )

    def timed(self, chosen: Iterable[int]) -> list[Assignment]:
        """Chosen options as assignments, in the order of the options. Raises ValueError when a team cannot give its share."""
        indices = list(chosen)
        found = {i: self.options.all[i].assignment(self.options.all[i].first) for i in indices}
        for members in self.sets(indices).values():
            together = [self.options.all[index] for index in members]
            starts = self.tables[together[0].team].starts(together)
            if starts is None:
                raise ValueError(f"team {together[0].team} cannot give {len(together)} sessions together")
            for index, option, start in zip(members, together, starts, strict=True):
                found[index] = option.assignment(start)
        return [found[index] for index in sorted(found)]


class _Blocks(Sequence[tuple[Timetable, list[int]]]):
    """The blocks as lists, made when they are asked for."""

    def __init__(self, days: TeamDays) -> None:
        self._days = days

    def __len__(self) -> int:
        return len(self._days.begins) - 1

    @overload
    def __getitem__(self, block: int) -> tuple[Timetable, list[int]]: ...
    @overload
    def __getitem__(self, block: slice) -> list[tuple[Timetable, list[int]]]: ...
    def __getitem__(
        self, block: int | slice
    ) -> tuple[Timetable, list[int]] | list[tuple[Timetable, list[int]]]:
        if isinstance(block, slice):
            return [self[one] for one in range(*block.indices(len(self)))]
        members: list[int] = self._days.members(range(len(self))[block]).tolist()
        options = self._days.options
        return self._days.tables[options.problem.teams[options.team[members[0]]].id], members


def _block_begins(options: Options, order: Long) -> Flags:
    """Which of the teams' options, sorted by team and day, begin a block: those whose day the one before cannot reach."""
    team, day = options.team[order], options.day[order]
    new_day = np.ones(len(order), dtype=np.bool_)
    new_day[1:] = (team[1:] != team[:-1]) | (day[1:] != day[:-1])
    heads = np.flatnonzero(new_day)
    if not len(heads):
        return new_day
    starts = np.minimum.reduceat(options.first[order], heads)
    ends = np.maximum.reduceat(options.last[order] + options.minutes[order], heads)
    team = team[heads]
    same_team = np.append(False, team[1:] == team[:-1])
    # Each team's moments above those of the teams before, so that one running maximum serves them all.
    shift = np.cumsum(~same_team) * int(ends.max() + 1)
    busy = np.maximum.accumulate(ends + shift)
    turnaround = np.array([one.turnaround_minutes for one in options.problem.teams], dtype=np.int64)
    pause = (turnaround + _reach(options))[team]
    apart = ~same_team
    apart[1:] |= starts[1:] + shift[1:] >= busy[:-1] + pause[1:]
    new_day[heads] = apart
    return new_day


def _reach(options: Options) -> NDArray[np.float64]:
    """For each team more minutes than any two of its spots are apart, but for the zones twice the longest way from one of them."""
    found = np.zeros(len(options.problem.teams))
    rows = options.of_team.order
    team, spot = options.team[rows], options.spot[rows]
    # A team's options at one school mostly stand together, so this leaves few.
    fresh = np.ones(len(rows), dtype=np.bool_)
    fresh[1:] = (team[1:] != team[:-1]) | (spot[1:] != spot[:-1])
    team, spot, begins = team[fresh], spot[fresh], options.of_team.begins
    np.maximum.at(found, team, 2 * options.spots.minutes(options.spot[rows[begins[team]]], spot))
    return found + longest_zone(options.ways)
