"""CP-SAT's Python layer without pandas: whoever solves takes `cp_model` from here.

`cp_model` names pandas in annotations and in methods for tables of variables, which nobody calls here; but loading it takes longer
than all the rest of that layer, and tens of megabytes in each process that solves. So it finds a stand-in while it is loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class Index:
    """In the place of `pandas.Index`: nothing is one."""


class Series:
    """In the place of `pandas.Series`: nothing is one."""


@contextmanager
def _without_pandas() -> Iterator[None]:
    if "pandas" in sys.modules:
        yield
        return
    stand_in = ModuleType("pandas")
    vars(stand_in).update(Index=Index, Series=Series)
    sys.modules["pandas"] = stand_in
    try:
        yield
    finally:
        # Whoever wants tables gets the real one.
        del sys.modules["pandas"]


with _without_pandas():
    from ortools.sat.python import cp_model

__all__ = ["cp_model"]
