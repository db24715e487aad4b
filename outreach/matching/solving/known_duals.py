"""Duals between the rows of one ground and their names, by which another problem finds them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from outreach.matching.duals import Duals
from outreach.matching.solving.ground import Ground, Ints
from outreach.matching.solving.prices import Prices
from outreach.matching.times import week_text

Reals = NDArray[np.float64]
_Name = TypeVar("_Name")


@dataclass(frozen=True, slots=True)
class RowPrices:
    """Prices per request, school (its bookings in all, and its first one) and session row of a ground, in points of an objective."""

    request: Reals
    total: Reals
    reach: Reals
    sessions: Reals


def named(ground: Ground, goal: str, prices: Prices) -> Duals:
    """The prices of an LP of this goal by name. Those of links are left out: links are found again when they are broken."""
    problem = ground.problem
    return Duals(
        goal=goal,
        unit=prices.unit,
        held={one: price for one, price in prices.goals.items() if one != goal and price},
        requests=_by_name((one.id for one in problem.requests), prices.request),
        schools=_by_name((one.id for one in problem.schools), prices.total),
        reach=_by_name((one.id for one in problem.schools), prices.reach),
        companies=_by_name(_session_names(ground), prices.sessions),
    )


def _by_name(names: Iterable[_Name], prices: Ints) -> dict[_Name, int]:
    return {name: price for name, price in zip(names, prices.tolist(), strict=True) if price}


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
    schools, requests = len(problem.schools), len(problem.requests)
    found = RowPrices(
        np.zeros(requests), np.zeros(schools), np.zeros(schools), np.zeros(len(ground.session_rows))
    )
    wanted: dict[str, float] = {goal: float(weight) for goal, weight in weights.items() if goal in known}
    for goal in reversed([goal for goal in problem.objectives if goal in wanted]):
        one, times = known[goal], max(0.0, wanted[goal]) / known[goal].unit
        found.request[:] += times * _found((each.id for each in problem.requests), one.requests)
        found.total[:] += times * _found((each.id for each in problem.schools), one.schools)
        found.reach[:] += times * _found((each.id for each in problem.schools), one.reach)
        found.sessions[:] += times * _found(_session_names(ground), one.companies)
        for earlier, price in one.held.items():
            wanted[earlier] = wanted.get(earlier, 0.0) - times * price
    return found if wanted else None


def _found(names: Iterable[_Name], prices: Mapping[_Name, int]) -> Reals:
    return np.array([prices.get(name, 0) for name in names], dtype=np.float64)
