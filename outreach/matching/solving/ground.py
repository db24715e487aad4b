"""A problem as arrays for the pattern LP: what each option gains, and the rows by which options disturb each other.

A *resource* is what a pattern fills: a slot, or days of a team that depend on each other (a block of `timetable.py`).
Slots come first, in the order of the problem, then the blocks. A *site* is what the LP chooses one pattern for: a resource, or
all resources of a company's week where its weekly limit is a knapsack (a team-day can take two of three sessions); as a row
that limit would leave the bound too high. All gains are whole numbers and greater is better: what is minimised is negative.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.goals import option_gains, scale_of, scaled, unscaled
from outreach.matching.solving.options import Options
from outreach.matching.solving.timetable import TeamDays

Ints = NDArray[np.int64]

# A company's week with more resources than this stays a row of the LP: its patterns would be too many.
MOST_MERGED = 6


@dataclass(frozen=True, slots=True)
class Site:
    """Resources that share a limit of sessions; `limit` is None where each is bounded by itself."""

    resources: tuple[int, ...]
    limit: int | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """At most `limit` sessions of a company, in one ISO week or (`week` None) in all."""

    resources: tuple[int, ...]
    week: int | None
    limit: int


class Ground:
    """Arrays over the options (`n`), the resources and the schools of one problem. Raises `OutOfTime`: large ones take seconds."""

    def __init__(self, options: Options, days: TeamDays, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.days = days
        self.problem = options.problem
        self.n = len(options.all)
        self.slots = len(self.problem.slots)
        self._take_options()
        self._take_resources()
        self._take_gains()
        self._take_sessions()

    def _take_options(self) -> None:
        problem, options = self.problem, self.options
        self.request: Ints = options.request.astype(np.int64)
        self.school: Ints = options.school.astype(np.int64)
        self.company: Ints = options.company.astype(np.int64)
        self.day: Ints = options.day.astype(np.int64)
        self.week: Ints = options.week.astype(np.int64)
        _, first = np.unique(self.request, return_index=True)
        self.asked = np.bincount(self.school[first], minlength=len(problem.schools))
        """Per school, how many of its requests have an option."""
        self.pinned = {pin.request for pin in problem.pins}

    def _take_resources(self) -> None:
        self.resource: Ints = self.days.resource
        self.resources = self.slots + len(self.days.blocks)
        order = np.argsort(self.resource, kind="stable")
        bounds = np.searchsorted(self.resource[order], np.arange(self.resources + 1))
        self.order, self.bounds = order, bounds

    def members(self, resource: int) -> Ints:
        """The options of a resource, ascending."""
        return self.order[self.bounds[resource] : self.bounds[resource + 1]]

    def _take_gains(self) -> None:
        problem, options = self.problem, self.options
        self.gain: dict[str, Ints] = {}
        """Per goal, what each option adds (`n` whole numbers)."""
        self.use_gain: dict[str, Ints] = {}
        """Per goal, what using a slot at all adds (costs only)."""
        self.reach: dict[str, Ints] = {}
        """Per goal, what reaching a school adds where that is no matter of a single option (equity of several requests)."""
        self.scale = {goal: scale_of(problem, goal) for goal in problem.objectives}
        for goal in problem.objectives:
            sign = 1 if goal in MAXIMISED else -1
            self.gain[goal] = sign * option_gains(options, goal)
            self.use_gain[goal] = np.zeros(self.resources, dtype=np.int64)
            self.reach[goal] = np.zeros(len(problem.schools), dtype=np.int64)
            if goal == "cost":
                for at, slot in enumerate(problem.slots):
                    self.use_gain[goal][at] = -scaled(problem.limits(slot).cost, self.scale[goal])
            if goal == "equity":
                self._split_equity()
        self.step = {goal: self._step(goal) for goal in problem.objectives}

    def _split_equity(self) -> None:
        """Where a school can have one booking only, reaching it is a gain of the option; else a variable of its own."""
        schools = self.problem.schools
        weight = np.array([school.weight for school in schools], dtype=np.int64)
        once = np.array([school.max_bookings == 1 for school in schools], dtype=bool) | (self.asked == 1)
        self.gain["equity"] = np.where(once[self.school], weight[self.school], 0)
        self.reach["equity"] = np.where(once | (self.asked == 0), 0, weight)

    def _step(self, goal: str) -> int:
        """All values of a goal are a constant plus multiples of this."""
        everything = (self.gain[goal], self.use_gain[goal], self.reach[goal])
        return int(np.gcd.reduce(np.abs(np.concatenate(everything)))) or 1

    def gains(self, members: Sequence[int]) -> dict[str, int]:
        """What a pattern (its options) adds to each goal."""
        used = {self.resource.item(at) for at in members}
        return {
            goal: sum(map(gain.item, members)) + sum(map(self.use_gain[goal].item, used))
            for goal, gain in self.gain.items()
        }

    def worth(self, weights: Mapping[str, int], plan: Ints) -> int:
        """The weighted sum of the levels of a plan (its options)."""
        used, schools = np.unique(self.resource[plan]), np.unique(self.school[plan])
        return sum(
            weight * int(part.sum())
            for goal, weight in weights.items()
            for part in (self.gain[goal][plan], self.use_gain[goal][used], self.reach[goal][schools])
        )

    def offset(self, goal: str) -> int:
        """What a goal's value is with nothing placed (scaled, and negative for what is minimised)."""
        return -len(self.problem.incumbent) if goal == "changes" else 0

    def level(self, goal: str, value: Value) -> int:
        """A goal's value as the sum of gains that has it (the whole numbers of the LP; greater is better)."""
        sign = 1 if goal in MAXIMISED else -1
        return sign * scaled(value, self.scale[goal]) - self.offset(goal)

    def value(self, goal: str, level: int) -> Value:
        """The inverse of `level`."""
        sign = 1 if goal in MAXIMISED else -1
        return unscaled(sign * (level + self.offset(goal)), self.scale[goal])

    def _take_sessions(self) -> None:
        """Sites, and the rows for those limits of companies that no site holds."""
        self._take_sizes()
        self.site_of = np.full(self.resources, -1, dtype=np.int64)
        self.sites: list[Site] = []
        self.session_rows: list[SessionRow] = []
        used = np.flatnonzero(np.diff(self.bounds)).tolist()
        weeks: dict[tuple[int, int], list[int]] = defaultdict(list)
        totals: dict[int, list[int]] = defaultdict(list)
        for at in used:
            self.clock.check()
            first = self.order[self.bounds[at]]
            company = int(self.company[first])
            totals[company].append(at)
            mine = self.week[[first]] if self.one_week[at] else np.unique(self.week[self.members(at)])
            for week in mine.tolist():
                weeks[company, week].append(at)
        self._cap(weeks, totals)
        for (company, week), together in sorted(weeks.items()):
            self.clock.check()
            self._limit_week(company, week, together)
        for company, together in sorted(totals.items()):
            limit = self.problem.companies[company].max_sessions
            if limit is not None and int(self.largest[together].sum()) > limit:
                self.session_rows.append(SessionRow(tuple(together), None, limit))
        for at in used:
            if self.site_of[at] < 0:
                self._add_site((at,), None)
        self.alone = np.array(
            [site.resources[0] for site in self.sites if site.limit is None], dtype=np.int64
        )
        """The resources that are sites by themselves."""
        self.session_slots = [self._row_slots(row) for row in self.session_rows]
        self.session_options = [self._row_options(row) for row in self.session_rows]

    def _row_slots(self, row: SessionRow) -> Ints:
        """The slots that count as one session of the row."""
        return np.array([at for at in row.resources if at < self.slots], dtype=np.int64)

    def _row_options(self, row: SessionRow) -> Ints:
        """The teams' options that count as one session of the row each."""
        parts = [self.members(at) for at in row.resources if at >= self.slots]
        mine = np.concatenate([*parts, np.zeros(0, dtype=np.int64)])
        return mine if row.week is None else mine[self.week[mine] == row.week]

    def _cap(self, weeks: dict[tuple[int, int], list[int]], totals: dict[int, list[int]]) -> None:
        """No pattern has more sessions than its company may give (of a block in two weeks, the total decides)."""
        for (company, _), together in weeks.items():
            limit = self.problem.companies[company].max_sessions_per_week
            for at in together:
                if limit is not None and self.one_week[at]:
                    self.largest[at] = min(self.largest[at], limit)
        for company, together in totals.items():
            limit = self.problem.companies[company].max_sessions
            if limit is not None:
                self.largest[together] = np.minimum(self.largest[together], limit)

    def _limit_week(self, company: int, week: int, together: Sequence[int]) -> None:
        limit = self.problem.companies[company].max_sessions_per_week
        if limit is None or int(self.largest[list(together)].sum()) <= limit:
            return
        several = any(self.largest[at] > 1 for at in together)
        mergeable = limit == 1 or (several and len(together) <= MOST_MERGED)
        if mergeable and len(together) > 1 and bool(self.one_week[list(together)].all()):
            self._add_site(tuple(together), limit)
        elif len(together) > 1 or not self.one_week[together[0]]:
            self.session_rows.append(SessionRow(tuple(together), week, limit))

    def _add_site(self, resources: tuple[int, ...], limit: int | None) -> None:
        self.site_of[list(resources)] = len(self.sites)
        self.sites.append(Site(resources, limit))

    def _take_sizes(self) -> None:
        """`largest`: how many sessions a pattern of each resource has at most, 1 for a slot. `one_week`: whether in one week."""
        self.largest = np.ones(self.resources, dtype=np.int64)
        days, asking, weeks = map(self._distinct, (self.day, self.request, self.week))
        a_day = [self.days.blocks[at][0].team.max_sessions_per_day for at in range(len(self.days.blocks))]
        given = np.array(a_day, dtype=np.int64) * days[self.slots :]
        self.largest[self.slots :] = np.minimum(given, asking[self.slots :])
        self.one_week = weeks <= 1

    def _distinct(self, kind: Ints) -> Ints:
        """How many different values the options of each team's block have, 0 for slots."""
        mine = np.flatnonzero(self.resource >= self.slots)
        least = int(kind[mine].min(initial=0))
        span = int(kind[mine].max(initial=0)) - least + 1
        pairs = np.unique(self.resource[mine] * span + kind[mine] - least)
        found: Ints = np.bincount(pairs // span, minlength=self.resources)
        return found
