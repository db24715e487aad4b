"""A test that is never collected, cannot fail or is skipped in silence is a defect."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from tests.house.source import Function, Module, dotted, modules

TOOTHLESS = "cannot fail: it asserts nothing"

# pytest does not look into folders of these names.
NEVER_ENTERED = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")


def all_collected(root: Path) -> list[str]:
    """Each test is found by pytest: its file, its class and its function have names and shapes that it collects."""
    faults = []
    for module in modules(root, "tests"):
        faults += _hidden_files(module)
        faults += _hidden_tests(module)
        faults += _shadowed(module)
    return faults


def able_to_fail(root: Path) -> list[str]:
    """Each test asserts something, expects something to be raised, or calls a function of the suite that does."""
    faults = []
    for module in modules(root, "tests"):
        own = {function.name for function in module.functions}
        for found in module.imports:
            if found.module.partition(".")[0] == "tests":
                own.add(found.name or found.module.partition(".")[0])
        faults += [
            f"{module.place}:{test.lineno} {test.name} {TOOTHLESS}"
            for test in module.functions
            if _is_test(test) and not _can_fail(test, own)
        ]
    return faults


def skips_say_why(root: Path) -> list[str]:
    """A skipped or expected failure has a reason in words."""
    faults = []
    for module in modules(root, "tests"):
        calls = [
            node
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and dotted(node.func) in _SKIPS
        ]
        faults += [
            f"{module.place}:{call.lineno} {dotted(call.func)} gives no reason"
            for call in calls
            if not _reason(call)
        ]
        for function in module.functions:
            faults += [
                f"{module.place}:{mark.lineno} {dotted(mark)} gives no reason"
                for mark in function.decorator_list
                if dotted(mark) in _SKIPS
            ]
    return faults


_SKIPS = {"pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}


def _reason(call: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in call.keywords}.get("reason")
    if given is None and call.args and dotted(call.func) != "pytest.mark.skipif":
        given = call.args[0]
    return given is not None and not (isinstance(given, ast.Constant) and not given.value)


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, Function) and node.name.startswith("test")


def _hidden_files(module: Module) -> Iterator[str]:
    path = Path(module.place)
    tests = [function for function in module.functions if _is_test(function)]
    if not path.name.startswith("test_"):
        for test in tests:
            yield f"{module.place}:{test.lineno} {test.name} is not collected: the file's name does not begin with test_"
    elif not tests:
        yield f"{module.place} is named like a test file and holds no test"
    for folder in path.parts[:-1]:
        if tests and any(fnmatch(folder, pattern) for pattern in NEVER_ENTERED):
            yield f"{module.place} is not collected: pytest does not enter a folder named {folder}"


def _hidden_tests(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            methods = [child for child in node.body if isinstance(child, Function)]
            tests = [method for method in methods if _is_test(method)]
            made = any(method.name in ("__init__", "__new__") for method in methods)
            if tests and not node.name.startswith("Test"):
                yield f"{module.place}:{node.lineno} class {node.name} is not collected: its name does not begin with Test"
            elif tests and made:
                yield f"{module.place}:{node.lineno} class {node.name} is not collected: it has a constructor"
        elif isinstance(node, Function):
            for child in ast.walk(node):
                if child is not node and _is_test(child):
                    yield f"{module.place}:{child.lineno} {child.name} is not collected: it stands inside {node.name}"
            if _is_test(node) and any(_is_fixture(mark) for mark in node.decorator_list):
                yield f"{module.place}:{node.lineno} {node.name} is not collected: it is a fixture"
        elif isinstance(node, ast.Assign) and any(
            dotted(target).rpartition(".")[2] == "__test__" for target in node.targets
        ):
            yield f"{module.place}:{node.lineno} __test__ takes tests out of the collection"


def _is_fixture(mark: ast.expr) -> bool:
    return dotted(mark.func if isinstance(mark, ast.Call) else mark) in ("pytest.fixture", "fixture")


def _shadowed(module: Module) -> Iterator[str]:
    scopes = [module.tree, *(node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef))]
    for scope in scopes:
        seen: set[str] = set()
        for node in scope.body:
            name = getattr(node, "name", "")
            if name in seen and (_is_test(node) or isinstance(node, ast.ClassDef)):
                yield f"{module.place}:{node.lineno} {name} hides an earlier one of the same name"
            seen.add(name)


def _can_fail(test: Function, own: set[str]) -> bool:
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            # `assert True` or `assert "text"` never fails.
            if not (isinstance(node.test, ast.Constant) and node.test.value):
                return True
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            if name in ("pytest.raises", "pytest.warns", "pytest.fail", "expect"):
                return True
            if name.partition(".")[0] in own - {test.name}:
                return True
    # A fixture may hand the judge over: `def test_x(alike): alike(a, b)`.
    given = {argument.arg for argument in test.args.args}
    return any(isinstance(node, ast.Call) and dotted(node.func) in given for node in ast.walk(test))
