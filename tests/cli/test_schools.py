"""`outreach schools import`: what it says, what it exits with, what it leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from outreach.cli import main
from outreach.models import School, db
from tests.services.school_file_lookalike import look_alike, school_row, written

Command = Callable[..., Result]


@pytest.fixture
def command(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs `outreach schools import` on a file of these bytes, in the test's own application."""
    monkeypatch.setattr("outreach.cli.schools.create_app", lambda: app)

    def run(content: bytes, *options: str) -> Result:
        path = tmp_path / "schools.csv"
        path.write_bytes(content)
        return CliRunner().invoke(main, ["schools", "import", str(path), *options])

    return run


def stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(School.id))) or 0


def test_an_import_in_words(app: Flask, command: Command) -> None:
    made = look_alike()
    result = command(written(made.rows, "utf16-comma"))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"schools.csv: {len(made.rows):,} rows, 81 schools (40 primary, 35 secondary, 6 special)",
        "  left out: 30 kindergartens",
        "  left out: 3 evening sessions",
        f"  left out: {made.left_out['place']} further places or sessions of a school",
        "Imported: 81 new, 0 changed, 0 unchanged",
    ]
    assert (result.stderr, stored(app)) == ("", 81)


def test_a_dry_run_changes_nothing(app: Flask, command: Command) -> None:
    result = command(written([school_row()], "utf8-tab"), "--dry-run")
    assert result.stdout.splitlines()[-1] == "Would be: 1 new, 0 changed, 0 unchanged"
    assert (result.exit_code, stored(app)) == (0, 0)


def test_faults_are_told_with_line_field_and_reason(app: Flask, command: Command) -> None:
    result = command(written([school_row(512001), school_row(512002, LATITUDE="x")], "utf8-comma"))
    assert result.stderr == "line 3, LATITUDE: “x” is not a coordinate in degrees.\n"
    assert (result.exit_code, stored(app)) == (0, 1)


def test_many_faults_are_counted(app: Flask, command: Command) -> None:
    rows = [school_row(512000 + number, LATITUDE="x") for number in range(50)]
    lines = command(written(rows, "utf8-comma")).stderr.splitlines()
    assert (len(lines), lines[-1]) == (41, "and 10 more; --json lists them all")


def test_the_report_as_json(app: Flask, command: Command) -> None:
    rows = [school_row(512001), school_row(512002, DISTRICT="?", 分區="?"), school_row(level="kindergarten")]
    command(written([school_row(512009), school_row(512001, TELEPHONE="29990000")], "json-names"))
    assert json.loads(command(written(rows, "json-letters"), "--json").stdout) == {
        "file": "schools.csv",
        "dry_run": False,
        "rows": 3,
        "schools": 1,
        "primary": 1,
        "secondary": 0,
        "special": 0,
        "new": 0,
        "changed": 1,
        "unchanged": 0,
        "absent": 1,
        "left_out": {"kindergarten": 1},
        "faults": [
            {
                "line": 3,
                "field": "DISTRICT",
                "code": "unknown_word",
                "reason": "“?” is not a word that the official file uses here.",
            }
        ],
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04", "This is an Excel workbook. Save it as “CSV UTF-8” and choose that file."),
        (
            b"name,age\nTess,41\n",
            "This is not a school file: its first line does not name the columns of the official file.",
        ),
        (b"x" * (21 * 1024 * 1024), "This file is larger than 20 MB. The school file is much smaller."),
    ],
    ids=["empty", "workbook", "other", "big"],
)
def test_a_file_that_is_none_is_refused_in_one_line(
    app: Flask, command: Command, content: bytes, words: str
) -> None:
    result = command(content)
    assert (result.exit_code, result.stderr, stored(app)) == (2, f"schools.csv: {words}\n", 0)
