"""From an offer to a place: booking, waiting, wishing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Offer, RoundState, SlotState, db
from tests import build
from tests.cast import Cast
from tests.html import faults_of

As = Callable[[str], FlaskClient]


@pytest.fixture
def robots(app: Flask, cast: Cast) -> int:
    """A posted offer of Robo Works."""
    with app.app_context():
        number: int = build.offer(cast.company()).id
        return number


def test_dates_of_an_offer_and_the_way_to_a_place(app: Flask, as_: As, robots: int) -> None:
    with app.app_context():
        build.round_(RoundState.PUBLISHED)
        offer = db.session.get_one(Offer, robots)
        free = build.slot(offer, start=time(9), end=time(10)).id
        full = build.slot(offer, pupils_taken=40, groups_taken=1).id
        build.slot(offer, date(2027, 6, 30))
        build.slot(offer, date(2027, 3, 5), state=SlotState.CANCELLED)
        build.slot(offer, date(2026, 11, 20))
    url = f"/offers/{robots}"
    page = as_("tess").get(url).text
    assert faults_of(page) == []
    ways = re.findall(r'href="(/slots/\d+/\w+)"', page)
    assert ways == [f"/slots/{free}/book", f"/slots/{full}/wait"]
    assert page.count("Given out by the round") == 1
    # Only a teacher books; the others see the dates.
    for name in ("nobody", "cora", "stan"):
        other = as_(name).get(url).text
        assert (re.findall(r'href="(/slots/\d+/\w+)"', other), faults_of(other)) == ([], [])


def test_while_a_round_collects_a_teacher_may_wish_for_the_offer(app: Flask, as_: As, robots: int) -> None:
    with app.app_context():
        number = build.round_(RoundState.COLLECTING).id
    wish = f"/requests/new?round={number}&amp;offer={robots}"
    pages = {name: as_(name).get(f"/offers/{robots}").text for name in ("tess", "cora", "nobody")}
    assert {name: wish in page for name, page in pages.items()} == {
        "tess": True,
        "cora": False,
        "nobody": False,
    }
