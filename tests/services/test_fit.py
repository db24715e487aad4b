"""What fits a request while it is written, and the answer that limits it most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from outreach.models import OfferKind, Round, VisitRequest, db
from outreach.services.fit import Fit, fit_of
from outreach.services.request_facts import FreeTime, RequestFacts, Wish
from tests import build
from tests.build import NOW
from tests.cast import Cast

FACTS = RequestFacts(
    group_label="P5A",
    pupils=30,
    staff=2,
    grade="P5",
    kinds=("field_visit", "coding_session"),
    languages=("yue",),
    topics=("robotics",),
    free_times=tuple(FreeTime(day, time(8), time(16)) for day in range(5)),
    max_travel_minutes=90,
)
TUESDAYS = (FreeTime(1, time(8), time(16)),)


@pytest.fixture
def city(app: Flask, cast: Cast) -> Iterator[tuple[Cast, int]]:
    """Two offers of two companies: four slots from Monday to Thursday, and a team that is free on two days."""
    with app.app_context():
        round_ = build.round_().id
        robots = build.offer(cast.company(), max_pupils=40)
        for day in (1, 2, 3, 4):
            build.slot(robots, date(2027, 3, day))
        lesson = build.offer(cast.company("harbour"), OfferKind.CODING_SESSION, languages=("en",))
        build.team(cast.company("harbour"), [lesson], [date(2027, 3, 8), date(2027, 3, 9)])
        yield cast, round_


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Fit(4, 1, "languages", 6)),
        ({"languages": ("yue", "en")}, Fit(6, 2, None, 6)),
        ({"languages": ("yue", "en"), "free_times": TUESDAYS}, Fit(2, 2, "time", 6)),
        ({"languages": ("yue", "en"), "max_travel_minutes": 20}, Fit(2, 1, "travel", 6)),
        ({"languages": ("yue", "en"), "kinds": ("coding_session",)}, Fit(2, 1, "kinds", 6)),
        ({"languages": ("yue", "en"), "pupils": 41}, Fit(0, 0, "pupils", 6)),
        ({"languages": ("yue", "en"), "topics": ()}, Fit(0, 0, "interest", 6)),
        (
            {"languages": ("yue", "en"), "topics": (), "wishes": (Wish("company", 2),)},
            Fit(2, 1, "interest", 6),
        ),
        ({"exceptions": (date(2027, 3, 1),)}, Fit(3, 1, "languages", 5)),
        ({"grade": "S1"}, Fit(4, 1, "languages", 6)),
    ],
)
def test_what_fits(city: tuple[Cast, int], changes: dict[str, Any], expected: Fit) -> None:
    cast, round_ = city
    found = fit_of(
        replace(FACTS, **changes), round_=db.session.get_one(Round, round_), school=cast.school(), now=NOW
    )
    assert found == expected
    db.session.flush()
    assert db.session.scalar(select(func.count(VisitRequest.id))) == 0
