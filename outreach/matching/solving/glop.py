"""GLOP on one growing LP, through MathOpt's own messages.

`mathopt.IncrementalSolver` makes Python objects of every value and status of an answer and of the basis it is given: on a city
that is four times the work of a warm solve itself. Here values are arrays, and a basis stays the message that it came as. Nor is
`mathopt` itself loaded, which takes a tenth of a second.
"""

from __future__ import annotations

import datetime
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.lp import Lp

if TYPE_CHECKING:
    from ortools.math_opt.core.python.solver import Solver
    from ortools.math_opt.parameters_pb2 import SolveParametersProto
    from ortools.math_opt.result_pb2 import SolveResultProto
    from ortools.math_opt.solution_pb2 import BasisProto

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solution:
    """An optimal solution: `values` by the number of the variable, `duals` by that of the row (both begin at 0 in a model from
    which nothing is taken). `basis` is None where the solver has none to give; `steps` counts those of the
    simplex method."""

    value: float
    values: Reals
    duals: Reals
    basis: BasisProto | None
    steps: int = 0


class Glop:
    """Solves an LP, and solves it again when it has grown or its limits have changed."""

    def __init__(self, lp: Lp) -> None:
        self.lp = lp
        self._solver = self._begun()
        # A solve that was left behind goes on to the end of its time.
        self._one_at_a_time = threading.Lock()

    def _begun(self) -> Solver:
        from ortools.math_opt.core.python import solver
        from ortools.math_opt.parameters_pb2 import SOLVER_TYPE_GLOP, SolverInitializerProto

        found = solver.new(SOLVER_TYPE_GLOP, self.lp.message(), SolverInitializerProto())
        self.lp.settle()
        return found

    def solve(
        self, seconds: float, basis: BasisProto | None, *, dual: bool = False, steps: int = 0
    ) -> Solution | None:
        """The optimum, from this basis (of the LP as it was once) or from nothing; None where GLOP comes to no exact end in time,
        or in so many steps (0: in any number).

        `dual`: by the dual simplex method, from a basis near the optimum.
        """
        from ortools.math_opt.callback_pb2 import CallbackRegistrationProto
        from ortools.math_opt.model_parameters_pb2 import ModelSolveParametersProto
        from pybind11_abseil.status import StatusNotOk

        asked = ModelSolveParametersProto()
        asked.variable_values_filter.skip_zero_values = True
        asked.dual_values_filter.skip_zero_values = True
        # No reduced costs: the filter lets nothing through.
        asked.reduced_costs_filter.filter_by_ids = True
        if basis is not None:
            asked.initial_basis.CopyFrom(basis)
            self._complete(asked.initial_basis)
        try:
            with self._one_at_a_time:
                self._update()
                limits, nobody = self._limits(seconds, dual, steps), CallbackRegistrationProto()
                result = self._solver.solve(limits, asked, None, nobody, None, None)
        except StatusNotOk as failure:
            raise RuntimeError(f"GLOP: {failure}") from None
        return solution(self.lp, result)

    def _limits(self, seconds: float, dual: bool, steps: int) -> SolveParametersProto:
        from ortools.math_opt.parameters_pb2 import LP_ALGORITHM_DUAL_SIMPLEX, SolveParametersProto

        found = SolveParametersProto()
        found.time_limit.FromTimedelta(datetime.timedelta(seconds=seconds))
        if dual:
            found.lp_algorithm = LP_ALGORITHM_DUAL_SIMPLEX
        if steps:
            found.iteration_limit = steps
        return found

    def _update(self) -> None:
        update = self.lp.update()
        if update is not None and not self._solver.update(update):
            self._solver = self._begun()

    def _complete(self, basis: BasisProto) -> None:
        """Columns that are new since then are at their lower limit, new rows are basic."""
        from ortools.math_opt.solution_pb2 import BASIS_STATUS_AT_LOWER_BOUND, BASIS_STATUS_BASIC

        for part, count, status in (
            (basis.variable_status, self.lp.variables, BASIS_STATUS_AT_LOWER_BOUND),
            (basis.constraint_status, self.lp.rows, BASIS_STATUS_BASIC),
        ):
            new = range(len(part.ids), count)
            part.ids.extend(new)
            part.values.extend([status] * len(new))


def solution(lp: Lp, result: SolveResultProto) -> Solution | None:
    """What a result holds; None where it is not optimal."""
    from ortools.math_opt.result_pb2 import TERMINATION_REASON_OPTIMAL

    if result.termination.reason != TERMINATION_REASON_OPTIMAL:
        return None
    # A first-order method may give the two halves apart.
    best = next(one for one in result.solutions if one.HasField("dual_solution"))
    values = np.zeros(lp.variables)
    values[list(best.primal_solution.variable_values.ids)] = best.primal_solution.variable_values.values
    duals = np.zeros(lp.rows)
    duals[list(best.dual_solution.dual_values.ids)] = best.dual_solution.dual_values.values
    basis = best.basis if best.HasField("basis") else None
    steps = result.solve_stats.simplex_iterations
    return Solution(best.primal_solution.objective_value, values, duals, basis, steps)
