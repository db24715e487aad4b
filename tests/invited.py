"""Somebody who is invited, and who is listed on a page of people."""

from __future__ import annotations

import re

from flask import Flask

from outreach.models import Role
from outreach.services.invitations import invite
from tests.build import NOW
from tests.cast import Cast

NEW = {"name": "New Person", "email": "new@example.org"}


def listed(page: str) -> list[str]:
    """The people on a page, by the first part of their address."""
    return sorted(set(re.findall(r"(\w+)@example\.org", page)))


def invited(app: Flask, cast: Cast, email: str = NEW["email"]) -> int:
    """Hana has invited somebody to coordinate Robo Works; the number of the invitation."""
    with app.app_context():
        facts = {"role": Role.COORDINATOR, "body_id": cast.robo, "by": cast.user("hana"), "now": NOW}
        found = invite(**{**NEW, "email": email}, **facts).invitation  # type: ignore[arg-type]
        assert found is not None
        return found.id
