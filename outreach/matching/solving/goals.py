"""The goals as sums over the model's choices, and bounds that need no solver.

Costs are scaled by one power of ten, so that everything the solver sees is a whole number and nothing is rounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from outreach.matching.consistency import COST_PLACES
from outreach.matching.plan import Value
from outreach.matching.points import most_points
from outreach.matching.problem import GOALS, MAXIMISED, Problem
from outreach.matching.solving.columns import Long
from outreach.matching.solving.options import Option, Options

ZERO = Decimal(0)


def scale_of(problem: Problem, goal: str) -> int:
    """By what a goal's value is multiplied to be whole: 1 but for costs with decimals."""
    if goal != "cost":
        return 1
    costs = [offer.cost for offer in problem.offers]
    costs += [problem.limits(slot).cost for slot in problem.slots]
    costs += [cost for one in problem.requests for cost in one.costs.values()]
    for places in range(COST_PLACES):
        if all(cost.scaleb(places) == cost.scaleb(places).to_integral_value() for cost in costs):
            return int(10**places)
    return int(10**COST_PLACES)


def scaled(value: Value, scale: int) -> int:
    """A goal's value as the whole number the solver sees."""
    return int(value * scale)


def unscaled(value: int, scale: int) -> Value:
    """The inverse of `scaled`."""
    if scale == 1:
        return value
    exact = Decimal(value) / scale
    return int(exact) if exact == exact.to_integral_value() else exact


def weight_of(problem: Problem, goal: str, option: Option, scale: int) -> int:
    """What choosing this option adds to a goal that is a sum over placements (slots' own costs and equity are not)."""
    visit_request = problem.visit_request[option.request]
    if goal == "groups":
        return 1
    if goal == "pupils":
        return visit_request.pupils
    if goal == "preference":
        return option.points
    if goal == "travel":
        return option.travel
    if goal == "cost":
        own = visit_request.costs.get(option.place_id, ZERO)
        return scaled(own + (problem.offer[option.offer].cost if option.team else ZERO), scale)
    return 0


def option_gains(options: Options, goal: str) -> Long:
    """What choosing each option adds to a goal (scaled): for `changes` -1 for each incumbent entry kept, for `equity` 0."""
    if goal == "groups":
        return np.ones(len(options), dtype=np.int64)
    plain = {"pupils": "pupils", "preference": "points", "travel": "travel"}.get(goal)
    if plain is not None:
        found: Long = getattr(options, plain).astype(np.int64)
        return found
    gains = np.zeros(len(options), dtype=np.int64)
    if goal == "cost":
        scale = scale_of(options.problem, goal)
        for at in range(len(options)):
            gains[at] = weight_of(options.problem, goal, options.all[at], scale)
    if goal == "changes":
        for kept in options.problem.incumbent:
            for at in options.indices_for(kept)[:1]:
                gains[at] -= 1
    return gains


def safe_bounds(options: Options) -> dict[str, Value]:
    """A bound of every goal that holds whatever else does: what could be had if only the schools' totals were limited.

    Where the options are not complete, a request may have whatever its choices, topics or scores promise at best.
    """
    problem = options.problem
    best: dict[str, list[tuple[int, int]]] = defaultdict(list)
    groups = options.of_request
    for position, visit_request in enumerate(problem.requests):
        if not options.complete:
            best[visit_request.school].append((visit_request.pupils, most_points(visit_request)))
        elif groups.counts[position]:
            points = int(options.points[groups.at(position)].max())
            best[visit_request.school].append((visit_request.pupils, points))
    bounds: dict[str, int] = dict.fromkeys(GOALS, 0)
    for school_id, asked in best.items():
        school = problem.school[school_id]
        room = len(asked) if school.max_bookings is None else min(len(asked), school.max_bookings)
        bounds["equity"] += school.weight if room else 0
        bounds["groups"] += room
        bounds["pupils"] += sum(sorted((pupils for pupils, _ in asked), reverse=True)[:room])
        bounds["preference"] += sum(sorted((points for _, points in asked), reverse=True)[:room])
    if options.complete:
        bounds["changes"] = sum(not options.indices_for(kept) for kept in problem.incumbent)
    return {goal: bounds[goal] for goal in problem.objectives}


def tighter(goal: str, one: Value, other: Value) -> Value:
    """The stronger of two valid bounds."""
    return min(one, other) if goal in MAXIMISED else max(one, other)


def rank(problem: Problem, values: Mapping[str, Value]) -> tuple[Value, ...]:
    """A key by which plans compare: greater is better, goal by goal in the problem's order."""
    return tuple(values[goal] if goal in MAXIMISED else -values[goal] for goal in problem.objectives)
