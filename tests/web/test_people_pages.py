"""Who has an account: the list, inviting, sending again, closing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Membership, OutboxMessage, Role, User, db
from outreach.services.people import invite
from tests.build import NOW
from tests.cast import PEOPLE, Cast
from tests.forms import press, send
from tests.html import faults_of
from tests.simplified import simplified_in

As = Callable[[str], FlaskClient]

NEW = {"name": "New Person", "email": "new@example.org"}


def listed(page: str) -> list[str]:
    """The people on a page, by the first part of their address."""
    return sorted(set(re.findall(r"(\w+)@example\.org", page)))


def invited(app: Flask, cast: Cast) -> int:
    """A colleague of Cora's who has not chosen a password."""
    with app.app_context():
        found = invite(**NEW, role=Role.COORDINATOR, body_id=cast.robo, by=cast.user("hana"), now=NOW)
        return found.user.id


def test_each_reader_sees_the_people_they_may_know_of(as_: As, cast: Cast) -> None:
    seen = {}
    for name in ("cora", "cole", "hana", "stan", "ada"):
        page = as_(name).get("/people").text
        seen[name] = listed(page)
        assert faults_of(page) == []
    everybody = sorted(PEOPLE)
    assert seen == {
        "cora": ["cora"],
        "cole": ["cole"],
        "hana": ["cora", "hana"],
        "stan": everybody,
        "ada": everybody,
    }


@pytest.mark.parametrize(("name", "status"), [("nobody", 303), ("tess", 403), ("theo", 403)])
def test_teachers_have_no_list_of_people(as_: As, cast: Cast, name: str, status: int) -> None:
    assert as_(name).get("/people").status_code == status


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"words": "TES"}, ["tess"]),
        ({"words": "cora@"}, ["cora"]),
        ({"role": "teacher"}, ["tess", "theo", "tom"]),
        ({"role": "hub"}, ["hana"]),
        ({"state": "invited"}, ["new"]),
        ({"state": "closed"}, []),
        ({"role": "king", "state": "?"}, sorted([*PEOPLE, "new"])),
    ],
)
def test_the_list_is_searched(
    app: Flask, as_: As, cast: Cast, query: dict[str, str], names: list[str]
) -> None:
    invited(app, cast)
    page = as_("stan").get("/people", query_string=query).text
    assert (listed(page), faults_of(page)) == (names, [])


# Which forms each reader is offered, by hand.
FORMS = {
    "cora": [],
    "hana": ["coordinator"],
    "stan": ["teacher", "coordinator", "hub"],
    "ada": ["teacher", "coordinator", "hub", "staff", "administrator"],
}


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_hold_only_what_the_reader_may_grant(as_: As, cast: Cast, name: str) -> None:
    browser = as_(name)
    answers = {role.value: browser.get(f"/people/invite/{role.value}") for role in Role}
    assert [role for role, answer in answers.items() if answer.status_code == 200] == FORMS[name]
    assert {answer.status_code for answer in answers.values()} <= {200, 403}
    for role in FORMS[name]:
        assert (role, faults_of(answers[role].text)) == (role, [])


def test_a_hub_invites_coordinators_of_its_companies_only(app: Flask, as_: As, cast: Cast) -> None:
    hana = as_("hana")
    page = hana.get("/people/invite/coordinator").text
    assert ("Robo Works" in page, "Harbour Data" in page) == (True, False)
    forged = send(hana, "/people/invite/coordinator", **NEW, body_id=str(cast.harbour))
    assert forged.status_code == 422
    answer = send(hana, "/people/invite/coordinator", **NEW, body_id=str(cast.robo))
    assert (answer.status_code, answer.location) == (303, "/people")
    shown = as_("cora").get("/people").text
    assert (listed(shown), "Invited" in shown, faults_of(shown)) == (["cora", "new"], True, [])
    assert "/people/invite" not in shown
    with app.app_context():
        assert [row.template for row in db.session.query(OutboxMessage)] == ["invitation"]


