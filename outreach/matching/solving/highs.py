"""HiGHS through MathOpt, which tells of some of its ends by an error of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt


def by_highs(
    model: mathopt.Model,
    params: mathopt.SolveParameters,
    model_params: mathopt.ModelSolveParameters | None = None,
) -> mathopt.SolveResult | None:
    """What HiGHS makes of a model; None where it comes to no end that MathOpt knows (`HighsModelStatus was Unknown`).

    MathOpt 9.15 then looks for a code that its own error does not have, hence the AttributeError.
    """
    from ortools.math_opt.python import mathopt

    try:
        return mathopt.solve(model, mathopt.SolverType.HIGHS, params=params, model_params=model_params)
    except (AttributeError, RuntimeError, ValueError):
        return None
