"""`outreach worker`: the process that rings reminders, sends letters and runs the scheduler."""

from __future__ import annotations

import click

from outreach.cli.application import application
from outreach.worker.clockwork import work
from outreach.worker.duties import Shift, do_once


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def worker_command(once: bool) -> None:
    """Ring reminders, send letters, run the scheduler, until told to stop.

    Run it beside the web server. A second one may stand by: it takes over when the first one stops.
    """
    shift = Shift(application())
    if once:
        do_once(shift)
    else:
        work(shift)
