"""Prices known from before hold the LP where it was, until it wants to be elsewhere.

A row with a known price gets two variables: one buys more of what the row limits at a little more than that price, one sells what
is left of it for a little less. With both the row's price is nearly that one, whatever columns there are. As soon as the LP makes
use of one of them, both are taken away and the row is a row. So an LP of few columns has good prices wherever nothing has changed,
where without this it would have wild ones, and only what has changed is worked out anew (du Merle and others, "Stabilized column
generation", 1999, with narrow boxes that open one by one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.known_duals import RowPrices
from outreach.matching.solving.master import Master

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

# How far a price may leave the known one before the LP buys or sells, in steps of the objective. Without it a column that is worth
# just what it costs would be as good as an anchor, and the LP would leave its anchors one by one for no gain.
EDGE = 0.01
# Less than this of a row is not bought or sold, it is what the LP solver leaves over.
NOTHING = 1e-7
# When so many rows are without theirs what has changed goes far: then all at once takes less time than row by row.
MANY = 150


class Anchors:
    """Anchors for a master that has its objective, but no columns yet: whoever gives it another objective takes them out of it."""

    def __init__(self, master: Master, known: RowPrices) -> None:
        model, objective = master.model, master.model.objective
        # By row: the variable that buys, and the one that sells where there is a price to be had.
        self._of_row: list[tuple[mathopt.Variable, ...]] = []
        for row, price in master.at_prices(known):
            buying = model.add_variable(lb=0.0)
            row.set_coefficient(buying, -1.0)
            objective.set_linear_coefficient(buying, -price - EDGE)
            self._of_row.append((buying,))
            if price > EDGE:
                selling = model.add_variable(lb=0.0)
                row.set_coefficient(selling, 1.0)
                objective.set_linear_coefficient(selling, price - EDGE)
                self._of_row[-1] = buying, selling
        # The first and the last of a row's variables: the same one where it has no other.
        ends = [(variables[0].id, variables[-1].id) for variables in self._of_row]
        self._numbers = np.array(ends, dtype=np.int64).reshape(-1, 2)
        self._held = np.ones(len(ends), dtype=np.bool_)

    def loosen(self, values: NDArray[np.float64]) -> int:
        """Take away those that a solution (by variable) makes use of; how many rows that are."""
        used = self._held & (values[self._numbers] > NOTHING).any(axis=1)
        if (~self._held | used).sum() > MANY:
            used = self._held.copy()
        for at in np.flatnonzero(used).tolist():
            for variable in self._of_row[at]:
                variable.upper_bound = 0.0
        self._held &= ~used
        return int(used.sum())
