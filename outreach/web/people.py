"""People: who has an account, inviting, ending a role, closing an account. `invitations.py` has what waits for an answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import BODIES, Membership, Role, User
from outreach.permissions.judges import may_ever_grant
from outreach.queries import people as questions
from outreach.services import invitations
from outreach.services import people as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.people import BodySearchForm, InvitationForm, PeopleFilterForm
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
    bodies = _bodies(by, granted)
    if bodies is None:
        return _choose_body(by, granted)
    form = InvitationForm(role, bodies)
    if form.validate_on_submit() and form.attempt(
        invitations.invite, role=granted, by=by, now=utc_now(), **form.facts()
    ):
        # The same words whether there is an account or not.
        flash(_("We have written to %(email)s.", email=form.email.data), "good")
        return redirect(url_for("invitations.index"), 303)
    return render_template("people/invite.html", form=form, role=role, roles=grantable(by)), form.status


def _bodies(by: User, role: Role) -> list[Any] | None:
    """What the form offers to act for: the one in the address, or all where they are few; None where they are searched."""
    if role not in BODIES:
        return []
    if "body" in request.args:
        chosen = request.args.get("body", default=0, type=int)
        # A larger number is none that a database can look for.
        body = questions.body_for(reader=by, role=role, body_id=chosen) if 0 < chosen < 2**31 else None
        return [body or abort(404)]
    found = questions.find_bodies(reader=by, role=role)
    return list(found.rows) if found.pages == 1 else None


def _choose_body(by: User, role: Role) -> ResponseReturnValue:
    """Search what the person will act for: without scripts by the button, with them while one types."""
    form = BodySearchForm(request.args)
    found = questions.find_bodies(reader=by, role=role, words=form.words.data or "", number=page_number())
    return render_template(
        "people/choose.html", form=form, role=role, roles=grantable(by), found=paged(found)
    )


@blueprint.post("/people/roles/<id:membership_id>/end")
@requires("people.end_role")
def end_role(membership_id: int) -> ResponseReturnValue:
    """End one role of one person; the account goes on."""
    load_or_404(Membership, membership_id)
    deeds.end_membership(membership_id=membership_id, by=signed_in_user(), now=utc_now())
    flash(_("The role has ended. The account stays."), "good")
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
