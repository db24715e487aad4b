"""One solve of the LP: by GLOP from the last basis, and by HiGHS from nothing where GLOP comes to no exact end.

GLOP sometimes ends `IMPRECISE`, even on tiny LPs of ordinary numbers, and then has no solution to go on with.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from outreach.matching.solving.background import Task
from outreach.matching.solving.engine import Clock, OutOfTime
from outreach.matching.solving.highs import by_highs

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

    _Way = Callable[[mathopt.SolveParameters], mathopt.SolveResult | None]


class Unsolved(RuntimeError):
    """Neither LP solver has an optimum, although there is time left."""


def optimum(
    model: mathopt.Model,
    glop: mathopt.IncrementalSolver,
    basis: mathopt.Basis | None,
    clock: Clock,
    *,
    dual: bool,
) -> mathopt.SolveResult:
    """The optimal values, prices and basis of an LP that has a solution. Raises `OutOfTime` and `Unsolved`.

    `dual`: by the dual simplex method, quicker where only the limits of rows have changed since the basis.
    """
    from ortools.math_opt.python import mathopt

    start = mathopt.ModelSolveParameters(
        initial_basis=basis,
        variable_values_filter=mathopt.VariableFilter(skip_zero_values=True),
        dual_values_filter=mathopt.LinearConstraintFilter(skip_zero_values=True),
        reduced_costs_filter=mathopt.VariableFilter(filtered_items=()),
    )
    ways: tuple[_Way, ...] = (
        lambda limit: glop.solve(params=limit, model_params=start),
        lambda limit: by_highs(model, limit),
    )
    for way in ways:
        left = clock.left()
        if left <= 0:
            raise OutOfTime
        algorithm = mathopt.LPAlgorithm.DUAL_SIMPLEX if dual else None
        limit = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=left), lp_algorithm=algorithm)
        result = Task(partial(way, limit)).wait(clock)
        if result is not None and result.termination.reason == mathopt.TerminationReason.OPTIMAL:
            return result
    clock.check()
    raise Unsolved("The LP has no exact solution by GLOP, and none by HiGHS.")
