"""What may not be changed any more: what has happened, and what lies within the notice that schools are given.

The changed problem is made such that only the frozen groups can be in a session before the horizon: a slot takes no group more
than it has, a team is free for exactly its frozen sessions, and the frozen bookings are pinned.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from outreach.matching.placed import Placed, placed
from outreach.matching.problem import Assignment, Ban, Slot, Team, Window
from outreach.matching.repairing.events import Events
from outreach.matching.repairing.working import Working, possible, without
from outreach.matching.travel import Ways


class Freezer:
    """Freezes the bookings of a plan that begin before the horizon of the events and that no event has struck."""

    def __init__(
        self, work: Working, before: tuple[Assignment, ...], starts: dict[str, int], events: Events
    ) -> None:
        self.work = work
        self.before = before
        self.starts = starts
        self.now = events.now
        self._ends = events.horizon or 0
        self.overfull: set[str] = set()

    def frozen(self) -> list[Assignment]:
        """Freeze; the bookings that are frozen now."""
        if self.now is None:
            return []
        found = self._frozen()
        for place in found:
            self._keep_free(place)
        self._close_slots(found)
        self._close_teams(found)
        return [place.assignment for place in found]

    def _frozen(self) -> list[Placed]:
        """As the old problem has them: what has happened is no longer asked whether it may."""
        old, now = self.work.problem, self.work.together((), ())
        ways = Ways(old.travel)
        standing = set(possible(now, self.before))
        self.overfull = self._overfull(standing)
        found = []
        for one in self.before:
            start = self.starts[one.request]
            happened = start < self.now if self.now is not None else False
            stays = one in standing and one.slot not in self.overfull
            if one.request in now.visit_request and (happened or (stays and start < self._ends)):
                found.append(placed(old, ways, one))
        return found

    def _overfull(self, standing: set[Assignment]) -> set[str]:
        """Slots with more pupils or groups than their seats, since those were cut: one of the groups has to go."""
        pupils: dict[str, list[int]] = defaultdict(list)
        for one in standing:
            if one.slot:
                pupils[one.slot].append(self.work.requests[one.request].pupils)
        found = set()
        for name, members in pupils.items():
            limits = self.work.problem.limits(self.work.slots[name])
            if sum(members) > limits.max_pupils or len(members) > limits.max_groups:
                found.add(name)
        return found

    def _keep_free(self, place: Placed) -> None:
        """The day may be lost since, the session of its morning was not."""
        asked = self.work.requests[place.visit_request.id]
        windows = with_window(asked.windows, (place.leaves, place.returns))
        self.work.requests[asked.id] = replace(asked, windows=windows)

    def _close_slots(self, frozen: list[Placed]) -> None:
        members: dict[str, list[Placed]] = defaultdict(list)
        for place in frozen:
            if place.slot is not None:
                members[place.slot.id].append(place)
        for slot in list(self.work.slots.values()):
            if slot.start >= self._ends:
                continue
            if slot.id in self.overfull:
                self._close_overfull(slot)
            elif slot.id in members:
                self._close_slot(slot, members[slot.id])
            else:
                del self.work.slots[slot.id]

    def _close_slot(self, slot: Slot, members: list[Placed]) -> None:
        pupils = sum(place.visit_request.pupils for place in members)
        least = self.work.problem.limits(slot).min_pupils
        self.work.eased |= pupils < least
        self.work.slots[slot.id] = replace(slot, max_groups=len(members), min_pupils=min(least, pupils))

    def _close_overfull(self, slot: Slot) -> None:
        """Some of its groups have to go, and in their place nobody may come."""
        self.work.slots[slot.id] = replace(slot, min_pupils=0)
        self.work.eased = True
        here = {one.request for one in self.before if one.slot == slot.id}
        self.work.bans += [Ban(name, slot=slot.id) for name in self.work.requests if name not in here]

    def _close_teams(self, frozen: list[Placed]) -> None:
        sessions: dict[str, list[Window]] = defaultdict(list)
        for place in frozen:
            if place.team is not None:
                sessions[place.team.id].append((place.start, place.end))
        for team in list(self.work.teams.values()):
            windows = tuple(without(team.windows, (0, self._ends)))
            for session in sessions[team.id]:
                windows = (*windows, session)
            self.work.teams[team.id] = with_windows(team, windows)


def with_windows(team: Team, windows: tuple[Window, ...]) -> Team:
    """The team with these windows; the same object where they are its own."""
    return team if windows == team.windows else replace(team, windows=windows)


def with_window(windows: tuple[Window, ...], window: Window) -> tuple[Window, ...]:
    """Windows that have room for one more span; unchanged where one of them has it already."""
    if any(opens <= window[0] and window[1] <= closes for opens, closes in windows):
        return windows
    return (*windows, window)
