"""Who shares something with whom: what of a plan has to be looked at when a part of it is chosen anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from outreach.matching.solving.columns import Flags, Long
from outreach.matching.solving.options import Options
from outreach.matching.solving.timetable import TeamDays


class Neighbours:
    """The rules that join options."""

    def __init__(self, options: Options, days: TeamDays) -> None:
        self.options = options
        self.resource = days.resource
        problem = options.problem
        self._limited = np.array(
            [
                one.max_sessions is not None or one.max_sessions_per_week is not None
                for one in problem.companies
            ],
            dtype=np.bool_,
        )
        pinned = {pin.request for pin in problem.pins}
        self._pinned = np.array([one.id in pinned for one in problem.requests], dtype=np.bool_)
        # A group or a crew may be of several schools.
        self._ties = [
            _numbered([one.group for one in problem.requests]),
            _numbered([one.crew for one in problem.requests]),
        ]

    def near(self, others: Long, free: Long) -> Flags:
        """Which of these chosen options a model that chooses among `free` has to know."""
        options, request = self.options, self.options.request
        near = np.isin(self.resource[others], self.resource[free])
        near |= np.isin(options.school[others], options.school[free])
        company = options.company[others]
        near |= self._limited[company] & np.isin(company, options.company[free])
        for tie in self._ties:
            tied = tie[request[others]]
            near |= (tied >= 0) & np.isin(tied, tie[request[free]])
        # The model of a part wants to see every pin kept.
        near |= self._pinned[request[others]]
        # A slot's minimum wants all its groups.
        near |= np.isin(self.resource[others], self.resource[others[near]])
        found: Flags = near
        return found


def _numbered(names: Sequence[str | None]) -> Long:
    """A number for each name, -1 for none."""
    numbers: dict[str, int] = {}
    return np.array(
        [-1 if name is None else numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64
    )
