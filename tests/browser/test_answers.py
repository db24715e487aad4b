"""The pages of the core's answers with something on them, in a real browser: reasons, changes, repairs, slots to ask for."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import update

from outreach.models import RoundState, RunState, Study, StudyKind, User, db
from outreach.services.transaction import one_transaction
from tests import build
from tests.browser.test_every_page import Looker
from tests.browser.test_face import serve
from tests.build import NOW
from tests.cast import Cast, browser_of
from tests.reason_stage import change, make_reason_stage, to_slot
from tests.repair_stage import make_chain, make_stage

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SLOT = {
    "kind": "coding_session",
    "topic": "robotics",
    "grades": ["S1", "S2", "S3"],
    "district": "P",
    "date": "2027-03-04",
    "half": "morning",
    "start": "10:00",
    "end": "12:00",
    "max_pupils": 36,
    "max_groups": 1,
    "languages": ["yue"],
    "groups": {"value": 1, "bound": 2, "proven": False},
    "waiting": 14,
    "schools": ["school-1"],
    "moves": [],
}


def reasons(cast: Cast) -> list[tuple[str, str]]:
    """Two groups without a place, one of whom every change would help; and the list of slots: who reads which page."""
    stage = make_reason_stage(cast, RoundState.COLLECTING, max_pupils=20, max_groups=1)
    first, second = stage.leave_out(), stage.leave_out("secondary", group_label="S2B")
    slot = stage.slot()
    windows = [["2027-03-01T09:00", "2027-03-01T12:00"]], [["2027-03-04T08:30", "2027-03-04T13:00"]]
    stage.tell(
        first,
        change("pupils", 30, 20, to_slot(first, slot), effort=1.0),
        change("open", False, True, to_slot(first, slot), effort=2.0),
        change("languages", ["yue"], ["yue", "en"], to_slot(first, slot), effort=3.0),
        change("windows", windows[0], windows[0] + windows[1], to_slot(first, slot), effort=4.0),
        change("max_travel_minutes", 30, 75, to_slot(first, slot), to_slot(second, slot), effort=5.0),
        change("kinds", ["field_visit"], ["coding_session", "field_visit"], to_slot(first, slot), effort=6.0),
        change("split", 30, [15, 15], to_slot(f"{first}#1", slot), to_slot(f"{first}#2", slot), effort=7.0),
        holders=[f"request-{second}"],
    )
    stage.tell(second, reason="no-candidate")
    answer = json.dumps(
        {"format": "outreach-recruit/1", "slots": [SLOT, SLOT | {"topic": None, "half": "afternoon"}]}
    )
    done = {"state": RunState.DONE, "requested_at": NOW, "ended_at": NOW, "seconds_limit": 90, "workers": 2}
    subject = {
        "subject": f"proposal-{stage.proposal}",
        "proposal_id": stage.proposal,
        "round_id": stage.round_,
    }
    build.kept(Study(kind=StudyKind.RECRUIT, answer=answer, **subject, **done))
    proposal = f"/proposals/{stage.proposal}"
    return [("stan", proposal), ("stan", f"{proposal}/recruiting"), ("tess", f"/requests/{first}"),
            ("theo", f"/requests/{second}")]  # fmt: skip


def repairs(cast: Cast) -> list[tuple[str, str]]:
    """A slot was cancelled, and two groups would move for it."""
    stage = make_stage(cast)
    study = make_chain(stage)["study"]
    return [
        ("stan", f"/repairs/{study}"),
        ("cora", f"/repairs/{study}"),
        ("stan", f"/rounds/{stage.round_}"),
        ("stan", "/"),
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("tag", "axe_width"), [("en-HK", 390), ("zh-Hant-HK", 1280)])
@pytest.mark.parametrize("write", [reasons, repairs])
def test_no_page_of_an_answer_has_a_fault(
    app: Flask, cast: Cast, browser: Browser, tag: str, axe_width: int, write
) -> None:
    with app.app_context():
        pages = write(cast)
        with one_transaction():
            db.session.execute(update(User).values(language=tag.replace("-", "_")))
    with contextmanager(serve)(app) as origin:
        looker = Looker(browser, origin, tag, axe_width)
        for who, path in pages:
            looker.become(browser_of(app, cast, who, NOW))
            looker.look(path, who)
        looker.page.context.close()
    assert sorted(looker.faults) == []
    assert len(looker.seen) == len(pages)
