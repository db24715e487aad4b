"""The public profile of a company, and how hosts and staff keep it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Company, Hub, OfferState, db
from outreach.services.transaction import one_transaction
from tests import build
from tests.build import NOW
from tests.cast import EVERYBODY, Cast
from tests.forms import press, send
from tests.html import faults_of
from tests.simplified import simplified_in

As = Callable[[str], FlaskClient]


def test_everybody_reads_the_profile_and_the_posted_offers(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        posted = build.offer(cast.company()).id
        draft = build.offer(cast.company(), title_en="Not yet", state=OfferState.DRAFT).id
    for name in EVERYBODY:
        page = as_(name).get(f"/companies/{cast.robo}").text
        seen = (f"/offers/{posted}" in page, f"/offers/{draft}" in page)
        assert (name, *seen, faults_of(page)) == (name, True, False, [])


def test_the_profile_in_chinese(as_: As, cast: Cast) -> None:
    browser = as_("nobody")
    press(browser, "/language", language="zh_Hant_HK")
    page = browser.get(f"/companies/{cast.robo}").text
    assert ("機械工房" in page, simplified_in(page), faults_of(page)) == (True, [], [])


def test_a_citys_companies_come_page_by_page_and_are_found_by_a_word(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context(), one_transaction():
        db.session.add_all(
            Company(name_en=f"Peak Labs {number:02}", name_zh=f"山頂{number:02}", created_at=NOW)
            for number in range(60)
        )
    stan = as_("stan")
    shown = [
        len(re.findall(r"Peak Labs \d", stan.get(f"/companies?page={number}").text)) for number in (1, 2)
    ]
    assert (sum(shown), max(shown) < 50) == (60, True)
    found = {words: stan.get("/companies", query_string={"q": words}).text for words in ("山頂07", "hilltop")}
    assert re.findall(r"(Peak Labs \d+|Robo Works)<", found["山頂07"]) == ["Peak Labs 07"]
    assert re.findall(r"(Peak Labs \d+|Robo Works)<", found["hilltop"]) == ["Robo Works"]
    nothing = stan.get("/companies?q=no+such").text
    assert ("No company fits this search" in nothing, faults_of(nothing)) == (True, [])


def test_limits_are_for_the_companys_own_eyes(as_: As, cast: Cast) -> None:
    pages = {name: as_(name).get(f"/companies/{cast.robo}").text for name in EVERYBODY}
    assert {name for name, page in pages.items() if "No limit" in page} == {"cora", "hana", "stan", "ada"}


def test_a_coordinator_changes_the_profile(app: Flask, as_: As, cast: Cast) -> None:
    url = f"/companies/{cast.robo}"
    answer = send(as_("cora"), f"{url}/edit", profile_en="We build arms.", max_sessions_per_week="2")
    assert (answer.status_code, answer.location) == (303, url)
    assert "We build arms." in as_("nobody").get(url).text
    with app.app_context():
        company = db.session.get_one(Company, cast.robo)
        assert (company.max_sessions_per_week, company.max_sessions) == (2, None)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"name_en": "", "name_zh": ""}, 422, "Give a name"),
        ({"website": "javascript:alert(1)"}, 409, "A web address begins with https://"),
        ({"max_sessions": "0"}, 422, "Enter a number from 1"),
        ({"version": "0"}, 409, "Somebody changed this"),
        ({"version": "٣"}, 409, "Somebody changed this"),
    ],
)
def test_a_profile_that_does_not_hold(
    as_: As, cast: Cast, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = send(as_("cora"), f"/companies/{cast.robo}/edit", **changes)
    assert (answer.status_code, words in answer.text, faults_of(answer.text)) == (status, True, [])


@pytest.mark.parametrize(("name", "status"), [("nobody", 303), ("tess", 403), ("cole", 403), ("hana", 200)])
def test_who_may_change_a_profile(as_: As, cast: Cast, name: str, status: int) -> None:
    assert as_(name).get(f"/companies/{cast.robo}/edit").status_code == status


def test_the_list_holds_ones_own_companies(as_: As, cast: Cast) -> None:
    seen = {}
    for name in ("cora", "cole", "hana", "stan"):
        page = as_(name).get("/companies").text
        found = (f"/companies/{cast.robo}" in page, f"/companies/{cast.harbour}" in page)
        seen[name] = (*found, "/companies/new" in page)
        assert faults_of(page) == []
    assert seen == {
        "cora": (True, False, False),
        "cole": (False, True, False),
        "hana": (True, False, True),
        "stan": (True, True, True),
    }


def test_a_hub_member_enters_a_company_under_their_own_hub(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        other = build.kept(Hub(name_en="Other park", name_zh="", created_at=NOW)).id
    hana = as_("hana")
    page = hana.get("/companies/new").text
    assert ("Hilltop" in page, "Other park" in page, faults_of(page)) == (True, False, [])
    assert send(hana, "/companies/new", name_en="Third", hub_id=str(other)).status_code == 422
    answer = send(hana, "/companies/new", name_en="Third", hub_id=str(cast.hub))
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.query(Company).filter_by(name_en="Third").one().hub_id == cast.hub


def test_staff_enter_a_company_without_a_hub(app: Flask, as_: As, cast: Cast) -> None:
    assert send(as_("stan"), "/companies/new", name_en="Alone", hub_id="").status_code == 303
    with app.app_context():
        assert db.session.query(Company).filter_by(name_en="Alone").one().hub_id is None


@pytest.mark.parametrize(("name", "status"), [("nobody", 303), ("tess", 403), ("cora", 403)])
def test_who_may_not_enter_companies(as_: As, cast: Cast, name: str, status: int) -> None:
    assert as_(name).get("/companies/new").status_code == status


def test_staff_enter_a_hub_once(app: Flask, as_: As, cast: Cast) -> None:
    stan = as_("stan")
    answers = [send(stan, "/hubs/new", name_en="Harbour Park", name_zh="海港園") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert faults_of(answers[1].text) == []
    page = stan.get("/companies").text
    assert ("Harbour Park" in page, "Hilltop Technology Park" in page, faults_of(page)) == (True, True, [])
    with app.app_context():
        assert db.session.query(Hub).count() == 2


@pytest.mark.parametrize(("name", "status"), [("nobody", 303), ("tess", 403), ("cora", 403), ("hana", 403)])
def test_who_may_not_enter_hubs(as_: As, cast: Cast, name: str, status: int) -> None:
    assert as_(name).get("/hubs/new").status_code == status
