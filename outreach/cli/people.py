"""`outreach people invite EMAIL`: how the first administrator comes in. Whoever runs the server may grant anything."""

from __future__ import annotations

import click

from outreach.cli.application import application
from outreach.clock import utc_now
from outreach.models import Role, TokenPurpose
from outreach.models.words import LOCALES
from outreach.services.invitations import invite
from outreach.services.links import link
from outreach.services.tokens import issue_token
from outreach.services.transaction import Refusal


@click.group("people", help="Accounts.")
def people_group() -> None:
    """Commands about people."""


@people_group.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as letters greet them.")
@click.option(
    "--role",
    type=click.Choice([Role.ADMINISTRATOR.value, Role.STAFF.value]),
    default=Role.ADMINISTRATOR.value,
    show_default=True,
)
@click.option("--language", type=click.Choice(LOCALES), default=LOCALES[0], show_default=True)
def invite_command(email: str, name: str, role: str, language: str) -> None:
    """Let an administrator or a member of staff in; everybody else is invited on the pages.

    A letter goes out, and the same kind of link is printed here: on a new server mail may not work yet. It works once.

    Example: outreach people invite ada@example.org --name "Ada Kwok"
    """
    with application().app_context():
        now = utc_now()
        try:
            invited = invite(email=email, name=name, role=Role(role), language=language, by=None, now=now)
        except Refusal as refusal:
            raise click.ClickException(str(refusal.words)) from refusal
        if invited.user.password_hash is not None:
            click.echo(f"{invited.user.email} has an account already; it now acts as {role} too.")
            return
        key = issue_token(user_id=invited.user.id, purpose=TokenPurpose.INVITATION, now=now)
        click.echo(
            f"{invited.user.email} is invited. To choose a password: {link('account.invitation', key=key)}"
        )
