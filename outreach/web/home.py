"""The first page of each role: what is to be done now."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from outreach.clock import today, utc_now
from outreach.models import BookingState, Role, User
from outreach.queries import home as questions
from outreach.queries.people import own_invitations
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
    if user.holds(Role.COORDINATOR, Role.HUB):
        return _host(user)
    if user.holds(Role.TEACHER):
        return _teacher(user)
    return render_template("home/no_role.html", offered=own_invitations(user, now=utc_now()))


def _teacher(user: User) -> str:
    rounds = open_rounds()
    return render_template(
        "home/teacher.html",
        schools=questions.schools_of(user),
        rounds=rounds,
        requests=questions.requests_in(user, rounds),
        awaited=questions.requests_awaiting_result(user),
        to_confirm=questions.bookings_to_confirm(user),
        # Those that wait for an answer stand above already.
        coming=questions.coming_bookings(user, today(), (BookingState.CONFIRMED,)),
    )


def _host(user: User) -> str:
    return render_template(
        "home/host.html",
        companies=questions.companies_for(user),
        work=questions.offer_work(user, today()),
        coming=questions.coming_bookings(user, today()),
        rounds=open_rounds(),
    )


def _staff() -> str:
    rounds = questions.rounds_at_work()
    return render_template(
        "home/staff.html",
        rounds=rounds,
        supplies={round_.id: supply_of(round_) for round_ in rounds},
        letters_in_trouble=questions.letters_in_trouble(),
        begun=questions.beginnings(),
        unconfirmed=questions.unconfirmed_bookings(),
    )
