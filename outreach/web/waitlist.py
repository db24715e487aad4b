"""Waiting for a place in a full session."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import Slot, WaitlistEntry
from outreach.services import waitlist as deeds
from outreach.services.suitability import why_closed
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.bookings import closed_page
from outreach.web.forms.groups import GroupForm, own_schools

blueprint = Blueprint("waitlist", __name__)


@blueprint.route("/slots/<id:slot_id>/wait", methods=["GET", "POST"])
@requires("waitlist.join")
def new(slot_id: int) -> ResponseReturnValue:
    """Put a group on the list of a full session."""
    slot, user = load_or_404(Slot, slot_id), signed_in_user()
    closed = why_closed(slot, now=utc_now())
    if closed is not None:
        return closed_page(slot, closed)
    form = GroupForm(schools=own_schools(user))
    if form.validate_on_submit() and form.attempt(
        deeds.join_waitlist, slot_id=slot_id, group=form.group(), by=user, now=utc_now()
    ):
        flash(
            _("The group is on the list. When a place for the whole group is free, you get a letter."), "good"
        )
        return redirect(url_for("bookings.index", _anchor="waiting"), 303)
    return render_template("booking/wait.html", form=form, slot=slot), form.status


@blueprint.post("/waitlist/<id:entry_id>/leave")
@requires("waitlist.leave")
def leave(entry_id: int) -> ResponseReturnValue:
    """Take a group off the list."""
    load_or_404(WaitlistEntry, entry_id)
    deeds.leave_waitlist(entry_id=entry_id, by=signed_in_user(), now=utc_now())
    flash(_("The group has left the list."), "good")
    return redirect(url_for("bookings.index"), 303)
