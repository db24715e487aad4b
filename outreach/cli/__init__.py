"""The command line. A command's module is imported only when the command is called.

So `outreach match` loads neither Flask nor SQLAlchemy, and `outreach check` does not load OR-Tools. To add a command, write it
in a module of this package and name it in COMMANDS.
"""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "check": "outreach.cli.matching:check_command",
    "db": "outreach.cli.database:db_group",
    "demo": "outreach.cli.demo:demo_command",
    "explain": "outreach.cli.explain:explain_command",
    "match": "outreach.cli.matching:match_command",
    "people": "outreach.cli.people:people_group",
    "recruit": "outreach.cli.recruit:recruit_command",
    "repair": "outreach.cli.repair:repair_command",
    "run": "outreach.cli.serve:run_command",
    "schools": "outreach.cli.schools:schools_group",
    "whatif": "outreach.cli.whatif:whatif_command",
    "worker": "outreach.cli.worker:worker_command",
}


class LazyGroup(click.Group):
    """A click group that knows its commands by "module:attribute" and imports a module when its command is asked for."""

    def __init__(self, *, commands: dict[str, str], help: str) -> None:
        super().__init__(name="outreach", help=help)
        self.addresses = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.addresses)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        address = self.addresses.get(cmd_name)
        if address is None:
            return None
        module, _, attribute = address.partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{address} is not a click command")
        return command


main = LazyGroup(
    commands=COMMANDS, help="Outreach: school visits to technology firms, and firms' sessions at schools."
)
