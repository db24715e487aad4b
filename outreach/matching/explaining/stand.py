"""A plan as it stands, to try things on: who would have to leave for whom, and what that changes in the goals.

Whatever is tried is undone again. Rows are options of `options`, which may have requests beside those of the problem (changed
ones, see `changes.py`); the plan never has those.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from outreach.matching.problem import MAXIMISED, Assignment
from outreach.matching.solving.columns import Long
from outreach.matching.solving.draft import Draft
from outreach.matching.solving.goals import option_gains, scale_of, scaled
from outreach.matching.solving.options import Options
from outreach.matching.solving.supply import grouped
from outreach.matching.solving.timetable import TeamDays

Worth = tuple[int, ...]
"""What a change of the plan adds to each goal, in their order; more is better."""


class Unfit(ValueError):
    """The plan breaks a rule of the problem."""


class Stand:
    """The plan in a `Draft` that can be asked. Raises `Unfit` for a plan that is not faultless."""

    def __init__(self, options: Options, plan: Sequence[Assignment]) -> None:
        self.options = options
        self.problem = options.problem
        self.days = TeamDays(options)
        self.draft = Draft(options, self.days)
        self.plan = {one.request: one for one in plan}
        self._add_all(plan)
        self.goals = self.problem.objectives
        self.gains = [self._gains(goal) for goal in self.goals]
        self.weight = [school.weight for school in self.problem.schools]
        self.served = Counter(self.school(row) for row in self.draft.of_request.values())
        self.groups_in = Counter(int(self.options.slot[row]) for row in self.draft.of_request.values())
        self._by_resource, self._begins = grouped(
            self.days.resource, int(self.days.resource.max(initial=-1)) + 1
        )
        self.of_school: dict[int, list[str]] = defaultdict(list)
        self.of_group: dict[str, list[str]] = defaultdict(list)
        self.of_crew: dict[str, list[str]] = defaultdict(list)
        for name in self.draft.of_request:
            self._note(name)

    def _add_all(self, plan: Iterable[Assignment]) -> None:
        for assignment in plan:
            if not any(self.draft.add(row) for row in self.options.indices_for(assignment)[:1]):
                raise Unfit(f"The plan's place for {assignment.request} is not possible beside the others.")
        if self.draft.short_slots():
            raise Unfit(f"The slot {self.draft.short_slots()[0]} does not reach its minimum attendance.")

    def _note(self, name: str) -> None:
        asked = self.problem.visit_request[name]
        self.of_school[self.options.positions.school[asked.school]].append(name)
        if asked.group is not None:
            self.of_group[asked.group].append(name)
        if asked.crew is not None:
            self.of_crew[asked.crew].append(name)

    def _gains(self, goal: str) -> list[int]:
        sign = 1 if goal in MAXIMISED else -1
        found: list[int] = (sign * option_gains(self.options, goal)).tolist()
        return found

    def school(self, row: int) -> int:
        """The position of a row's school."""
        return int(self.options.school[row])

    def rows(self, request: str) -> Long:
        """The options of a request."""
        return self.options.of_request.at(self.options.positions.request[request])

    def filling(self, resource: int) -> Long:
        """All options that fill a slot or a team's block."""
        return self._by_resource[self._begins[resource] : self._begins[resource + 1]]

    def resource(self, row: int) -> int:
        """What a row fills."""
        return int(self.days.resource[row])

    def inside(self, resource: int) -> list[int]:
        """The rows of the plan that fill it now."""
        slots = len(self.problem.slots)
        if resource < slots:
            return list(self.draft.of_slot.get(self.problem.slots[resource].id, ()))
        return list(self.draft.of_block.get(resource - slots, ()))

    def near(self, request: str) -> list[int]:
        """The plan's rows of the same school, group or crew."""
        asked = self.problem.visit_request[request]
        names = [*self.of_school.get(self.options.positions.school[asked.school], ())]
        names += self.of_group.get(asked.group or "", ())
        names += self.of_crew.get(asked.crew or "", ())
        present = self.draft.of_request
        return [present[name] for name in dict.fromkeys(names) if name in present and name != request]

    def fits(self, row: int) -> bool:
        """Whether a row can be added now and its slot reaches its minimum (it is not added)."""
        one = np.array([row])
        if not (self.draft.possible(one)[0] and self.draft.reaching(one)[0] and self.draft.join(row)):
            return False
        self.draft.remove(row)
        return True

    def fitting(self, rows: Long) -> list[int]:
        """Those of these rows that look as if they could be added now, the time of crews and teams left open."""
        open_rows = rows[~self.draft.placed[self.options.request[rows]]]
        if not len(open_rows):
            return []
        found: list[int] = open_rows[self.draft.possible(open_rows) & self.draft.reaching(open_rows)].tolist()
        return found

    def enough(self, rows: Iterable[int]) -> bool:
        """Whether the slots of these rows, as far as they are used, reach their minimum."""
        for row in rows:
            slot = int(self.options.slot[row])
            draft = self.draft
            if (
                slot >= 0
                and draft.slot_groups[slot]
                and draft.slot_pupils[slot] < draft.limits.slot_least[slot]
            ):
                return False
        return True

    @contextmanager
    def without(self, rows: Sequence[int]) -> Iterator[None]:
        """Take rows of the plan out for a while."""
        for row in rows:
            self.draft.remove(row)
        try:
            yield
        finally:
            for row in reversed(rows):
                self.draft.put_back(row)

    @contextmanager
    def with_row(self, row: int) -> Iterator[bool]:
        """Add a row for a while if that breaks no rule but minimum attendance; tells whether it did."""
        added = bool(self.draft.possible(np.array([row]))[0]) and self.draft.join(row)
        try:
            yield added
        finally:
            if added:
                self.draft.remove(row)

    def worth(self, leaving: Sequence[int], coming: Sequence[int]) -> Worth:
        """What the goals gain when these rows of the plan leave and those come."""
        found = []
        for goal, gains in zip(self.goals, self.gains, strict=True):
            if goal == "equity":
                found.append(self._reached(leaving, coming))
                continue
            total = sum(gains[row] for row in coming) - sum(gains[row] for row in leaving)
            found.append(total + (self._opened(leaving, coming) if goal == "cost" else 0))
        return tuple(found)

    def differing(self, leaving: Sequence[int], coming: Sequence[int]) -> list[Assignment]:
        """The assignments that are new when these rows leave and those come (a team may have to move its other sessions)."""
        slots = len(self.problem.slots)
        rows = set(coming)
        for block in {self.resource(row) for row in coming if self.resource(row) >= slots}:
            rows |= set(self.inside(block)) - set(leaving)
        return [one for one in self.days.timed(sorted(rows)) if one != self.plan.get(one.request)]

    def _reached(self, leaving: Sequence[int], coming: Sequence[int]) -> int:
        change = Counter(map(self.school, coming))
        change.subtract(map(self.school, leaving))
        return sum(
            self.weight[school] * ((self.served[school] + by > 0) - (self.served[school] > 0))
            for school, by in change.items()
        )

    def _opened(self, leaving: Sequence[int], coming: Sequence[int]) -> int:
        """Minus the cost of slots that are used anew, plus that of slots that are no longer."""
        scale = scale_of(self.problem, "cost")
        change = Counter(int(self.options.slot[row]) for row in coming)
        change.subtract(int(self.options.slot[row]) for row in leaving)
        total = 0
        for slot, by in change.items():
            if slot >= 0:
                before = self.groups_in[slot]
                cost = scaled(self.problem.limits(self.problem.slots[slot]).cost, scale)
                total -= cost * ((before + by > 0) - (before > 0))
        return total
