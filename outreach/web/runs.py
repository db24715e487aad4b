"""Runs of the scheduler: started, watched and stopped."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import ALIVE, Round, SolveRun
from outreach.queries.runs import goals_so_far, proposal_of_run, waiting_since
from outreach.services import runs as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.rounds import RunForm

blueprint = Blueprint("runs", __name__)


@blueprint.post("/rounds/<id:round_id>/runs")
@requires("run.start")
def start(round_id: int) -> ResponseReturnValue:
    """Queue a run; the worker takes it within a second or two."""
    load_or_404(Round, round_id)
    form = RunForm()
    workers = current_app.config["SETTINGS"].solve_workers
    arguments: dict[str, Any] = {
        "round_id": round_id,
        "workers": workers,
        "by": signed_in_user(),
        "now": utc_now(),
    }
    if form.validate_on_submit() and form.attempt(deeds.start_run, seconds=form.seconds.data, **arguments):
        return redirect(url_for("runs.show", run_id=form.outcome.id), 303)
    for message in [*form.seconds.errors, *form.form_errors]:
        flash(message, "bad")
    return redirect(url_for("rounds.show", round_id=round_id), 303)


def _facts(run: SolveRun) -> dict[str, Any]:
    return {
        "run": run,
        "alive": run.state in ALIVE,
        "goals": goals_so_far(run),
        "proposal": proposal_of_run(run),
        "waiting_seconds": waiting_since(run, utc_now()),
    }


@blueprint.get("/runs/<id:run_id>")
@requires("run.view")
def show(run_id: int) -> ResponseReturnValue:
    """A run at work: value and proven bound of each goal; the part that changes is polled by `progress`."""
    run = load_or_404(SolveRun, run_id)
    return render_template("run/show.html", **_facts(run))


@blueprint.get("/runs/<id:run_id>/progress")
@requires("run.view")
def progress(run_id: int) -> ResponseReturnValue:
    """The moving part of the page alone; without htmx the whole page answers."""
    run = load_or_404(SolveRun, run_id)
    page = "run/_progress.html" if request.headers.get("HX-Request") else "run/show.html"
    return render_template(page, **_facts(run))


@blueprint.post("/runs/<id:run_id>/stop")
@requires("run.stop")
def stop(run_id: int) -> ResponseReturnValue:
    """End a run with the best plan it has."""
    load_or_404(SolveRun, run_id)
    deeds.ask_to_stop(run_id=run_id, by=signed_in_user(), now=utc_now())
    flash(_("The run was asked to stop. It ends with the best plan found so far."), "good")
    return redirect(url_for("runs.show", run_id=run_id), 303)
