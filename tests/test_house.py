"""The walls of the house, held against this repository. What each means: `tests/house/`; that each can fail: there too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import habits, loading, rooms, suite, tree

ROOT = Path(__file__).resolve().parent.parent

WALLS = [
    rooms.contracts,
    rooms.one_bridge,
    rooms.solver_inside_functions,
    rooms.only_web_speaks_http,
    habits.sizes,
    habits.commits_in_one_place,
    habits.one_clock,
    habits.no_blind_except,
    habits.telling_names,
    suite.all_collected,
    suite.able_to_fail,
    suite.skips_say_why,
    loading.core_alone,
    loading.web_without_solver,
    loading.solver_without_pandas,
    tree.no_strays,
    tree.vendored_as_listed,
    tree.locked_with_hashes,
    tree.imports_declared,
]

TOOLS = {
    "ruff check": ["ruff", "check", "--quiet", "--output-format", "concise", "."],
    "ruff format": ["ruff", "format", "--check", "--quiet", "."],
    "mypy": ["mypy", "--no-error-summary"],
    "djlint": ["djlint", "--lint", "--quiet", "outreach/templates"],
}


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_wall_stands(wall: Callable[[Path], list[str]]) -> None:
    faults = wall(ROOT)
    assert faults == [], "\n" + "\n".join(faults)


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_finds_nothing(tool: str) -> None:
    program, *arguments = TOOLS[tool]
    answer = subprocess.run(
        [Path(sys.executable).parent / program, *arguments],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, f"\n{answer.stdout}{answer.stderr}"
