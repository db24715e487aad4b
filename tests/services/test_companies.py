"""Companies, hubs, and what they say about themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from outreach.models import Company, Hub, db
from outreach.services.companies import (
    CompanyDoesNotHold,
    CompanyFacts,
    NotYourHub,
    add_company,
    add_hub,
    edit_company,
)
from outreach.services.transaction import ChangedMeanwhile
from tests.build import NOW
from tests.cast import Cast

FACTS = CompanyFacts(name_en="Kite Labs", name_zh="風箏實驗室", website="https://kite.example.org")


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    """Deeds need the application."""
    with app.app_context():
        yield


def test_staff_enter_companies_with_a_hub_or_without(cast: Cast) -> None:
    alone = add_company(facts=FACTS, by=cast.user("stan"), now=NOW)
    under = add_company(
        facts=replace(FACTS, name_en="Kite Two"), hub_id=cast.hub, by=cast.user("stan"), now=NOW
    )
    assert (alone.hub_id, under.hub_id) == (None, cast.hub)


def test_a_hub_member_enters_companies_under_their_own_hub_only(cast: Cast) -> None:
    other = add_hub(name_en="Other park", name_zh="", by=cast.user("stan"), now=NOW).id
    made = add_company(facts=FACTS, hub_id=cast.hub, by=cast.user("hana"), now=NOW)
    assert made.hub_id == cast.hub
    for hub_id in (other, None):
        with pytest.raises(NotYourHub):
            add_company(facts=replace(FACTS, name_en="Second"), hub_id=hub_id, by=cast.user("hana"), now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_en": "", "name_zh": ""}, "name_en"),
        ({"name_en": "Robo Works", "name_zh": "機械工房"}, "name_en"),
        ({"max_sessions": 0}, "max_sessions"),
        ({"max_sessions_per_week": -1}, "max_sessions_per_week"),
        ({"website": "javascript:alert(1)"}, "website"),
    ],
)
def test_what_no_company_may_say(cast: Cast, changes: dict[str, object], field: str) -> None:
    with pytest.raises(CompanyDoesNotHold) as refusal:
        add_company(facts=replace(FACTS, **changes), by=cast.user("stan"), now=NOW)
    assert refusal.value.field == field
    assert db.session.query(Company).count() == 2


def test_two_hubs_have_two_names(cast: Cast) -> None:
    with pytest.raises(CompanyDoesNotHold):
        add_hub(name_en="Hilltop Technology Park", name_zh="山頂科技園", by=cast.user("stan"), now=NOW)
    assert db.session.query(Hub).count() == 1


def test_a_company_keeps_its_own_name_when_its_limits_change(cast: Cast) -> None:
    company = cast.company()
    same = CompanyFacts(name_en=company.name_en, name_zh=company.name_zh, max_sessions_per_week=3)
    edit_company(
        company_id=cast.robo, facts=same, seen_version=company.version, by=cast.user("cora"), now=NOW
    )
    changed = db.session.get_one(Company, cast.robo)
    assert (changed.name_en, changed.max_sessions_per_week, changed.max_sessions) == ("Robo Works", 3, None)


def test_the_second_of_two_changes_is_told_of_the_first(cast: Cast) -> None:
    seen = cast.company().version
    edit_company(company_id=cast.robo, facts=FACTS, seen_version=seen, by=cast.user("cora"), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        edit_company(
            company_id=cast.robo,
            facts=replace(FACTS, name_en="Second"),
            seen_version=seen,
            by=cast.user("hana"),
            now=NOW,
        )
    assert db.session.get_one(Company, cast.robo).name_en == "Kite Labs"
