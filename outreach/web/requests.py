"""Requests: the teacher's form, the page of one request, the list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach.clock import days, public_holiday, utc_now
from outreach.letters import in_language
from outreach.models import BlockedDays, RequestState, Round, RoundState, School, User, VisitRequest
from outreach.permissions import can
from outreach.queries import requests as questions
from outreach.queries.offers import to_wish_for
from outreach.queries.rounds import all_rounds, open_rounds
from outreach.queries.schools import blocked_days
from outreach.services import requests as deeds
from outreach.services.fit import Fit, fit_of
from outreach.services.request_facts import facts_of
from outreach.services.suitability import staff_wanted
from outreach.web.access import judge, load_or_404, requires, signed_in_user
from outreach.web.context import STATE_WORDS
from outreach.web.forms.groups import own_schools
from outreach.web.forms.requests import FilterForm, RequestForm
from outreach.web.forms.wishes import code_of, wish_of
from outreach.web.paging import page_number, paged

blueprint = Blueprint("requests", __name__)


@blueprint.get("/requests")
@requires("request.list")
def index() -> ResponseReturnValue:
    """The requests of the reader's schools; all of them for staff."""
    user = signed_in_user()
    form = _filters(user)
    wanted = form.known()
    found = questions.find_requests(
        reader=user,
        round_id=int(wanted["round"]) if wanted["round"] else None,
        state=wanted["state"] or "",
        words=wanted["q"] or "",
        number=page_number(),
    )
    return render_template(
        "request/index.html",
        form=form,
        found=paged(found),
        bookings=questions.bookings_of(found.rows),
        collecting=open_rounds(),
    )


@blueprint.route("/requests/new", methods=["GET", "POST"])
@requires("request.create")
def new() -> ResponseReturnValue:
    """Write a request in a round that is collecting."""
    user, round_ = signed_in_user(), _chosen_round()
    school = judge(_chosen_school(user))
    if round_ is None:
        return render_template("request/closed.html")
    form = _form([school, *(other for other in own_schools(user) if other is not school)])
    if _is_done(form) and form.attempt(
        deeds.write_request, **_written(form), round_id=round_.id, by=user, now=utc_now()
    ):
        return _saved(form.outcome)
    if not form.is_submitted():
        form.preset(school.id)
        _add_wish_in_address(form)
    return _edit_page(form, round_, school)


@blueprint.post("/requests/fit")
@requires("request.create")
def fit() -> ResponseReturnValue:
    """What fits the answers as they stand in the form; asked while somebody types, so wrong answers get an empty one."""
    schools = _schools_of(signed_in_user())
    school = judge(schools.get(request.form.get("school_id", ""), next(iter(schools.values()))))
    round_, form = _chosen_round(), _form([school])
    found = None
    if round_ is not None and form.validate():
        found = fit_of(form.facts(), round_=round_, school=school, now=utc_now())
    return render_template("request/_fit.html", fit=found)


@blueprint.get("/requests/<id:request_id>")
@requires("request.view")
def show(request_id: int) -> ResponseReturnValue:
    """One request: what was asked, and what became of it."""
    visit_request = load_or_404(VisitRequest, request_id)
    wanted = staff_wanted(visit_request.school, visit_request.pupils)
    return render_template(
        "request/show.html",
        visit_request=visit_request,
        fit=_fit(visit_request),
        booking=questions.bookings_of([visit_request]).get(visit_request.id),
        staff_wanted=wanted if visit_request.staff < wanted else None,
    )


@blueprint.route("/requests/<id:request_id>/edit", methods=["GET", "POST"])
@requires("request.edit")
def edit(request_id: int) -> ResponseReturnValue:
    """Change a request while its round is collecting."""
    visit_request, user = load_or_404(VisitRequest, request_id), signed_in_user()
    round_, school = visit_request.round_, visit_request.school
    form = _form([school])
    if _is_done(form) and form.attempt(
        deeds.edit_request,
        request_id=request_id,
        seen_version=form.seen_version(),
        facts=form.facts(),
        hand_in=_hands_in(),
        by=user,
        now=utc_now(),
    ):
        return _saved(form.outcome)
    if not form.is_submitted():
        form.show(visit_request)
        _add_wish_in_address(form)
    return _edit_page(form, round_, school, visit_request)


@blueprint.post("/requests/<id:request_id>/hand-in")
@requires("request.edit")
def hand_in(request_id: int) -> ResponseReturnValue:
    """Hand a draft in as it is."""
    load_or_404(VisitRequest, request_id)
    return _saved(deeds.hand_in_request(request_id=request_id, by=signed_in_user(), now=utc_now()))


