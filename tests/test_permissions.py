"""The law of access, held against every way to reach a page, every person of the cast, and every row that could leak."""

from __future__ import annotations

import json
import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import (
    AuditEntry,
    BlockedDays,
    Booking,
    BookingState,
    Invitation,
    Membership,
    Offer,
    OfferState,
    OutboxMessage,
    Proposal,
    Role,
    Round,
    RoundState,
    RunState,
    School,
    Slot,
    SlotState,
    SolveRun,
    Study,
    StudyKind,
    Team,
    TeamWindow,
    User,
    VisitRequest,
    WaitlistEntry,
    db,
)
from outreach.permissions import RULES, can
from outreach.permissions.lists import VISIBLE, visible
from tests import build
from tests.build import NOW
from tests.cast import EVERYBODY, NOBODY, Cast, browser_of
from tests.permission_table import COLUMNS, TABLE, expected

UNKNOWN_KEY = "0" * 64
# The action by which each table's rows are looked at.
LOOKING = {
    Offer: "offer.view",
    Round: "round.view",
    School: "school.view",
    VisitRequest: "request.view",
    Booking: "booking.view",
    WaitlistEntry: "waitlist.leave",
    Team: "team.edit",
    SolveRun: "run.view",
    Proposal: "proposal.view",
    Study: "repair.view",
    OutboxMessage: "outbox.read",
}


def rows(cast: Cast) -> dict[str, object]:
    """One row of everything, of tess' school and cora's company; the values of the addresses' parts."""
    round_ = build.round_(RoundState.REVIEW)
    return {
        "round_id": round_.id,
        "school_id": cast.primary,
        "company_id": cast.robo,
        "user_id": cast.people["cora"],
        "membership_id": db.session.scalars(select(Membership.id).filter_by(company_id=cast.robo)).one(),
        "invitation_id": build.kept(an_invitation(cast)).id,
        "key": UNKNOWN_KEY,
        "role": "coordinator",
        **offered(cast, round_),
        **worked(cast, round_),
    }


def offered(cast: Cast, round_: Round) -> dict[str, object]:
    """What cora's company has, and what tess' school has of it."""
    tess = cast.user("tess")
    offer = build.offer(cast.company())
    draft = build.offer(cast.company(), state=OfferState.DRAFT)
    slot, full = build.slot(offer), build.slot(offer, day=date(2027, 3, 9))
    team = build.team(cast.company(), [offer], [date(2027, 3, 8)])
    group = {"group_label": "P5C", "pupils": 20, "staff": 2, "grade": "P5", "languages": ("yue",)}
    entry = WaitlistEntry(
        slot_id=full.id, school_id=cast.primary, created_by_id=tess.id, created_at=NOW, **group
    )
    return {
        "offer_id": offer.id,
        "offer_id (draft)": draft.id,
        "slot_id": slot.id,
        "slot_id (draft)": build.slot(draft).id,
        "team_id": team.id,
        "window_id": db.session.scalars(select(TeamWindow.id)).one(),
        "request_id": build.visit_request(round_, cast.school(), tess, [offer]).id,
        "booking_id": build.kept(a_booking(round_, cast, offer, slot, tess)).id,
        "entry_id": build.kept(entry).id,
    }


def worked(cast: Cast, round_: Round) -> dict[str, object]:
    """What staff see: a run with its proposal, a letter; and a school's blocked days."""
    asked = {"round_id": round_.id, "requested_by_id": cast.people["stan"], "requested_at": NOW}
    run = build.kept(SolveRun(seconds_limit=5, workers=1, state=RunState.DONE, **asked))
    facts = {"objectives": [], "plan": '{"unplaced": []}', "status": "optimal", "created_at": NOW}
    proposal = build.kept(Proposal(solve_run_id=run.id, round_id=round_.id, **facts))
    moments = {"created_at": NOW, "due_at": NOW, "expires_at": NOW}
    letter = OutboxMessage(dedupe_key="x", user_id=cast.people["tess"], template="invitation", **moments)
    days = {"first_day": date(2027, 3, 17), "last_day": date(2027, 3, 18)}
    blocked = BlockedDays(school_id=cast.primary, reason="Exam", **days)
    return {
        "run_id": run.id,
        "proposal_id": proposal.id,
        **repaired(cast, round_),
        "message_id": build.kept(letter).id,
        "blocked_days_id": build.kept(blocked).id,
    }


def repaired(cast: Cast, round_: Round) -> dict[str, object]:
    """A repair of a slot of cora's company, and a study of another kind."""
    slot = build.slot(build.offer(cast.company()), day=date(2027, 3, 10), state=SlotState.CANCELLED)
    asked = {"round_id": round_.id, "requested_at": NOW, "seconds_limit": 5, "workers": 1}
    question = json.dumps({"asked": {"event": {}, "struck": [], "direct": 1}})
    done = {**asked, "state": RunState.DONE, "answer": '{"answers": []}'}
    build.kept(Study(kind=StudyKind.EXPLAIN, subject="proposal-1", **done))
    session = db.session.scalars(select(Booking.id)).first()
    build.kept(Study(kind=StudyKind.REPAIR, subject=f"booking-{session}", question=question, **done))
    study = Study(kind=StudyKind.REPAIR, subject=f"slot-{slot.id}", question=question, **done)
    return {"study_id": build.kept(study).id}


