"""What has happened to a plan: events, and from when on the plan may still be changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from outreach.matching.problem import School, Slot, VisitRequest, Window
from outreach.matching.times import DAY

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SlotCancelled:
    slot: str


@dataclass(frozen=True, slots=True)
class SeatsCut:
    """What a slot takes from now on; None leaves a limit as it is."""

    slot: str
    max_pupils: int | None = None
    max_groups: int | None = None


@dataclass(frozen=True, slots=True)
class TeamIll:
    """The team gives nothing on these days (day numbers of `times.py`) and within these windows."""

    team: str
    days: tuple[int, ...] = ()
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class DayLost:
    """Schools of all these districts, types and ids (whichever is given) lose a day; with none given all schools do."""

    day: int
    districts: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()

    def hits(self, school: School) -> bool:
        """Whether the school loses the day."""
        asked = ((self.districts, school.district), (self.types, school.type), (self.schools, school.id))
        return all(not words or word in words for words, word in asked)


@dataclass(frozen=True, slots=True)
class SchoolWithdrawn:
    school: str


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    request: str


@dataclass(frozen=True, slots=True)
class NewRequest:
    visit_request: VisitRequest


@dataclass(frozen=True, slots=True)
class NewSlot:
    slot: Slot


Event = (
    SlotCancelled | SeatsCut | TeamIll | DayLost | SchoolWithdrawn | RequestWithdrawn | NewRequest | NewSlot
)


@dataclass(frozen=True, slots=True)
class Notice:
    """How long before a session its schools must know: minutes, whole days, or days on which schools work."""

    minutes: int = 0
    days: int = 0
    working_days: int = 0

    def end(self, now: int, holidays: Collection[int]) -> int:
        """The first moment at which a session may still be changed at `now`.

        With days the count begins tomorrow: at any hour of Thursday, one working day of notice ends with Friday.
        """
        if self.working_days:
            day = now // DAY
            for _ in range(self.working_days):
                day += 1
                while not works(day, holidays):
                    day += 1
            return (day + 1) * DAY
        if self.days:
            return (now // DAY + 1 + self.days) * DAY
        return now + self.minutes


def works(day: int, holidays: Collection[int]) -> bool:
    """Whether schools work on a day: Monday to Friday but for holidays. Day 1 of `times.py` is a Monday."""
    return (day - 1) % 7 < SATURDAY and day not in holidays


@dataclass(frozen=True, slots=True)
class Events:
    """Events in the order in which they are applied. Without `now` nothing has happened yet and nothing is frozen."""

    events: tuple[Event, ...] = ()
    now: int | None = None
    notice: Notice = Notice()
    holidays: frozenset[int] = frozenset()

    @property
    def horizon(self) -> int | None:
        """The first moment at which a session may still be changed; None: every moment."""
        return None if self.now is None else self.notice.end(self.now, self.holidays)
