"""What every way of improving a plan works with."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.matching.solving.best import Best
from outreach.matching.solving.engine import Clock, Effort
from outreach.matching.solving.options import Options
from outreach.matching.solving.progress import Progress
from outreach.matching.solving.timetable import TeamDays


@dataclass(frozen=True, slots=True)
class Work:
    """The choices, the best plan so far (there is one when it is improved), the clock, who listens, and the effort."""

    options: Options
    days: TeamDays
    best: Best
    clock: Clock
    progress: Progress
    effort: Effort
