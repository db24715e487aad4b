"""Companies: the public profile, the list of one's own, entering and changing them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import utc_now
from outreach.models import Company
from outreach.queries import companies as questions
from outreach.queries.offers import dates_of, posted_offers
from outreach.services import companies as deeds
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.companies import CompanyForm, CompanySearchForm, HubForm, NewCompanyForm
from outreach.web.paging import page_number, paged

blueprint = Blueprint("companies", __name__)


@blueprint.get("/companies")
@requires("company.list")
def index() -> ResponseReturnValue:
    """The companies that the reader acts for."""
    user, form = signed_in_user(), CompanySearchForm(request.args)
    found = questions.find_companies(user, words=form.known()["q"] or "", number=page_number())
    hubs = questions.own_hubs(user)
    return render_template("company/index.html", form=form, found=paged(found), hubs=hubs)


@blueprint.get("/companies/<id:company_id>")
@requires("company.view")
def show(company_id: int) -> ResponseReturnValue:
    """What everybody may know of a company, with its posted offers."""
    company = load_or_404(Company, company_id)
    offers = posted_offers(company)
    dates = dates_of(offers, now=utc_now())
    return render_template("company/show.html", company=company, offers=offers, dates=dates)


@blueprint.route("/companies/new", methods=["GET", "POST"])
@requires("company.create")
def new() -> ResponseReturnValue:
    """Enter a company, under a hub or none."""
    by = signed_in_user()
    form = NewCompanyForm(questions.own_hubs(by), none=by.is_staff)
    if form.validate_on_submit() and form.attempt(
        deeds.add_company, facts=form.facts(), hub_id=form.hub(), by=by, now=utc_now()
    ):
        flash(_("The company is entered. Invite somebody to coordinate it."), "good")
        return redirect(url_for("companies.show", company_id=form.outcome.id), 303)
    return render_template("company/edit.html", form=form, company=None), form.status


@blueprint.route("/hubs/new", methods=["GET", "POST"])
@requires("hub.create")
def new_hub() -> ResponseReturnValue:
    """Enter a body that acts for companies."""
    form = HubForm()
    if form.validate_on_submit() and form.attempt(
        deeds.add_hub, by=signed_in_user(), now=utc_now(), **form.values()
    ):
        flash(_("The hub is entered. Invite its members, and enter its companies under it."), "good")
        return redirect(url_for("companies.index"), 303)
    return render_template("company/hub.html", form=form), form.status


@blueprint.route("/companies/<id:company_id>/edit", methods=["GET", "POST"])
@requires("company.edit")
def edit(company_id: int) -> ResponseReturnValue:
    """Change the profile and the limits."""
    company, form = load_or_404(Company, company_id), CompanyForm()
    if not form.is_submitted():
        form.show(company)
    arguments = {"company_id": company_id, "seen_version": form.seen_version(), "by": signed_in_user()}
    if form.validate_on_submit() and form.attempt(
        deeds.edit_company, facts=form.facts(), now=utc_now(), **arguments
    ):
        flash(_("The company is saved."), "good")
        return redirect(url_for("companies.show", company_id=company_id), 303)
    return render_template("company/edit.html", form=form, company=company), form.status
