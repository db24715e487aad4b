"""Duals between the rows of one ground and their names, by which another problem finds them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from outreach.matching.duals import Duals
from outreach.matching.explanation import SERVING
from outreach.matching.solving.best import Best
from outreach.matching.solving.ground import Ground
from outreach.matching.solving.prices import Prices
from outreach.matching.times import week_text

Reals = NDArray[np.float64]
_Name = TypeVar("_Name")
# The largest denominator of a simple fraction.
SIMPLE = 60


@dataclass(frozen=True, slots=True)
class RowPrices:
    """Prices in points of an objective, by request, by school (its bookings in all, its first one) and by session row."""

    request: Reals
    total: Reals
    reach: Reals
    sessions: Reals


def duals_of(ground: Ground, best: Best, prices: Mapping[str, Prices]) -> tuple[Duals, ...]:
    """Those of the goals that count who is served: the last prices of a goal's LP; where it needed none, those under which nothing
    but the schools limits it (`goals.safe_bounds`)."""
    serving = [goal for goal in ground.problem.objectives if goal in SERVING]
    return tuple(
        named(ground, goal, prices[goal]) if goal in prices else _safe(ground, goal)
        for goal in serving
        if goal in prices or best.proven(goal)
    )


def _safe(ground: Ground, goal: str) -> Duals:
    problem = ground.problem
    gains = np.zeros(len(problem.requests), dtype=np.int64)
    np.maximum.at(gains, ground.request, ground.gain[goal])
    asked: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at in np.unique(ground.request).tolist():
        asked[problem.requests[at].school].append((int(gains[at]), problem.requests[at].id))
    totals: dict[str, float] = {}
    requests: dict[str, float] = {}
    for school, mine in asked.items():
        room = problem.school[school].max_bookings
        # Where not all can have a place, the least of those that can sets the price of one.
        least = 0 if room is None or room >= len(mine) else sorted(mine, reverse=True)[max(0, room - 1)][0]
        totals[school] = least
        requests.update((name, gain - least) for gain, name in mine)
    return Duals(goal, {}, _above_zero(requests), _above_zero(totals), {}, {})


def _above_zero(prices: Mapping[str, float]) -> dict[str, float]:
    return {name: price for name, price in prices.items() if price > 0}


def named(ground: Ground, goal: str, prices: Prices) -> Duals:
    """The prices of an LP of this goal by name. Those of links are left out: links are found again when they are broken."""
    problem = ground.problem

    def by_name(names: Iterable[_Name], whole: Iterable[int]) -> dict[_Name, float]:
        pairs = zip(names, whole, strict=True)
        return {name: _plain(price, prices.unit) for name, price in pairs if price > 0}

    schools = [one.id for one in problem.schools]
    held = {one: price for one, price in prices.goals.items() if one != goal}
    return Duals(
        goal=goal,
        held=by_name(held, held.values()),
        requests=by_name((one.id for one in problem.requests), prices.request.tolist()),
        schools=by_name(schools, prices.total.tolist()),
        reach=by_name(schools, prices.reach.tolist()),
        companies=by_name(_session_names(ground), prices.sessions.tolist()),
    )


def _plain(price: int, unit: int) -> float:
    """A price in points. The LP's rows are small whole numbers, so most prices are simple fractions that `unit` has rounded."""
    simple = Fraction(price, unit).limit_denominator(SIMPLE)
    return float(simple) if abs(simple * unit - price) < 1 else price / unit


def _session_names(ground: Ground) -> list[tuple[str, str]]:
    names = []
    for row in ground.session_rows:
        company = ground.company[ground.order[ground.bounds[row.resources[0]]]]
        # A week's number is that of its Monday by sevens.
        week = "" if row.week is None else week_text(row.week * 7 + 1)
        names.append((ground.problem.companies[company].id, week))
    return names


def blended(ground: Ground, duals: Sequence[Duals], weights: Mapping[str, int]) -> RowPrices | None:
    """Prices for an objective of these weights out of those of single goals; None where none of its goals has any.

    A later goal's prices hold something of the earlier ones already: so much less of their own is needed.
    """
    problem, known = ground.problem, {one.goal: one for one in duals}
    requests, schools = [one.id for one in problem.requests], [one.id for one in problem.schools]
    names = _session_names(ground)
    found = RowPrices(*(np.zeros(len(one), dtype=np.float64) for one in (requests, schools, schools, names)))
    wanted: dict[str, float] = {goal: float(weight) for goal, weight in weights.items() if goal in known}
    for goal in reversed([goal for goal in problem.objectives if goal in wanted]):
        one, times = known[goal], max(0.0, wanted[goal])
        found.request[:] += times * _found(requests, one.requests)
        found.total[:] += times * _found(schools, one.schools)
        found.reach[:] += times * _found(schools, one.reach)
        found.sessions[:] += times * _found(names, one.companies)
        for earlier, price in one.held.items():
            wanted[earlier] = wanted.get(earlier, 0.0) - times * price
    return found if wanted else None


def _found(names: Iterable[_Name], prices: Mapping[_Name, float]) -> Reals:
    return np.array([prices.get(name, 0.0) for name in names], dtype=np.float64)
