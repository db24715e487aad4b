"""Prices known from before hold the LP where it was, until it wants to be elsewhere.

A row with a known price gets two variables: one buys more of what the row limits at that price, one sells what is left of it. With
both the row's price is that one, whatever columns there are. As soon as the LP makes use of one of them, both are taken away and
the row is a row. So an LP of few columns has good prices wherever nothing has changed, where without this it would have wild
ones, and only what has changed is worked out anew (du Merle and others, "Stabilized column generation", 1999, with boxes of no
width that open one by one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from outreach.matching.solving.known_duals import RowPrices
from outreach.matching.solving.master import Master

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

# Less than this of a row is not bought or sold, it is what the LP solver leaves over.
NOTHING = 1e-7
# When so many rows are without theirs what has changed goes far: then all at once takes less time than row by row.
MANY = 150


class Anchors:
    """Anchors for a master that has its objective, but no columns yet: whoever gives it another objective takes them out of it."""

    def __init__(self, master: Master, known: RowPrices) -> None:
        model, objective = master.model, master.model.objective
        self._pairs: list[tuple[mathopt.Variable, mathopt.Variable]] = []
        for row, price in master.at_prices(known):
            buying, selling = model.add_variable(lb=0.0), model.add_variable(lb=0.0)
            row.set_coefficient(buying, -1.0)
            row.set_coefficient(selling, 1.0)
            objective.set_linear_coefficient(buying, -price)
            objective.set_linear_coefficient(selling, price)
            self._pairs.append((buying, selling))
        numbers = [(buying.id, selling.id) for buying, selling in self._pairs]
        self._numbers = np.array(numbers, dtype=np.int64).reshape(-1, 2)
        self._held = np.ones(len(numbers), dtype=np.bool_)

    def loosen(self, values: NDArray[np.float64]) -> int:
        """Take away those that a solution (by variable) makes use of; how many rows that are."""
        used = self._held & (values[self._numbers] > NOTHING).any(axis=1)
        if (~self._held | used).sum() > MANY:
            used = self._held.copy()
        for at in np.flatnonzero(used).tolist():
            for variable in self._pairs[at]:
                variable.upper_bound = 0.0
        self._held &= ~used
        return int(used.sum())
