"""The first page of each role: what is to be done now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from outreach.clock import today, utc_now
from outreach.models import Round, User
from outreach.permissions.judges import is_host, is_teacher
from outreach.queries import home as questions
from outreach.queries.people import own_invitations
from outreach.queries.repairs import repairs_waiting
from outreach.queries.rounds import open_rounds, supply_of
from outreach.web.access import reader, requires

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires("public")
def index() -> ResponseReturnValue:
    """The page of the reader's role; whoever is not signed in reads what this is."""
    user = reader()
    if user is None:
        return render_template("home/welcome.html", rounds=open_rounds())
    if user.is_staff:
        return _staff()
    if is_host(user) or is_teacher(user):
        return _acting(user)
    return render_template("home/no_role.html", offered=own_invitations(user, now=utc_now()))


def _acting(user: User) -> str:
    # Whoever teaches and coordinates has both on one page, the school first: only there a day is missed for good.
    rounds = open_rounds()
    return render_template(
        "home/acting.html",
        rounds=rounds,
        teaching=_teaching(user, rounds) if is_teacher(user) else None,
        hosting=_hosting(user) if is_host(user) else None,
    )


def _teaching(user: User, rounds: list[Round]) -> dict[str, Any]:
    return {
        "schools": questions.schools_of(user),
        "requests": questions.requests_in(user, rounds),
        "awaited": questions.requests_awaiting_result(user),
        "to_confirm": questions.bookings_to_confirm(user),
        "coming": questions.coming_outings(user, today()),
    }


def _hosting(user: User) -> dict[str, Any]:
    return {
        "companies": questions.companies_for(user),
        "work": questions.offer_work(user, today()),
        "coming": questions.coming_groups(user, today()),
    }


def _staff() -> str:
    rounds = questions.rounds_at_work()
    return render_template(
        "home/staff.html",
        rounds=rounds,
        supplies={round_.id: supply_of(round_) for round_ in rounds},
        letters_in_trouble=questions.letters_in_trouble(),
        begun=questions.beginnings(),
        unconfirmed=questions.unconfirmed_bookings(),
        repairs=repairs_waiting(now=utc_now()),
    )
