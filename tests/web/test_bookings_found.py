"""A school calls and asks for its booking: staff find it among a city's by a name, a class or the number."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Booking, db
from tests.booking_stage import make_stage
from tests.cast import Cast
from tests.html import faults_of


def test_a_booking_is_found_by_a_word(app: Flask, as_: Callable[[str], FlaskClient], cast: Cast) -> None:
    with app.app_context():
        stage = make_stage(cast)
        number = stage.book(stage.slot())
        booking = db.session.get_one(Booking, number)
        reference, group = booking.reference, booking.group_label
    stan = as_("stan")

    def finds(words: str, view: str = "upcoming") -> bool:
        page = stan.get("/bookings", query_string={"q": words, "view": view}).text
        assert faults_of(page) == []
        return f'"/bookings/{number}"' in page

    assert [finds(words) for words in ("tai wai", "大圍", "robo", group, reference, "no such")] == [
        True
    ] * 5 + [False]
    # What is looked for stays in the view.
    assert finds(reference, "ended") is False
