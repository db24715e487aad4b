"""`outreach people invite`: the first administrator comes in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from outreach.cli import main
from outreach.models import Membership, OutboxMessage, Role, User, db
from tests.cast import PASSWORD, Cast
from tests.forms import send

Command = Callable[..., Result]


@pytest.fixture
def command(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `outreach people invite` in the test's own application."""
    monkeypatch.setattr("outreach.cli.people.application", lambda: app)
    return lambda *words: CliRunner().invoke(main, ["people", "invite", *words])


def test_the_first_administrator_chooses_a_password_by_the_printed_link(app: Flask, command: Command) -> None:
    result = command("First@Example.org", "--name", "First Person")
    words, _, url = result.stdout.strip().rpartition(" ")
    assert (result.exit_code, words) == (0, "first@example.org is invited. To choose a password:")
    browser = app.test_client()
    path = url.removeprefix("http://outreach.test")
    assert send(browser, path, password=PASSWORD, again=PASSWORD).status_code == 303
    with app.app_context():
        user = db.session.query(User).one()
        assert (user.holds(Role.ADMINISTRATOR), user.password_hash is not None) == (True, True)
        assert [row.template for row in db.session.query(OutboxMessage)] == ["invitation"]


def test_whoever_has_an_account_gets_the_role_added(app: Flask, command: Command, cast: Cast) -> None:
    result = command("stan@example.org", "--name", "Stan", "--role", "administrator")
    assert result.stdout == "stan@example.org has an account already; it now acts as administrator too.\n"
    with app.app_context():
        held = db.session.query(Membership).filter_by(user_id=cast.people["stan"])
        assert {membership.role for membership in held} == {Role.STAFF, Role.ADMINISTRATOR}


def test_what_cannot_be_is_one_line(app: Flask, command: Command) -> None:
    result = command("nobody", "--name", "Nobody")
    assert (result.exit_code, result.stderr) == (1, "Error: This is no e-mail address.\n")
    with app.app_context():
        assert db.session.query(User).count() == 0
