"""A first plan in a moment: keep what is given, then place the scarcest first. It is good enough to start from, never the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from outreach.matching.problem import Assignment
from outreach.matching.solving.draft import Draft
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.options import Options
from outreach.matching.solving.timetable import TeamDays


def drafted(
    options: Options, days: TeamDays, given: Sequence[Assignment], clock: Clock, *, fill: bool
) -> list[Assignment]:
    """A plan that keeps as many of the given assignments as it can, in their order; with `fill`, more groups are placed.

    When the clock ends, what is placed by then is the plan.
    Pins come first. The result may still break a pin where its slot's minimum attendance was not reached: the caller checks.
    """
    draft = Draft(options, days)
    for assignment in (*options.problem.pins, *given):
        _keep(draft, assignment)
    if fill:
        fill_up(draft, clock)
    else:
        _fill_short(draft)
    return draft.assignments()


def fill_up(draft: Draft, clock: Clock) -> None:
    """Bring what is begun to its minimum, then place whom it can until the clock ends."""
    _fill_short(draft)
    _first_per_school(draft, clock)
    _everybody(draft, clock)
    _gather(draft, clock)
    _everybody(draft, clock)


def _keep(draft: Draft, assignment: Assignment) -> None:
    if assignment.request in draft.of_request:
        return
    for index in draft.options.indices_for(assignment):
        if draft.add(index):
            return


def _fill_short(draft: Draft) -> None:
    """Bring slots that were given too few groups to their minimum, or give them up (unless pinned)."""
    pinned = {pin.request for pin in draft.problem.pins}
    for slot_id in draft.short_slots():
        if _reach_minimum(draft, slot_id):
            continue
        for index in list(draft.of_slot[slot_id]):
            if draft.options.all[index].request not in pinned:
                draft.remove(index)


def _first_per_school(draft: Draft, clock: Clock) -> None:
    served = {draft.options.school_of(draft.options.all[index]) for index in draft.of_request.values()}
    for request in _scarcest_first(draft):
        school = draft.problem.visit_request[request].school
        if school not in served and clock.left() > 0 and _place(draft, request):
            served.add(school)


def _everybody(draft: Draft, clock: Clock) -> None:
    for request in _scarcest_first(draft):
        if request not in draft.of_request and clock.left() > 0:
            _place(draft, request)


def _scarcest_first(draft: Draft) -> list[str]:
    """The requests with an option that is possible now: while others are only added, no other one becomes so."""
    options = draft.options
    every = np.arange(len(options))
    hopeful = (
        np.bincount(options.request[draft.possible(every)], minlength=len(options.of_request.counts)) > 0
    )
    positions = options.positions.request
    return sorted(
        (one for one in options.of_request if hopeful[positions[one]]), key=options.of_request.count
    )


def _place(draft: Draft, request: str) -> bool:
    """The most liked option that breaks no rule and whose slot has (or so gets) its minimum."""
    options = draft.options
    mine = options.of_request.at(options.positions.request[request])
    mine = mine[draft.possible(mine) & draft.reaching(mine)]
    by_liking = mine[np.lexsort((options.travel[mine], -options.points[mine]))]
    return any(draft.join(index) for index in by_liking.tolist())


def _gather(draft: Draft, clock: Clock) -> None:
    """Open slots that need several groups to reach their minimum."""
    options, limits = draft.options, draft.limits
    # Whom a slot could take now; later it is fewer.
    possible = options.of_slot.order[draft.possible(options.of_slot.order)]
    pupils = np.bincount(options.slot[possible], options.pupils[possible], minlength=len(limits.slot_least))
    promising = (limits.slot_least > 0) & (pupils >= limits.slot_least)
    for slot_id in options.of_slot:
        slot = options.positions.slot[slot_id]
        if promising[slot] and not draft.slot_groups[slot] and clock.left() > 0:
            _reach_minimum(draft, slot_id)


def _reach_minimum(draft: Draft, slot_id: str) -> bool:
    """Add unplaced groups, the largest first, until the minimum is reached; else none of them stays."""
    slot = draft.options.positions.slot[slot_id]
    minimum = draft.limits.slot_least[slot]
    added: list[int] = []
    mine = draft.options.of_slot.at(slot)
    mine = mine[draft.possible(mine)]
    by_size: list[int] = mine[np.argsort(-draft.options.pupils[mine], kind="stable")].tolist()
    for index in by_size:
        if draft.slot_pupils[slot] >= minimum:
            break
        if draft.add(index):
            added.append(index)
    if draft.slot_pupils[slot] >= minimum:
        return True
    for index in added:
        draft.remove(index)
    return False
