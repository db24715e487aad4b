"""The best groups for one slot when each has a value, by dynamic programming over seats and groups: for slots of many groups.

Looking through sets one by one (`pricing.py`) explodes where a slot holds six to ten groups out of hundreds. Here one table says
what `g` groups with `p` pupils are worth at most, and is carried from bunch to bunch (Kellerer, Pferschy and Pisinger, "Knapsack
Problems", 2004, sections 2.3 and 11). A *bunch* is a set of options that keep each other out, by school, group or crew; most
are single. Groups that may share a slot have a key stage and a language in common, so there is one table for each such *class*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from outreach.matching.solving.combining import Found, Members
from outreach.matching.solving.ground import Ints
from outreach.matching.solving.partners import SlotPartners

# Entries of all tables of a class; where they would be more, seats are counted coarsely and the value is a bound.
MOST_ENTRIES = 3_000_000
# Sets of a bunch's options that may be together; with more (a crew of dozens) the slot is searched set by set.
MOST_CHOICES = 200
NOTHING = -(1 << 61)

Choice = tuple[int, int, Members]
"""Value, pupils and options of what a bunch may give."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The best sets found, falling, and what any other set is worth at most (0 or less: nothing that would help)."""

    patterns: list[Found]
    bound: int


class TooTangled(RuntimeError):
    """The options of a bunch keep each other out in too many ways for a table."""


class Packing:
    """Answers for one slot; its classes and bunches are found once. Raises `TooTangled`."""

    def __init__(self, partners: SlotPartners) -> None:
        self.partners = partners
        self.seats = partners.limits.max_pupils
        self.least = partners.limits.min_pupils
        self.groups = partners.limits.max_groups
        bunch = _bunches(partners)
        self._classes: list[list[list[Members]]] = []
        for mine in partners.classes():
            of_bunch: dict[int, list[int]] = defaultdict(list)
            for option in mine:
                of_bunch[bunch[option]].append(option)
            self._classes.append([self._together(options) for options in of_bunch.values()])

    def _together(self, options: Sequence[int]) -> list[Members]:
        """The sets of a bunch's options that may be in the slot together."""
        found: list[Members] = [(option,) for option in options]
        for members in found:
            if len(found) > MOST_CHOICES:
                raise TooTangled
            if len(members) < self.groups:
                later = options[options.index(members[-1]) + 1 :]
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
            table = _Table(chosen, self.seats, self.groups)
            for value, members in table.sets(self.least, use):
                bound = max(bound, value)
                # Only where seats were counted coarsely a set can be none.
                if members not in found and self._holds(members):
                    found[members] = value
        patterns = sorted(((value, members) for members, value in found.items()), reverse=True)
        return Packed(patterns[:keep], bound)

    def _holds(self, members: Members) -> bool:
        return all(map(self.partners.together, _beginnings(members))) and self.partners.enough(members)

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
    """worth[g, p] after each bunch: the most that exactly g groups with exactly p pupils bring."""

    def __init__(self, bunches: Sequence[Sequence[Choice]], seats: int, groups: int) -> None:
        self.bunches = bunches
        self.groups = min(groups, sum(max(len(one[2]) for one in bunch) for bunch in bunches))
        largest = sorted((max(one[1] for one in bunch) for bunch in bunches), reverse=True)
        seats = min(seats, sum(largest[: self.groups]))
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

    def _allow(self, worth: Ints, before: Ints, choice: Choice) -> None:
        value, pupils, members = choice
        size, seats = len(members), pupils // self.coarse
        if size <= self.groups and seats <= self.seats:
            part = worth[size:, seats:]
            np.maximum(part, before[: self.groups + 1 - size, : self.seats + 1 - seats] + value, out=part)

    def sets(self, least: int, use: int) -> Iterator[Found]:
        """For each number of groups the best set with at least so many pupils, where it is worth anything."""
        last = self.worth[-1]
        for groups in range(1, self.groups + 1):
            # Counted coarsely, each group may have lost up to coarse - 1 pupils.
            begin = max(0, -(-(least - groups * (self.coarse - 1)) // self.coarse))
            if begin > self.seats:
                continue
            at = begin + int(last[groups, begin:].argmax())
            value = int(last[groups, at]) + use
            if value > 0:
                yield value, self._members(groups, at)

    def _members(self, groups: int, seats: int) -> Members:
        found: list[int] = []
        for number in range(len(self.bunches), 0, -1):
            after, before = self.worth[number], self.worth[number - 1]
            worth = after[groups, seats]
            if before[groups, seats] == worth:
                continue
            for value, pupils, members in self.bunches[number - 1]:
                left, rest = groups - len(members), seats - pupils // self.coarse
                if left >= 0 and rest >= 0 and before[left, rest] + value == worth:
                    found += members
                    groups, seats = left, rest
                    break
        return tuple(sorted(found))


def _bunches(partners: SlotPartners) -> dict[int, int]:
    """Per option the number of its bunch: options that keep each other out are in the same one."""
    of: dict[int, int] = {option: option for option in partners.pupils}

    def root(option: int) -> int:
        while of[option] != option:
            option = of[option]
        return option

    for one, other in partners.strangers():
        of[root(max(one, other))] = root(min(one, other))
    return {option: root(option) for option in of}


def _beginnings(members: Members) -> Iterator[Members]:
    for end in range(1, len(members) + 1):
        yield members[:end]
