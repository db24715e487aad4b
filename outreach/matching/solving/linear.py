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
from outreach.matching.solving.glop import Glop, Solution, solution
from outreach.matching.solving.highs import by_highs

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt
    from ortools.math_opt.solution_pb2 import BasisProto

    _Way = Callable[[mathopt.SolveParameters], Solution | None]


class Unsolved(RuntimeError):
    """Neither LP solver has an optimum, although there is time left."""


def optimum(glop: Glop, basis: BasisProto | None, clock: Clock, *, dual: bool) -> Solution:
    """The optimal values, prices and basis of an LP that has a solution. Raises `OutOfTime` and `Unsolved`.

    `dual`: by the dual simplex method, quicker where only the limits of rows have changed since the basis.
    """
    from ortools.math_opt.python import mathopt

    ways: tuple[_Way, ...] = (
        lambda limit: glop.solve(limit, basis),
        lambda limit: _by_highs(glop.model, limit),
    )
    for way in ways:
        left = clock.left()
        if left <= 0:
            raise OutOfTime
        algorithm = mathopt.LPAlgorithm.DUAL_SIMPLEX if dual else None
        limit = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=left), lp_algorithm=algorithm)
        found = Task(partial(way, limit)).wait(clock)
        if found is not None:
            return found
    clock.check()
    raise Unsolved("The LP has no exact solution by GLOP, and none by HiGHS.")


def _by_highs(model: mathopt.Model, limit: mathopt.SolveParameters) -> Solution | None:
    result = by_highs(model, limit)
    return None if result is None else solution(model, result.to_proto())
