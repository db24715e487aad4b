"""`outreach demo`: where it fills, where it refuses, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import func, select

from outreach.app import create_app
from outreach.cli import main
from outreach.cli.demo import PASSWORD
from outreach.clock import utc_now
from outreach.config import Settings
from outreach.models import Company, Membership, Role, Round, RoundState, School, db
from outreach.services.accounts import sign_in
from outreach.services.demo.city import SIZES, Size
from outreach.services.demo.people import CAST
from tests.cast import Cast
from tests.engines import Database
from tests.services.school_file_lookalike import look_alike, written

Command = Callable[..., Result]


@pytest.fixture
def command(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `outreach demo` in the test's own application, with a default size that is quick."""
    monkeypatch.setattr("outreach.cli.demo.application", lambda: app)
    monkeypatch.setattr("outreach.cli.demo.today", lambda: date(2026, 11, 22))
    monkeypatch.setitem(SIZES, "default", Size(18, 6, 3, solve_seconds=5))
    return lambda *words: CliRunner().invoke(main, ["demo", *words])


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.slow
def test_an_official_file_gives_the_schools_and_the_cast_can_sign_in(
    app: Flask, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "schools.csv"
    path.write_bytes(written(look_alike().rows, "utf16-comma"))
    result = command("--schools-file", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    told = result.stdout.splitlines()
    assert told[0] == "Entering 81 schools and 6 firms ..."
    assert f'Sign in with the password "{PASSWORD}" as' in told
    assert told[-2:] == ["  stan@example.org     staff", "  ada@example.org      administrator"]
    assert (count(app, School), count(app, Company), count(app, Round)) == (81, 6, 2)
    with app.app_context():
        assert set(db.session.scalars(select(Round.state))) == {RoundState.RUNNING, RoundState.CLOSED}
        teachers = select(func.count()).where(Membership.role == Role.TEACHER)
        assert db.session.scalar(teachers) == 18
        for member in CAST:
            email = f"{member.person.key}@example.org"
            user, _ = sign_in(email=email, password=PASSWORD, address="192.0.2.1", hours=1, now=utc_now())
            assert user.name == member.person.name
    again = command("--if-empty")
    assert again.exit_code == 0
    assert again.stdout.splitlines() == ["The database is not empty, so it stays as it is.", *told[-6:]]


def test_a_database_that_holds_something_is_left_alone(app: Flask, command: Command, cast: Cast) -> None:
    result = command()
    words = "Error: The database is not empty, and the demonstration only fills an empty one.\n"
    assert (result.exit_code, result.stderr) == (1, words)
    assert count(app, School) == 2


def test_without_a_demonstration_no_accounts_are_told(app: Flask, command: Command) -> None:
    with app.app_context():
        db.session.add(Company(name_en="A firm of its own", name_zh="自家公司", created_at=utc_now()))
        db.session.commit()
    result = command("--if-empty")
    assert (result.exit_code, result.stdout) == (0, "The database is not empty, so it stays as it is.\n")


def test_no_demonstration_in_production(app: Flask, command: Command, settings: Settings) -> None:
    app.config["SETTINGS"] = settings.model_copy(update={"environment": "production"})
    result = command()
    words = "Error: The demonstration's passwords are printed, so it does not go into production.\n"
    assert (result.exit_code, result.stderr) == (1, words)
    assert count(app, School) == 0


def test_a_file_that_is_no_school_file_is_one_line(app: Flask, command: Command, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam,\n")
    result = command("--schools-file", str(path))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: letter.txt: ")
    assert result.stderr.count("\n") == 1
    assert count(app, School) == 0


def test_a_database_without_tables_is_told(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.cli.demo.application", lambda: bare_app)
    result = CliRunner().invoke(main, ["demo"])
    words = "Error: The database has no tables yet: run outreach db upgrade first.\n"
    assert (result.exit_code, result.stderr) == (1, words)


@pytest.fixture
def bare_app(bare: Database, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without any table."""
    settings = Settings(
        environment="test", instance=tmp_path, database_url=bare.url, secret_key=SecretStr("x" * 40)
    )
    application = create_app(settings)
    yield application
    with application.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
