"""A plan in the making: options are added one by one as long as every hard rule (but minimum attendance) still holds."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from outreach.matching.problem import Assignment, VisitRequest
from outreach.matching.solving.columns import Flags, Long, Whole
from outreach.matching.solving.options import Option, Options
from outreach.matching.solving.timetable import TeamDays


class Draft:
    """The chosen options and what they use up. `add` says no (and changes nothing) where a rule would break."""

    def __init__(self, options: Options, days: TeamDays) -> None:
        self.options = options
        self.days = days
        self.problem = options.problem
        self.limits = options.limits
        self.of_request: dict[str, int] = {}
        self.of_slot: dict[str, list[int]] = defaultdict(list)
        self.of_block: dict[int, list[int]] = defaultdict(list)
        self.of_crew: dict[str, list[int]] = defaultdict(list)
        limits = self.limits
        self.placed = np.zeros(len(limits.stage), dtype=np.bool_)
        self.school_total = np.zeros_like(limits.school_total)
        self.school_day = np.zeros((len(limits.school_day), limits.days), dtype=np.int32)
        self.group_day = np.zeros((limits.groups + 1, limits.days), dtype=np.bool_)
        self.team_day = np.zeros((len(limits.team_day), limits.days), dtype=np.int32)
        self.company_total = np.zeros_like(limits.company_total)
        self.company_week = np.zeros((len(limits.company_week), limits.weeks), dtype=np.int32)
        self.slot_pupils = np.zeros_like(limits.slot_most)
        self.slot_groups = np.zeros_like(limits.slot_most)
        # What the groups of a used slot have in common.
        self.slot_stage = np.full(len(limits.slot_most), -1, dtype=np.int64)
        self.slot_school = np.full(len(limits.slot_most), -1, dtype=np.int64)
        self.slot_languages = limits.slot_languages.copy()

    def add(self, index: int) -> bool:
        """Choose an option if that breaks no rule."""
        if self.placed[self.options.request[index]] or not self.possible(np.array([index]))[0]:
            return False
        return self.join(index)

    def join(self, index: int) -> bool:
        """Choose an option that `possible` has just allowed if the times of its crew and its team do so too."""
        option = self.options.all[index]
        if not self._crew_free(option) or not (option.slot or self._joins_team(index)):
            return False
        self._book(index, 1)
        return True

    def take(self, index: int) -> None:
        """Choose an option of a plan that is known to be good, without asking."""
        self._book(index, 1)

    def remove(self, index: int) -> None:
        """Give an option up again."""
        self._book(index, -1)

    def put_back(self, index: int) -> None:
        """Choose an option again that was given up a moment ago and could stay."""
        self._book(index, 1)

    def possible(self, rows: Whole) -> Flags:
        """Which of these options break no rule, but for the time of a crew and of a team's other sessions."""
        options, limits = self.options, self.limits
        request, school, slot = options.request[rows], options.school[rows], options.slot[rows]
        company, day = options.company[rows], limits.day[rows]
        found = ~self.placed[request] & ~self.group_day[limits.group[request], day]
        found &= self.school_total[school] < limits.school_total[school]
        found &= self.school_day[school, day] < limits.school_day[school]
        starts = self.company_total[company] < limits.company_total[company]
        starts &= self.company_week[company, limits.week[rows]] < limits.company_week[company]
        found &= starts | ((slot >= 0) & (self.slot_groups[slot] > 0))
        team = options.team[rows]
        free = self.team_day[team, day] < limits.team_day[team]
        found &= np.where(slot >= 0, self._joins_slot(request, school, slot, options.pupils[rows]), free)
        return found

    def _joins_slot(self, request: Whole, school: Whole, slot: Whole, pupils: Whole) -> Flags:
        limits = self.limits
        alike = self.slot_stage[slot] == limits.stage[request]
        alike &= (self.slot_languages[slot] & limits.languages[request]) != 0
        alike &= ~limits.one_school[slot] | (self.slot_school[slot] == school)
        found: Flags = alike | (self.slot_groups[slot] == 0)
        found &= self.slot_groups[slot] < limits.slot_groups[slot]
        found &= self.slot_pupils[slot] + pupils <= limits.slot_most[slot]
        return found

    def reaching(self, rows: Whole) -> Flags:
        """Which of these options are with a team, or bring their slot to its minimum attendance."""
        slot = self.options.slot[rows]
        enough = self.slot_pupils[slot] + self.options.pupils[rows] >= self.limits.slot_least[slot]
        return (slot < 0) | enough

    def _crew_free(self, option: Option) -> bool:
        crew = self.problem.visit_request[option.request].crew
        leaves, returns = option.away
        return crew is None or not any(
            leaves < away[1] and away[0] < returns
            for away in (self.options.all[index].away for index in self.of_crew[crew])
        )

    def _joins_team(self, index: int) -> bool:
        members = self.of_block[int(self.days.block_of[index])]
        return not members or not self.days.impossible((*members, index))

    def _asked(self, index: int) -> VisitRequest:
        return self.problem.requests[int(self.options.request[index])]

    def _book(self, index: int, by: int) -> None:
        options, asked = self.options, self._asked(index)
        request, school, slot = options.request[index], options.school[index], int(options.slot[index])
        day, group = self.limits.day[index], self.limits.group[request]
        self.placed[request] = by > 0
        self.school_total[school] += by
        self.school_day[school, day] += by
        if group >= 0:
            self.group_day[group, day] = by > 0
        if slot < 0 or self.slot_groups[slot] == (0 if by > 0 else 1):
            self.company_total[options.company[index]] += by
            self.company_week[options.company[index], self.limits.week[index]] += by
        if slot < 0:
            self.team_day[options.team[index], day] += by
            lists = [self.of_block[int(self.days.block_of[index])]]
        else:
            lists = [self.of_slot[self.problem.slots[slot].id]]
        if asked.crew is not None:
            lists.append(self.of_crew[asked.crew])
        for one in lists:
            one.append(index) if by > 0 else one.remove(index)
        if slot >= 0:
            self._share(slot, by * asked.pupils, lists[0])
        if by > 0:
            self.of_request[asked.id] = index
        else:
            del self.of_request[asked.id]

    def _share(self, slot: int, pupils: int, members: list[int]) -> None:
        """Note what the groups of a slot now have in common."""
        self.slot_pupils[slot] += pupils
        self.slot_groups[slot] = len(members)
        requests: Long = self.options.request[members].astype(np.int64)
        languages = np.append(self.limits.languages[requests], self.limits.slot_languages[slot])
        self.slot_languages[slot] = np.bitwise_and.reduce(languages)
        if members:
            self.slot_stage[slot] = self.limits.stage[requests[0]]
            self.slot_school[slot] = self.options.school[members[0]]

    def pupils_in(self, slot_id: str) -> int:
        """How many pupils the slot has so far."""
        return int(self.slot_pupils[self.options.positions.slot[slot_id]])

    def short_slots(self) -> list[str]:
        """Used slots that have not reached their minimum attendance."""
        return [
            slot_id
            for slot_id, members in self.of_slot.items()
            if members
            and self.pupils_in(slot_id) < self.problem.limits(self.problem.slot[slot_id]).min_pupils
        ]

    def assignments(self) -> list[Assignment]:
        """The plan so far, times of the teams' sessions worked out."""
        return self.days.timed(self.of_request.values())
