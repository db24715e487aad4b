"""Offers: the catalogue for everybody, one offer, and what a company's coordinators do with theirs."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import Company, Offer
from outreach.models.words import GRADES, grade_runs
from outreach.permissions import can
from outreach.queries import offers as questions
from outreach.queries.requests import changeable_requests
from outreach.queries.rounds import open_rounds
from outreach.services import offers as deeds
from outreach.web.access import load_or_404, reader, requires, signed_in_user
from outreach.web.by_company import companies_asked_for
from outreach.web.forms.offers import CatalogueForm, OfferForm
from outreach.web.paging import page_number, paged

blueprint = Blueprint("offers", __name__)


@blueprint.app_template_filter("grades")
def grades_line(grades: Iterable[str]) -> str:
    """Primary 4 to Primary 6, Secondary 1: neighbours as a span."""
    grades = tuple(grades)
    if set(grades) == set(GRADES):
        return _("All grades")
    spans = [
        str(GRADES[first])
        if first == last
        else _("%(first)s to %(last)s", first=GRADES[first], last=GRADES[last])
        for first, last in grade_runs(grades)
    ]
    return _(", ").join(spans)


@blueprint.get("/offers")
@requires("offer.list")
def index() -> ResponseReturnValue:
    """The catalogue: search and filters, those with free places first."""
    form, now = CatalogueForm(request.args), utc_now()
    found = questions.catalogue(form.wanted(), number=page_number(), now=now)
    return render_template(
        "offer/index.html",
        form=form,
        found=paged(found),
        dates=questions.dates_of(found.rows, now=now),
    )


@blueprint.get("/offers/<id:offer_id>")
@requires("offer.view")
def show(offer_id: int) -> ResponseReturnValue:
    """One offer with its dates and the ways to a place."""
    offer, user, now = load_or_404(Offer, offer_id), reader(), utc_now()
    return render_template(
        "offer/show.html",
        offer=offer,
        slots=questions.slots_of(offer, now=now),
        teams=questions.teams_of_offer(offer),
        collecting=open_rounds(),
        own_requests=changeable_requests(user) if user is not None and can(user, "request.create") else [],
    )


@blueprint.get("/offers/mine")
@requires("company.list")
def mine() -> ResponseReturnValue:
    """The offers of every company that the reader acts for."""
    form, found = companies_asked_for()
    listed = questions.offers_by_company(found.rows, now=utc_now())
    return render_template("offer/mine.html", form=form, found=found, listed=listed)


@blueprint.route("/companies/<id:company_id>/offers/new", methods=["GET", "POST"])
@requires("offer.create")
def new(company_id: int) -> ResponseReturnValue:
    """Write an offer of this company."""
    company, form = load_or_404(Company, company_id), OfferForm()
    if form.validate_on_submit() and form.attempt(
        deeds.write_offer, company_id=company_id, facts=form.facts(), by=signed_in_user(), now=utc_now()
    ):
        flash(_("The offer is kept as a draft. Add slots, then post it."), "good")
        return redirect(url_for("offers.show", offer_id=form.outcome.id), 303)
    return render_template("offer/edit.html", form=form, offer=None, company=company), form.status


@blueprint.route("/offers/<id:offer_id>/edit", methods=["GET", "POST"])
@requires("offer.edit")
def edit(offer_id: int) -> ResponseReturnValue:
    """Change what an offer says."""
    offer, form = load_or_404(Offer, offer_id), OfferForm()
    company = offer.company
    if not form.is_submitted():
        form.show(offer)
    arguments = {"offer_id": offer_id, "seen_version": form.seen_version(), "by": signed_in_user()}
    if form.validate_on_submit() and form.attempt(
        deeds.edit_offer, facts=form.facts(), now=utc_now(), **arguments
    ):
        flash(_("The offer is saved."), "good")
        return redirect(url_for("offers.show", offer_id=offer_id), 303)
    return render_template("offer/edit.html", form=form, offer=offer, company=company), form.status


@blueprint.post("/offers/<id:offer_id>/post")
@requires("offer.edit")
def post(offer_id: int) -> ResponseReturnValue:
    """Show the offer to every school."""
    load_or_404(Offer, offer_id)
    deeds.post_offer(offer_id=offer_id, by=signed_in_user(), now=utc_now())
    flash(_("The offer is posted: every school can see it."), "good")
    return redirect(url_for("offers.show", offer_id=offer_id), 303)


@blueprint.post("/offers/<id:offer_id>/withdraw")
@requires("offer.edit")
def withdraw(offer_id: int) -> ResponseReturnValue:
    """Take a posted offer back."""
    load_or_404(Offer, offer_id)
    deeds.withdraw_offer(offer_id=offer_id, by=signed_in_user(), now=utc_now())
    flash(_("The offer is withdrawn. You can post it again."), "good")
    return redirect(url_for("offers.show", offer_id=offer_id), 303)
