"""Hours taken away from companies or schools, and hours given to schools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from outreach.matching.problem import Problem, Window
from outreach.matching.scenarios.scenario import Closed, Free, Hours
from outreach.matching.scenarios.tidying import changed
from outreach.matching.times import DAY, day_of


def closed(problem: Problem, change: Closed) -> Problem:
    """Slots that touch the hours go, windows are cut; which ones, the change says."""
    if change.districts is not None or change.schools is not None:
        hers = _schools(problem, change)
        requests = tuple(
            replace(one, windows=_cut(one.windows, change.hours)) if one.school in hers else one
            for one in problem.requests
        )
        return changed(problem, requests=requests)
    firms = problem.company.keys() if change.companies is None else set(change.companies)
    slots = tuple(
        one
        for one in problem.slots
        if problem.offer[one.offer].company not in firms or not _inside(change.hours, (one.start, one.end))
    )
    teams = tuple(
        replace(one, windows=_cut(one.windows, change.hours)) if one.company in firms else one
        for one in problem.teams
    )
    return changed(problem, slots=slots, teams=teams)


def free(problem: Problem, change: Free) -> Problem:
    """More windows for the schools' requests, joined with those that they have: one window must hold a visit with both ways."""
    hers = _schools(problem, change)
    days = {day for one in problem.requests for window in one.windows for day in _days(window)}
    more = [
        (day * DAY + change.hours.opens, day * DAY + change.hours.closes)
        for day in sorted(day for day in days if _weekday(day) in change.hours.weekdays)
    ]
    more += [
        (day * DAY + change.hours.opens, day * DAY + change.hours.closes) for day in sorted(change.hours.days)
    ]
    requests = tuple(
        replace(one, windows=_joined((*one.windows, *more))) if one.school in hers else one
        for one in problem.requests
    )
    return changed(problem, requests=requests)


def _schools(problem: Problem, change: Closed | Free) -> set[str]:
    if change.schools is not None:
        return set(change.schools)
    return {one.id for one in problem.schools if change.districts is None or one.district in change.districts}


def _weekday(day: int) -> int:
    # Day 1 (0001-01-01) is a Monday.
    return (day - 1) % 7


def _days(window: Window) -> range:
    """The days that a window touches; one that ends at midnight does not touch the next."""
    return range(day_of(window[0]), day_of(window[1] - 1) + 1)


def _inside(hours: Hours, window: Window) -> list[Window]:
    """The parts of a window that lie in the hours, ascending."""
    found = []
    for day in _days(window):
        if day in hours.days or _weekday(day) in hours.weekdays:
            start, end = max(window[0], day * DAY + hours.opens), min(window[1], day * DAY + hours.closes)
            if start < end:
                found.append((start, end))
    return found


def _cut(windows: Iterable[Window], hours: Hours) -> tuple[Window, ...]:
    """What is left of windows without the hours."""
    found: list[Window] = []
    for start, end in windows:
        at = start
        for opens, closes in _inside(hours, (start, end)):
            if at < opens:
                found.append((at, opens))
            at = closes
        if at < end:
            found.append((at, end))
    return tuple(found)


def _joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Windows that meet or overlap as one, ascending."""
    found: list[Window] = []
    for start, end in sorted(windows):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)
