"""Prices of what is scarce (the duals of the pattern LP), as whole numbers, and the bound that any such prices prove.

For prices of zero or more, a plan's gain is at most the prices of all rows times their limits, plus what each site's best pattern
and each school's reach is worth beyond them (Lagrangian duality; Geoffrion, "Lagrangean relaxation for integer programming", 1974).
Prices are rounded to whole numbers once, `unit` of them to one point of the objective, and everything after that is exact: the
bound does not depend on the LP solver's tolerances.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from outreach.matching.solving.ground import Ground, Ints

# One point of the objective in the prices' whole numbers is at most 2**20; less where the sums would leave 64 bits.
FINEST = 20
ROOM_BITS = 57


@dataclass(frozen=True, slots=True)
class LinkRow:
    """At most `limit` of these options together: a school's day, a group's day, a crew at one moment."""

    options: Ints
    limit: int


@dataclass(frozen=True)
class Prices:
    """One whole number per row. `goals` are the weights of the goals in the objective and the prices of the goals held."""

    unit: int
    goals: dict[str, int]
    request: Ints
    total: Ints
    reach: Ints
    sessions: Ints
    site: Ints
    links: Ints

    def option_values(self, ground: Ground, links: Sequence[LinkRow]) -> Ints:
        """What each option is worth beyond the prices of its request, school, links and (for a team) company."""
        found = np.zeros(ground.n, dtype=np.int64)
        for goal, weight in self.goals.items():
            if weight:
                found += weight * ground.gain[goal]
        found -= self.request[ground.request] + self.total[ground.school] - self.reach[ground.school]
        for price, row in zip(self.links.tolist(), links, strict=True):
            if price:
                found[row.options] -= price
        for price, shares in zip(self.sessions.tolist(), ground.session_options, strict=True):
            if price:
                found[shares] -= price
        return found

    def use_values(self, ground: Ground) -> Ints:
        """What using each resource at all is worth: for slots minus their cost and their session's price, for teams 0."""
        found = np.zeros(ground.resources, dtype=np.int64)
        for goal, weight in self.goals.items():
            if weight:
                found += weight * ground.use_gain[goal]
        for price, shares in zip(self.sessions.tolist(), ground.session_slots, strict=True):
            if price:
                found[shares] -= price
        return found

    def bound(
        self, ground: Ground, links: Sequence[LinkRow], best: Sequence[int], held: dict[str, int]
    ) -> int:
        """`unit` times a bound of the objective for every plan whose held goals reach `held` (as levels of `Ground`).

        `best` has each site's best pattern at these prices, none below 0.
        """
        problem = ground.problem
        whole: int = sum(best) + int(self.request.sum())
        for price, school in zip(self.total.tolist(), problem.schools, strict=True):
            whole += price * (school.max_bookings or 0)
        whole += sum(
            price * row.limit for price, row in zip(self.sessions.tolist(), ground.session_rows, strict=True)
        )
        whole += sum(price * row.limit for price, row in zip(self.links.tolist(), links, strict=True))
        for goal, weight in self.goals.items():
            if goal in held:
                whole -= weight * held[goal]
        reached = sum(weight * ground.reach[goal] for goal, weight in self.goals.items())
        return whole + int(np.maximum(0, reached - self.reach).sum())


def unit_of(ground: Ground, aims: Mapping[str, int], dearest: float) -> int:
    """As fine as 64 bits allow for the largest sums that can come up: of the objective, and of the rows' prices (`dearest`).

    0 where not even whole points have room.
    """
    most = 1.0
    for goal, weight in aims.items():
        reach = float(np.abs(ground.reach[goal]).sum())
        use = float(np.abs(ground.use_gain[goal]).sum())
        gains = float(np.abs(ground.gain[goal]).max(initial=0)) * len(ground.problem.requests)
        most += weight * (gains + reach + use)
    most = max(most, dearest * len(ground.problem.requests))
    room = ROOM_BITS - math.ceil(math.log2(most))
    return 1 << min(FINEST, room) if room >= 0 else 0
