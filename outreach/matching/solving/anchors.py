"""Prices known from before hold the LP where it was, until it wants to be elsewhere.

A row with a known price gets two variables: one buys more of what the row limits at a little more than that price, one sells what
is left of it for a little less. With both the row's price is nearly that one, whatever columns there are. As soon as the LP makes
use of one of them, both are taken away and the row is a row. So an LP of few columns has good prices wherever nothing has changed,
where without this it would have wild ones, and only what has changed is worked out anew (du Merle and others, "Stabilized column
generation", 1999, with narrow boxes that open one by one).
"""

from __future__ import annotations

import numpy as np

from outreach.matching.solving.known_duals import RowPrices
from outreach.matching.solving.master import Master, Relaxed

# How far a price may leave the known one before the LP buys or sells, in steps of the objective. Without it a column that is worth
# just what it costs would be as good as an anchor, and the LP would leave its anchors one by one for no gain.
EDGE = 0.01
# A dual so near the edge is at it.
SLIP = EDGE / 10
# Less than this of a row is not bought or sold, it is what the LP solver leaves over.
NOTHING = 1e-7
# Where bound and LP are nearer than so many steps of the objective, prices are good enough to tell which rows are alike.
NEAR = 100.0


class Anchors:
    """Anchors for a master that has its objective, and keeps it, but no columns yet."""

    def __init__(self, master: Master, known: RowPrices) -> None:
        self._lp = lp = master.lp
        pairs = list(master.at_prices(known))
        self._rows = np.array([row for row, _ in pairs], dtype=np.int64)
        self._prices = np.array([price for _, price in pairs], dtype=np.float64)
        # By row: the variable that buys, and the one that sells where there is a price to be had.
        self._of_row: list[tuple[int, ...]] = []
        for row, price in pairs:
            buying = lp.variable(worth=-price - EDGE)
            lp.put(row, buying, -1.0)
            self._of_row.append((buying,))
            if price > EDGE:
                selling = lp.variable(worth=price - EDGE)
                lp.put(row, selling, 1.0)
                self._of_row[-1] = buying, selling
        self._buying = np.array([one[0] for one in self._of_row], dtype=np.int64)
        self._sells = np.array([len(one) > 1 for one in self._of_row], dtype=np.bool_)
        self._selling = np.array([one[-1] for one in self._of_row], dtype=np.int64)
        self._held = np.ones(len(pairs), dtype=np.bool_)

    def loosen(self, relaxed: Relaxed, gap: float) -> int:
        """Take away those that a solution makes use of, and how many rows that are. `gap`: between the LP and its bound.

        Where that is small, also those of all rows at the same edge: the LP could have made use of any of them, and would of one
        after the other.
        """
        bought = self._held & (relaxed.values[self._buying] > NOTHING)
        sold = self._held & self._sells & (relaxed.values[self._selling] > NOTHING)
        used = bought | sold
        if gap < NEAR:
            beyond = relaxed.duals[self._rows] - self._prices
            if bought.any():
                used |= self._held & (beyond > EDGE - SLIP)
            if sold.any():
                used |= self._held & (beyond < SLIP - EDGE)
        for at in np.flatnonzero(used).tolist():
            for variable in self._of_row[at]:
                self._lp.limit(variable, upper=0.0)
        self._held &= ~used
        return int(used.sum())
