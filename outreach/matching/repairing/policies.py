"""The three policies of a repair: what each holds and what it weighs, first things first.

All three count against the plan so far. A booking is *kept* when the new plan has it to the letter; its request *moves* when
the new plan has it elsewhere (another slot, team, offer or start) and *loses* when it has it nowhere; a request without a
booking *gains* when the new plan has it. Bookings of withdrawn requests are neither: they are named apart.

- `fewest-schools`: 1. schools touched (with a booking moved or lost), fewest; 2. changes (bookings not kept, the format's goal
  `changes`), fewest; 3. the problem's goals in its order. A gain touches nobody: what is free and serves somebody is given.
- `same-dates`: no request that had a booking has one on another date (a fallen booking that has no place on its own date is
  lost, even where another date is free). 1. losses, fewest; 2. changes, fewest; 3. the problem's goals.
- `most-served`: 1. those of equity, groups and pupils that the problem names, in its order, and groups where it does not;
  2. changes, fewest; 3. the problem's other goals.

Frozen bookings and pins are kept by all three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.matching.check import values
from outreach.matching.plan import Value
from outreach.matching.problem import MAXIMISED, Assignment, Problem
from outreach.matching.repairing.applying import Changed, start_of
from outreach.matching.times import day_of

FEWEST_SCHOOLS = "fewest-schools"
SAME_DATES = "same-dates"
MOST_SERVED = "most-served"
POLICIES = (FEWEST_SCHOOLS, SAME_DATES, MOST_SERVED)

SCHOOLS = "schools"
LOSSES = "losses"
CHANGES = "changes"
COUNTED = (SCHOOLS, LOSSES, CHANGES)
"""What only a repair counts; all fewest. The other measures of a policy are goals of the format."""
SERVING = ("equity", "groups", "pupils")


def measures_of(policy: str, problem: Problem) -> tuple[str, ...]:
    """What the policy weighs, the first above all after it."""
    goals = tuple(goal for goal in problem.objectives if goal != CHANGES)
    if policy == FEWEST_SCHOOLS:
        return (SCHOOLS, CHANGES, *goals)
    if policy == SAME_DATES:
        return (LOSSES, CHANGES, *goals)
    serving = serving_of(problem)
    return (*serving, CHANGES, *(goal for goal in goals if goal not in serving))


def serving_of(problem: Problem) -> tuple[str, ...]:
    """The goals that `most-served` weighs before the changes."""
    serving = tuple(goal for goal in problem.objectives if goal in SERVING)
    return serving if "groups" in serving else (*serving, "groups")


def forced(policy: str) -> str | None:
    """The policy's first measure where it is a count of a repair."""
    return {FEWEST_SCHOOLS: SCHOOLS, SAME_DATES: LOSSES}.get(policy)


def measured(changed: Changed, after: Sequence[Assignment]) -> dict[str, Value]:
    """Every measure of a new plan, recounted in plain Python: the counts of a repair and the problem's goals."""
    problem = changed.problem
    kept, present = set(after), {one.request for one in after}
    there = [one for one in changed.before if one.request in problem.visit_request]
    broken = [one for one in there if one not in kept]
    found: dict[str, Value] = {
        SCHOOLS: len({problem.visit_request[one.request].school for one in broken}),
        LOSSES: sum(one.request not in present for one in there),
        "groups": len(after),
    }
    return found | values(problem, after)


def rank_by(measures: Sequence[str], values: Mapping[str, Value]) -> tuple[Value, ...]:
    """A key by which plans compare: greater is better, measure by measure."""
    return tuple(values[name] if name in MAXIMISED else -values[name] for name in measures)


def moved_dates(changed: Changed, after: Sequence[Assignment]) -> list[str]:
    """The requests that the new plan has on another date than the plan so far."""
    return [
        one.request
        for one in after
        if one.request in changed.day_of
        and day_of(start_of(changed.problem, one)) != changed.day_of[one.request]
    ]
