"""Teams of trainers and their windows, for the company's coordinators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from outreach.clock import today, utc_now
from outreach.models import Company, Team, TeamWindow, db
from outreach.queries import companies as questions
from outreach.services import teams as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.by_company import companies_asked_for
from outreach.web.forms.slots import WeekForm, WindowForm
from outreach.web.forms.teams import TeamForm
from outreach.web.slots import ticked_days

blueprint = Blueprint("teams", __name__)


@blueprint.get("/teams")
@requires("company.list")
def index() -> ResponseReturnValue:
    """The teams of every company that the reader acts for."""
    form, found = companies_asked_for()
    listed = questions.teams_by_company(found.rows, today=today())
    return render_template("team/index.html", form=form, found=found, listed=listed)


@blueprint.get("/teams/<id:team_id>")
@requires("team.edit")
def show(team_id: int) -> ResponseReturnValue:
    """A team, its offers and its windows still to come."""
    team = load_or_404(Team, team_id)
    return render_template(
        "team/show.html",
        team=team,
        offers=questions.offers_of_teams([team]).get(team.id, []),
        windows=questions.windows_of(team, since=today()),
    )


@blueprint.route("/companies/<id:company_id>/teams/new", methods=["GET", "POST"])
@requires("team.create")
def new(company_id: int) -> ResponseReturnValue:
    """Enter a team of this company."""
    company = load_or_404(Company, company_id)
    form = TeamForm(questions.offers_for_teams(company))
    if form.validate_on_submit() and form.attempt(
        deeds.add_team, company_id=company_id, facts=form.facts(), by=signed_in_user(), now=utc_now()
    ):
        flash(_("The team is entered. Now say when it is free."), "good")
        return redirect(url_for("teams.show", team_id=form.outcome.id), 303)
    return render_template("team/edit.html", form=form, team=None, company=company), form.status


@blueprint.route("/teams/<id:team_id>/edit", methods=["GET", "POST"])
@requires("team.edit")
def edit(team_id: int) -> ResponseReturnValue:
    """Change a team."""
    team = load_or_404(Team, team_id)
    company, form = team.company, TeamForm(questions.offers_for_teams(team.company))
    if not form.is_submitted():
        form.show(team, questions.offers_of_teams([team]).get(team.id, []))
    arguments = {"team_id": team_id, "seen_version": form.seen_version(), "by": signed_in_user()}
    if form.validate_on_submit() and form.attempt(
        deeds.edit_team, facts=form.facts(), now=utc_now(), **arguments
    ):
        flash(_("The team is saved."), "good")
        return redirect(url_for("teams.show", team_id=team_id), 303)
    return render_template("team/edit.html", form=form, team=team, company=company), form.status


@blueprint.post("/teams/<id:team_id>/rest")
@requires("team.edit")
def rest(team_id: int) -> ResponseReturnValue:
    """Take a team out of planning."""
    return _rested(team_id, active=False, words=_("The team rests: the scheduler leaves it out."))


@blueprint.post("/teams/<id:team_id>/resume")
@requires("team.edit")
def resume(team_id: int) -> ResponseReturnValue:
    """Take a team back into planning."""
    return _rested(team_id, active=True, words=_("The team is planned again."))


def _rested(team_id: int, *, active: bool, words: str) -> ResponseReturnValue:
    load_or_404(Team, team_id)
    deeds.rest_team(team_id=team_id, active=active, by=signed_in_user(), now=utc_now())
    flash(words, "good")
    return redirect(url_for("teams.show", team_id=team_id), 303)


@blueprint.route("/teams/<id:team_id>/windows/new", methods=["GET", "POST"])
@requires("team.edit")
def add_window(team_id: int) -> ResponseReturnValue:
    """Add a free day."""
    team, form = load_or_404(Team, team_id), WindowForm()
    if form.validate_on_submit() and form.attempt(
        deeds.add_window, team_id=team_id, by=signed_in_user(), now=utc_now(), **form.values()
    ):
        flash(_("The window is added."), "good")
        return redirect(url_for("teams.show", team_id=team_id), 303)
    return render_template("team/window.html", form=form, team=team), form.status


@blueprint.route("/teams/<id:team_id>/windows/weekly", methods=["GET", "POST"])
@requires("team.edit")
def weekly(team_id: int) -> ResponseReturnValue:
    """The rule of weekly windows; sent, it leads to the preview of its days."""
    team, form = load_or_404(Team, team_id), WeekForm()
    if form.validate_on_submit() and form.attempt(
        deeds.preview_windows, team_id=team_id, series=form.series(), now=utc_now()
    ):
        return render_template("team/preview.html", form=form, team=team, listed=form.outcome)
    return render_template("team/weekly.html", form=form, team=team), form.status


@blueprint.post("/teams/<id:team_id>/windows/weekly/add")
@requires("team.edit")
def add_weekly(team_id: int) -> ResponseReturnValue:
    """Make the windows that were ticked in the preview."""
    team, form = load_or_404(Team, team_id), WeekForm()
    facts: dict[str, Any] = {"team_id": team_id, "only": ticked_days(), "by": signed_in_user()}
    if form.validate_on_submit() and form.attempt(
        deeds.add_weekly_windows, series=form.series(), now=utc_now(), **facts
    ):
        made = len(form.outcome)
        flash(ngettext("%(num)d window is added.", "%(num)d windows are added.", made), "good")
        return redirect(url_for("teams.show", team_id=team_id), 303)
    return render_template("team/weekly.html", form=form, team=team), form.status


@blueprint.post("/teams/<id:team_id>/windows/<id:window_id>/remove")
@requires("team.edit")
def remove_window(team_id: int, window_id: int) -> ResponseReturnValue:
    """Take a window away; one that is gone already, or is another team's, stays as it is."""
    team = load_or_404(Team, team_id)
    window = db.session.get(TeamWindow, window_id)
    if window is not None and window.team_id == team.id:
        deeds.remove_window(window_id=window_id, by=signed_in_user(), now=utc_now())
    flash(_("The window is removed."), "good")
    return redirect(url_for("teams.show", team_id=team_id), 303)
