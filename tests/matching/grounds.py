"""Grounds of small random problems, their patterns by trying every set, and random prices."""

from __future__ import annotations

import random
import time

import numpy as np

from outreach.matching.check import faults_of
from outreach.matching.problem import Problem
from outreach.matching.solving.engine import Clock
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.options import options_of
from outreach.matching.solving.prices import Prices
from outreach.matching.solving.timetable import TeamDays


def endless() -> Clock:
    now = time.monotonic()
    return Clock(now, now + 3600, lambda: False)


def ground_of(problem: Problem) -> Ground:
    options = options_of(problem, endless())
    return Ground(options, TeamDays(options), endless())


# Rules between resources too: a pattern may break them, a row of the LP holds them.
BETWEEN = ("H5", "H6")


def patterns_of(ground: Ground, site: int, but: tuple[str, ...] = ()) -> list[tuple[int, ...]]:
    """Every set of a site's options that the judge passes as a plan on its own (pins and the rules of `but` aside).

    Only a minimum attendance or a team's detour can be mended by one more, so sets with any other fault are not grown further.
    """
    everybody = sorted(
        int(at) for resource in ground.sites[site].resources for at in ground.members(resource).tolist()
    )
    found: list[tuple[int, ...]] = []
    growing: list[tuple[int, ...]] = [()]
    while growing:
        members = growing.pop()
        for at in everybody:
            if members and at <= members[-1]:
                continue
            feasible, hopeful = judged(ground, (*members, at), but)
            if feasible:
                found.append((*members, at))
            if hopeful:
                growing.append((*members, at))
    return found


def judged(ground: Ground, members: tuple[int, ...], but: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether the options are a plan without faults, and whether more of them could be one."""
    asking = ground.request[list(members)]
    if len(set(asking.tolist())) < len(members):
        return False, False
    try:
        plan = ground.days.timed(members)
    except ValueError:
        return False, len(members) < 4
    faults = [fault for fault in faults_of(ground.problem, plan) if fault.rule not in ("H8", *but)]
    return not faults, all("must come" in fault.sentence for fault in faults)


def random_prices(ground: Ground, rng: random.Random, held: tuple[str, ...] = ()) -> Prices:
    """Whole prices of zero or more for every row (of any sign for a pinned request)."""
    problem = ground.problem
    unit = 16

    def some(count: int) -> Ints:
        return np.array([rng.choice((0, rng.randint(0, 40 * unit))) for _ in range(count)], dtype=np.int64)

    request = some(len(problem.requests))
    for at, one in enumerate(problem.requests):
        if one.id in ground.pinned:
            request[at] = rng.randint(-40 * unit, 40 * unit)
    goals = dict.fromkeys(problem.objectives[:1], unit)
    goals |= {goal: rng.randint(0, 3 * unit) for goal in held}
    # A school's total without a limit has no row; its price is 0.
    total = np.array(
        [
            0 if school.max_bookings is None else price
            for school, price in zip(problem.schools, some(len(problem.schools)).tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    return Prices(
        unit,
        goals,
        request,
        total,
        some(len(problem.schools)),
        some(len(ground.session_rows)),
        some(len(ground.sites)),
        some(0),
    )
