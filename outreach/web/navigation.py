"""The menu: what each role finds at the top of every page, in the order of a working day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from outreach.models import Role, User
from outreach.web.access import reader


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu as the layout draws it."""

    label: LazyString
    url: str
    active: bool


TEACHER = (
    ("home.index", _l("My school")),
    ("offers.index", _l("Find an offer")),
    ("requests.index", _l("Requests")),
    ("bookings.index", _l("Bookings")),
    ("schools.own", _l("School calendar")),
)
HOST = (
    ("home.index", _l("Overview")),
    ("offers.mine", _l("Our offers")),
    ("teams.index", _l("Teams")),
    ("roster.index", _l("Who comes")),
    ("people.index", _l("People")),
)
STAFF = (
    ("home.index", _l("Overview")),
    ("rounds.index", _l("Rounds")),
    ("requests.index", _l("Requests")),
    ("bookings.index", _l("Bookings")),
    ("offers.index", _l("Offers")),
    ("companies.index", _l("Companies")),
    ("schools.index", _l("Schools")),
    ("people.index", _l("People")),
    ("outbox.index", _l("Letters")),
)
NOBODY = (("offers.index", _l("Find an offer")),)


def entries_for(user: User | None) -> tuple[tuple[str, LazyString], ...]:
    """Which menu a person gets; staff first, because staff may hold other roles for testing."""
    if user is None:
        return NOBODY
    if user.is_staff:
        return STAFF
    if user.holds(Role.COORDINATOR, Role.HUB):
        return HOST
    return TEACHER


def navigation() -> list[Entry]:
    """The menu of this page."""
    here = (request.endpoint or "").partition(".")[0]
    return [
        Entry(
            label,
            url_for(endpoint),
            endpoint == request.endpoint or (here == endpoint.partition(".")[0] != "offers"),
        )
        for endpoint, label in entries_for(reader())
        if endpoint in current_app.view_functions
    ]
