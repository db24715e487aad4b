"""Events applied to a problem and its plan: the changed problem, who fell, what is frozen.

The changed problem holds everything that a repair has to obey: the plan so far is its incumbent, what is frozen is pinned, what
lies before the horizon and holds nobody is gone. So `outreach check` can judge a repair without knowing the events.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outreach.matching.problem import Assignment, Problem, Window
from outreach.matching.refusal import ProblemRefused
from outreach.matching.repairing.events import (
    DayLost,
    Event,
    Events,
    NewRequest,
    NewSlot,
    RequestWithdrawn,
    SchoolWithdrawn,
    SeatsCut,
    SlotCancelled,
    TeamIll,
)
from outreach.matching.repairing.freezing import Freezer, with_windows
from outreach.matching.repairing.working import Working, possible, slot_limited, without
from outreach.matching.times import DAY


@dataclass(frozen=True)
class Changed:
    """What events have made of a problem and of its plan (`before`).

    `fallen`: bookings that cannot stay where they are, whatever else is done; `withdrawn`: bookings of requests that are gone;
    `frozen`: bookings that may not be touched (pinned in `problem`). `only_less`: every plan of the changed problem was one of
    the old problem, so that old bounds still hold.
    """

    problem: Problem
    before: tuple[Assignment, ...]
    fallen: tuple[Assignment, ...]
    withdrawn: tuple[Assignment, ...]
    frozen: tuple[Assignment, ...]
    only_less: bool
    day_of: dict[str, int]
    """The date each request had, as a day number."""


def apply(problem: Problem, before: tuple[Assignment, ...], events: Events) -> Changed:
    """Apply events to a problem with a faultless plan. Raises `ProblemRefused` with the path in the events."""
    starts = {one.request: start_of(problem, one) for one in before}
    work = _Applying(problem, events.now, starts)
    for index, event in enumerate(events.events):
        work.apply(f"events[{index}]", event)
    freezer = Freezer(work, before, starts, events)
    frozen = freezer.frozen()
    changed = work.together((), before)
    there = [one for one in before if one.request in changed.visit_request]
    stays = set(possible(changed, there))
    pins = [*frozen, *(pin for pin in dict.fromkeys(problem.pins) if pin in stays and pin not in frozen)]
    if pins:
        changed = work.together(pins, before)
    return Changed(
        changed,
        before,
        fallen=tuple(one for one in there if one not in stays),
        withdrawn=tuple(one for one in before if one.request not in changed.visit_request),
        frozen=tuple(frozen),
        # A pin that fell binds nobody any more: without it there are plans that the old problem did not have.
        only_less=not work.eased and set(problem.pins) <= set(pins),
        day_of={name: start // DAY for name, start in starts.items()},
    )


def start_of(problem: Problem, assignment: Assignment) -> int:
    """When the session of an assignment begins."""
    return problem.slot[assignment.slot].start if assignment.slot else assignment.start


class _Applying(Working):
    """`starts` has the beginning of each request's session in the plan."""

    def __init__(self, problem: Problem, now: int | None, starts: dict[str, int]) -> None:
        super().__init__(problem)
        self.now = now
        self.starts = starts

    def apply(self, path: str, event: Event) -> None:
        deed: Callable[[str, Event], None] = self._DEEDS[type(event)].__get__(self)
        deed(path, event)

    def _over(self, moment: int) -> bool:
        return self.now is not None and moment < self.now

    def _slot(self, path: str, name: str) -> None:
        if name not in self.slots:
            raise ProblemRefused(path, f"there is no slot {name!r}")
        if self._over(self.slots[name].start):
            raise ProblemRefused(path, f"the slot {name!r} has begun already")

    def _slot_cancelled(self, path: str, event: SlotCancelled) -> None:
        self._slot(f"{path}.slot", event.slot)
        del self.slots[event.slot]

    def _seats_cut(self, path: str, event: SeatsCut) -> None:
        self._slot(f"{path}.slot", event.slot)
        slot = self.slots[event.slot]
        limits = self.problem.limits(slot)
        for key, given, known in (
            ("max_pupils", event.max_pupils, limits.max_pupils),
            ("max_groups", event.max_groups, limits.max_groups),
        ):
            if given is not None and given > known:
                raise ProblemRefused(f"{path}.{key}", f"{given} is more than the {known} of the slot")
        self.slots[slot.id] = slot_limited(
            self.problem, slot, max_pupils=event.max_pupils, max_groups=event.max_groups
        )
        self.eased |= self.problem.limits(self.slots[slot.id]).min_pupils < limits.min_pupils

    def _lost(self, path: str, day: int) -> Window:
        """What of a day is still to come."""
        if self._over((day + 1) * DAY - 1):
            raise ProblemRefused(path, "the day is over already")
        return self._ahead(path, (day * DAY, (day + 1) * DAY))

    def _ahead(self, path: str, window: Window) -> Window:
        """What of a window is still to come."""
        start, end = window
        if self._over(end - 1):
            raise ProblemRefused(path, "is over already")
        return max(start, self.now or 0), end

    def _team_ill(self, path: str, event: TeamIll) -> None:
        if event.team not in self.teams:
            raise ProblemRefused(f"{path}.team", f"there is no team {event.team!r}")
        lost = [self._lost(f"{path}.days[{index}]", day) for index, day in enumerate(event.days)]
        lost += [self._ahead(f"{path}.windows[{at}]", window) for at, window in enumerate(event.windows)]
        for span in lost:
            team = self.teams[event.team]
            self.teams[team.id] = with_windows(team, tuple(without(team.windows, span)))

    def _day_lost(self, path: str, event: DayLost) -> None:
        lost = self._lost(f"{path}.day", event.day)
        self._known_words(path, event)
        hit = {school.id for school in self.problem.schools if event.hits(school)}
        for visit_request in list(self.requests.values()):
            if visit_request.school in hit:
                self.lose_window(visit_request, lost)

    def _known_words(self, path: str, event: DayLost) -> None:
        # A district with a slip of the pen would lose nobody's day, and nobody would notice.
        for key, words, known in (
            ("districts", event.districts, {school.district for school in self.problem.schools}),
            ("types", event.types, {school.type for school in self.problem.schools}),
            ("schools", event.schools, self.problem.school.keys()),
        ):
            for word in sorted(words - known):
                noun = "no school" if key == "schools" else f"no school of the {key[:-1]}"
                raise ProblemRefused(f"{path}.{key}", f"there is {noun} {word!r}")

    def _took_place(self, name: str) -> bool:
        return name in self.starts and self._over(self.starts[name])

    def _school_withdrawn(self, path: str, event: SchoolWithdrawn) -> None:
        if event.school not in self.problem.school:
            raise ProblemRefused(f"{path}.school", f"there is no school {event.school!r}")
        for one in list(self.requests.values()):
            if one.school == event.school and not self._took_place(one.id):
                del self.requests[one.id]

    def _request_withdrawn(self, path: str, event: RequestWithdrawn) -> None:
        if event.request not in self.requests:
            raise ProblemRefused(f"{path}.request", f"there is no request {event.request!r}")
        if self._took_place(event.request):
            raise ProblemRefused(f"{path}.request", f"{event.request!r} has had its session already")
        del self.requests[event.request]

    def _new_request(self, path: str, event: NewRequest) -> None:
        name = event.visit_request.id
        if name in self.requests or name in self.problem.visit_request:
            raise ProblemRefused(f"{path}.request.id", f"{name!r} is there already")
        self.requests[name] = event.visit_request
        self.new_at["requests", name] = f"{path}.request"
        self.eased = True

    def _new_slot(self, path: str, event: NewSlot) -> None:
        name = event.slot.id
        if name in self.slots or name in self.problem.slot:
            raise ProblemRefused(f"{path}.slot.id", f"{name!r} is there already")
        if self._over(event.slot.start):
            raise ProblemRefused(f"{path}.slot.start", "lies in the past")
        self.slots[name] = event.slot
        self.new_at["slots", name] = f"{path}.slot"
        self.eased = True

    _DEEDS = {
        SlotCancelled: _slot_cancelled,
        SeatsCut: _seats_cut,
        TeamIll: _team_ill,
        DayLost: _day_lost,
        SchoolWithdrawn: _school_withdrawn,
        RequestWithdrawn: _request_withdrawn,
        NewRequest: _new_request,
        NewSlot: _new_slot,
    }
