"""Repairs: watched while they are worked out, compared, carried out; for the company that cancelled, a short word."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach.clock import utc_now
from outreach.models import ALIVE, Round, Study, StudyKind
from outreach.queries.repairs import asked_of, cancelled_of, newest_about, publication_of
from outreach.queries.repairs_shown import outcomes_of, shown_repairs
from outreach.queries.runs import waiting_since
from outreach.services.carrying_out import carry_out_repair, look_anew
from outreach.services.lost_days import ask_lost_day
from outreach.services.studies import ask_study_to_stop
from outreach.web.access import load_or_404, requires, signed_in_user
from outreach.web.forms.rounds import LostDayForm

blueprint = Blueprint("repairs", __name__)

POLICY_WORDS = {
    "fewest-schools": _l("Touch the fewest schools"),
    "same-dates": _l("Move nobody's date"),
    "most-served": _l("Serve the most"),
}


def _repair(study_id: int) -> Study:
    study = load_or_404(Study, study_id)
    if study.kind is not StudyKind.REPAIR:
        abort(404)
    return study


def _facts(study: Study) -> dict[str, Any]:
    alive = study.state in ALIVE
    return {
        "study": study,
        "cancelled": cancelled_of(study),
        "asked": asked_of(study),
        "alive": alive,
        "waiting_seconds": waiting_since(study, utc_now()),
        "publication": publication_of(study),
        "newest": newest_about(study),
        "policy_words": POLICY_WORDS,
    }


@blueprint.route("/rounds/<id:round_id>/lost-day", methods=["GET", "POST"])
@requires("repair.ask")
def lost_day(round_id: int) -> ResponseReturnValue:
    """Schools are closed on a day: look for other places for its visits."""
    round_, form = load_or_404(Round, round_id), LostDayForm()
    arguments = {"round_id": round_id, "by": signed_in_user(), "now": utc_now()}
    if form.validate_on_submit() and form.attempt(
        ask_lost_day, day=form.day.data, districts=form.districts.data or [], **arguments
    ):
        return redirect(url_for("repairs.show", study_id=form.outcome.id), 303)
    return render_template("repair/lost_day.html", form=form, round_=round_), form.status


@blueprint.get("/repairs/<id:study_id>")
@requires("repair.view")
def show(study_id: int) -> ResponseReturnValue:
    """The answers side by side; the company that cancelled learns only what becomes of its own groups."""
    study = _repair(study_id)
    return _page("repair/show.html", study)


@blueprint.get("/repairs/<id:study_id>/progress")
@requires("repair.view")
def progress(study_id: int) -> ResponseReturnValue:
    """The moving part of the page alone; without htmx the whole page answers."""
    study = _repair(study_id)
    return _page("repair/_progress.html" if request.headers.get("HX-Request") else "repair/show.html", study)


def _page(template: str, study: Study) -> str:
    staff = signed_in_user().is_staff
    return render_template(
        template,
        **_facts(study),
        repairs=shown_repairs(study) if staff else [],
        outcomes=outcomes_of(study),
    )


@blueprint.post("/repairs/<id:study_id>/carry-out")
@requires("repair.carry_out")
def carry_out(study_id: int) -> ResponseReturnValue:
    """Make one of the repairs binding."""
    _repair(study_id)
    policy = request.form.get("policy", "")
    if policy not in POLICY_WORDS:
        abort(400)
    carry_out_repair(study_id=study_id, policy=policy, by=signed_in_user(), now=utc_now())
    flash(_("Carried out. The new bookings stand and the letters are on their way."), "good")
    return redirect(url_for("repairs.show", study_id=study_id), 303)


@blueprint.post("/repairs/<id:study_id>/anew")
@requires("repair.carry_out")
def anew(study_id: int) -> ResponseReturnValue:
    """Ask the same question about the round as it is now."""
    _repair(study_id)
    again = look_anew(study_id=study_id, by=signed_in_user(), now=utc_now())
    return redirect(url_for("repairs.show", study_id=again.id), 303)


@blueprint.post("/repairs/<id:study_id>/stop")
@requires("repair.carry_out")
def stop(study_id: int) -> ResponseReturnValue:
    """End the work with what is known by then."""
    _repair(study_id)
    ask_study_to_stop(study_id=study_id, by=signed_in_user(), now=utc_now())
    return redirect(url_for("repairs.show", study_id=study_id), 303)
