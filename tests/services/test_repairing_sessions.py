"""A team's session that its company cancels: another place is looked for, with the team away at these hours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import time, timedelta

import pytest

from outreach.clock import to_utc
from outreach.models import Booking, Offer, OfferKind, RunState, Study, StudyKind, Team, TeamWindow, db
from outreach.queries.repairs import cancelled_of, is_looked_for, repairs_about, repairs_waiting
from outreach.services.answers import claim_study
from outreach.services.bookings import cancel_booking
from tests import build
from tests.booking_stage import change, letters, read
from tests.build import NOW
from tests.repair_stage import FRIDAY, MONDAY, RepairStage, asked_file, live_of, repairs, worked_out


@dataclass
class Session:
    """Tess' group has the team on Monday at ten, Theo's at three; on Friday the team is free as well."""

    stage: RepairStage
    offer: int
    team: int
    asked: int
    booking: int
    other: int

    def cancel(self, whose: str = "company", by: str = "cora") -> None:
        """End the first of the two sessions."""
        user = self.stage.user(by)
        cancel_booking(
            booking_id=self.booking, cancelled_by=whose, reason="Our trainer is ill", by=user, now=NOW
        )


@pytest.fixture
def session(stage: RepairStage) -> Session:
    offer = build.offer(stage.cast.company(), OfferKind.CODING_SESSION, minutes=90).id
    row = db.session.get_one(Offer, offer)
    team = build.team(stage.cast.company(), [row], [FRIDAY, MONDAY], max_sessions_per_day=2).id
    asked, other = stage.ask("tess", [offer]), stage.ask("theo", [offer])
    place = {"team": team, "offer": offer, "day": MONDAY}
    booking = stage.book(asked, **place, start_time=time(10), end_time=time(11, 30))
    stays = stage.book(other, **place, start_time=time(15), end_time=time(16, 30))
    return Session(stage, offer, team, asked, booking, stays)


def studies() -> list[Study]:
    db.session.rollback()
    return list(db.session.query(Study))


def test_the_team_is_away_at_these_hours_and_its_other_session_stands(session: Session) -> None:
    session.cancel()
    (asked,) = studies()
    assert (asked.kind, asked.subject) == (StudyKind.REPAIR, f"booking-{session.booking}")
    study = worked_out()
    assert asked_file(study)["events"]["events"] == [
        {
            "kind": "team-ill",
            "team": f"team-{session.team}",
            "windows": [["2027-03-08T10:00", "2027-03-08T11:30"]],
        }
    ]
    for repair in repairs(study).values():
        (move,) = repair.changes
        assert (move.booking_id, move.fell, repair.proven) == (session.booking, True, True)
        assert move.to is not None
        assert move.to.team_id == session.team
        end, start = move.to.end_time, move.to.start_time
        assert move.to.day == FRIDAY or end <= time(10) or start >= time(11, 30)
    assert read(Booking, session.other).live


def test_with_nobody_s_date_moved_it_stays_on_its_day(session: Session) -> None:
    session.cancel()
    (move,) = repairs(worked_out())["same-dates"].changes
    assert move.to is not None
    assert move.to.day == MONDAY


def test_a_repair_of_a_session_is_carried_out_like_any_other(session: Session) -> None:
    session.cancel()
    lost = read(Booking, session.booking)
    assert is_looked_for(lost, now=NOW)
    assert [one.cancelled for one in repairs_waiting(now=NOW)] == [lost]
    study = worked_out()
    assert repairs_about([lost]) == {lost.id: study.id}
    session.stage.carry_out(study.id, "fewest-schools")
    assert live_of(session.asked) is not None
    lost = read(Booking, session.booking)
    assert not is_looked_for(lost, now=NOW)
    assert cancelled_of(read(Study, study.id)) == lost
    assert letters("booking_moved") == [("booking_moved", "tess")]


def test_hours_that_were_cancelled_are_given_to_nobody_else(session: Session) -> None:
    """The trainer is ill: both sessions are cancelled, one after the other, and neither group is sent into the other's hours."""
    session.cancel()
    session.booking = session.other
    session.cancel()
    for study in (worked_out(), worked_out()):
        for one in (one for repair in repairs(study).values() for one in repair.changes):
            assert one.request_id in (session.asked, read(Booking, session.other).visit_request_id)
            if one.to is not None and one.to.day == MONDAY:
                assert one.to.end_time <= time(10) or one.to.start_time >= time(11, 30)
                assert one.to.end_time <= time(15) or one.to.start_time >= time(16, 30)
    windows = db.session.query(TeamWindow).filter_by(day=MONDAY).order_by(TeamWindow.start_time)
    spans = [(one.start_time.hour, one.end_time.hour) for one in windows]
    assert spans == [(9, 10), (11, 15), (16, 17)]


def test_where_the_group_has_a_place_and_the_team_rests_there_is_nothing_to_do(session: Session) -> None:
    session.cancel()
    spare = session.stage.slot(session.stage.other, FRIDAY)
    session.stage.book(session.asked, spare)
    change(Booking, session.other, state="lapsed")
    change(Team, session.team, active=False)
    task = claim_study(now=NOW)
    assert task is not None
    assert json.loads(task.files["events.json"])["events"] == []


@pytest.mark.parametrize(("whose", "by"), [("school", "tess"), ("programme", "stan"), ("weather", "stan")])
def test_whoever_else_cancels_knows_what_comes_instead(session: Session, whose: str, by: str) -> None:
    session.cancel(whose, by)
    assert studies() == []


def test_hours_that_are_over_are_no_event_any_more(session: Session) -> None:
    session.cancel()
    late = to_utc(MONDAY, time(12)) + timedelta(minutes=1)
    task = claim_study(now=late)
    assert task is not None
    assert json.loads(task.files["events.json"])["events"] == []
    assert studies()[0].state is RunState.RUNNING
