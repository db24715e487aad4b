"""The dates of an offer, for the company's coordinators: one, a weekly series with its preview, limits, cancelling."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from outreach.clock import public_holiday, utc_now
from outreach.letters import current_language, day
from outreach.models import Offer, Slot
from outreach.queries import offers as questions
from outreach.queries.repairs import repair_asked, repairs_about
from outreach.services import slots as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.base import fill
from outreach.web.forms.slots import CancelSlotForm, EditSlotForm, SeriesForm, SlotForm

blueprint = Blueprint("slots", __name__)


@blueprint.get("/offers/<id:offer_id>/slots")
@requires("slot.create")
def index(offer_id: int) -> ResponseReturnValue:
    """Every slot of an offer, past and cancelled ones too."""
    offer = load_or_404(Offer, offer_id)
    slots = questions.all_slots_of(offer)
    return render_template(
        "slot/index.html", offer=offer, slots=slots, repairs=repairs_about(slots), now=utc_now()
    )


@blueprint.route("/offers/<id:offer_id>/slots/new", methods=["GET", "POST"])
@requires("slot.create")
def new(offer_id: int) -> ResponseReturnValue:
    """Add one slot."""
    offer, form, by = load_or_404(Offer, offer_id), SlotForm(), signed_in_user()
    if form.validate_on_submit() and form.attempt(
        deeds.add_slot, offer_id=offer_id, limits=form.limits(), by=by, now=utc_now(), **form.when()
    ):
        _tell_of_holiday(form.outcome.day)
        flash(_("The slot is added."), "good")
        return redirect(url_for("slots.index", offer_id=offer_id), 303)
    return render_template("slot/new.html", form=form, offer=offer), form.status


@blueprint.route("/offers/<id:offer_id>/slots/series", methods=["GET", "POST"])
@requires("slot.create")
def series(offer_id: int) -> ResponseReturnValue:
    """The rule of a weekly series; sent, it leads to the preview of its days."""
    offer, form = load_or_404(Offer, offer_id), SeriesForm()
    if form.validate_on_submit() and form.attempt(
        deeds.preview_series, offer_id=offer_id, series=form.series(), now=utc_now()
    ):
        return render_template("slot/preview.html", form=form, offer=offer, listed=form.outcome)
    return render_template("slot/series.html", form=form, offer=offer), form.status


@blueprint.post("/offers/<id:offer_id>/slots/series/add")
@requires("slot.create")
def add_series(offer_id: int) -> ResponseReturnValue:
    """Make the slots that were ticked in the preview."""
    offer, form, by = load_or_404(Offer, offer_id), SeriesForm(), signed_in_user()
    facts = {"offer_id": offer_id, "only": ticked_days(), "by": by, "now": utc_now()}
    if form.validate_on_submit() and form.attempt(
        deeds.add_series, series=form.series(), limits=form.limits(), **facts
    ):
        made = len(form.outcome)
        flash(ngettext("%(num)d slot is added.", "%(num)d slots are added.", made), "good")
        return redirect(url_for("slots.index", offer_id=offer_id), 303)
    return render_template("slot/series.html", form=form, offer=offer), form.status


@blueprint.route("/slots/<id:slot_id>/edit", methods=["GET", "POST"])
@requires("slot.edit")
def edit(slot_id: int) -> ResponseReturnValue:
    """Change how many a slot takes, as long as the bookings in it fit."""
    slot, form, now = load_or_404(Slot, slot_id), EditSlotForm(), utc_now()
    offer = slot.offer
    arguments = {"slot_id": slot_id, "by": signed_in_user(), "now": now}
    if not form.is_submitted():
        fill(form, slot, ("min_pupils", "max_pupils", "max_groups", "version"))
    if form.validate_on_submit() and form.attempt(
        deeds.change_limits, limits=form.limits(), seen_version=form.seen_version(), **arguments
    ):
        _tell_of_places(len(form.outcome))
        return redirect(url_for("slots.index", offer_id=offer.id), 303)
    return render_template("slot/edit.html", form=form, slot=slot, now=now), form.status


@blueprint.route("/slots/<id:slot_id>/cancel", methods=["GET", "POST"])
@requires("slot.cancel")
def cancel(slot_id: int) -> ResponseReturnValue:
    """Cancel a slot; the page says how many bookings end with it before anything happens, and leads to what becomes of them."""
    slot, form, by, now = load_or_404(Slot, slot_id), CancelSlotForm(), signed_in_user(), utc_now()
    bookings, offer_id = questions.live_in_slot(slot), slot.offer_id
    if form.validate_on_submit() and form.attempt(
        deeds.cancel_slot, slot_id=slot_id, reason=form.reason.data, by=by, now=now
    ):
        flash(_("The slot is cancelled; whoever had booked it is told by e-mail."), "good")
        repair = repair_asked(load_or_404(Slot, slot_id), at=now)
        there = (
            url_for("repairs.show", study_id=repair) if repair else url_for("slots.index", offer_id=offer_id)
        )
        return redirect(there, 303)
    repair = repairs_about([slot]).get(slot_id)
    return render_template(
        "slot/cancel.html", form=form, slot=slot, bookings=bookings, repair=repair
    ), form.status


def ticked_days() -> set[date]:
    """The days that were ticked in a preview; what is no date is no day."""
    found = set()
    for text in request.form.getlist("days"):
        try:
            found.add(date.fromisoformat(text))
        except ValueError:
            continue
    return found


def _tell_of_places(offered: int) -> None:
    flash(_("The limits are saved."), "good")
    if offered:
        words = ngettext(
            "%(num)d waiting group is offered a place.", "%(num)d waiting groups are offered places.", offered
        )
        flash(words, "good")


def _tell_of_holiday(of: date) -> None:
    name = public_holiday(of, language=current_language())
    if name:
        flash(_("%(day)s is a public holiday: %(name)s.", day=day(of), name=name), "warn")
