"""CP-SAT without pandas: it solves as ever, and whoever wants pandas afterwards gets the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from outreach.matching.solving.cpsat import cp_model
assert "pandas" not in sys.modules

model = cp_model.CpModel()
taken = [model.new_bool_var(str(at)) for at in range(5)]
model.add(sum(taken) <= 3)
model.maximize(sum(taken))
solver = cp_model.CpSolver()
print(solver.solve(model) == cp_model.OPTIMAL, int(solver.objective_value))

import pandas
print(pandas.Series([1, 2]).sum(), pandas.__version__ is not None)
"""


def test_it_solves_and_leaves_pandas_to_others() -> None:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["True", "3", "3", "True"]


def test_pandas_that_is_there_already_is_left_alone() -> None:
    program = (
        "import pandas, sys; from outreach.matching.solving.cpsat import cp_model;"
        " print(sys.modules['pandas'] is pandas, cp_model.pd is pandas)"
    )
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["True", "True"]
