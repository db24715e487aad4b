"""The staff pages of letters: found, read as they went out, tried again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.letters import LETTERS
from outreach.models import OutboxMessage, OutboxState, db
from outreach.services.transaction import one_transaction
from outreach.web.outbox import LETTER_WORDS
from tests.build import NOW
from tests.cast import Cast
from tests.forms import press
from tests.html import faults_of
from tests.visit_rows import book, post, row, scene

As = Callable[[str], FlaskClient]


@pytest.fixture
def letters(app: Flask, cast: Cast) -> dict[str, int]:
    """One letter that was sent, one that failed, one that waits."""
    with app.app_context():
        booking_id = book(scene(cast))
        found = {
            "sent": post("booking_confirmed", cast.people["tess"], booking_id),
            "failed": post("reminder_before", cast.people["theo"], booking_id),
            "waiting": post("password_reset", cast.people["cora"]),
        }
        with one_transaction():
            sent = db.session.get_one(OutboxMessage, found["sent"])
            sent.state, sent.sent_at = OutboxState.SENT, NOW
            sent.subject, sent.body_text = "Confirmed: robots", "Dear Tess,\n\n<b>bold</b> words.\n"
            failed = db.session.get_one(OutboxMessage, found["failed"])
            failed.state, failed.fault = OutboxState.FAILED, "550 no such mailbox"
        return found


def test_every_letter_has_a_name_for_staff() -> None:
    assert set(LETTER_WORDS) == set(LETTERS)


def test_the_list_shows_all_and_filters_by_state(as_: As, letters: dict[str, int]) -> None:
    page = as_("stan").get("/letters").text
    assert [f"/letters/{number}" in page for number in letters.values()] == [True, True, True]
    assert faults_of(page) == []
    failed = as_("stan").get("/letters?state=failed").text
    assert [f"/letters/{number}" in failed for number in letters.values()] == [False, True, False]
    assert faults_of(failed) == []


@pytest.mark.parametrize(("words", "found"), [("THEO", "failed"), ("cora@", "waiting"), ("robots", "sent")])
def test_the_list_is_searched(as_: As, letters: dict[str, int], words: str, found: str) -> None:
    page = as_("stan").get("/letters", query_string={"q": words}).text
    assert [name for name, number in letters.items() if f"/letters/{number}" in page] == [found]


@pytest.mark.parametrize(
    "query", ["q=%25", "q=_", "state=nonsense&q=%00", "page=999999999999", "state=expired"]
)
def test_odd_questions_are_answered(as_: As, letters: dict[str, int], query: str) -> None:
    answer = as_("stan").get(f"/letters?{query}")
    assert answer.status_code == 200
    assert faults_of(answer.text) == []


def test_a_letter_is_shown_as_it_was_written(as_: As, letters: dict[str, int]) -> None:
    page = as_("stan").get(f"/letters/{letters['sent']}").text
    assert "Confirmed: robots" in page
    assert "&lt;b&gt;bold&lt;/b&gt; words." in page
    assert "tess@example.org" in page
    assert re.search(r'href="/letters">[^<]*All letters', page)
    assert "/retry" not in page
    assert faults_of(page) == []


def test_a_letter_that_waits_is_not_written_yet(as_: As, letters: dict[str, int]) -> None:
    page = as_("stan").get(f"/letters/{letters['waiting']}").text
    assert "This one is not written yet." in page
    assert faults_of(page) == []


def test_a_failed_letter_says_why_and_is_tried_again(app: Flask, as_: As, letters: dict[str, int]) -> None:
    stan, address = as_("stan"), f"/letters/{letters['failed']}"
    assert "550 no such mailbox" in stan.get(address).text
    assert press(stan, f"{address}/retry").status_code == 303
    with app.app_context():
        assert row(letters["failed"]).state is OutboxState.WAITING
    assert press(stan, f"{address}/retry", next=address).status_code == 303
    assert "Only a letter that failed or expired can be sent again." in stan.get(address).text


def test_letters_are_for_staff(as_: As, letters: dict[str, int]) -> None:
    for name in ("tess", "cora", "hana"):
        assert as_(name).get("/letters").status_code == 403
        assert as_(name).get(f"/letters/{letters['sent']}").status_code == 403
    assert as_("nobody").get("/letters").status_code == 303
    assert as_("stan").get("/letters/999999").status_code == 404
