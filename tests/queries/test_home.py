"""What the first page counts and nags about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from outreach.models import OfferKind, OutboxMessage, OutboxState, RequestState, RoundState, db
from outreach.queries.home import letters_in_trouble, offer_work, requests_awaiting_result
from outreach.services.transaction import one_transaction
from tests import build, visit_rows
from tests.cast import Cast, browser_of
from tests.forms import press
from tests.html import faults_of

TODAY = date(2027, 3, 4)
DAY_BEFORE, DAY_AFTER = date(2027, 3, 3), date(2027, 3, 5)


@pytest.fixture
def context(app: Flask, cast: Cast) -> Iterator[None]:
    """Questions need the application."""
    with app.app_context():
        yield


def test_an_offer_is_without_dates_unless_a_slot_or_an_active_team_lies_ahead(
    context: None, cast: Cast
) -> None:
    company = cast.company()
    titles = {}
    for title in ("alone", "past", "resting", "given"):
        titles[title] = build.offer(company, OfferKind.CODING_SESSION, title_en=title)
    visit = build.offer(company, title_en="visit")
    build.slot(visit, day=TODAY)
    build.team(company, [titles["past"]], [DAY_BEFORE])
    build.team(company, [titles["resting"]], [DAY_AFTER], active=False, name_en="Resting")
    build.team(company, [titles["given"]], [TODAY], name_en="Given")
    work = offer_work(cast.user("cora"), TODAY)
    assert [offer.title_en for offer in work.without_dates] == ["alone", "past", "resting"]
    assert work.posted == 5


def test_letters_that_failed_or_came_too_late_are_trouble_and_staff_are_led_to_both(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        assert letters_in_trouble() == {}
        number = cast.people["tess"]
        for state in (OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.EXPIRED, OutboxState.SENT):
            letter = visit_rows.post("password_reset", number)
            with one_transaction():
                db.session.get_one(OutboxMessage, letter).state = state
        assert letters_in_trouble() == {OutboxState.FAILED: 1, OutboxState.EXPIRED: 2}
    stan = browser_of(app, cast, "stan", build.NOW)
    page = stan.get("/").text
    assert ("3 letters could not be delivered" in page, faults_of(page)) == (True, [])
    assert ("/letters?state=failed" in page, "/letters?state=expired" in page) == (True, True)
    press(stan, "/language", language="zh_Hant_HK")
    page = stan.get("/").text
    assert re.findall(r'<a href="/letters\?state=\w+">([^<]*)</a>', page) == ["失敗（1）", "已過期（2）"]


def test_a_teacher_sees_what_waits_for_the_result_and_nothing_else(app: Flask, cast: Cast) -> None:
    with app.app_context():
        tess = cast.user("tess")
        for state in RoundState:
            round_ = build.round_(state, name_en=f"Round {state.value}")
            build.visit_request(round_, cast.school(), tess, group_label=state.value)
            build.visit_request(round_, cast.school("secondary"), cast.user("theo"), group_label="theirs")
            withdrawn = {"state": RequestState.WITHDRAWN, "group_label": "withdrawn"}
            build.visit_request(round_, cast.school(), tess, **withdrawn)
        labels = [one.group_label for one in requests_awaiting_result(tess)]
        assert labels == [RoundState.CLOSED.value, RoundState.REVIEW.value]
    page = browser_of(app, cast, "tess", build.NOW).get("/").text
    assert (page.count("Waiting for the result"), faults_of(page)) == (2, [])
