"""A plan out of a fractional one: take the options in the order of their use by the LP, then fill what is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.draft import Draft
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.greedy import fill_up
from outreach.matching.solving.options import Options
from outreach.matching.solving.timetable import TeamDays

NOTHING = 1e-6


def rounded(options: Options, days: TeamDays, use: NDArray[np.float64], clock: Clock) -> list[int]:
    """A plan's options; `use` has a number from 0 to 1 for each option."""
    draft = Draft(options, days)
    for pin in options.problem.pins:
        for index in options.indices_for(pin)[:1]:
            draft.add(index)
    used = np.flatnonzero(use > NOTHING)
    for index in used[np.lexsort((used, -use[used]))].tolist():
        draft.add(index)
    fill_up(draft, clock)
    return list(draft.of_request.values())
