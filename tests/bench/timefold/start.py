"""Timefold where Java is present: its jars come with its PyPI package, into a virtual environment of their own.

`prepared` installs the package and compiles `Matching.java`; `become` turns the process that read the problem into Timefold,
so that memory and processor time of one process are all that a run costs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from outreach.matching.problem import Problem

# The last release with a Python interface; it runs on Java 17 and later and on these Pythons.
PACKAGE = "timefold==1.24.0b0"
PYTHONS = ("3.12", "3.11", "3.10")
HERE = Path(__file__).parent
INSTALL_SECONDS = 300


class LeftOut(RuntimeError):
    """Timefold cannot be measured here; the message says why, in a few words."""


def prepared(folder: Path) -> None:
    """Make `folder` a virtual environment with Timefold and the compiled program in it, unless it is one. Raises `LeftOut`."""
    if shutil.which("java") is None:
        raise LeftOut("there is no Java here")
    if shutil.which("javac") is None:
        raise LeftOut("there is a Java here, and no javac to compile for it")
    if not (folder / "bin" / "python").exists():
        _run([_python(), "-m", "venv", str(folder)])
    if not _jars(folder):
        print(f"installing {PACKAGE} into {folder}", flush=True)
        _run([str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", PACKAGE])
    source, compiled = HERE / "Matching.java", folder / "classes" / "Matching.class"
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        _run(["javac", "-nowarn", "-cp", _class_path(folder), "-d", str(compiled.parent), str(source)])


def _python() -> str:
    for version in PYTHONS:
        if sys.version.startswith(version + "."):
            return sys.executable
    for version in PYTHONS:
        found = shutil.which(f"python{version}")
        if found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0:
            return found
    raise LeftOut(f"it needs one of Python {', '.join(PYTHONS)}")


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "no word").strip().splitlines()[-1]
        raise LeftOut(f"{Path(command[0]).name} failed: {last[:120]}") from error
    except subprocess.TimeoutExpired as error:
        raise LeftOut(f"{Path(command[0]).name} took longer than {INSTALL_SECONDS} s") from error


def _jars(folder: Path) -> list[Path]:
    return sorted(folder.glob("lib/python*/site-packages/timefold/solver/jars/*.jar"))


def _class_path(folder: Path) -> str:
    return os.pathsep.join(map(str, _jars(folder)))


def become(language: str, problem: Problem, folder: Path, deadline: float) -> NoReturn:
    """Write the problem's table, then go over to Timefold, which ends at `deadline` (of `time.monotonic()`)."""
    # Here and not at the top: whoever only asks whether Timefold is present needs no candidates.
    from tests.bench.timefold.export import export

    # One place for all runs: a large city's table has 50 MB, and nobody comes back from here to remove it.
    table = folder / "table.tsv"
    export(problem, table)
    sys.stdout.flush()
    if language == "java":
        # The package's log goes to stdout by default, where the plans go.
        options = [f"-Dlogback.configurationFile={HERE / 'logback.xml'}"]
        classes = f"{folder / 'classes'}{os.pathsep}{_class_path(folder)}"
        os.execvp("java", ["java", *options, "-cp", classes, "Matching", str(table), str(deadline)])  # noqa: S606
    python = str(folder / "bin" / "python")
    os.execv(python, [python, str(HERE / "visits_run.py"), str(table), str(deadline)])  # noqa: S606