def an_invitation(cast: Cast) -> Invitation:
    """Hana has asked Cole to coordinate Robo Works too."""
    return Invitation(
        user_id=cast.people["cole"],
        role=Role.COORDINATOR,
        company_id=cast.robo,
        name="Cole",
        invited_by_id=cast.people["hana"],
        created_at=NOW,
        expires_at=NOW + timedelta(days=14),
    )


def a_booking(round_: Round, cast: Cast, offer: Offer, slot: Slot, by: User) -> Booking:
    """A place of tess' school that waits to be confirmed."""
    return Booking(
        reference="OB-TEST1",
        round_id=round_.id,
        school_id=cast.primary,
        created_by_id=by.id,
        offer_id=offer.id,
        slot_id=slot.id,
        day=slot.day,
        start_time=time(10),
        end_time=time(12),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        travel_minutes=30,
        group_label="P5B",
        pupils=20,
        staff=2,
        grade="P5",
        languages=("yue",),
        state=BookingState.AWAITING,
        confirm_by=slot.starts_at,
        created_at=NOW,
    )


def address(app: Flask, endpoint: str, special: str, values: dict[str, object]) -> str:
    """The path of an endpoint with the rows of `values`; `special` picks a special row or a role."""
    rule = next(app.url_map.iter_rules(endpoint))
    given = {}
    for name in rule.arguments:
        if name == "role" and special:
            given[name] = special
        else:
            given[name] = values.get(f"{name} ({special})", values[name])
    with app.test_request_context():
        return app.url_for(endpoint, _external=False, **given)


def letter_of(answer) -> str:
    if answer.status_code in (403, 404):
        return "f" if answer.status_code == 403 else "n"
    if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"):
        return "s"
    assert answer.status_code < 500, answer.status_code
    return "+"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("line", TABLE)
def test_the_table_holds(app, cast, line):
    """Whoever may not is asked first: what the others do may take the row away. Who may is decided in Python, whatever the
    database; what is asked in SQL is asked of both below."""
    app.config["WTF_CSRF_ENABLED"] = False
    method, endpoint, special = re.fullmatch(r"(\w+) ([\w.]+)(?: \((\w+)\))?", line).groups()
    wanted = expected(line)
    found = {}
    for name in sorted(COLUMNS, key=lambda person: wanted[person] == "+"):
        if wanted[name] == "+" and method == "POST":
            with app.app_context():
                revive(app, cast)
        with app.app_context():
            values = rows_once(app, cast)
        path = address(app, endpoint, special or "", values)
        answer = browser_of(app, cast, name, NOW).open(path, method=method)
        found[name] = letter_of(answer) if endpoint != "account.sign_out" else sign_out_letter(name, answer)
    assert found == wanted


def rows_once(app, cast):
    """The rows, written once for a test."""
    kept = app.extensions.setdefault("rows of the test", {})
    if not kept:
        kept.update(rows(cast))
    return kept


def revive(app, cast):
    """Put the removable rows back under their own numbers."""
    kept = app.extensions.get("rows of the test")
    if not kept:
        return
    if db.session.get(TeamWindow, kept["window_id"]) is None:
        facts = {"day": date(2027, 3, 8), "start_time": time(9), "end_time": time(17)}
        build.kept(TeamWindow(id=kept["window_id"], team_id=kept["team_id"], **facts))
    if db.session.get(Membership, kept["membership_id"]) is None:
        facts = {"user_id": cast.people["cora"], "role": Role.COORDINATOR, "company_id": cast.robo}
        build.kept(Membership(id=kept["membership_id"], **facts))
    if db.session.get(Invitation, kept["invitation_id"]) is None:
        invitation = an_invitation(cast)
        invitation.id = kept["invitation_id"]
        build.kept(invitation)


def sign_out_letter(name, answer):
    """Signing out leads to the sign-in page for everybody; nobody is led there with a wish to come back."""
    assert answer.status_code == 303
    return "s" if name == NOBODY else "+"


def test_every_way_to_reach_a_page_is_in_the_table(app):
    ways = {
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {line.split(" (")[0] for line in TABLE} == ways


def test_every_action_is_a_page_or_a_question(app):
    """An action that no view carries out and that no page asks about (`can("round.view", ...)`) is a dead law."""
    used = {getattr(view, "access", None) for view in app.view_functions.values()}
    room = Path(app.root_path)
    for path in [*room.glob("web/**/*.py"), *room.glob("templates/**/*.html")]:
        used |= set(re.findall(r'can\((?:\w+, )?"([a-z_.]+)"', path.read_text()))
    assert set(RULES) - used == set()


@pytest.mark.parametrize("table", LOOKING, ids=lambda table: table.__tablename__)
def test_lists_and_single_rows_obey_one_law(app, cast, table):
    """What a list may show is what may be looked at: for every person, row by row."""
    with app.app_context():
        rows(cast)
        for name in EVERYBODY:
            user = None if name == NOBODY else cast.user(name)
            listed = set(db.session.scalars(select(table.id).where(visible(user, table))))
            judged = {
                row.id for row in db.session.scalars(select(table)).unique() if can(user, LOOKING[table], row)
            }
            assert listed == judged, name


def test_every_table_that_people_see_has_a_law():
    assert set(LOOKING) <= set(VISIBLE)
    assert AuditEntry in VISIBLE
