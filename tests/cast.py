"""The people of every test, the same everywhere.

tess and tom teach at Tai Wai Primary, theo at Aberdeen Secondary; cora coordinates Robo Works, cole Harbour Data, hana acts
for the hub over Robo Works; stan is programme staff, ada administrator; "nobody" is whoever is not signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient

from outreach.models import (
    Company,
    FinanceType,
    Hub,
    Membership,
    Role,
    School,
    SchoolLevel,
    User,
    db,
)
from outreach.services.accounts import HASHER, open_session
from outreach.services.transaction import one_transaction
from outreach.web.security import SESSION_KEY

PASSWORD = "harbour kite lantern"
# Hashing is slow on purpose: once for all.
PASSWORD_HASH = HASHER.hash(PASSWORD)

PEOPLE = ("tess", "theo", "tom", "cora", "cole", "hana", "stan", "ada")
NOBODY = "nobody"
EVERYBODY = (*PEOPLE, NOBODY)


@dataclass(slots=True)
class Cast:
    """The rows' numbers; load them with `db.session.get_one` where a test needs more."""

    people: dict[str, int]
    primary: int
    secondary: int
    hub: int
    robo: int
    harbour: int

    def user(self, name: str) -> User:
        """The person's row in the current session."""
        return db.session.get_one(User, self.people[name])

    def unopened(self, name: str) -> User:
        """The person as before they chose a password."""
        with one_transaction():
            user = self.user(name)
            user.password_hash = None
        return user

    def school(self, name: str = "primary") -> School:
        """Tess' and Tom's school, or Theo's ("secondary")."""
        return db.session.get_one(School, getattr(self, name))

    def company(self, name: str = "robo") -> Company:
        """Cora's company (under Hana's hub), or Cole's ("harbour")."""
        return db.session.get_one(Company, getattr(self, name))


def make_cast(now: datetime) -> Cast:
    """Write the cast into the empty database of the current application context."""
    with one_transaction():
        primary, secondary, hub, robo, harbour = _bodies(now)
        places: dict[str, tuple[Role, dict[str, int]]] = {
            "tess": (Role.TEACHER, {"school_id": primary}),
            "tom": (Role.TEACHER, {"school_id": primary}),
            "theo": (Role.TEACHER, {"school_id": secondary}),
            "cora": (Role.COORDINATOR, {"company_id": robo}),
            "cole": (Role.COORDINATOR, {"company_id": harbour}),
            "hana": (Role.HUB, {"hub_id": hub}),
            "stan": (Role.STAFF, {}),
            "ada": (Role.ADMINISTRATOR, {}),
        }
        people = {}
        for name, (role, body) in places.items():
            user = User(
                email=f"{name}@example.org", name=name.title(), password_hash=PASSWORD_HASH, created_at=now
            )
            user.memberships = [Membership(role=role, **body)]
            people[name] = _number(user)
        return Cast(people, primary, secondary, hub, robo, harbour)


def _bodies(now: datetime) -> tuple[int, int, int, int, int]:
    primary = School(
        source_key="110001-primary",
        registration="110001",
        level=SchoolLevel.PRIMARY,
        finance_type=FinanceType.AIDED,
        name_en="Tai Wai Riverside Primary School",
        name_zh="大圍河畔小學",
        address_en="1 Riverside Road, Tai Wai",
        address_zh="大圍河畔路1號",
        district="R",
        longitude=114.178,
        latitude=22.373,
        created_at=now,
    )
    secondary = School(
        source_key="220002-secondary",
        registration="220002",
        level=SchoolLevel.SECONDARY,
        finance_type=FinanceType.GOVERNMENT,
        name_en="Aberdeen Harbour Secondary School",
        name_zh="香港仔海港中學",
        address_en="2 Harbour Road, Aberdeen",
        address_zh="香港仔海港道2號",
        district="D",
        longitude=114.155,
        latitude=22.248,
        created_at=now,
    )
    hub = _number(Hub(name_en="Hilltop Technology Park", name_zh="山頂科技園", created_at=now))
    robo = Company(name_en="Robo Works", name_zh="機械工房", hub_id=hub, created_at=now)
    harbour = Company(name_en="Harbour Data", name_zh="海港數據", created_at=now)
    return _number(primary), _number(secondary), hub, _number(robo), _number(harbour)


def _number(row: User | School | Hub | Company) -> int:
    db.session.add(row)
    db.session.flush()
    return row.id


def browser_of(app: Flask, cast: Cast, name: str, now: datetime) -> FlaskClient:
    """A browser in which this person is signed in (through a real session row; the sign-in page has its own tests)."""
    browser = app.test_client()
    if name == NOBODY:
        return browser
    with app.app_context():
        key = open_session(user_id=cast.people[name], hours=12, now=now)
    with browser.session_transaction() as cookie:
        cookie[SESSION_KEY] = key
        cookie["_user_id"] = str(cast.people[name])
        cookie["_fresh"] = True
    return browser
