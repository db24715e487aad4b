"""The changed problem's options beside the bookings so far: what every part of a repair reads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from outreach.matching.check import faults_of
from outreach.matching.duals import Duals
from outreach.matching.plan import Value
from outreach.matching.problem import Assignment
from outreach.matching.repairing.applying import Changed
from outreach.matching.repairing.policies import SAME_DATES, measured
from outreach.matching.solving.columns import Flags, Long, Whole
from outreach.matching.solving.draft import Draft
from outreach.matching.solving.engine import Clock, Effort
from outreach.matching.solving.goals import safe_bounds
from outreach.matching.solving.neighbours import Neighbours
from outreach.matching.solving.options import Options, options_of
from outreach.matching.solving.timetable import TeamDays


class Scene:
    """Arrays by the position of a request: `kept_row` (the option that is its booking so far, -1 where it has none or fell),
    `had` (it had a booking), `day` (of that booking, -1 for none). Rows are those of `options`.
    """

    def __init__(self, changed: Changed, clock: Clock, effort: Effort, duals: Sequence[Duals] = ()) -> None:
        self.changed = changed
        self.duals = duals
        """Those that came with the plan so far."""
        self.problem = changed.problem
        self.clock = clock
        self.effort = effort
        self.options: Options = options_of(self.problem, clock)
        self.days = TeamDays(self.options)
        self.neighbours = Neighbours(self.options, self.days)
        size = len(self.problem.requests)
        self.kept_row: Long = np.full(size, -1, dtype=np.int64)
        self.had: Flags = np.zeros(size, dtype=np.bool_)
        self.day: Long = np.full(size, -1, dtype=np.int64)
        for one in changed.before:
            at = self.options.positions.request.get(one.request)
            if at is not None:
                self.had[at] = True
                self.day[at] = changed.day_of[one.request]
                self.kept_row[at] = next(iter(self.options.indices_for(one)), -1)
        self._timed: dict[tuple[int, ...], tuple[Assignment, ...]] = {}
        self._measured: dict[tuple[Assignment, ...], dict[str, Value]] = {}
        self._faults: dict[tuple[Assignment, ...], list[str]] = {}
        requests = self.options.positions.school
        self.school: Long = np.array([requests[one.school] for one in self.problem.requests], dtype=np.int64)

    @property
    def complete(self) -> bool:
        return self.options.complete

    @property
    def kept_rows(self) -> Long:
        """The options of all bookings that can stay."""
        return self.kept_row[self.kept_row >= 0]

    @property
    def fallen(self) -> Flags:
        """By request: it had a booking that cannot stay."""
        return self.had & (self.kept_row < 0)

    def allowed(self, policy: str) -> Flags:
        """By option: whether the policy lets it be chosen at all."""
        if policy != SAME_DATES:
            return np.ones(len(self.options), dtype=np.bool_)
        day = self.day[self.options.request]
        found: Flags = (day < 0) | (day == self.options.day)
        return found

    def rows_of(self, requests: Flags) -> Flags:
        """By option: whether it is of one of these requests."""
        found: Flags = requests[self.options.request]
        return found

    def possible_beside(self, fixed: Whole, rows: Long) -> Long:
        """Those of `rows` that break no rule beside the fixed ones (but for times of teams and crews, and minimum attendance)."""
        draft = Draft(self.options, self.days)
        for row in fixed.tolist():
            draft.take(row)
        found: Long = rows[draft.possible(rows)]
        return found

    def assignments(self, rows: Whole) -> tuple[Assignment, ...]:
        """Chosen options as a plan. Kept bookings keep their start: their options have no other."""
        key = tuple(rows.tolist())
        if key not in self._timed:
            self._timed[key] = tuple(self.days.timed(key))
        return self._timed[key]

    def measured(self, after: tuple[Assignment, ...]) -> dict[str, Value]:
        """Every measure of a plan (`policies.measured`), counted once for each plan."""
        if after not in self._measured:
            self._measured[after] = measured(self.changed, after)
        return self._measured[after]

    def faults(self, after: tuple[Assignment, ...]) -> list[str]:
        """What the judge says against a plan, asked once for each plan."""
        if after not in self._faults:
            self._faults[after] = [fault.sentence for fault in faults_of(self.problem, after)]
        return self._faults[after]

    @cached_property
    def safe_bounds(self) -> dict[str, Value]:
        """Bounds of the goals that hold whatever else does."""
        return safe_bounds(self.options)
