"""Who may import whom, beyond what import-linter's contracts in pyproject.toml can say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house.source import Module, modules

# What an HTTP request and its answer are made of. `current_app` and `render_template` serve the worker too.
HTTP_NAMES = {
    "Blueprint",
    "Request",
    "Response",
    "abort",
    "after_this_request",
    "flash",
    "jsonify",
    "make_response",
    "redirect",
    "request",
    "send_file",
    "send_from_directory",
    "session",
    "stream_with_context",
}
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
LEDGER, LEDGER_RULE = "outreach.services.ledger", "outreach.matching.fairness"
BRIDGE = tuple(f"outreach.services.bridge{arch}" for arch in ("", "_standing", "_repairs"))
# What loads CP-SAT, and without pandas: it stands for OR-Tools itself.
CP_SAT = "outreach.matching.solving.cpsat"
HTTP_PACKAGES = ("flask_login", "flask_wtf", "werkzeug", "wtforms")


def contracts(root: Path) -> list[str]:
    """Import-linter's contracts: rooms import downwards, every module has a room, the core is pure."""
    answer = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--config", "pyproject.toml", "--no-cache", "--no-logo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 0:
        return []
    lines = (answer.stdout + answer.stderr).splitlines()
    return [line.strip() for line in lines if line.strip()]


def one_bridge(root: Path) -> list[str]:
    """Above the core only the bridge (three files of services/) and the command line know it, and the bridge only its light half.

    The fairness ledger knows its own rule: that one counts, and knows neither problem nor plan."""
    faults = []
    heavy = solving_half(root)
    for module in modules(root, "outreach"):
        if module.room in ("matching", "cli"):
            continue
        for found in module.imports:
            if not found.reaches("outreach.matching"):
                continue
            if module.name == LEDGER and found.reaches(LEDGER_RULE):
                continue
            if module.name not in BRIDGE:
                faults.append(f"{module.place}:{found.line} imports the core; only services/bridge.py may")
            elif any(found.reaches(name) for name in heavy):
                faults.append(f"{module.place}:{found.line} imports the solving half of the core")
    return faults


def solver_inside_functions(root: Path) -> list[str]:
    """OR-Tools and the solving half are imported inside functions: loading a module never loads the solver. CP-SAT comes from the
    one module that keeps pandas away from it."""
    faults = []
    heavy = solving_half(root)
    for module in modules(root, "outreach"):
        if module.name == CP_SAT:
            continue
        for found in module.imports:
            solver = found.reaches("ortools") or found.reaches(CP_SAT)
            if solver and module.room != "matching":
                faults.append(f"{module.place}:{found.line} imports OR-Tools; only the core may")
            elif found.reaches("ortools.sat"):
                faults.append(f"{module.place}:{found.line} imports CP-SAT past solving/cpsat.py")
            elif solver and not found.inside_function:
                faults.append(f"{module.place}:{found.line} imports OR-Tools outside a function")
            elif module.room == "cli" and not found.inside_function and any(map(found.reaches, heavy)):
                faults.append(f"{module.place}:{found.line} imports the solving half outside a function")
    return faults


def only_web_speaks_http(root: Path) -> list[str]:
    """Requests and answers belong to the pages and to the application that serves them."""
    faults = []
    for module in modules(root, "outreach"):
        if module.room in ("web", "app"):
            continue
        for found in module.imports:
            http = found.module == "flask" and found.name in HTTP_NAMES
            if http or any(found.reaches(package) for package in HTTP_PACKAGES):
                faults.append(
                    f"{module.place}:{found.line} speaks HTTP: {found.module} {found.name}".rstrip()
                )
    return faults


def solving_half(root: Path) -> set[str]:
    """The modules of the core that use OR-Tools: they import it, or import one that does, wherever they do so."""
    core = [module for module in modules(root, "outreach/matching") if module.name != "outreach.matching"]
    heavy: set[str] = {module.name for module in core if _uses(module, {"ortools"})}
    while True:
        more = {module.name for module in core if _uses(module, heavy)} - heavy
        if not more:
            return heavy
        heavy |= more


def _uses(module: Module, names: set[str]) -> bool:
    return any(found.reaches(name) for found in module.imports for name in names)