@blueprint.post("/requests/<id:request_id>/withdraw")
@requires("request.edit")
def withdraw(request_id: int) -> ResponseReturnValue:
    """Withdraw a request before anything is published."""
    load_or_404(VisitRequest, request_id)
    withdrawn = deeds.withdraw_request(request_id=request_id, by=signed_in_user(), now=utc_now())
    if withdrawn.round_.state is RoundState.COLLECTING:
        flash(_("The request is withdrawn. You can hand it in again while the round is open."), "good")
    else:
        flash(_("The request is withdrawn."), "good")
    return redirect(url_for("requests.show", request_id=request_id), 303)


def _filters(user: User) -> FilterForm:
    form = FilterForm(request.args)
    rounds = {str(round_.id): round_ for round_ in all_rounds() if can(user, "round.view", round_)}
    form.round.choices = [
        ("", _("All rounds")),
        *((number, in_language(row, "name").text) for number, row in rounds.items()),
    ]
    words = {state: STATE_WORDS[state] for state in ("draft", "submitted", "withdrawn")}
    form.state.choices = [("", _("All states")), *((code, words[code]) for code in words)]
    return form


def _chosen_round() -> Round | None:
    """The round named in the address, or the first that is open."""
    rounds = {str(round_.id): round_ for round_ in open_rounds()}
    return rounds.get(request.args.get("round", ""), next(iter(rounds.values()), None))


def _schools_of(user: User) -> dict[str, School]:
    return {str(school.id): school for school in own_schools(user)}


def _fit(asked: VisitRequest) -> Fit | None:
    """What fits, as long as the answers can still be changed."""
    if asked.round_.state is not RoundState.COLLECTING or asked.state is RequestState.WITHDRAWN:
        return None
    return fit_of(facts_of(asked), round_=asked.round_, school=asked.school, now=utc_now())


def _chosen_school(user: User) -> School:
    """The school named in the address, or the teacher's first."""
    schools = _schools_of(user)
    return schools.get(request.args.get("school", ""), next(iter(schools.values())))


def _form(schools: list[School]) -> RequestForm:
    return RequestForm(schools=schools)


def _is_done(form: RequestForm) -> bool:
    """The form is to be carried out: sent, well-formed, and not by a button that only arranges the wishes."""
    return not form.arrange(request.form.get("arrange", "")) and bool(form.validate_on_submit())


def _edit_page(
    form: RequestForm, round_: Round, school: School, asked: VisitRequest | None = None
) -> ResponseReturnValue:
    found = to_wish_for(form.wanted(), grades=form.grades(), number=form.page) if form.page else None
    page = render_template(
        "request/edit.html",
        form=form,
        asked=asked,
        wished=questions.things_wished(form.wished(), reader=signed_in_user()),
        found=found,
        **_calendar(round_, school),
    )
    return page, form.status


def _hands_in() -> bool:
    return "draft" not in request.form


def _written(form: RequestForm) -> dict[str, object]:
    return {
        "school_id": form.school_id.data,
        "facts": form.facts(),
        "form_key": form.form_key.data or "",
        "hand_in": _hands_in(),
    }


def _add_wish_in_address(form: RequestForm) -> None:
    """`?offer=12` or `?company=3`: with what the reader came; it is saved with the rest."""
    for kind in ("offer", "company"):
        wish = wish_of(f"{kind}-{request.args.get(kind, '')}")
        if wish is None or any(one.gone for one in questions.things_wished([wish], reader=signed_in_user())):
            continue
        form.arrange(f"add-{code_of(wish)}")


def _calendar(round_: Round, school: School) -> dict[str, object]:
    """The round, and the days in it on which the school is not free anyway."""
    holidays = [(day, public_holiday(day)) for day in days(round_.first_day, round_.last_day)]
    blocked: list[BlockedDays] = [
        row for row in blocked_days(school.id, since=round_.first_day) if row.first_day <= round_.last_day
    ]
    return {
        "round_": round_,
        "school": school,
        "blocked": blocked,
        "holidays": [day for day, name in holidays if name and day.weekday() < 5],
    }


def _saved(visit_request: VisitRequest) -> ResponseReturnValue:
    if visit_request.state == "submitted":
        flash(_("Your request is handed in. You can change it until the round closes."), "good")
    else:
        flash(_("The request is kept as a draft. Hand it in before the round closes."), "warn")
    return redirect(url_for("requests.show", request_id=visit_request.id), 303)
