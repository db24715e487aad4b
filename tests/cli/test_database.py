"""`outreach db` as somebody types it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy

from outreach.models import Base
from tests.engines import Database


def outreach(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "outreach", *arguments],
        env={**os.environ, "OUTREACH_INSTANCE": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def tables(url: str) -> set[str]:
    """What is in the database now."""
    engine = sqlalchemy.create_engine(url)
    try:
        return set(sqlalchemy.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_upgrade_makes_every_table_and_may_be_repeated(bare: Database, tmp_path: Path) -> None:
    for _ in range(2):
        answer = outreach("db", "upgrade", folder=tmp_path, DATABASE_URL=bare.url)
        assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr
        assert tables(bare.url) == {*Base.metadata.tables, "alembic_version"}


def test_downgrade_to_base_takes_every_table_away(bare: Database, tmp_path: Path) -> None:
    assert outreach("db", "upgrade", folder=tmp_path, DATABASE_URL=bare.url).returncode == 0
    answer = outreach("db", "downgrade", "base", folder=tmp_path, DATABASE_URL=bare.url)
    assert (answer.returncode, tables(bare.url)) == (0, {"alembic_version"}), answer.stderr


def test_current_names_the_revision(database: Database, tmp_path: Path) -> None:
    answer = outreach("db", "current", folder=tmp_path, DATABASE_URL=database.url)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split()[-1] == "(head)"


def test_a_setting_that_cannot_work_is_one_line(tmp_path: Path) -> None:
    answer = outreach("db", "current", folder=tmp_path, OUTREACH_PUBLIC_URL="nowhere")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        "Error: OUTREACH_PUBLIC_URL must be an address such as https://outreach.example.org, without a path.\n"
    )
    answer = outreach("db", "current", folder=tmp_path, OUTREACH_SMTP_PORT="70000")
    assert answer.stderr == "Error: OUTREACH_SMTP_PORT: Input should be less than or equal to 65535.\n"
    answer = outreach("db", "current", folder=tmp_path, DATABASE_URL="nosuch://place")
    assert (
        answer.stderr
        == "Error: DATABASE_URL cannot be used: Can't load plugin: sqlalchemy.dialects:nosuch.\n"
    )
