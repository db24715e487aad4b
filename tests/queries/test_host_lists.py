"""The lists of hosts ask the database no oftener for three rows than for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from outreach.models import OfferKind, RoundState, User, db
from outreach.queries.companies import own_companies, roster, teams_by_company
from outreach.queries.offers import Wanted, catalogue, dates_of, offers_by_company, slots_of
from outreach.queries.people import find_people
from tests import build
from tests.booking_stage import Stage, make_stage
from tests.build import NOW
from tests.cast import Cast

FIRST, LAST = date(2027, 3, 1), date(2027, 3, 31)


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    """A published round with an offer of Robo Works."""
    with app.app_context():
        build.round_(RoundState.COLLECTING, first_day=date(2027, 9, 1), last_day=date(2027, 12, 1))
        yield make_stage(cast)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(*facts: Any) -> None:
        asked.append(facts[2])

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def more(stage: Stage, number: int) -> None:
    """One more of everything: offer, slot, team, visit, colleague."""
    company = stage.cast.company()
    lesson = build.offer(company, OfferKind.CODING_SESSION, title_en=f"Lesson {number}")
    build.team(company, [lesson], [date(2027, 3, 9)], name_en=f"Team {number}")
    slot = stage.slot(day=date(2027, 3, 9) + timedelta(days=number))
    stage.book(slot, label=f"P5{number}")
    user = User(email=f"more{number}@example.org", name="More", created_at=NOW)
    build.kept(user)


LISTS: dict[str, Callable[[Stage, User], int]] = {
    "catalogue": lambda stage, user: len(catalogue(Wanted(), number=1, now=NOW).rows),
    "dates": lambda stage, user: len(dates_of(catalogue(Wanted(), number=1, now=NOW).rows, now=NOW)),
    "slots": lambda stage, user: sum(
        len(slots_of(offer, now=NOW))
        for offer in catalogue(Wanted(kind="field_visit"), number=1, now=NOW).rows
    ),
    "own offers": lambda stage, user: sum(map(len, offers_by_company(own_companies(user), now=NOW).values())),
    "own teams": lambda stage, user: sum(
        map(len, teams_by_company(own_companies(user), today=FIRST).values())
    ),
    "roster": lambda stage, user: len(roster(user, company_id=None, first_day=FIRST, last_day=LAST)),
    "people": lambda stage, user: len(find_people(reader=user).rows),
}


@pytest.mark.parametrize("name", LISTS)
def test_three_rows_cost_no_more_questions_than_one(stage: Stage, name: str) -> None:
    counts, sizes = [], []
    for numbers in ((1,), (2, 3)):
        for number in numbers:
            more(stage, number)
        user = stage.user("stan")
        assert user.is_staff
        with statements() as asked:
            sizes.append(LISTS[name](stage, user))
        counts.append(len(asked))
    assert (sizes[1] - sizes[0], counts[1]) == (2, counts[0])
