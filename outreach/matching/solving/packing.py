"""The best groups for one slot when each has a value, by dynamic programming over seats and groups: for slots of many groups.

Looking through sets one by one (`set_search.py`) explodes where a slot holds six to ten groups out of hundreds. Here one table says
what `g` groups with `p` pupils are worth at most, and is carried from bunch to bunch (Kellerer, Pferschy and Pisinger, "Knapsack
Problems", 2004, sections 2.3 and 11). A *bunch* is a set of options that keep each other out, by school, group or crew; most
are single. Groups that may share a slot have a key stage and a language in common, so there is one table for each such *class*.

Where a table would be too large, seats are counted coarsely; where a bunch is too tangled, some of its options no longer keep each
other out. Then the table's value is a bound, and of its sets a part is kept that holds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from outreach.matching.solving.combining import Found, Members
from outreach.matching.solving.ground import Ints
from outreach.matching.solving.partners import SlotPartners

# Entries of all tables of a class; where they would be more, seats are counted coarsely.
MOST_ENTRIES = 3_000_000
# Sets of several of a bunch's options that may be together; a bunch with more is taken apart.
MOST_CHOICES = 200
NOTHING = -(1 << 61)

Choice = tuple[int, int, Members]
"""Value, pupils and options of what a bunch may give."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The best sets found, falling, and what any other set is worth at most (0 or less: nothing that would help)."""

    patterns: list[Found]
    bound: int


