"""Inviting: the forms, the search for a school, what the inviter learns, and the answer of the invited person."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import (
    Invitation,
    OutboxMessage,
    Role,
    TokenPurpose,
    User,
    db,
)
from outreach.services.tokens import issue_token
from outreach.services.transaction import one_transaction
from tests.build import NOW
from tests.cast import PEOPLE, Cast
from tests.forms import press, send
from tests.html import faults_of
from tests.invited import NEW, invited, listed
from tests.schools_many import many_schools

As = Callable[[str], FlaskClient]

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
    assert (answer.status_code, answer.location) == (303, "/invitations")
    shown = as_("cora").get("/invitations").text
    assert (listed(shown), faults_of(shown)) == (["new"], [])
    assert "/people/invite" not in shown
    assert "/withdraw" not in shown
    assert listed(as_("cole").get("/invitations").text) == []
    with app.app_context():
        assert [row.template for row in db.session.query(OutboxMessage)] == ["invitation"]


def test_a_hub_does_not_learn_whether_there_is_an_account(app: Flask, as_: As, cast: Cast) -> None:
    """Nobody's, an open one's, a closed one's: the same answer, the same words, the same list."""
    hana, seen = as_("hana"), []
    press(as_("ada"), f"/people/{cast.people['theo']}/disable")
    for name in ("noone", "cole", "theo"):
        typed = {"name": "Somebody", "email": f"{name}@example.org", "body_id": str(cast.robo)}
        answer = send(hana, "/people/invite/coordinator", **typed)
        shown = hana.get(answer.location).text
        people = hana.get("/people").text.split("<main")[1]
        press(hana, re.findall(r"/invitations/\d+/withdraw", shown)[0])
        unlike = re.sub(r"/invitations/\d+|value=\"[^\"]*\"", "", shown).replace(name, "X")
        seen.append((answer.status_code, answer.location, unlike, listed(people)))
    assert seen[0][0] == 303
    assert "We have written to X@example.org." in seen[0][2]
    assert seen[1:] == [seen[0]] * 2


def test_an_invited_person_answers_on_the_page_behind_the_letter(app: Flask, as_: As, cast: Cast) -> None:
    number, cole = invited(app, cast, "cole@example.org"), as_("cole")
    assert f'href="/invitations/{number}"' in cole.get("/account").text
    page = cole.get(f"/invitations/{number}").text
    assert ("Robo Works" in page, "Hana" in page, faults_of(page)) == (True, True, [])
    press(cole, "/language", language="zh_Hant_HK")
    assert "<dt>代表</dt>" in cole.get(f"/invitations/{number}").text
    assert press(cole, f"/invitations/{number}/accept").location == "/"
    shown = as_("hana").get("/people").text.split("<main")[1]
    assert listed(shown) == ["cole", "cora", "hana"]
    assert cole.get(f"/invitations/{number}").status_code == 404


def test_whoever_comes_late_is_told_whom_to_ask(app: Flask, as_: As, cast: Cast) -> None:
    number = invited(app, cast, "cole@example.org")
    with app.app_context(), one_transaction():
        db.session.get_one(Invitation, number).expires_at = NOW
    cole, hana = as_("cole"), as_("hana")
    page = cole.get(f"/invitations/{number}").text
    assert ("ask Hana to send the invitation again" in page, faults_of(page)) == (True, [])
    assert f"/invitations/{number}/accept" not in page
    assert f"/invitations/{number}" not in cole.get("/account").text
    answer = press(cole, f"/invitations/{number}/accept")
    assert (answer.status_code, "Ask Hana to send it again." in answer.text) == (410, True)
    assert "Expired" in hana.get("/invitations").text
    press(hana, f"/invitations/{number}/send-again")
    assert "Expired" not in hana.get("/invitations").text
    assert press(cole, f"/invitations/{number}/accept").location == "/"


def test_a_dead_link_says_so_before_a_password_is_thought_of(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    for path, words in (
        ("/invitation/x", "ask whoever invited you"),
        ("/password/new/x", "Ask for a new one"),
    ):
        answer = client.get(path)
        assert (answer.status_code, words in answer.text, faults_of(answer.text)) == (410, True, [])


def test_a_declined_invitation_changes_nothing(app: Flask, as_: As, cast: Cast) -> None:
    number, cole = invited(app, cast, "cole@example.org"), as_("cole")
    assert press(cole, f"/invitations/{number}/decline").location == "/"
    with app.app_context():
        assert (cast.user("cole").company_ids, db.session.query(Invitation).count()) == ({cast.harbour}, 0)


def test_a_new_person_comes_in_by_the_letter(app: Flask, as_: As, cast: Cast, client: FlaskClient) -> None:
    """Password chosen, signed in, and the role is there."""
    invited(app, cast)
    with app.app_context():
        user = db.session.query(User).filter_by(email=NEW["email"]).one()
        key = issue_token(user_id=user.id, purpose=TokenPurpose.INVITATION, now=NOW)
    words = "seven green ferries"
    assert send(client, f"/invitation/{key}", password=words, again=words).location == "/sign-in"
    send(client, "/sign-in", email=NEW["email"], password=words)
    assert client.get("/offers/mine").status_code == 200
    assert listed(as_("cora").get("/people").text.split("<main")[1]) == ["cora", "new"]


def test_a_teachers_school_is_searched_in_either_language(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        many_schools()
    stan, url = as_("stan"), "/people/invite/teacher"
    found = {}
    for words in ("", "riverside", "大圍", "330007", "peak 1", "nowhere"):
        page = stan.get(url, query_string={"words": words}).text
        assert (words, faults_of(page)) == (words, [])
        found[words] = len(re.findall(r"[?]body=\d+", page))
    assert found == {"": 20, "riverside": 1, "大圍": 1, "330007": 1, "peak 1": 13, "nowhere": 0}
    assert "Nothing fits" in page
    assert f'hx-get="{url}"' in page
    link = re.findall(r'href="(/people/invite/teacher[?]body=\d+)"', stan.get(url + "?words=riverside").text)
    chosen = stan.get(link[0]).text
    assert ("Tai Wai Riverside Primary School (Primary)" in chosen, faults_of(chosen)) == (True, [])
    answer = send(stan, link[0], **NEW)
    assert answer.location == "/invitations"
    with app.app_context():
        assert db.session.query(Invitation).one().school_id == cast.primary


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("stan", "/people/invite/teacher?body=999"),
        ("stan", "/people/invite/teacher?body=99999999999999999999"),
        ("hana", "/people/invite/coordinator?body={harbour}"),
    ],
)
def test_what_one_may_not_invite_for_is_not_found(as_: As, cast: Cast, name: str, path: str) -> None:
    answer = as_(name).get(path.format(harbour=cast.harbour))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"name": ""}, 422, "Enter the person"),
        ({"email": "nobody"}, 409, "This is no e-mail address"),
        ({"body_id": ""}, 422, "Say for whom this person acts"),
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
    assert press(as_(name), f"/invitations/{number}/send-again").status_code == status
