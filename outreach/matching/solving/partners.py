"""Who can be in a pattern together: the groups of a slot (rules H2, H3), the sessions of a team (H4), and what of H5 and H6 can be
seen within one pattern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from outreach.matching.problem import CODING_SESSION, LANGUAGES
from outreach.matching.solving.ground import Ground


class Partners(Protocol):
    """The rules within one resource. `together` may be asked about a set whose part without the last option holds already."""

    def together(self, members: Sequence[int]) -> bool:
        """Whether the last one may join the others."""
        ...

    def enough(self, members: Sequence[int]) -> bool:
        """Whether the set may stay as it is."""
        ...


class _Apart:
    """Pairs that no rule of schools, groups and crews lets be together, whatever the resource."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.requests = ground.problem.requests
        self.schools = ground.problem.schools

    def apart(self, one: int, other: int) -> bool:
        ground = self.ground
        mine, its = self.requests[ground.request[one]], self.requests[ground.request[other]]
        if mine is its:
            return True
        if mine.school != its.school or ground.day[one] != ground.day[other]:
            return False
        same_group = mine.group is not None and mine.group == its.group
        once_a_day: bool = self.schools[ground.school[one]].max_per_day == 1
        return same_group or once_a_day


class SlotPartners:
    """Groups in one slot: as many pupils as it holds, one language and key stage, one school for a coding session."""

    def __init__(self, ground: Ground, resource: int) -> None:
        slot = ground.problem.slots[resource]
        offer = ground.problem.offer[slot.offer]
        self.limits = ground.problem.limits(slot)
        self.one_school = offer.kind == CODING_SESSION
        rows, options = ground.members(resource), ground.options
        asked = ground.request[rows]
        shared = options.limits.languages[asked] & options.limits.slot_languages[resource]
        names = rows.tolist()
        self.requests = {
            at: ground.problem.requests[request] for at, request in zip(names, asked.tolist(), strict=True)
        }
        self.pupils = dict(zip(names, options.pupils[rows].tolist(), strict=True))
        self.stage = dict(zip(names, options.limits.stage[asked].tolist(), strict=True))
        self.languages = dict(zip(names, shared.tolist(), strict=True))
        self._apart = _Apart(ground)

    def together(self, members: Sequence[int]) -> bool:
        last = members[-1]
        shared = self.languages[last]
        pupils = 0
        for at in members:
            shared &= self.languages[at]
            pupils += self.pupils[at]
        if not shared or pupils > self.limits.max_pupils:
            return False
        return all(self._alike(last, at) for at in members[:-1])

    def _alike(self, one: int, other: int) -> bool:
        mine, its = self.requests[one], self.requests[other]
        if self.stage[one] != self.stage[other] or (self.one_school and mine.school != its.school):
            return False
        same_crew = mine.crew is not None and mine.crew == its.crew
        return not same_crew and not self._apart.apart(one, other)

    def enough(self, members: Sequence[int]) -> bool:
        enough: bool = sum(self.pupils[at] for at in members) >= self.limits.min_pupils
        return enough

    def classes(self) -> list[list[int]]:
        """The options of each key stage and language (and school, where one has the slot to itself), none twice."""
        found: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for at, request in self.requests.items():
            school = int(self._apart.ground.school[at]) if self.one_school else -1
            for language in range(len(LANGUAGES)):
                if self.languages[at] >> language & 1 and request.pupils <= self.limits.max_pupils:
                    found[self.stage[at], language, school].append(at)
        sets = sorted((frozenset(options) for options in found.values()), key=len, reverse=True)
        kept: list[frozenset[int]] = []
        for one in sets:
            if not any(one <= other for other in kept):
                kept.append(one)
        return [sorted(one) for one in kept]

    def ties(self, option: int) -> list[tuple[str, ...]]:
        """Names of what keeps options apart within this slot: two of a stage that have one in common cannot be in it together."""
        request = self.requests[option]
        found: list[tuple[str, ...]] = []
        if self._apart.schools[self._apart.ground.school[option]].max_per_day == 1:
            found.append(("school", request.school))
        if request.group is not None:
            found.append(("group", request.school, request.group))
        if request.crew is not None:
            found.append(("crew", request.crew))
        return found


class BlockPartners:
    """Sessions of one team: an order and times exist, no day has too many."""

    def __init__(self, ground: Ground, resource: int) -> None:
        self.days = ground.days
        table, _ = self.days.blocks[resource - ground.slots]
        self.ground = ground
        self.table = table
        self._apart = _Apart(ground)
        self._pairs: dict[tuple[int, int], bool] = {}
        self._sets: dict[tuple[int, ...], bool] = {}

    def together(self, members: Sequence[int]) -> bool:
        last = members[-1]
        if not all(self._pair(min(at, last), max(at, last)) for at in members[:-1]):
            return False
        day = self.ground.day
        same_day = sum(1 for at in members if day[at] == day[last])
        if same_day > self.table.team.max_sessions_per_day:
            return False
        return not self.table.inheriting or self._possible(members)

    def _pair(self, one: int, other: int) -> bool:
        known = self._pairs.get((one, other))
        if known is None:
            options = self.ground.options.all
            known = not self._apart.apart(one, other) and (
                not self.table.inheriting or self.table.can_share(options[one], options[other])
            )
            self._pairs[one, other] = known
        return known

    def _possible(self, members: Sequence[int]) -> bool:
        if len(members) <= 2:
            return len(members) < 2 or self._pair(min(members), max(members))
        key = tuple(sorted(members))
        known = self._sets.get(key)
        if known is None:
            known = self._sets[key] = not self.days.impossible(key)
        return known

    def enough(self, members: Sequence[int]) -> bool:
        # Where a detour can pay, a set may become possible only by one more session: it is asked when it is complete.
        return self.table.inheriting or len(members) == 1 or not self.days.impossible(tuple(members))