class Packing:
    """Answers for one slot; its classes and bunches are found once."""

    def __init__(self, partners: SlotPartners) -> None:
        self.partners = partners
        self.seats = partners.limits.max_pupils
        self.least = partners.limits.min_pupils
        self.groups = partners.limits.max_groups
        self.ties = {option: partners.ties(option) for option in partners.pupils}
        self._exact = True
        bunch = self._bunches()
        self._classes: list[list[list[Members]]] = []
        for mine in partners.classes():
            of_bunch: dict[int, list[int]] = defaultdict(list)
            for option in mine:
                of_bunch[bunch[option]].append(option)
            self._classes.append([one for options in of_bunch.values() for one in self._choices(options)])

    def _bunches(self) -> dict[int, int]:
        """Per option the number of its bunch: options that keep each other out are in the same one."""
        of = {option: option for option in self.ties}

        def root(option: int) -> int:
            while of[option] != option:
                of[option] = option = of[of[option]]
            return option

        first: dict[tuple[int, tuple[str, ...]], int] = {}
        for option, ties in self.ties.items():
            for tie in ties:
                of[root(option)] = root(first.setdefault((self.partners.stage[option], tie), option))
        return {option: root(option) for option in of}

    def _choices(self, options: Sequence[int]) -> list[list[Members]]:
        """The sets of a bunch's options that may be in the slot together; in parts where they would be too many."""
        parts: list[list[Members]] = []
        left = list(options)
        while left:
            tied = Counter(tie for option in left for tie in self.ties[option])
            tie, count = max(tied.items(), key=lambda one: one[1], default=((), 1))
            if count == 1:
                return [*parts, *(_alone([option]) for option in left)]
            found = None if count == len(left) or len(left) > MOST_CHOICES else self._grown(left)
            if found is not None:
                return [*parts, found]
            parts.append(_alone(option for option in left if tie in self.ties[option]))
            left = [option for option in left if tie not in self.ties[option]]
            self._exact = self._exact and not left
        return parts

    def _grown(self, options: Sequence[int]) -> list[Members] | None:
        found = _alone(options)
        position = {option: at for at, option in enumerate(options)}
        for members in found:
            if len(found) > MOST_CHOICES + len(options):
                return None
            if len(members) < self.groups:
                later = options[position[members[-1]] + 1 :]
                found += [(*members, one) for one in later if self.partners.together((*members, one))]
        return found

    def best(self, options: Iterable[tuple[int, int]], use: int, keep: int) -> Packed:
        """Of sets among (value, option) the best of each class and number of groups, `keep` of them; `use` is added to each."""
        value_of = {option: value for value, option in options}
        found: dict[Members, int] = {}
        bound = 0
        for bunches in self._classes:
            chosen = self._useful(bunches, value_of)
            if use + self._hope(chosen) <= 0:
                continue
            table = _Table(chosen, self.seats, self.least, self.groups)
            ends = sorted(table.ends(use), reverse=True)
            bound = max(bound, *(value for value, _, _ in ends[:1]), 0)
            for value, groups, seats in ends[:keep]:
                members = table.members(groups, seats)
                if not self._exact or table.coarse > 1:
                    members = self._holding(members, value_of)
                    value = use + sum(map(value_of.__getitem__, members))
                if value > 0 and members and self.partners.enough(members):
                    found[members] = value
        patterns = sorted(((value, members) for members, value in found.items()), reverse=True)
        return Packed(patterns[:keep], bound)

    def _holding(self, members: Members, value_of: Mapping[int, int]) -> Members:
        """As much of a set (of one class) as may be in the slot together, the most valuable for their size first."""
        pupils = self.partners.pupils
        kept: list[int] = []
        taken: set[tuple[str, ...]] = set()
        seats = self.seats
        for option in sorted(members, key=lambda one: (-value_of[one] / max(1, pupils[one]), one)):
            if pupils[option] <= seats and taken.isdisjoint(self.ties[option]):
                kept.append(option)
                taken.update(self.ties[option])
                seats -= pupils[option]
        return tuple(sorted(kept))

    def _useful(
        self, bunches: Sequence[Sequence[Members]], value_of: Mapping[int, int]
    ) -> list[list[Choice]]:
        """What the bunches may give, without those single groups that better ones of the same size always leave out."""
        pupils = self.partners.pupils
        several: list[list[Choice]] = []
        singles: dict[int, list[Choice]] = defaultdict(list)
        for bunch in bunches:
            choices = [
                (sum(map(value_of.__getitem__, members)), sum(map(pupils.__getitem__, members)), members)
                for members in bunch
                if all(option in value_of for option in members)
            ]
            if len(choices) == 1:
                singles[choices[0][1]].append(choices[0])
            elif choices:
                several.append(choices)
        for size, ones in singles.items():
            ones.sort(key=lambda one: (-one[0], one[2]))
            several += [[one] for one in ones[: min(self.groups, self.seats // max(1, size))]]
        return several

    def _hope(self, bunches: Sequence[Sequence[Choice]]) -> int:
        """What no set can be worth more than."""
        tops = sorted((max(value for value, _, _ in bunch) for bunch in bunches), reverse=True)
        return max(tops[:1] or [NOTHING]) + sum(max(0, top) for top in tops[1 : self.groups])


class _Table:
    """worth[g, p] after each bunch: the most that exactly g groups with exactly p pupils bring.

    Groups are not counted where the seats let no more come than may, seats are not where they suffice for all who may come.
    """

    def __init__(self, bunches: Sequence[Sequence[Choice]], seats: int, least: int, groups: int) -> None:
        self.bunches = bunches
        self.least = least
        self.most = min(groups, sum(max(len(one[2]) for one in bunch) for bunch in bunches))
        largest = sorted((max(one[1] for one in bunch) for bunch in bunches), reverse=True)
        needed = sum(largest[: self.most])
        self.counts_groups = self.most < _fitting(bunches, seats)
        self.counts_seats = needed > seats or min(one[1] for bunch in bunches for one in bunch) < least
        self.groups = self.most if self.counts_groups else 0
        seats = min(seats, needed) if self.counts_seats else 0
        entries = (self.groups + 1) * (seats + 1) * len(bunches)
        self.coarse = -(-entries // MOST_ENTRIES)
        self.seats = seats // self.coarse
        worth = np.full((self.groups + 1, self.seats + 1), NOTHING, dtype=np.int64)
        worth[0, 0] = 0
        self.worth = [worth]
        for bunch in bunches:
            worth = worth.copy()
            for choice in bunch:
                self._allow(worth, self.worth[-1], choice)
            self.worth.append(worth)

    def _step(self, choice: Choice) -> tuple[int, int]:
        """By how many groups and seats (as they are counted) a choice is further on."""
        _, pupils, members = choice
        return (
            len(members) if self.counts_groups else 0,
            pupils // self.coarse if self.counts_seats else 0,
        )

    def _allow(self, worth: Ints, before: Ints, choice: Choice) -> None:
        size, seats = self._step(choice)
        if size <= self.groups and seats <= self.seats:
            part = worth[size:, seats:]
            more = before[: self.groups + 1 - size, : self.seats + 1 - seats] + choice[0]
            np.maximum(part, more, out=part)

    def ends(self, use: int) -> Iterator[tuple[int, int, int]]:
        """Value, groups and seats of the best set of each number of groups with pupils enough, where it is worth anything."""
        last = self.worth[-1]
        for groups in range(self.groups + 1):
            # Counted coarsely, each group may have lost up to coarse - 1 pupils.
            lost = (groups or self.most) * (self.coarse - 1)
            begin = max(0, -(-(self.least - lost) // self.coarse)) if self.counts_seats else 0
            if begin <= self.seats:
                at = begin + int(last[groups, begin:].argmax())
                value = int(last[groups, at]) + use
                if value > 0:
                    yield value, groups, at

    def members(self, groups: int, seats: int) -> Members:
        """The options of the set that such an entry of the last table stands for."""
        found: list[int] = []
        for number in range(len(self.bunches), 0, -1):
            after, before = self.worth[number], self.worth[number - 1]
            worth = after[groups, seats]
            if before[groups, seats] == worth:
                continue
            for choice in self.bunches[number - 1]:
                size, own = self._step(choice)
                left, rest = groups - size, seats - own
                if left >= 0 and rest >= 0 and before[left, rest] + choice[0] == worth:
                    found += choice[2]
                    groups, seats = left, rest
                    break
        return tuple(sorted(found))


def _alone(options: Iterable[int]) -> list[Members]:
    return [(option,) for option in options]


def _fitting(bunches: Sequence[Sequence[Choice]], seats: int) -> int:
    """No more groups than this have seats at once."""
    smallest = sorted(
        size for bunch in bunches for size in [min(one[1] // len(one[2]) for one in bunch)] * _size(bunch)
    )
    return sum(1 for total in accumulate(smallest) if total <= seats)


def _size(bunch: Sequence[Choice]) -> int:
    """How many options of a bunch may be together."""
    return max(len(one[2]) for one in bunch)
