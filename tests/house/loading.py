"""What a process holds in memory after it has loaded a part of the house."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WEB_STACK = ("flask", "werkzeug", "sqlalchemy", "apscheduler", "ortools", "pydantic")


def loaded_by(root: Path, statement: str, unwanted: tuple[str, ...]) -> list[str]:
    """The packages among `unwanted` that a fresh process has loaded once it ran `statement`."""
    program = f"{statement}\nimport sys\nprint([name for name in {unwanted!r} if name in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        return [answer.stderr.strip().splitlines()[-1]]
    found = answer.stdout.strip().splitlines()[-1].strip("[]")
    return [f"{statement!r} loads {name}" for name in found.replace("'", "").split(", ") if name]


def core_alone(root: Path) -> list[str]:
    """The core, its light half and its reader load without web, database, scheduler and solver."""
    light = [
        path.stem for path in sorted((root / "outreach/matching").glob("*.py")) if path.stem != "__init__"
    ]
    imports = "; ".join(["import outreach.matching", *(f"import outreach.matching.{name}" for name in light)])
    return loaded_by(root, imports, WEB_STACK)


def web_without_solver(root: Path) -> list[str]:
    """A web process never loads OR-Tools: neither the application nor any page's module does."""
    return loaded_by(root, "import wsgi", ("ortools", "pandas"))


def solver_without_pandas(root: Path) -> list[str]:
    """A process that solves holds no pandas: CP-SAT's layer names it, and nobody here uses it."""
    both = "from outreach.matching.solving.cpsat import cp_model; import ortools.math_opt.python.mathopt"
    return loaded_by(root, both, ("pandas",))
