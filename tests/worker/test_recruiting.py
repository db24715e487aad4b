"""The list of slots to ask for: asked on a page, worked out by the real core, read, exported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Proposal, RunState, Study, StudyKind, db
from outreach.queries.recruiting import newest_recruiting, wanted_slots
from outreach.services.recruiting import NobodyWaits, ask_for_slots
from outreach.services.transaction import one_transaction
from tests.build import NOW
from tests.cast import Cast
from tests.forms import press
from tests.worker.test_studying import a_solved_round, instead, study


@pytest.fixture
def left_out(app: Flask, cast: Cast) -> int:
    """A proposal that leaves one of two groups out, and says why by now; pages are opened outside this context."""
    with app.app_context():
        a_solved_round(cast)
        study()
        return db.session.query(Proposal.id).scalar()


def test_one_more_slot_gives_the_one_who_waits_a_place(
    app: Flask, left_out: int, cast: Cast, as_: Callable[[str], FlaskClient]
) -> None:
    with app.app_context():
        ask_for_slots(proposal_id=left_out, by=cast.user("stan"), now=NOW)
        done = study()
        assert done is not None
        assert (done.kind, done.state, done.fault) == (StudyKind.RECRUIT, RunState.DONE, "")
        slots = wanted_slots(newest_recruiting(db.session.get_one(Proposal, left_out)))
    assert {(one.groups, one.most, one.proven) for one in slots} == {(1, 1, True)}
    assert all(isinstance(one.day, date) and one.start < one.end for one in slots)
    address, stan = f"/proposals/{left_out}/recruiting", as_("stan")
    page = stan.get(address).text
    assert page.count("<tr") == len(slots) + 1
    lines = stan.get(address + "/export").text.splitlines()
    assert (len(lines), lines[1].split(",")[0]) == (len(slots) + 1, "1")


def test_the_page_asks_waits_and_says_what_failed(
    app: Flask, left_out: int, as_: Callable[[str], FlaskClient]
) -> None:
    address, stan = f"/proposals/{left_out}/recruiting", as_("stan")
    assert "Nobody has asked yet" in stan.get(address).text
    for _ in range(2):
        assert press(stan, address).status_code == 303
    assert "being worked out" in stan.get(address, headers={"HX-Request": "true"}).text
    with app.app_context():
        assert db.session.query(Study).filter_by(kind=StudyKind.RECRUIT).count() == 1
        failed = study(instead("open('slots.json', 'w').write('{\"format\": \"other/1\"}')"))
        assert failed is not None
        assert failed.state is RunState.FAILED
    assert "could not be worked out" in stan.get(address).text


def test_where_everybody_has_a_place_nothing_is_asked(app: Flask, left_out: int, cast: Cast) -> None:
    with app.app_context():
        with one_transaction():
            db.session.get_one(Proposal, left_out).plan = '{"unplaced": []}'
        with pytest.raises(NobodyWaits):
            ask_for_slots(proposal_id=left_out, by=cast.user("stan"), now=NOW)
