"""One solve of the LP: exactly by GLOP from the last basis, or by HiGHS from nothing; roughly by PDLP.

GLOP sometimes ends `IMPRECISE`, even on tiny LPs of ordinary numbers, and then has no solution to go on with: HiGHS takes over.
Where GLOP needs many thousands of steps from one round to the next, the interior point method of HiGHS (with its crossover to a
basis) is quicker from nothing: on an LP of 4,000 rows and 29,000 columns 3.3 s against 7 s. While the bound is still far from the
LP, prices to a thousandth are as good as exact ones, and PDLP (Applegate and others, "Practical large-scale linear programming
using primal-dual hybrid gradient", 2021) has them in a third of that.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from outreach.matching.solving.background import Task
from outreach.matching.solving.engine import Clock, OutOfTime
from outreach.matching.solving.glop import Glop, Solution, solution
from outreach.matching.solving.highs import by_highs
from outreach.matching.solving.lp import Lp

if TYPE_CHECKING:
    from ortools.math_opt.solution_pb2 import BasisProto

# What PDLP may leave of the gap between its two sides, as a share of them, and of each row's limit.
NEARLY = 1e-3
# From one optimum of a city to the next one near it the dual simplex method takes some hundred steps. Where it takes more, it may
# never end: it was stopped after 10 s, at a millisecond a step, and HiGHS had the optimum in half a second.
NEAR_STEPS = 1000


class Unsolved(RuntimeError):
    """Neither LP solver has an optimum, although there is time left."""


def optimum(
    glop: Glop, basis: BasisProto | None, clock: Clock, *, dual: bool, heavy: bool = False, near: bool = False
) -> Solution:
    """The optimal values, prices and basis of an LP that has a solution. Raises `OutOfTime` and `Unsolved`.

    `dual`: by the dual simplex method, quicker where only the limits of rows have changed since the basis. `heavy`: by the
    interior point method first. `near`: what takes GLOP more than `NEAR_STEPS` is left to HiGHS.
    """
    steps = NEAR_STEPS if near else 0
    ways: list[Callable[[], Solution | None]] = [
        lambda: glop.solve(_left(clock), basis, dual=dual, steps=steps),
        lambda: _by_highs(glop.lp, _left(clock), "DUAL_SIMPLEX" if dual else None),
    ]
    if heavy:
        ways.insert(0, lambda: _by_highs(glop.lp, _left(clock), "BARRIER"))
    for way in ways:
        found = Task(way).wait(clock)
        if found is not None:
            return found
    clock.check()
    raise Unsolved("The LP has no exact solution by GLOP, and none by HiGHS.")


def nearly(lp: Lp, clock: Clock, threads: int) -> Solution | None:
    """Values and prices to about a thousandth of the optimum, without a basis; None where PDLP comes to no end.

    Raises `OutOfTime`.
    """
    from ortools.math_opt.python import mathopt
    from ortools.pdlp import solvers_pb2

    first_order = solvers_pb2.PrimalDualHybridGradientParams(num_threads=threads)
    ends = first_order.termination_criteria.simple_optimality_criteria
    ends.eps_optimal_relative = ends.eps_optimal_absolute = NEARLY
    limit = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=_left(clock)), pdlp=first_order)

    def found() -> Solution | None:
        model = mathopt.Model.from_model_proto(lp.message())
        result = mathopt.solve(model, mathopt.SolverType.PDLP, params=limit)
        return solution(lp, result.to_proto())

    return Task(found).wait(clock)


def _left(clock: Clock) -> float:
    left = clock.left()
    if left <= 0:
        raise OutOfTime
    return left


def _by_highs(lp: Lp, seconds: float, algorithm: str | None) -> Solution | None:
    from ortools.math_opt.python import mathopt

    limit = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=seconds),
        lp_algorithm=None if algorithm is None else mathopt.LPAlgorithm[algorithm],
    )
    result = by_highs(mathopt.Model.from_model_proto(lp.message()), limit)
    return None if result is None else solution(lp, result.to_proto())
