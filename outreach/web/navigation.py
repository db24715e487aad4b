"""The menu: what each role finds at the top of every page, in the order of a working day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from outreach.models import User
from outreach.permissions.judges import is_host, is_teacher
from outreach.web.access import reader


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu as the layout draws it."""

    label: LazyString
    url: str
    active: bool


Entries = tuple[tuple[str, LazyString], ...]
TEACHER: Entries = (
    ("home.index", _l("My school")),
    ("offers.index", _l("Find an offer")),
    ("requests.index", _l("Requests")),
    ("bookings.index", _l("Bookings")),
    ("schools.own", _l("School calendar")),
)
HOST: Entries = (
    ("home.index", _l("Overview")),
    ("offers.mine", _l("Our offers")),
    ("teams.index", _l("Teams")),
    ("roster.index", _l("Who comes")),
    ("people.index", _l("People")),
)
COMPANIES = ("companies.index", _l("Companies"))
HUB: Entries = (*HOST[:2], COMPANIES, *HOST[2:])
STAFF: Entries = (
    ("home.index", _l("Overview")),
    ("rounds.index", _l("Rounds")),
    ("requests.index", _l("Requests")),
    ("bookings.index", _l("Bookings")),
    ("offers.index", _l("Offers")),
    COMPANIES,
    ("schools.index", _l("Schools")),
    ("ledger.index", _l("Fairness")),
    ("people.index", _l("People")),
    ("outbox.index", _l("Letters")),
)
NOBODY: Entries = (("offers.index", _l("Find an offer")),)
# Which entry is lit on pages that are none themselves, by page or by room: the first of these that the menu holds.
WITHIN: dict[str, tuple[str, ...]] = {
    "offers.show": ("offers.index", "offers.mine"),
    "offers": ("offers.mine", "offers.index"),
    "slots": ("offers.mine", "offers.index"),
    "bookings.new": ("offers.index",),
    "waitlist": ("offers.index",),
    "bookings": ("bookings.index", "roster.index"),
    "companies": ("companies.index", "offers.index", "home.index"),
    "runs": ("rounds.index",),
    "proposals": ("rounds.index",),
    "repairs": ("rounds.index", "offers.mine"),
    "reasons": ("rounds.index",),
    "recruiting": ("rounds.index",),
    "invitations.index": ("people.index",),
    # Where the page's back link leads.
    "ledger.show": ("ledger.index", "schools.own"),
}


def entries_for(user: User | None) -> Entries:
    """Which menu a person gets; staff first, because staff may hold other roles for testing. Whoever acts for a company and
    a school has what both have, each page once."""
    if user is None:
        return NOBODY
    if user.is_staff:
        return STAFF
    hosting = () if not is_host(user) else HUB if user.hub_ids else HOST
    teaching = TEACHER if is_teacher(user) else ()
    held = {endpoint for endpoint, _label in hosting}
    return (*hosting, *(entry for entry in teaching if entry[0] not in held)) or NOBODY


def navigation() -> list[Entry]:
    """The menu of this page."""
    entries = entries_for(reader())
    here = _lit(request.endpoint or "", [endpoint for endpoint, _label in entries])
    return [
        Entry(label, url_for(endpoint), endpoint == here)
        for endpoint, label in entries
        if endpoint in current_app.view_functions
    ]


def _lit(page: str, held: list[str]) -> str | None:
    room = page.partition(".")[0]
    sisters = tuple(endpoint for endpoint in held if endpoint.partition(".")[0] == room)
    wanted = (page, *WITHIN.get(page, WITHIN.get(room, sisters)))
    return next((endpoint for endpoint in wanted if endpoint in held), None)
