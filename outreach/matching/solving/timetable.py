"""The times of a team's sessions: can this set be given one after the other, and when does each start?

Exact: the shortest way through every subset (Held and Karp, 1962) with the earliest start of its last session. For a fixed subset
and last session an earlier start is never worse, and a set of starts is a union of runs, so "the next possible start" is enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from outreach.matching.problem import Assignment, Problem, Team
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
    """All teams' options in blocks: sets that cannot disturb each other, single days unless the night is too short."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.tables: dict[str, Timetable] = {}
        self.blocks: list[tuple[Timetable, list[int]]] = []
        self.block_of: dict[int, int] = {}
        for team_id, indices in options.of_team.items():
            table = Timetable(options.problem, options.ways, options.problem.team[team_id])
            self.tables[team_id] = table
            for block in _blocks(table, [(index, options.all[index]) for index in indices]):
                self.block_of.update(dict.fromkeys(block, len(self.blocks)))
                self.blocks.append((table, block))

    def sets(self, chosen: Iterable[int]) -> dict[int, list[int]]:
        """The chosen options of teams, by block."""
        found: dict[int, list[int]] = defaultdict(list)
        for index in chosen:
            if index in self.block_of:
                found[self.block_of[index]].append(index)
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


def _blocks(table: Timetable, options: Sequence[tuple[int, Option]]) -> list[list[int]]:
    days: dict[int, list[tuple[int, Option]]] = defaultdict(list)
    for index, option in options:
        days[option.day].append((index, option))
    spots = [option.spot for _, option in options]
    # No two spots are further apart than twice the longest way from the first one, but for the zones.
    reach = 2 * max((table.ways.minutes(*spots[0], *spot) for spot in spots), default=0) + longest_zone(
        table.ways
    )
    found: list[list[int]] = []
    busy = -1
    for _, members in sorted(days.items()):
        indices = [index for index, _ in members]
        if (
            found
            and min(option.first for _, option in members) < busy + table.team.turnaround_minutes + reach
        ):
            found[-1] += indices
        else:
            found.append(indices)
        busy = max(busy, *(option.last + option.minutes for _, option in members))
    return found
