"""The best sets of options that can be together in a slot or in a team's block, one by one."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from itertools import accumulate

from outreach.matching.solving.combining import Found, Members
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.partners import Partners

# Sets of any resource between two looks at the clock: whether a team can give eight sessions takes a millisecond.
STEPS_A_LOOK = 100


class SetSearch:
    """The best sets of a resource's options that are worth more than `floor`: depth first in falling order, cut off by the values
    that could still be added."""

    def __init__(
        self,
        partners: Partners,
        options: Sequence[tuple[int, int]],
        use: int,
        size: int,
        keep: int,
        clock: Clock,
        floor: int = 0,
    ) -> None:
        self._floor = floor
        self.partners = partners
        self.values = [value for value, _ in options]
        self.options = [option for _, option in options]
        self.use = use
        self.size = size
        self.keep = keep
        self.clock = clock
        self.steps = 0
        self.found: list[Found] = []
        # gains[i] - gains[j]: what options j..i-1 add where positive; with falling values the next ones are the best left.
        self.gains = [0, *accumulate(max(0, value) for value in self.values)]

    def run(self, most: int | None) -> list[Found] | None:
        """The sets, falling; None when that takes more than `most` steps. Raises `OutOfTime`."""
        self.most = math.inf if most is None else most
        self._extend((), self.use, 0)
        return None if self.steps > self.most else sorted(self.found, reverse=True)

    def _extend(self, members: Members, value: int, begin: int) -> None:
        room = self.size - len(members)
        for at in range(begin, len(self.options)):
            end = min(at + room, len(self.options))
            own = self.values[at]
            # The option itself counts even where it is negative, the following ones only where they help.
            most = value + own + self.gains[end] - self.gains[at + 1]
            if most <= self._floor or self._over():
                return
            together = (*members, self.options[at])
            if members and not self.partners.together(together):
                continue
            self._note(together, value + own)
            if room > 1:
                self._extend(together, value + own, at + 1)

    def _over(self) -> bool:
        self.steps += 1
        if self.steps % STEPS_A_LOOK == 0:
            self.clock.check()
        return self.steps > self.most

    def _note(self, members: Members, value: int) -> None:
        if value <= self._floor or not self.partners.enough(members):
            return
        if len(self.found) == self.keep:
            heapq.heapreplace(self.found, (value, members))
        else:
            heapq.heappush(self.found, (value, members))
        if len(self.found) == self.keep:
            self._floor = max(self._floor, self.found[0][0])
