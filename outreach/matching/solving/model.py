"""The hard rules and goals as a CP-SAT model: one boolean per option.

Only plain linear rows, clauses and intervals stand here, no enforced linear rows: CP-SAT 9.15 can certify a wrong optimum where an
enforced row's coefficients add up to more than 2**31 (or-tools #5293). The times of a team's day are not in the model: pairs that
cannot share it are, larger sets are cut off when a solution shows them (`add_cut`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from outreach.matching.problem import CODING_SESSION, Assignment, Slot
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.goals import scale_of, scaled, weight_of
from outreach.matching.solving.options import Option, Options
from outreach.matching.solving.timetable import TeamDays, Timetable
from outreach.matching.times import day_of

if TYPE_CHECKING:
    from outreach.matching.solving.cpsat import cp_model

STAGES = {
    "P1": 0,
    "P2": 0,
    "P3": 0,
    "P4": 1,
    "P5": 1,
    "P6": 1,
    "S1": 2,
    "S2": 2,
    "S3": 2,
    "S4": 3,
    "S5": 3,
    "S6": 3,
}

Term = tuple["cp_model.IntVar", int]
Mode = tuple[str, int, str]
"""What groups that share a slot have in common: school (of a coding session, else empty), key stage, language."""


class Model:
    """The rules of a problem over its options. `chosen[i]` is the boolean of option i.

    Writing a large one takes seconds: raises `OutOfTime` when the clock ends first.
    """

    def __init__(self, options: Options, days: TeamDays, clock: Clock) -> None:
        from outreach.matching.solving.cpsat import cp_model

        self.cp = cp_model.CpModel()
        self.options = options
        self.problem = options.problem
        self.chosen = [self.cp.new_bool_var("") for _ in range(len(options))]
        self.served: dict[str, cp_model.IntVar] = {}
        self.modes: dict[str, list[tuple[cp_model.IntVar, Mode]]] = {}
        self.used: dict[str, cp_model.IntVar] = {}
        self.days = days
        self.clock = clock
        self._requests()
        self._slots()
        self._teams()
        self._schools()
        self._together()
        self._companies()

    def at_most(self, indices: Iterable[int], limit: int) -> None:
        """At most `limit` of these options are chosen."""
        variables = [self.chosen[index] for index in indices]
        if limit == 1 and len(variables) > 1:
            self.cp.add_at_most_one(variables)
        elif len(variables) > limit:
            self.cp.add(self._sum((variable, 1) for variable in variables) <= limit)

    def _sum(self, terms: Iterable[Term]) -> cp_model.LinearExprT:
        from outreach.matching.solving.cpsat import cp_model

        pairs = list(terms)
        return cp_model.LinearExpr.weighted_sum([one for one, _ in pairs], [weight for _, weight in pairs])

    def _requests(self) -> None:
        for indices in self.options.of_request.values():
            self.at_most(indices, 1)
        for pin in self.problem.pins:
            self.cp.add_bool_or([self.chosen[index] for index in self.options.indices_for(pin)])

    def _slots(self) -> None:
        for slot_id, indices in self.options.of_slot.items():
            slot = self.problem.slot[slot_id]
            self.clock.check()
            if self.problem.limits(slot).max_groups == 1:
                self._single_slot(slot, indices)
            else:
                self._shared_slot(slot, indices)

    def _single_slot(self, slot: Slot, indices: Sequence[int]) -> None:
        self.at_most(indices, 1)
        for index in indices:
            if self._pupils(index) < self.problem.limits(slot).min_pupils:
                self.cp.add(self.chosen[index] == 0)

    def _pupils(self, index: int) -> int:
        return int(self.options.pupils[index])

    def _shared_slot(self, slot: Slot, indices: Sequence[int]) -> None:
        limits = self.problem.limits(slot)
        used = self.used[slot.id] = self.cp.new_bool_var("")
        modes = self.modes[slot.id] = self._modes(slot, indices)
        self.cp.add_exactly_one([variable for variable, _ in modes] + [~used])
        for index in indices:
            fitting = [variable for variable, mode in modes if self.fits(slot, index, mode)]
            self.cp.add_bool_or([*fitting, ~self.chosen[index]])
        self.cp.add_bool_or([*(self.chosen[index] for index in indices), ~used])
        pupils = [(self.chosen[index], self._pupils(index)) for index in indices]
        self.cp.add(self._sum([*pupils, (used, -limits.max_pupils)]) <= 0)
        if limits.min_pupils > 1:
            self.cp.add(self._sum([*pupils, (used, -limits.min_pupils)]) >= 0)
        groups = [(self.chosen[index], 1) for index in indices]
        self.cp.add(self._sum([*groups, (used, -limits.max_groups)]) <= 0)

    def _modes(self, slot: Slot, indices: Sequence[int]) -> list[tuple[cp_model.IntVar, Mode]]:
        """All modes that some option of a shared slot goes with."""
        languages = self.problem.offer[slot.offer].languages
        modes: set[Mode] = set()
        for index in indices:
            visit_request = self.problem.visit_request[self.options.all[index].request]
            school = self._only_school(slot, visit_request.school)
            for language in visit_request.languages & languages:
                modes.add((school, STAGES[visit_request.grade], language))
        return [(self.cp.new_bool_var(""), mode) for mode in sorted(modes)]

    def _only_school(self, slot: Slot, school: str) -> str:
        return school if self.problem.offer[slot.offer].kind == CODING_SESSION else ""

    def fits(self, slot: Slot, index: int, mode: Mode) -> bool:
        """Whether an option of a shared slot goes with a mode."""
        school, stage, language = mode
        one = self.problem.visit_request[self.options.all[index].request]
        same = self._only_school(slot, one.school) == school and STAGES[one.grade] == stage
        return same and language in one.languages

    def _teams(self) -> None:
        for table, block in self.days.blocks:
            self.clock.check()
            days: dict[int, list[int]] = defaultdict(list)
            for index in block:
                days[self.options.all[index].day].append(index)
            for together in days.values():
                self.at_most(together, table.team.max_sessions_per_day)
            if len(days) > 1 or table.team.max_sessions_per_day > 1:
                self._pairs(table, block)

    def _pairs(self, table: Timetable, block: Sequence[int]) -> None:
        for i, j in combinations(block, 2):
            one, other = self.options.all[i], self.options.all[j]
            if one.request != other.request and not table.can_share(one, other):
                self.add_cut(table, block, (i, j))

    def add_cut(self, table: Timetable, block: Sequence[int], together: Sequence[int]) -> None:
        """Forbid a set of a team's options that no order and times allow, unless another session can rescue it."""
        literals = [~self.chosen[index] for index in together]
        if not table.inheriting:
            literals += [self.chosen[index] for index in block if index not in together]
        self.cp.add_bool_or(literals)

    def _schools(self) -> None:
        totals: dict[str, list[int]] = defaultdict(list)
        days: dict[tuple[str, int], list[int]] = defaultdict(list)
        for index, option in enumerate(self.options.all):
            school = self.options.school_of(option)
            totals[school].append(index)
            days[school, option.day].append(index)
        for school_id, indices in totals.items():
            limit = self.problem.school[school_id].max_bookings
            if limit is not None:
                self.at_most(indices, limit)
            served = self.served[school_id] = self.cp.new_bool_var("")
            self.cp.add_bool_or([*(self.chosen[index] for index in indices), ~served])
        for (school_id, _), indices in days.items():
            self.at_most(indices, self.problem.school[school_id].max_per_day)

    def _together(self) -> None:
        groups: dict[tuple[str, int], list[int]] = defaultdict(list)
        crews: dict[tuple[str, int], list[int]] = defaultdict(list)
        for index, option in enumerate(self.options.all):
            visit_request = self.problem.visit_request[option.request]
            if visit_request.group is not None:
                groups[visit_request.group, option.day].append(index)
            if visit_request.crew is not None:
                for day in range(day_of(option.away[0]), day_of(option.away[1]) + 1):
                    crews[visit_request.crew, day].append(index)
        for indices in groups.values():
            self.at_most(indices, 1)
        for indices in crews.values():
            self._crew(indices)

    def _crew(self, indices: Sequence[int]) -> None:
        intervals = []
        mine: dict[str, list[Option]] = defaultdict(list)
        for index in indices:
            mine[self.options.all[index].request].append(self.options.all[index])
        if len(mine) < 2:
            return
        for index in indices:
            option = self.options.all[index]
            # An option whose time is open meets nobody else of the crew (`options.py` split it otherwise).
            if sum(map(len, option.starts)) == 1:
                start, end = option.away
                presence = self.chosen[index]
                intervals.append(
                    self.cp.new_optional_fixed_size_interval_var(start, end - start, presence, "")
                )
        self.cp.add_no_overlap(intervals)

    def _companies(self) -> None:
        sessions: dict[str, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        for index, option in enumerate(self.options.all):
            if option.slot not in self.used:
                owner = self.options.company_of(option)
                sessions[owner].append((self.options.week_of(option), self.chosen[index]))
        for slot_id, used in self.used.items():
            option = self.options.all[self.options.of_slot[slot_id][0]]
            sessions[self.options.company_of(option)].append((self.options.week_of(option), used))
        for company_id, pairs in sessions.items():
            company = self.problem.company[company_id]
            self._at_most_sessions([used for _, used in pairs], company.max_sessions)
            for week in sorted({week for week, _ in pairs}):
                mine = [used for its_week, used in pairs if its_week == week]
                self._at_most_sessions(mine, company.max_sessions_per_week)

    def _at_most_sessions(self, sessions: list[cp_model.IntVar], limit: int | None) -> None:
        if limit is not None and len(sessions) > limit:
            self.cp.add(self._sum((one, 1) for one in sessions) <= limit)

    def goal_terms(self, goal: str) -> tuple[list[Term], int, int]:
        """A goal as (terms, constant, scale): scaled value = sum of coefficient times variable, plus the constant."""
        scale = scale_of(self.problem, goal)
        if goal == "equity":
            terms = [(served, self.problem.school[name].weight) for name, served in self.served.items()]
            return terms, 0, 1
        if goal == "changes":
            kept = self._kept()
            return (
                [(self.chosen[index], -count) for index, count in kept.items()],
                len(self.problem.incumbent),
                1,
            )
        weights = [
            weight_of(self.problem, goal, option, scale) + self._slot_cost(goal, option, scale)
            for option in self.options.all
        ]
        terms = [(one, weight) for one, weight in zip(self.chosen, weights, strict=True) if weight]
        if goal == "cost":
            for slot_id, used in self.used.items():
                cost = self.problem.limits(self.problem.slot[slot_id]).cost
                terms.append((used, scaled(cost, scale)))
        return terms, 0, scale

    def _slot_cost(self, goal: str, option: Option, scale: int) -> int:
        """The cost of a slot for a single group; that of a shared one goes with `used`."""
        if goal != "cost" or not option.slot or option.slot in self.used:
            return 0
        return scaled(self.problem.limits(self.problem.slot[option.slot]).cost, scale)

    def _kept(self) -> dict[int, int]:
        kept: dict[int, int] = defaultdict(int)
        for assignment in self.problem.incumbent:
            for index in self.options.indices_for(assignment)[:1]:
                kept[index] += 1
        return kept

    def hint(self, assignments: Sequence[Assignment]) -> None:
        """Tell the solver a complete plan to start from."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call]
        present = {index for one in assignments for index in self.options.indices_for(one)[:1]}
        for index, variable in enumerate(self.chosen):
            self.cp.add_hint(variable, index in present)
        served = {self.options.school_of(self.options.all[index]) for index in present}
        for school, variable in self.served.items():
            self.cp.add_hint(variable, school in served)
        for slot_id, used in self.used.items():
            members = [index for index in self.options.of_slot[slot_id] if index in present]
            self.cp.add_hint(used, bool(members))
            self._hint_modes(slot_id, members)

    def _hint_modes(self, slot_id: str, members: Sequence[int]) -> None:
        slot, taken = self.problem.slot[slot_id], not members
        for variable, mode in self.modes[slot_id]:
            now = not taken and all(self.fits(slot, index, mode) for index in members)
            self.cp.add_hint(variable, now)
            taken = taken or now
