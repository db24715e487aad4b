"""Slots to ask the firms for: worked out from a proposal, looked at, taken along as a file."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import ALIVE, Proposal
from outreach.models.words import KINDS, LANGUAGES, TOPICS
from outreach.queries.recruiting import Wanted, newest_recruiting, wanted_slots
from outreach.queries.runs import waiting_since
from outreach.services.recruiting import ask_for_slots
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.context import district_name
from outreach.web.spreadsheets import csv_file

blueprint = Blueprint("recruiting", __name__)


@blueprint.get("/proposals/<id:proposal_id>/recruiting")
@requires("proposal.view")
def show(proposal_id: int) -> ResponseReturnValue:
    """The list, or how far it is; htmx asks for the moving part alone."""
    proposal = load_or_404(Proposal, proposal_id)
    study = newest_recruiting(proposal)
    return render_template(
        "recruiting/_list.html" if request.headers.get("HX-Request") else "recruiting/show.html",
        proposal=proposal,
        study=study,
        alive=study is not None and study.state in ALIVE,
        waiting_seconds=0 if study is None else waiting_since(study, utc_now()),
        slots=wanted_slots(study),
    )


@blueprint.post("/proposals/<id:proposal_id>/recruiting")
@requires("study.start")
def ask(proposal_id: int) -> ResponseReturnValue:
    """Have the list worked out; the worker takes it within a second or two."""
    load_or_404(Proposal, proposal_id)
    ask_for_slots(proposal_id=proposal_id, by=signed_in_user(), now=utc_now())
    return redirect(url_for("recruiting.show", proposal_id=proposal_id), 303)


@blueprint.get("/proposals/<id:proposal_id>/recruiting/export")
@requires("proposal.view")
def export(proposal_id: int) -> ResponseReturnValue:
    """The list as a CSV file."""
    proposal = load_or_404(Proposal, proposal_id)
    slots = wanted_slots(newest_recruiting(proposal))
    return csv_file(f"slots-to-ask-for-{proposal.id}", [_headings(), *map(_cells, slots)])


def _headings() -> list[object]:
    return [
        _("Groups that get a place"),
        _("At most"),
        _("Kind"),
        _("Topic"),
        _("Grades"),
        _("Languages"),
        _("District"),
        _("Day"),
        _("From"),
        _("Until"),
        _("Pupils at most"),
        _("Groups that could take it"),
        _("Groups that would move"),
    ]


def _cells(one: Wanted) -> list[object]:
    return [
        one.groups,
        one.most,
        str(KINDS[one.kind]),
        str(TOPICS.get(one.topic, one.topic)),
        ", ".join(one.grades),
        ", ".join(str(LANGUAGES.get(code, code)) for code in one.languages),
        district_name(one.district),
        one.day.isoformat(),
        f"{one.start:%H:%M}",
        f"{one.end:%H:%M}",
        one.max_pupils,
        one.waiting,
        one.moves,
    ]
