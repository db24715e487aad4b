"""Who comes: the roster of the companies that the reader acts for. No pupil is named anywhere."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from outreach.clock import today
from outreach.queries import companies as questions
from outreach.web.access import requires, signed_in_user
from outreach.web.forms.companies import RosterForm

blueprint = Blueprint("roster", __name__)

AHEAD = timedelta(days=90)


@blueprint.get("/roster")
@requires("roster.view")
def index() -> ResponseReturnValue:
    """Who comes, by date; on screen and on paper."""
    user, first = signed_in_user(), today()
    companies = questions.own_companies(user)
    form = RosterForm(companies, request.args)
    visitors = questions.roster(user, **form.wanted(first, first + AHEAD))
    days = [(day, list(rows)) for day, rows in groupby(visitors, key=lambda row: row.booking.day)]
    return render_template("roster/index.html", form=form, days=days, many=len(companies) > 1)


@blueprint.get("/roster/print")
@requires("roster.view")
def sheet() -> ResponseReturnValue:
    """The same for the reception desk: one sheet with room to tick and to count."""
    user, first = signed_in_user(), today()
    form = RosterForm(questions.own_companies(user), request.args)
    visitors = questions.roster(user, **form.wanted(first, first + AHEAD))
    days = [(day, list(rows)) for day, rows in groupby(visitors, key=lambda row: row.booking.day)]
    return render_template("roster/sheet.html", form=form, days=days)
