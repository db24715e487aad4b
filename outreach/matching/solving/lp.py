"""A growing LP in plain lists, written as MathOpt's messages: the whole of it, or what is new since it was written last.

`mathopt.Model` is one call into C++ per number and keeps an object per variable and row: on a city that takes longer than the
LPs of a repair themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ortools.math_opt.model_pb2 import LinearConstraintsProto, ModelProto, VariablesProto
    from ortools.math_opt.model_update_pb2 import ModelUpdateProto
    from ortools.math_opt.sparse_containers_pb2 import SparseDoubleMatrixProto, SparseDoubleVectorProto


class Lp:
    """Maximises the sum of `worth` times variable; `least` <= row <= `most`. Variables and rows are numbers from 0 on."""

    def __init__(self) -> None:
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._worth: list[float] = []
        self._least: list[float] = []
        self._most: list[float] = []
        self._entries: list[tuple[int, int, float]] = []
        self._written = (0, 0, 0)
        self._moved: set[int] = set()
        self._revalued: set[int] = set()
        self._shifted: set[int] = set()

    @property
    def variables(self) -> int:
        """How many there are."""
        return len(self._lower)

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self._least)

    def variable(self, *, upper: float = math.inf, worth: float = 0.0) -> int:
        """One more, from 0 to `upper`."""
        self._lower.append(0.0)
        self._upper.append(upper)
        self._worth.append(worth)
        return len(self._lower) - 1

    def row(self, *, least: float = -math.inf, most: float = math.inf) -> int:
        """One more, of nothing yet."""
        self._least.append(least)
        self._most.append(most)
        return len(self._least) - 1

    def put(self, row: int, variable: int, share: float) -> None:
        """A variable into a row, once."""
        if share:
            self._entries.append((row, variable, share))

    def pay(self, variable: int, worth: float) -> None:
        """What a variable is worth from now on."""
        if self._worth[variable] != worth:
            self._worth[variable] = worth
            self._revalued.add(variable)

    def limit(self, variable: int, *, lower: float | None = None, upper: float | None = None) -> None:
        """Other limits for a variable."""
        if lower is not None:
            self._lower[variable] = lower
        if upper is not None:
            self._upper[variable] = upper
        self._moved.add(variable)

    def least(self, row: int) -> float:
        """What a row has to reach."""
        return self._least[row]

    def reach(self, row: int, least: float) -> None:
        """What a row has to reach from now on."""
        self._least[row] = least
        self._shifted.add(row)

    def message(self) -> ModelProto:
        """The whole LP."""
        from ortools.math_opt.model_pb2 import ModelProto

        found = ModelProto()
        self._write_variables(found.variables, 0)
        self._write_rows(found.linear_constraints, 0)
        found.objective.maximize = True
        paid = [at for at, worth in enumerate(self._worth) if worth]
        _fill(found.objective.linear_coefficients, paid, self._worth)
        _fill_matrix(found.linear_constraint_matrix, self._entries)
        return found

    def update(self) -> ModelUpdateProto | None:
        """What has been changed since the last time; None for nothing."""
        from ortools.math_opt.model_update_pb2 import ModelUpdateProto

        variables, rows, entries = self._written
        new = self.variables > variables or self.rows > rows or len(self._entries) > entries
        if not (new or self._moved or self._revalued or self._shifted):
            return None
        found = ModelUpdateProto()
        self._write_variables(found.new_variables, variables)
        self._write_rows(found.new_linear_constraints, rows)
        moved = sorted(at for at in self._moved if at < variables)
        _fill(found.variable_updates.lower_bounds, moved, self._lower)
        _fill(found.variable_updates.upper_bounds, moved, self._upper)
        shifted = sorted(at for at in self._shifted if at < rows)
        _fill(found.linear_constraint_updates.lower_bounds, shifted, self._least)
        paid = sorted(at for at in self._revalued if at < variables)
        paid += [at for at in range(variables, self.variables) if self._worth[at]]
        _fill(found.objective_updates.linear_coefficients, paid, self._worth)
        _fill_matrix(found.linear_constraint_matrix_updates, self._entries[entries:])
        self.settle()
        return found

    def settle(self) -> None:
        """From now on all that there is counts as written."""
        self._written = self.variables, self.rows, len(self._entries)
        for changed in (self._moved, self._revalued, self._shifted):
            changed.clear()

    def _write_variables(self, into: VariablesProto, begin: int) -> None:
        into.ids.extend(range(begin, self.variables))
        into.lower_bounds.extend(self._lower[begin:])
        into.upper_bounds.extend(self._upper[begin:])
        into.integers.extend([False] * (self.variables - begin))

    def _write_rows(self, into: LinearConstraintsProto, begin: int) -> None:
        into.ids.extend(range(begin, self.rows))
        into.lower_bounds.extend(self._least[begin:])
        into.upper_bounds.extend(self._most[begin:])


def _fill(into: SparseDoubleVectorProto, numbers: Sequence[int], values: Sequence[float]) -> None:
    into.ids.extend(numbers)
    into.values.extend(values[at] for at in numbers)


def _fill_matrix(into: SparseDoubleMatrixProto, entries: Iterable[tuple[int, int, float]]) -> None:
    found = np.array(list(entries), dtype=np.float64).reshape(-1, 3)
    # Row by row, as MathOpt wants it.
    found = found[np.lexsort((found[:, 1], found[:, 0]))]
    into.row_ids.extend(found[:, 0].astype(np.int64).tolist())
    into.column_ids.extend(found[:, 1].astype(np.int64).tolist())
    into.coefficients.extend(found[:, 2].tolist())
