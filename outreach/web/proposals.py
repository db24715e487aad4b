"""Proposals: looked at as a table, and published."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import Proposal
from outreach.queries.goals import reached_by
from outreach.queries.paging import page_of
from outreach.queries.proposals import assignments_of, placed_in
from outreach.queries.rounds import newest_publication, published_proposal
from outreach.services.publishing import publish_proposal
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.base import seen_version
from outreach.web.forms.rounds import ProposalFilterForm
from outreach.web.paging import page_number, paged
from outreach.web.reasons import unplaced_part

blueprint = Blueprint("proposals", __name__)


@blueprint.get("/proposals/<id:proposal_id>")
@requires("proposal.view")
def show(proposal_id: int) -> ResponseReturnValue:
    """The proof, the placed groups and the others."""
    proposal = load_or_404(Proposal, proposal_id)
    form = ProposalFilterForm(request.args)
    found = page_of(assignments_of(proposal, form.wanted()), number=page_number())
    return render_template(
        "proposal/show.html",
        form=form,
        found=paged(found, part="placed"),
        placed=placed_in(proposal),
        goals=reached_by(proposal),
        **unplaced_part(proposal, form),
        published=published_proposal(proposal.round_) == proposal.id,
        newest=newest_publication(proposal.round_),
    )


@blueprint.post("/proposals/<id:proposal_id>/publish")
@requires("proposal.publish")
def publish(proposal_id: int) -> ResponseReturnValue:
    """Make the proposal binding: bookings and letters follow in one transaction."""
    proposal = load_or_404(Proposal, proposal_id)
    seen, round_id = seen_version(), proposal.round_id
    publish_proposal(proposal_id=proposal_id, seen_version=seen, by=signed_in_user(), now=utc_now())
    flash(_("Published. The bookings stand and the letters are on their way."), "good")
    return redirect(url_for("rounds.show", round_id=round_id), 303)
