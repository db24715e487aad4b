"""Bookings: the list, the page of one, and what either side decides about it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import today, utc_now
from outreach.mail import Heading, calendar_file
from outreach.models import Booking, Slot
from outreach.permissions import can
from outreach.queries import bookings as questions
from outreach.queries.contacts import hosts_of, teacher_of
from outreach.queries.repairs import is_looked_for, repairs_about
from outreach.services import bookings as deeds
from outreach.services.letter_facts import calendar_entry, visit_of
from outreach.services.links import link
from outreach.services.suitability import why_closed
from outreach.services.transaction import Refusal
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.base import seen_version
from outreach.web.forms.bookings import BookingSearchForm, CancelForm, DeclineForm
from outreach.web.forms.groups import GroupForm, own_schools
from outreach.web.paging import page_number, paged

blueprint = Blueprint("bookings", __name__)


@blueprint.get("/bookings")
@requires("booking.list")
def index() -> ResponseReturnValue:
    """The bookings of the reader's schools and companies; all of them for staff."""
    user = signed_in_user()
    view = request.args.get("view", "")
    view = view if view in questions.VIEWS else "upcoming"
    form = BookingSearchForm(request.args)
    words = form.known()["q"] or ""
    found = questions.find_bookings(reader=user, view=view, today=today(), words=words, number=page_number())
    waiting = questions.own_waiting(user, now=utc_now()) if view == "upcoming" and not user.is_staff else []
    return render_template(
        "booking/index.html",
        view=view,
        form=form,
        words=words,
        found=paged(found),
        waiting=[(entry, questions.place_in_line(entry)) for entry in waiting],
    )


@blueprint.get("/bookings/<id:booking_id>")
@requires("booking.view")
def show(booking_id: int) -> ResponseReturnValue:
    """One booking, for the side that reads it."""
    booking, now = load_or_404(Booking, booking_id), utc_now()
    return render_template(
        "booking/show.html",
        booking=booking,
        teacher=teacher_of(booking),
        hosts=hosts_of(booking.offer.company),
        history=questions.history_of(booking),
        begun=booking.starts_at <= now,
        in_time=booking.confirm_by is None or booking.confirm_by > now,
        looked_for=is_looked_for(booking, now=now),
        repair=repairs_about([booking]).get(booking.id),
    )


@blueprint.route("/slots/<id:slot_id>/book", methods=["GET", "POST"])
@requires("booking.create")
def new(slot_id: int) -> ResponseReturnValue:
    """Book a free place."""
    slot, user = load_or_404(Slot, slot_id), signed_in_user()
    closed = why_closed(slot, now=utc_now())
    if closed is not None:
        return closed_page(slot, closed)
    form = GroupForm(schools=own_schools(user))
    if form.validate_on_submit() and form.attempt(
        deeds.book_free_place,
        slot_id=slot_id,
        group=form.group(),
        form_key=form.form_key.data or "",
        by=user,
        now=utc_now(),
    ):
        flash(_("The place is yours. A letter with everything you need is on its way."), "good")
        return redirect(url_for("bookings.show", booking_id=form.outcome.id), 303)
    return render_template("booking/new.html", form=form, slot=slot), form.status


def closed_page(slot: Slot, closed: Refusal) -> ResponseReturnValue:
    """A session in which nobody can have a place: why, and where to go on, instead of a form that would be refused."""
    return render_template("booking/closed.html", slot=slot, reason=closed.words), closed.status


@blueprint.post("/bookings/<id:booking_id>/confirm")
@requires("booking.decide")
def confirm(booking_id: int) -> ResponseReturnValue:
    """Take the place."""
    load_or_404(Booking, booking_id)
    seen = seen_version()
    deeds.confirm_booking(booking_id=booking_id, seen_version=seen, by=signed_in_user(), now=utc_now())
    flash(_("The booking is confirmed."), "good")
    return redirect(url_for("bookings.show", booking_id=booking_id), 303)


@blueprint.route("/bookings/<id:booking_id>/decline", methods=["GET", "POST"])
@requires("booking.decide")
def decline(booking_id: int) -> ResponseReturnValue:
    """Leave the place to others."""
    booking, form = load_or_404(Booking, booking_id), DeclineForm()
    if form.validate_on_submit() and form.attempt(
        deeds.decline_booking,
        booking_id=booking_id,
        reason=form.reason.data or "",
        seen_version=form.seen_version(),
        by=signed_in_user(),
        now=utc_now(),
    ):
        flash(_("The place is given back."), "good")
        return redirect(url_for("bookings.show", booking_id=booking_id), 303)
    return _with_form("booking/decline.html", form, booking)


@blueprint.route("/bookings/<id:booking_id>/cancel", methods=["GET", "POST"])
@requires("booking.cancel")
def cancel(booking_id: int) -> ResponseReturnValue:
    """End a booking that stands, with a reason."""
    booking, user = load_or_404(Booking, booking_id), signed_in_user()
    form = CancelForm(names=deeds.cancellers_for(user, booking))
    if form.validate_on_submit() and form.attempt(
        deeds.cancel_booking,
        booking_id=booking_id,
        cancelled_by=form.cancelled_by.data,
        reason=form.reason.data,
        seen_version=form.seen_version(),
        by=user,
        now=utc_now(),
    ):
        flash(_("The booking is cancelled; both sides are told."), "good")
        return redirect(url_for("bookings.show", booking_id=booking_id), 303)
    return _with_form("booking/cancel.html", form, booking)


@blueprint.post("/bookings/<id:booking_id>/attendance")
@requires("booking.attend")
def attend(booking_id: int) -> ResponseReturnValue:
    """The company notes whether the group came."""
    load_or_404(Booking, booking_id)
    came = request.form.get("came") == "yes"
    deeds.record_attendance(booking_id=booking_id, came=came, by=signed_in_user(), now=utc_now())
    flash(_("It is noted."), "good")
    return redirect(url_for("bookings.show", booking_id=booking_id), 303)


@blueprint.get("/bookings/<id:booking_id>/calendar.ics")
@requires("booking.view")
def calendar(booking_id: int) -> ResponseReturnValue:
    """The visit for the reader's own calendar; the same entry as in the letters, so it is not there twice."""
    booking, user = load_or_404(Booking, booking_id), signed_in_user()
    visit = visit_of(booking, for_host=not can(user, "booking.decide", booking))
    entry = calendar_entry(booking, {"visit": visit, "url": link("bookings.show", booking_id=booking.id)})
    sender = current_app.config["SETTINGS"].mail_from
    content = calendar_file(entry, Heading(sender, user.name, user.email, entry.uid, utc_now()))
    return Response(
        content,
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{booking.reference}.ics"'},
    )


def _with_form(template: str, form: DeclineForm | CancelForm, booking: Booking) -> ResponseReturnValue:
    if not form.is_submitted():
        form.version.data = str(booking.version)
    return render_template(template, form=form, booking=booking), form.status
