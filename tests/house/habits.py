"""What a line of the product may not do outside the one place made for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import Function, Module, dotted, modules

FILE_LINES = 300
FUNCTION_LINES = 40
VIEW_LINES = 20

CLOCK_READERS = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.asctime",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.strftime",
    "time.time",
    "time.time_ns",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.current_date",
}
# A stopwatch tells how long something took, not what time it is; still, deciding by it belongs to few rooms.
STOPWATCHES = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.process_time"}
STOPWATCH_ROOMS = {"matching", "worker", "cli"}

EMPTY_WORDS = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "misc", "common", "stuff"}


def sizes(root: Path) -> list[str]:
    """Files, functions and views stay small. Migrations are exempt: they are written by the tables they make."""
    faults = []
    for module in [*modules(root, "outreach"), *modules(root, "tests")]:
        lines = module.text.count("\n")
        if lines > FILE_LINES:
            faults.append(f"{module.place} has {lines} lines; {FILE_LINES} are allowed")
        for function in module.functions:
            view = module.room == "web" and _is_view(function)
            allowed = VIEW_LINES if view else FUNCTION_LINES
            length = _length(function)
            if length > allowed:
                what = "view" if view else "function"
                faults.append(
                    f"{module.place}:{function.lineno} {what} {function.name} has {length} lines; {allowed} are allowed"
                )
    return faults


def commits_in_one_place(root: Path) -> list[str]:
    """A deed commits through services/transaction.py; nobody else ends a transaction."""
    return [
        f"{module.place}:{call.lineno} commits; only services/transaction.py may"
        for module in modules(root, "outreach")
        if module.name != "outreach.services.transaction"
        for call in _calls(module)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]


def one_clock(root: Path) -> list[str]:
    """Only clock.py reads the clock and knows zones; `now` is passed to everybody else."""
    faults = []
    for module in modules(root, "outreach"):
        if module.name == "outreach.clock":
            continue
        for line, name in _names_used(module):
            if name in CLOCK_READERS:
                faults.append(f"{module.place}:{line} reads the clock with {name}; only clock.py may")
            elif name in STOPWATCHES and module.room not in STOPWATCH_ROOMS:
                faults.append(f"{module.place}:{line} holds a stopwatch, {name}; that is for {_rooms()}")
        faults += [
            f"{module.place}:{found.line} imports {found.module}; only clock.py knows zones"
            for found in module.imports
            if any(found.reaches(zones) for zones in ("zoneinfo", "pytz", "tzlocal", "dateutil.tz"))
        ]
    return faults


def no_blind_except(root: Path) -> list[str]:
    """Everything may be caught only in the worker's outermost loop, or where it is raised again."""
    faults = []
    for module in modules(root, "outreach"):
        for handler in ast.walk(module.tree):
            if not isinstance(handler, ast.ExceptHandler) or module.room == "worker":
                continue
            caught = {dotted(node) for node in ast.walk(handler.type)} if handler.type else {"BaseException"}
            again = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
            if caught & {"Exception", "BaseException"} and not again:
                faults.append(f"{module.place}:{handler.lineno} catches everything")
    return faults


def telling_names(root: Path) -> list[str]:
    """No module is called after what it is not."""
    return [
        f"{module.place} is named {word}, which says nothing"
        for module in [*modules(root, "outreach"), *modules(root, "tests")]
        for word in module.name.split(".")
        if word in EMPTY_WORDS
    ]


def _rooms() -> str:
    return ", ".join(sorted(STOPWATCH_ROOMS))


def _is_view(function: Function) -> bool:
    calls = [node for node in function.decorator_list if isinstance(node, ast.Call)]
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr in ("route", "get", "post", "put", "delete")
        for call in calls
    )


def _length(function: Function) -> int:
    """Lines from `def` to the end; a docstring does not count, or nobody would write one."""
    first, last = function.lineno, function.end_lineno or function.lineno
    documented = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    inside = (documented.end_lineno or 0) - documented.lineno + 1 if documented else 0
    return last - first + 1 - inside


def _calls(module: Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))


def _names_used(module: Module) -> Iterator[tuple[int, str]]:
    """Every dotted name with the import behind its first word put in: `dt.now` is datetime.datetime.now."""
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` makes only `a` known.
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, dot, rest = dotted(node).partition(".")
            if first in known:
                yield node.lineno, known[first] + dot + rest
