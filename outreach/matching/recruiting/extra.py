"""What `recruit` tells: the slots to ask the firms for, each with what it was shown to bring."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.matching.problem import Assignment
from outreach.matching.recruiting.ideas import Added
from outreach.matching.recruiting.space import Idea


@dataclass(frozen=True, slots=True)
class Count:
    """A number that was reached, and one that cannot be exceeded."""

    value: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether no plan reaches more."""
        return self.value == self.bound


@dataclass(frozen=True, slots=True)
class Extra:
    """One more slot and what it brings: `groups` that wait get a place, and nobody who has one loses it.

    The plan that shows it is the given one with `gains` added and each first assignment of `moves` replaced by its second.
    `schools` had no place before. `waiting` groups could take the slot; `also` are half-days (day, half) that promise the same.
    """

    idea: Idea
    firm: Added
    groups: Count
    waiting: int
    gains: tuple[Assignment, ...]
    moves: tuple[tuple[Assignment, Assignment], ...]
    schools: tuple[str, ...]
    also: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Recruit:
    """The answer. `without` counts the groups that could have a place with no new slot at all, nobody losing one.

    `ideas` is how many slots were scored, `tried` how many of them were solved again; `priced`: by the duals of the pattern LP,
    and not by plain counting for want of time. `extras`: the best first; of each something was shown.
    """

    placed: int
    waiting: int
    without: Count
    ideas: int
    tried: int
    priced: bool
    extras: tuple[Extra, ...]
    seconds: float
