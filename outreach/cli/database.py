"""`outreach db`: the tables and their changes.

Migrations live in `migrations/` of a checkout and inside the installed package; both are found without being told.
"""

from __future__ import annotations

import click
import flask_migrate

from outreach.cli.application import application


@click.group("db")
def db_group() -> None:
    """Make and change the tables of the database."""


@db_group.command("upgrade")
@click.argument("revision", default="head")
def upgrade_command(revision: str) -> None:
    """Bring the tables to REVISION (the newest when not given). Safe to run again.

    Example: outreach db upgrade
    """
    with application().app_context():
        flask_migrate.upgrade(revision=revision)


@db_group.command("downgrade")
@click.argument("revision")
def downgrade_command(revision: str) -> None:
    """Take the tables back to REVISION. What only newer tables can hold is lost: make a backup first."""
    with application().app_context():
        flask_migrate.downgrade(revision=revision)


@db_group.command("current")
def current_command() -> None:
    """Show the revision the database is at."""
    with application().app_context():
        flask_migrate.current()


@db_group.command("revision")
@click.option("--message", "-m", required=True, help="What changes, in a few words.")
def revision_command(message: str) -> None:
    """Draft a migration from the difference between tables and models (for developers; read it before use)."""
    with application().app_context():
        flask_migrate.migrate(message=message)
