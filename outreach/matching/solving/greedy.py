"""A first plan in a moment: keep what is given, then place the scarcest first. It is good enough to start from, never the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    _fill_short(draft)
    if fill:
        _first_per_school(draft, clock)
        _everybody(draft, clock)
        _gather(draft, clock)
        _everybody(draft, clock)
    return draft.assignments()


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
    of_request = draft.options.of_request
    return sorted(of_request, key=lambda request: len(of_request[request]))


def _place(draft: Draft, request: str) -> bool:
    """The most liked option that breaks no rule and whose slot has (or so gets) its minimum."""
    options = draft.options
    for index in _by_liking(options, options.of_request[request]):
        option = options.all[index]
        if option.slot:
            after = draft.pupils_in(option.slot) + draft.problem.visit_request[request].pupils
            if after < draft.problem.limits(draft.problem.slot[option.slot]).min_pupils:
                continue
        if draft.add(index):
            return True
    return False


def _by_liking(options: Options, indices: Iterable[int]) -> list[int]:
    return sorted(indices, key=lambda index: (-options.all[index].points, options.all[index].travel))


def _gather(draft: Draft, clock: Clock) -> None:
    """Open slots that need several groups to reach their minimum."""
    for slot_id in draft.options.of_slot:
        needs_several = draft.problem.limits(draft.problem.slot[slot_id]).min_pupils > 0
        if needs_several and not draft.of_slot[slot_id] and clock.left() > 0:
            _reach_minimum(draft, slot_id)


def _reach_minimum(draft: Draft, slot_id: str) -> bool:
    """Add unplaced groups, the largest first, until the minimum is reached; else none of them stays."""
    minimum = draft.problem.limits(draft.problem.slot[slot_id]).min_pupils
    added: list[int] = []
    asked = draft.problem.visit_request
    by_size = sorted(
        draft.options.of_slot[slot_id], key=lambda index: -asked[draft.options.all[index].request].pupils
    )
    for index in by_size:
        if draft.pupils_in(slot_id) >= minimum:
            break
        if draft.add(index):
            added.append(index)
    if draft.pupils_in(slot_id) >= minimum:
        return True
    for index in added:
        draft.remove(index)
    return False
