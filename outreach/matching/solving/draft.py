"""A plan in the making: options are added one by one as long as every hard rule (but minimum attendance) still holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from outreach.matching.problem import CODING_SESSION, Assignment, Slot, VisitRequest
from outreach.matching.solving.model import STAGES
from outreach.matching.solving.options import Option, Options
from outreach.matching.solving.timetable import TeamDays


class Draft:
    """The chosen options and what they use up. `add` says no (and changes nothing) where a rule would break."""

    def __init__(self, options: Options, days: TeamDays) -> None:
        self.options = options
        self.days = days
        self.problem = options.problem
        self.of_request: dict[str, int] = {}
        self.of_slot: dict[str, list[int]] = defaultdict(list)
        self.of_block: dict[int, list[int]] = defaultdict(list)
        self.of_crew: dict[str, list[int]] = defaultdict(list)
        self.counts: Counter[tuple[str, ...] | tuple[str, str, int]] = Counter()

    def add(self, index: int) -> bool:
        """Choose an option if that breaks no rule."""
        if not self.can_add(index):
            return False
        self._book(index, 1)
        return True

    def remove(self, index: int) -> None:
        """Give an option up again."""
        self._book(index, -1)

    def can_add(self, index: int) -> bool:
        """Whether the option may join what is chosen, minimum attendance aside."""
        option = self.options.all[index]
        if option.request in self.of_request:
            return False
        return (
            self._within_limits(option)
            and self._crew_free(option)
            and (self._joins_slot(option) if option.slot else self._joins_team(index, option))
        )

    def _within_limits(self, option: Option) -> bool:
        asked = self.problem.visit_request[option.request]
        school = self.problem.school[asked.school]
        if school.max_bookings is not None and self.counts["school", school.id] >= school.max_bookings:
            return False
        if self.counts["school day", school.id, option.day] >= school.max_per_day:
            return False
        if asked.group is not None and self.counts["group", asked.group, option.day]:
            return False
        if option.slot and self.of_slot[option.slot]:
            return True
        company = self.problem.company[self.options.company_of(option)]
        week = ("company week", company.id, self.options.week_of(option))
        if company.max_sessions is not None and self.counts["company", company.id] >= company.max_sessions:
            return False
        limit = company.max_sessions_per_week
        return limit is None or self.counts[week] < limit

    def _crew_free(self, option: Option) -> bool:
        crew = self.problem.visit_request[option.request].crew
        leaves, returns = option.away
        return crew is None or not any(
            leaves < away[1] and away[0] < returns
            for away in (self.options.all[index].away for index in self.of_crew[crew])
        )

    def _joins_slot(self, option: Option) -> bool:
        slot = self.problem.slot[option.slot]
        limits = self.problem.limits(slot)
        members = [self._asked(index) for index in self.of_slot[option.slot]]
        members.append(self.problem.visit_request[option.request])
        if len(members) > limits.max_groups or sum(one.pupils for one in members) > limits.max_pupils:
            return False
        return len(members) == 1 or self._alike(slot, members)

    def _alike(self, slot: Slot, members: Sequence[VisitRequest]) -> bool:
        offer = self.problem.offer[slot.offer]
        shared = set(offer.languages)
        for one in members:
            shared &= one.languages
        one_school = offer.kind != CODING_SESSION or len({one.school for one in members}) == 1
        return bool(shared) and one_school and len({STAGES[one.grade] for one in members}) == 1

    def _joins_team(self, index: int, option: Option) -> bool:
        team = self.problem.team[option.team]
        members = self.of_block[int(self.days.block_of[index])]
        same_day = sum(self.options.all[other].day == option.day for other in members)
        if same_day >= team.max_sessions_per_day:
            return False
        return not self.days.impossible((*members, index))

    def _asked(self, index: int) -> VisitRequest:
        return self.problem.visit_request[self.options.all[index].request]

    def _book(self, index: int, by: int) -> None:
        option, asked = self.options.all[index], self._asked(index)
        first_or_last = not option.slot or len(self.of_slot[option.slot]) == (0 if by > 0 else 1)
        keys: list[tuple[str, ...] | tuple[str, str, int]] = [
            ("school", asked.school),
            ("school day", asked.school, option.day),
        ]
        if asked.group is not None:
            keys.append(("group", asked.group, option.day))
        if first_or_last:
            company = self.options.company_of(option)
            keys += [("company", company), ("company week", company, self.options.week_of(option))]
        for key in keys:
            self.counts[key] += by
        lists = [self.of_slot[option.slot] if option.slot else self.of_block[int(self.days.block_of[index])]]
        if asked.crew is not None:
            lists.append(self.of_crew[asked.crew])
        for one in lists:
            one.append(index) if by > 0 else one.remove(index)
        if by > 0:
            self.of_request[option.request] = index
        else:
            del self.of_request[option.request]

    def pupils_in(self, slot_id: str) -> int:
        """How many pupils the slot has so far."""
        return sum(self._asked(index).pupils for index in self.of_slot[slot_id])

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
