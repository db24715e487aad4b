"""Who has an account: the list, inviting and answering, ending a role, closing an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import (
    Membership,
    Role,
    db,
)
from outreach.services.transaction import one_transaction
from tests.cast import PEOPLE, Cast
from tests.forms import press
from tests.html import faults_of
from tests.invited import invited, listed
from tests.simplified import simplified_in

As = Callable[[str], FlaskClient]


def membership_of(app: Flask, cast: Cast, name: str) -> int:
    """The number of somebody's one role."""
    with app.app_context():
        return db.session.query(Membership).filter_by(user_id=cast.people[name]).one().id


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


@pytest.mark.parametrize(
    ("name", "status"), [("tess", 403), ("cora", 403), ("cole", 403), ("hana", 303), ("stan", 303)]
)
def test_who_may_end_a_role(app: Flask, as_: As, cast: Cast, name: str, status: int) -> None:
    number, cora = membership_of(app, cast, "cora"), as_("cora")
    page = as_(name).get("/people").text
    assert (f"/people/roles/{number}/end" in page) is (status == 303)
    assert cora.get("/offers/mine").status_code == 200
    assert press(as_(name), f"/people/roles/{number}/end").status_code == status
    # The session goes on; what the role allowed does not.
    assert (cora.get("/account").status_code, cora.get("/offers/mine").status_code) == (
        200,
        403 if status == 303 else 200,
    )


def test_of_several_roles_each_button_names_its_own(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context(), one_transaction():
        cora = {"user_id": cast.people["cora"], "role": Role.TEACHER, "school_id": cast.primary}
        db.session.add(Membership(**cora))
    page = as_("stan").get("/people?words=cora").text
    assert ("End: Coordinator, Robo Works" in page, "End: Teacher, Tai Wai" in page) == (True, True)
    assert ("End the role" in page, faults_of(page)) == (False, [])


def test_the_last_administrator_is_told_why(app: Flask, as_: As, cast: Cast) -> None:
    ada, number = as_("ada"), membership_of(app, cast, "ada")
    answer = press(ada, f"/people/roles/{number}/end", next="/people")
    assert "This is the last administrator" in ada.get(answer.location).text
    assert membership_of(app, cast, "ada") == number


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
    for path in ("/people", "/people/invite/teacher", "/people/invite/staff", "/invitations"):
        page = ada.get(path).text
        assert (path, simplified_in(page), faults_of(page)) == (path, [], [])
    assert "大圍河畔小學" in ada.get("/people/invite/teacher").text


def test_a_host_learns_nothing_of_its_peoples_other_roles(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context(), one_transaction():
        cora = {"user_id": cast.people["cora"], "role": Role.TEACHER, "school_id": cast.secondary}
        db.session.add(Membership(**cora))
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