def test_whoever_has_an_account_gets_the_role_added(app: Flask, as_: As, cast: Cast) -> None:
    stan = as_("stan")
    cora = {"name": "Cora", "email": "cora@example.org"}
    answer = send(stan, "/people/invite/coordinator", **cora, body_id=str(cast.harbour))
    assert "has an account already" in stan.get(answer.location).text
    with app.app_context():
        held = db.session.query(Membership).filter_by(user_id=cast.people["cora"])
        assert {membership.company_id for membership in held} == {cast.robo, cast.harbour}


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"name": ""}, 422, "Enter the person"),
        ({"email": "nobody"}, 409, "This is no e-mail address"),
        ({"body_id": ""}, 409, "Say for whom this person acts"),
        ({"language": "fr"}, 422, "There is a problem"),
    ],
)
def test_an_invitation_that_does_not_hold(
    app: Flask, as_: As, cast: Cast, changes: dict[str, Any], status: int, words: str
) -> None:
    typed = {**NEW, "body_id": str(cast.robo), **changes}
    answer = send(as_("stan"), "/people/invite/coordinator", **typed)
    assert (answer.status_code, words in answer.text, faults_of(answer.text)) == (status, True, [])
    with app.app_context():
        assert db.session.query(User).count() == len(PEOPLE)


@pytest.mark.parametrize(
    ("name", "status"), [("tess", 403), ("cora", 403), ("cole", 403), ("hana", 303), ("stan", 303)]
)
def test_who_may_send_an_invitation_again(app: Flask, as_: As, cast: Cast, name: str, status: int) -> None:
    number = invited(app, cast)
    assert press(as_(name), f"/people/{number}/invite-again").status_code == status


def test_an_administrator_closes_an_account_and_opens_it_again(app: Flask, as_: As, cast: Cast) -> None:
    ada, cora, number = as_("ada"), as_("cora"), cast.people["cora"]
    assert cora.get("/offers/mine").status_code == 200
    assert press(ada, f"/people/{number}/disable").location == "/people"
    assert cora.get("/offers/mine").status_code == 303
    page = ada.get("/people?state=closed").text
    assert (listed(page), faults_of(page)) == (["cora"], [])
    assert press(ada, f"/people/{number}/enable").location == "/people"
    with app.app_context():
        assert cast.user("cora").active is True


@pytest.mark.parametrize(("name", "victim"), [("stan", "cora"), ("hana", "cora"), ("ada", "ada")])
def test_who_may_not_close_an_account(app: Flask, as_: As, cast: Cast, name: str, victim: str) -> None:
    assert press(as_(name), f"/people/{cast.people[victim]}/disable").status_code == 403
    with app.app_context():
        assert cast.user(victim).active is True


def test_the_pages_in_chinese(as_: As, cast: Cast) -> None:
    ada = as_("ada")
    press(ada, "/language", language="zh_Hant_HK")
    for path in ("/people", "/people/invite/teacher", "/people/invite/staff"):
        page = ada.get(path).text
        assert (path, simplified_in(page), faults_of(page)) == (path, [], [])
    assert "大圍河畔小學" in ada.get("/people/invite/teacher").text


def test_a_host_learns_nothing_of_its_peoples_other_roles(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        invite(
            email="cora@example.org",
            name="Cora",
            role=Role.TEACHER,
            body_id=cast.secondary,
            by=cast.user("stan"),
            now=NOW,
        )
    school = "Aberdeen Harbour Secondary School"
    assert [school in as_(name).get("/people").text for name in ("hana", "stan", "cora")] == [
        False,
        True,
        True,
    ]
    found = {
        name: listed(as_(name).get("/people?role=teacher").text.split("<main")[1])
        for name in ("hana", "stan")
    }
    assert ("cora" in found["hana"], "cora" in found["stan"]) == (False, True)
