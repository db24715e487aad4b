"""Invitations that wait: the list of those who send them, and the page on which the invited person answers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import Invitation
from outreach.queries import people as questions
from outreach.services import invitations as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.people import InvitationSearchForm
from outreach.web.paging import page_number, paged

blueprint = Blueprint("invitations", __name__)


@blueprint.get("/invitations")
@requires("people.list")
def index() -> ResponseReturnValue:
    """The invitations that the reader may know of, the newest first."""
    form = InvitationSearchForm(request.args)
    words = form.words.data or ""
    found = questions.find_invitations(reader=signed_in_user(), words=words, number=page_number())
    return render_template("invitation/index.html", found=paged(found), form=form, now=utc_now())


@blueprint.get("/invitations/<id:invitation_id>")
@requires("invitation.answer")
def show(invitation_id: int) -> ResponseReturnValue:
    """What is offered, to the person it is offered to."""
    invitation = load_or_404(Invitation, invitation_id)
    return render_template(
        "invitation/show.html", invitation=invitation, late=invitation.expires_at <= utc_now()
    )


@blueprint.post("/invitations/<id:invitation_id>/accept")
@requires("invitation.answer")
def accept(invitation_id: int) -> ResponseReturnValue:
    """Take the role."""
    load_or_404(Invitation, invitation_id)
    deeds.accept_invitation(invitation_id=invitation_id, by=signed_in_user(), now=utc_now())
    flash(_("The role is yours."), "good")
    return redirect(url_for("home.index"), 303)


@blueprint.post("/invitations/<id:invitation_id>/decline")
@requires("invitation.answer")
def decline(invitation_id: int) -> ResponseReturnValue:
    """Leave the role."""
    load_or_404(Invitation, invitation_id)
    deeds.decline_invitation(invitation_id=invitation_id, by=signed_in_user(), now=utc_now())
    flash(_("You declined. Nothing has changed for you."), "good")
    return redirect(url_for("home.index"), 303)


@blueprint.post("/invitations/<id:invitation_id>/send-again")
@requires("people.invite_again")
def send_again(invitation_id: int) -> ResponseReturnValue:
    """Send the letter again."""
    load_or_404(Invitation, invitation_id)
    deeds.send_again(invitation_id=invitation_id, by=signed_in_user(), now=utc_now())
    flash(_("The invitation goes out again."), "good")
    return redirect(url_for("invitations.index"), 303)


@blueprint.post("/invitations/<id:invitation_id>/withdraw")
@requires("people.end_role")
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back before it is answered."""
    load_or_404(Invitation, invitation_id)
    deeds.withdraw_invitation(invitation_id=invitation_id, by=signed_in_user(), now=utc_now())
    flash(_("The invitation is withdrawn."), "good")
    return redirect(url_for("invitations.index"), 303)
