"""`outreach demo`: an empty database becomes a city in which everything can be tried."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import click
import structlog
from flask import current_app
from sqlalchemy import inspect, select

from outreach.cli.application import application
from outreach.clock import today
from outreach.models import User, db
from outreach.services.demo.city import SIZES, plan_city
from outreach.services.demo.entering import email_of
from outreach.services.demo.filling import Effort, fill, is_empty
from outreach.services.demo.people import CAST
from outreach.services.demo.schools import school_file_of
from outreach.services.school_file import MAX_BYTES, NotASchoolFile, SchoolFile, read_school_file
from outreach.services.school_words import describe_refusal
from outreach.services.transaction import Refusal
from outreach.worker.solving import solve_next, study_next

# Printed for everybody to see, which is why the demonstration is refused in production.
PASSWORD = "harbour lights at dusk"
# CP-SAT's portfolio, not the number of processors: with six or more it proves the default round in seconds, with two never.
WORKERS = 8


@click.command("demo")
@click.option(
    "--schools-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Use the schools of the official file instead of invented ones.",
)
@click.option(
    "--size",
    type=click.Choice(list(SIZES)),
    default="default",
    show_default=True,
    help="default: 60 schools and 20 firms; city: 1,100 and 120, which takes some minutes.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing where the database holds something already.")
def demo_command(schools_file: Path | None, size: str, if_empty: bool) -> None:
    """Fill an EMPTY database with a believable city, last term lived through, this term ready for the scheduler.

    Schools (unless a file is given), people and offers are invented. Refused in production: its passwords are no secret.

    Example: outreach demo --size city
    """
    with application().app_context():
        # What the worker's own steps would note in its log is no business of whoever waits here.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        if current_app.config["SETTINGS"].production:
            raise click.ClickException(
                "The demonstration's passwords are printed, so it does not go into production."
            )
        if not inspect(db.engine).has_table("school"):
            raise click.ClickException("The database has no tables yet: run outreach db upgrade first.")
        if if_empty and not is_empty():
            click.echo("The database is not empty, so it stays as it is.")
            _tell_accounts_if_there()
            return
        try:
            _fill(size, None if schools_file is None else _read(schools_file))
        except Refusal as refusal:
            raise click.ClickException(str(refusal.words)) from refusal
        _tell_accounts_if_there()


def _fill(size: str, file: SchoolFile | None) -> None:
    city = plan_city(SIZES[size], today=today(), file=file)
    filled = fill(
        city,
        file=file or school_file_of(city.schools),
        password=PASSWORD,
        effort=Effort(SIZES[size].solve_seconds, WORKERS),
        solve=_solve,
        study=_study,
        tell=lambda words: click.echo(f"{words} ..."),
    )
    click.echo(f"{filled.last_round}: {filled.placed:,} of {filled.asked:,} requests were placed.")
    click.echo(f"{filled.this_round}: {filled.waiting:,} requests wait for the scheduler.")


def _solve(now: datetime) -> None:
    solve_next(clock=lambda: now, ending=lambda: False)


def _study(now: datetime) -> None:
    study_next(clock=lambda: now, ending=lambda: False)


def _read(path: Path) -> SchoolFile:
    with path.open("rb") as opened:
        # One byte more than allowed is enough for the reader to refuse.
        content = opened.read(MAX_BYTES + 1)
    try:
        return read_school_file(content, name=path.name)
    except NotASchoolFile as refusal:
        raise click.ClickException(f"{path.name}: {describe_refusal(refusal)}") from refusal


def _tell_accounts_if_there() -> None:
    """Who can sign in, unless this is no demonstration."""
    emails = [email_of(member.person) for member in CAST]
    users = {user.email: user for user in db.session.scalars(select(User).where(User.email.in_(emails)))}
    if len(users) < len(CAST):
        return
    click.echo(f'Sign in with the password "{PASSWORD}" as')
    for email, member in zip(emails, CAST, strict=True):
        bodies = (m.school or m.company or m.hub for m in users[email].memberships)
        names = ", ".join(body.name_en for body in bodies if body is not None)
        click.echo(f"  {email:<20} {member.role}{f', {names}' if names else ''}")
