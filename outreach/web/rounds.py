"""Rounds as staff see and move them."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import Round, RoundState
from outreach.queries import rounds as questions
from outreach.queries.repairs import repairs_in
from outreach.services import rounds as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.base import fill, seen_version
from outreach.web.forms.rounds import RoundForm, RunForm

blueprint = Blueprint("rounds", __name__)

FIELDS = ("name_en", "name_zh", "closes_on", "first_day", "last_day", "confirm_days")


@blueprint.get("/rounds")
@requires("round.list")
def index() -> ResponseReturnValue:
    """Every round, the newest first."""
    rounds = questions.all_rounds()
    return render_template(
        "round/index.html", rounds=rounds, supplies={one.id: questions.supply_of(one) for one in rounds}
    )


@blueprint.route("/rounds/new", methods=["GET", "POST"])
@requires("round.create")
def new() -> ResponseReturnValue:
    """Write a round."""
    form = RoundForm()
    if form.validate_on_submit() and form.attempt(
        deeds.create_round, **form.facts(), by=signed_in_user(), now=utc_now()
    ):
        flash(_("The round is written. Open it when schools may hand in requests."), "good")
        return redirect(url_for("rounds.show", round_id=form.outcome.id), 303)
    return render_template("round/edit.html", form=form, round_=None), form.status


@blueprint.route("/rounds/<id:round_id>/edit", methods=["GET", "POST"])
@requires("round.edit")
def edit(round_id: int) -> ResponseReturnValue:
    """Change a round that is not published."""
    round_ = load_or_404(Round, round_id)
    form = RoundForm()
    if not form.is_submitted():
        fill(form, round_, FIELDS)
        form.show_goals(round_.goals)
        form.version.data = str(round_.version)
    arguments = {"round_id": round_id, "seen_version": form.seen_version(), "by": signed_in_user()}
    if form.validate_on_submit() and form.attempt(
        deeds.edit_round, **arguments, **form.facts(), now=utc_now()
    ):
        flash(_("The round is saved."), "good")
        return redirect(url_for("rounds.show", round_id=round_id), 303)
    return render_template("round/edit.html", form=form, round_=round_), form.status


@blueprint.get("/rounds/<id:round_id>")
@requires("round.edit")
def show(round_id: int) -> ResponseReturnValue:
    """A round's figures, its next step, its runs and proposals."""
    round_ = load_or_404(Round, round_id)
    return render_template(
        "round/show.html",
        round_=round_,
        supply=questions.supply_of(round_),
        districts=questions.districts_of(round_),
        runs=questions.runs_of(round_),
        proposals=questions.proposals_of(round_),
        publication=questions.newest_publication(round_),
        published=questions.published_proposal(round_),
        repairs=repairs_in(round_, now=utc_now()),
        form=RunForm(seconds=current_app.config["SETTINGS"].solve_seconds),
    )


@blueprint.post("/rounds/<id:round_id>/move")
@requires("round.edit")
def move(round_id: int) -> ResponseReturnValue:
    """Take the round's next step, or reopen it."""
    load_or_404(Round, round_id)
    to, seen = request.form.get("to", ""), seen_version()
    if to not in {state.value for state in RoundState}:
        abort(400)
    deeds.move_round(
        round_id=round_id, to=RoundState(to), seen_version=seen, by=signed_in_user(), now=utc_now()
    )
    flash(_("Done: the round has moved on."), "good")
    return redirect(url_for("rounds.show", round_id=round_id), 303)
