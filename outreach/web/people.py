"""People: who has an account, inviting, sending an invitation again, closing an account."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import Role, User
from outreach.permissions import may_ever_grant
from outreach.queries import people as questions
from outreach.services import people as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.people import InvitationForm, PeopleFilterForm
from outreach.web.paging import page_number, paged

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
@requires("people.list")
def index() -> ResponseReturnValue:
    """Everybody whom the reader may know of."""
    reader, form = signed_in_user(), PeopleFilterForm(request.args)
    found = questions.find_people(reader=reader, number=page_number(), **form.wanted())
    return render_template(
        "people/index.html",
        form=form,
        found=paged(found),
        states={person.id: questions.state_of(person) for person in found.rows},
        seen={person.id: questions.seen_roles(reader, person) for person in found.rows},
        roles=grantable(reader),
    )


@blueprint.route(
    "/people/invite/<any(teacher, coordinator, hub, staff, administrator):role>", methods=["GET", "POST"]
)
@requires("people.invite")
def invite(role: str) -> ResponseReturnValue:
    """Let somebody in as `role`."""
    by, granted = signed_in_user(), Role(role)
    if granted not in grantable(by):
        abort(403)
    form = InvitationForm(role, questions.bodies_for(by, granted))
    if form.validate_on_submit() and form.attempt(
        deeds.invite, role=granted, by=by, now=utc_now(), **form.facts()
    ):
        flash(_say(form.outcome), "good")
        return redirect(url_for("people.index"), 303)
    return render_template("people/invite.html", form=form, role=role, roles=grantable(by)), form.status


@blueprint.post("/people/<id:user_id>/invite-again")
@requires("people.invite_again")
def invite_again(user_id: int) -> ResponseReturnValue:
    """Send the invitation again, with a new link."""
    load_or_404(User, user_id)
    deeds.resend_invitation(user_id=user_id, by=signed_in_user(), now=utc_now())
    flash(_("The invitation goes out again. The link in the earlier letter no longer works."), "good")
    return redirect(url_for("people.index"), 303)


@blueprint.post("/people/<id:user_id>/disable")
@requires("people.disable")
def disable(user_id: int) -> ResponseReturnValue:
    """Close an account and end its sessions."""
    load_or_404(User, user_id)
    deeds.disable_account(user_id=user_id, by=signed_in_user(), now=utc_now())
    flash(_("The account is closed and signed out everywhere."), "good")
    return redirect(url_for("people.index"), 303)


@blueprint.post("/people/<id:user_id>/enable")
@requires("people.disable")
def enable(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    load_or_404(User, user_id)
    deeds.enable_account(user_id=user_id, by=signed_in_user(), now=utc_now())
    flash(_("The account is open again."), "good")
    return redirect(url_for("people.index"), 303)


def grantable(user: User) -> list[Role]:
    """The roles this person may give to somebody."""
    return [role for role in Role if may_ever_grant(user, role)]


def _say(invited: deeds.Invited) -> str:
    if invited.user.password_hash is None:
        return _("The invitation goes out by e-mail.")
    return _("This person has an account already; the role is added to it.")
