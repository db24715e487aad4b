"""The wheel carries everything that running needs: whoever installs it has no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy

from outreach.models import Base

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """A wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [Path(sys.executable).parent / "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with closing(zipfile.ZipFile(path)) as opened:
        yield opened


def source_files(folder: str) -> set[str]:
    """What git keeps, or is about to keep, below `folder`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {path for path in listed.split("\0") if path and (ROOT / path).exists()}


def test_wheel_holds_the_package_its_catalogues_and_its_migrations(wheel: zipfile.ZipFile) -> None:
    sources = source_files("outreach")
    catalogues = {path for path in sources if path.endswith(".po")}
    expected = sources - catalogues
    expected |= {path.removesuffix(".po") + ".mo" for path in catalogues}
    expected |= {f"outreach/{path}" for path in source_files("migrations")}
    assert {name for name in wheel.namelist() if name.startswith("outreach/")} == expected


def test_wheel_holds_nothing_else_but_its_description(wheel: zipfile.ZipFile) -> None:
    others = {name for name in wheel.namelist() if not name.startswith("outreach/")}
    assert {name.partition("/")[2] for name in others} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_wheel_gives_the_command(wheel: zipfile.ZipFile) -> None:
    (place,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    points = ConfigParser()
    points.read_string(wheel.read(place).decode())
    assert {section: dict(points[section]) for section in points.sections()} == {
        "console_scripts": {"outreach": "outreach.cli:main"}
    }


def test_an_installed_wheel_makes_its_tables(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    subprocess.run(
        [sys.executable, "-m", "outreach", "db", "upgrade"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path / "site"),
            "OUTREACH_INSTANCE": str(tmp_path / "instance"),
        },
        check=True,
    )
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'instance/outreach.sqlite3'}")
    tables = set(sqlalchemy.inspect(engine).get_table_names())
    engine.dispose()
    assert tables == {*Base.metadata.tables, "alembic_version"}
