"""The door as a browser meets it."""

from __future__ import annotations

import re

import pytest

from outreach.models import TokenPurpose
from outreach.services.tokens import issue_token
from outreach.web.access import safe_next
from tests.build import NOW
from tests.cast import PASSWORD
from tests.forms import press, send


def enter(client, password=PASSWORD, page="/sign-in"):
    return send(client, page, email="tess@example.org", password=password)


def test_signing_in_leads_home_and_out_again(client, cast):
    assert enter(client).headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    assert press(client, "/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/account").status_code == 303


def test_a_copied_cookie_is_dead_after_signing_out(app, client, cast):
    enter(client)
    copied = client.get_cookie("outreach").value
    press(client, "/sign-out")
    thief = app.test_client()
    thief.set_cookie("outreach", copied)
    assert thief.get("/account").status_code == 303


def test_the_page_one_wanted_comes_after_the_door(client, cast):
    answer = client.get("/account?from=mail")
    assert answer.headers["Location"] == "/sign-in?next=/account?from%3Dmail"
    assert enter(client, page=answer.headers["Location"]).headers["Location"] == "/account?from=mail"


def test_a_wrong_password_keeps_the_address_and_says_so(client, cast):
    answer = enter(client, password="wrong")
    assert answer.status_code == 401
    assert "The e-mail address or the password is not right." in answer.text
    assert 'value="tess@example.org"' in answer.text
    assert "wrong" not in answer.text.replace("went wrong", "")


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/rounds/3?page=2", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/a\\b", False),
        ("/with space", False),
        ("/line\nbreak", False),
        ("/a\n", False),
        ("", False),
        (None, False),
        ("/" + "x" * 3000, False),
    ],
)
def test_only_paths_of_ours_are_followed(path, safe):
    assert (safe_next(path) == path) is safe or (path is None and not safe)


@pytest.mark.parametrize(
    ("purpose", "page"), [("invitation", "/invitation/"), ("password_reset", "/password/new/")]
)
def test_a_link_is_used_up_by_sending_not_by_looking(app, client, cast, purpose, page):
    with app.app_context():
        key = issue_token(user_id=cast.unopened("tess").id, purpose=TokenPurpose(purpose), now=NOW)
    for _ in range(3):
        assert client.get(page + key).status_code == 200
    words = "seven green ferries"
    assert send(client, page + key, password=words, again=words).headers["Location"] == "/sign-in"
    assert client.get(page + key).status_code == 410
    # A second window that had the form open all the while.
    assert press(client, page + key, password=words, again=words).status_code == 410
    assert enter(client, password=words).headers["Location"] == "/"


def test_two_different_passwords_are_not_one(app, client, cast):
    with app.app_context():
        key = issue_token(user_id=cast.unopened("tess").id, purpose=TokenPurpose.INVITATION, now=NOW)
    answer = send(client, f"/invitation/{key}", password="seven green ferries", again="eight green ferries")
    assert answer.status_code == 422
    assert "The two passwords differ." in answer.text


def test_the_answer_does_not_tell_whether_an_account_exists(client, cast):
    answers = [
        send(client, "/password/forgotten", email=f"{name}@example.org").text for name in ("tess", "tesx")
    ]
    # Form tokens carry the second in which they were made.
    known, unknown = (re.sub(r'name="csrf_token" value="[^"]*"', "", text) for text in answers)
    assert known.replace("tess@", "tesx@") == unknown


def test_settings_are_changed_and_the_page_follows_the_language(as_):
    tess = as_("tess")
    assert (
        send(tess, "/account", name="Tess Lee", phone="2345 6789", language="zh_Hant_HK").status_code == 303
    )
    page = tess.get("/account").text
    assert '<html lang="zh-Hant-HK"' in page
    assert "Tess Lee" in page


def test_the_switch_keeps_the_page(client):
    answer = press(client, "/language", language="zh_Hant_HK", next="/password/forgotten?x=1")
    assert answer.headers["Location"] == "/password/forgotten?x=1"
    assert '<html lang="zh-Hant-HK"' in client.get("/password/forgotten").text


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("zh-TW", "zh-Hant-HK"),
        ("zh-HK,en;q=0.5", "zh-Hant-HK"),
        ("zh-MO", "zh-Hant-HK"),
        ("zh-Hant", "zh-Hant-HK"),
        ("en-US,zh;q=0.3", "en-HK"),
        ("fr", "en-HK"),
        ("", "en-HK"),
    ],
)
def test_a_new_reader_gets_the_browsers_language(client, wanted, tag):
    page = client.get("/sign-in", headers={"Accept-Language": wanted}).text
    assert f'<html lang="{tag}"' in page


def test_a_form_without_its_token_is_not_taken(client, cast):
    answer = client.post("/sign-in", data={"email": "tess@example.org", "password": PASSWORD})
    assert answer.status_code == 400


def test_every_answer_carries_the_strict_headers(client):
    for path in ("/sign-in", "/nothing-here", "/static/css/tokens.css"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"


def test_another_host_is_not_served(client):
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x"])
def test_a_number_that_is_no_row_is_not_found(as_, number):
    assert as_("stan").get(f"/rounds/{number}").status_code == 404


def test_a_nul_is_no_word(client):
    assert client.get("/offers?words=%00").status_code == 200
    assert press(client, "/language", language="en_HK", next="/\x00").status_code == 400


def test_blanks_are_no_name(as_):
    answer = send(as_("tess"), "/account", name="   ")
    assert (answer.status_code, "Enter your name." in answer.text) == (422, True)
