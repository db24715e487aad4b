"""Each wall rejects a small tree that is broken in the way it guards against, in its own words."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house import loading, rooms, tree
from tests.house.trees import BROKEN, Files, Wall, grow
from tests.test_house import ROOT, WALLS

CASES = [
    pytest.param(wall, files, faults, id=f"{wall.__name__}-{number}")
    for wall, cases in BROKEN.items()
    for number, (files, faults) in enumerate(cases)
]


@pytest.mark.parametrize(("wall", "files", "faults"), CASES)
def test_wall_rejects_a_broken_tree(wall: Wall, files: Files, faults: list[str], tmp_path: Path) -> None:
    assert wall(grow(tmp_path, files)) == faults


@pytest.mark.parametrize("wall", BROKEN, ids=lambda wall: wall.__name__)
def test_wall_accepts_a_sound_tree(wall: Wall, tmp_path: Path) -> None:
    assert wall(grow(tmp_path, {})) == []


def test_every_wall_has_a_broken_tree() -> None:
    elsewhere = {
        rooms.contracts,
        loading.core_alone,
        loading.web_without_solver,
        loading.solver_without_pandas,
        tree.no_strays,
        tree.vendored_as_listed,
        tree.locked_with_hashes,
        tree.imports_declared,
    }
    assert set(WALLS) == set(BROKEN) | elsewhere


def test_contracts_accept_a_sound_tree(tmp_path: Path) -> None:
    assert rooms.contracts(contracted(tmp_path, {})) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"outreach/models/offer.py": "from outreach.queries import x\n"},
            "outreach.models is not allowed to import",
        ),
        (
            {"outreach/services/a.py": "import outreach.web\n"},
            "outreach.services is not allowed to import outreach.web",
        ),
        (
            {"outreach/web/a.py": "def late():\n    import outreach.worker\n"},
            "outreach.web is not allowed to import",
        ),
        (
            {"outreach/clock.py": "import outreach.config\n"},
            "outreach.clock is not allowed to import outreach.config",
        ),
        ({"outreach/app.py": "import outreach.cli\n"}, "outreach.app is not allowed to import outreach.cli"),
        ({"outreach/utils.py": ""}, "outreach.utils"),
        (
            {"outreach/matching/a.py": "def late():\n    import sqlalchemy\n"},
            "outreach.matching is not allowed to import",
        ),
        (
            {"outreach/matching/a.py": "import zoneinfo\n"},
            "outreach.matching is not allowed to import zoneinfo",
        ),
        (
            {"outreach/matching/a.py": "from outreach import clock\n"},
            "outreach.matching is not allowed to import",
        ),
    ],
)
def test_contracts_reject_a_broken_tree(files: Files, said: str, tmp_path: Path) -> None:
    faults = rooms.contracts(contracted(tmp_path, files))
    assert [line for line in faults if said in line] != [], faults


def contracted(root: Path, files: Files) -> Path:
    """A tree under this repository's own contracts."""
    shutil.copy(ROOT / "pyproject.toml", root)
    return grow(root, files)


def test_loading_the_core_with_the_web_is_noticed(tmp_path: Path) -> None:
    grow(tmp_path, {"flask.py": "", "outreach/matching/check.py": "import flask\n"})
    assert [fault.rpartition(" ")[2] for fault in loading.core_alone(tmp_path)] == ["flask"]


def test_loading_the_solver_with_the_web_is_noticed(tmp_path: Path) -> None:
    grow(
        tmp_path,
        {"ortools.py": "", "outreach/app.py": "import ortools\n", "wsgi.py": "import outreach.app\n"},
    )
    assert loading.web_without_solver(tmp_path) == ["'import wsgi' loads ortools"]


def test_loading_pandas_with_the_solver_is_noticed(tmp_path: Path) -> None:
    grow(
        tmp_path,
        {"pandas.py": "", "outreach/matching/solving/cpsat.py": "import pandas\ncp_model = None\n"},
    )
    assert [fault.rpartition(" ")[2] for fault in loading.solver_without_pandas(tmp_path)] == ["pandas"]


def test_a_tree_that_does_not_load_is_noticed(tmp_path: Path) -> None:
    grow(tmp_path, {"wsgi.py": "import outreach.nowhere\n"})
    assert loading.web_without_solver(tmp_path) == ["ModuleNotFoundError: No module named 'outreach.nowhere'"]


def test_strays_at_the_top_level_are_noticed(tmp_path: Path) -> None:
    grow(
        tmp_path, {"notes.md": "", "scripts/run.sh": "", ".gitignore": "*.log\n", "a.log": "", "LICENSE": ""}
    )
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert tree.no_strays(tmp_path) == [
        "notes.md is a stray at the top level",
        "scripts is a stray at the top level",
    ]


def test_vendored_files_that_differ_are_noticed(tmp_path: Path) -> None:
    good = hashlib.sha256(b"good\n").hexdigest()
    vendor = "outreach/static/vendor"
    listed = f"{good}  a/same.js\n{good}  a/changed.js\n{good}  a/missing.js\n"
    files = {
        "a/same.js": "good\n",
        "a/changed.js": "bad\n",
        "a/extra.js": "good\n",
        "MANIFEST.sha256": listed,
    }
    grow(tmp_path, {f"{vendor}/{name}": text for name, text in files.items()})
    assert tree.vendored_as_listed(tmp_path) == [
        "a/missing.js is listed and missing",
        "a/extra.js is not listed",
        "a/changed.js is not the file that is listed",
    ]


def test_locks_that_lack_something_are_noticed(tmp_path: Path) -> None:
    project = (
        '[project]\ndependencies = ["Flask>=3", "psycopg[binary]"]\n'
        '[dependency-groups]\nbuild = ["hatchling"]\ndev = [{ include-group = "build" }, "pytest"]\n'
    )
    hashed = " \\\n    --hash=sha256:00\n    # via outreach\n"
    run = f"# made by make lock\nflask==3.1{hashed}psycopg[binary]==3.3{hashed}hatchling==1.0{hashed}"
    sound = {
        "pyproject.toml": project,
        "requirements.txt": run,
        "requirements-dev.txt": f"{run}pytest==9.0{hashed}",
    }
    assert tree.locked_with_hashes(grow(tmp_path / "sound", sound)) == []
    broken = {
        "requirements.txt": run.replace("flask==", "flask-x=="),
        "requirements-dev.txt": f"--find-links somewhere\n{run}pytest==9.0\n",
    }
    assert tree.locked_with_hashes(grow(tmp_path / "broken", {**sound, **broken})) == [
        "requirements.txt does not lock flask",
        "requirements-dev.txt: pytest has no hash",
        "requirements-dev.txt names a place to fetch from",
    ]


def test_imports_that_nobody_declared_are_noticed(tmp_path: Path) -> None:
    project = '[project]\ndependencies = ["flask>=3", "gunicorn", "Flask-WTF"]\n'
    files = {
        "pyproject.toml": project,
        "outreach/web/pages.py": "import flask\ndef late():\n    import werkzeug\n",
    }
    assert tree.imports_declared(grow(tmp_path, {**files, "outreach/matching/solve.py": ""})) == [
        "werkzeug is imported and not declared",
        "flask-wtf is declared and not imported",
    ]
