"""People and bodies of the demonstration go in through the deeds of the pages, on both engines."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from outreach.clock import to_utc
from outreach.models import (
    AuditEntry,
    BlockedDays,
    Company,
    Hub,
    Membership,
    Offer,
    OfferState,
    Role,
    School,
    Slot,
    Team,
    TeamWindow,
    User,
    db,
)
from outreach.services.accounts import sign_in
from outreach.services.demo.city import Size, plan_city
from outreach.services.demo.entering import (
    Entered,
    email_of,
    enter_firms,
    enter_office,
    enter_schools,
    enter_supply,
    open_doors,
)
from outreach.services.demo.people import CAST
from outreach.services.demo.schools import school_file_of
from outreach.services.transaction import Refusal, one_transaction

CITY = plan_city(Size(18, 6, 3), today=date(2026, 11, 22))
NOW = to_utc(CITY.last_term.term.opens_on - timedelta(days=30), time(10))
PASSWORD = "a password for this test"


@pytest.fixture
def entered(app: Flask) -> Entered:
    found = Entered()
    with app.app_context():
        with one_transaction():
            enter_office(found, now=NOW)
            enter_schools(found, CITY, school_file_of(CITY.schools), now=NOW)
            enter_firms(found, CITY, now=NOW)
            enter_supply(found, CITY, CITY.last_term.supply, now=NOW)
            enter_supply(found, CITY, CITY.this_term.supply, now=NOW)
            open_doors(found, PASSWORD, now=NOW)
        yield found


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_everything_of_the_plan_is_in_the_database(entered: Entered) -> None:
    rounds = (CITY.last_term, CITY.this_term)
    assert {
        table.__name__: count(table) for table in (School, Hub, Company, Offer, Team, Slot, TeamWindow)
    } == {
        "School": 18,
        "Hub": 3,
        "Company": 6,
        "Offer": len(CITY.offers),
        "Team": len(CITY.teams),
        "Slot": sum(len(round_.supply.slots) for round_ in rounds),
        "TeamWindow": sum(len(round_.supply.team_days) for round_ in rounds),
    }
    assert set(db.session.scalars(select(Offer.state))) == {OfferState.POSTED}
    assert count(BlockedDays) == sum(len(school.blocked) for school in CITY.schools)
    roles = db.session.execute(select(Membership.role, func.count()).group_by(Membership.role))
    assert dict(roles.all()) == {
        Role.TEACHER: 18,
        Role.COORDINATOR: 6,
        Role.HUB: 3,
        Role.STAFF: 1,
        Role.ADMINISTRATOR: 1,
    }


def test_a_school_keeps_what_was_planned_for_it(entered: Entered) -> None:
    for plan in CITY.schools:
        school = db.session.get_one(School, entered.schools[plan.key])
        assert (school.name_en, school.name_zh, school.district) == (
            plan.name.en,
            plan.name.zh,
            plan.district,
        )
        assert (school.level, school.finance_type) == (plan.level, plan.finance)
        assert (school.day_start, school.day_end) == (plan.day_start, plan.day_end)
        assert (school.longitude, school.latitude) == (plan.lon, plan.lat)


def test_the_five_can_sign_in_and_nobody_else_has_a_password(entered: Entered) -> None:
    for member in CAST:
        user, _ = sign_in(
            email=email_of(member.person), password=PASSWORD, address="192.0.2.1", hours=1, now=NOW
        )
        assert user.name == member.person.name
        assert user.holds(Role(member.role))
    with_password = db.session.scalars(select(User.email).where(User.password_hash.is_not(None)))
    assert sorted(with_password) == sorted(email_of(member.person) for member in CAST)


def test_deeds_are_done_by_those_whose_business_they_are(entered: Entered) -> None:
    done = db.session.execute(
        select(AuditEntry.action, Membership.role)
        .join(Membership, Membership.user_id == AuditEntry.user_id)
        .where(AuditEntry.action.in_(("slot.create", "offer.post", "company.create", "school.change")))
        .distinct()
    )
    assert {tuple(row) for row in done} == {
        ("slot.create", Role.COORDINATOR),
        ("offer.post", Role.COORDINATOR),
        ("company.create", Role.STAFF),
        ("school.change", Role.TEACHER),
    }


def test_the_passwords_are_judged_like_any_other(entered: Entered) -> None:
    with one_transaction():
        for member in CAST:
            entered.user(member.person).password_hash = None
    with pytest.raises(Refusal, match="12 characters"):
        open_doors(entered, "short", now=NOW)
