"""What a booking holds besides seats: days and hours of the school, the crew, the company and the team."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from flask import Flask

from outreach.models import (
    OfferKind,
    RoundState,
    School,
    Team,
)
from outreach.services import holdings, places
from outreach.services.transaction import one_transaction
from tests import build
from tests.cast import Cast
from tests.place_stage import THURSDAY, PlaceStage


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[PlaceStage]:
    with app.app_context():
        yield PlaceStage(cast, build.round_(RoundState.PUBLISHED).id)


def test_a_school_has_so_many_visits_a_day(stage: PlaceStage) -> None:
    first, second, third = (stage.slot(start=time(hour), end=time(hour + 1)) for hour in (9, 11, 13))
    booking = stage.book(first)
    with pytest.raises(holdings.SchoolDayTaken):
        stage.book(second, label="P5B")
    stage.change(School, stage.cast.primary, max_per_day=2)
    stage.book(second, label="P5B")
    with pytest.raises(holdings.SchoolDayTaken):
        stage.book(third, label="P5C")
    stage.release(booking)
    stage.change(School, stage.cast.primary, max_per_day=1)
    with pytest.raises(holdings.SchoolDayTaken):
        stage.book(third, label="P5C")


def test_a_group_goes_out_once_a_day(stage: PlaceStage) -> None:
    stage.change(School, stage.cast.primary, max_per_day=2)
    stage.book(stage.slot(start=time(9), end=time(10)))
    with pytest.raises(holdings.GroupBusy) as caught:
        stage.book(stage.slot(start=time(13), end=time(14)))
    assert caught.value.field == "group_label"


def test_a_school_has_so_many_visits_in_a_round(stage: PlaceStage) -> None:
    stage.change(School, stage.cast.primary, max_bookings=1)
    stage.book(stage.slot(day=date(2027, 3, 4)))
    with pytest.raises(holdings.SchoolLimitReached):
        stage.book(stage.slot(day=date(2027, 3, 5)))


@pytest.mark.parametrize(("travel", "fits"), [(30, True), (31, False)])
def test_a_crew_comes_back_before_it_leaves_again(stage: PlaceStage, travel: int, fits: bool) -> None:
    """Back at 11:30, or one minute too late; the second group leaves at 11:30."""
    stage.change(School, stage.cast.primary, max_per_day=2)
    stage.book(stage.slot(start=time(10), end=time(11)), crew="Ms Chan", travel=travel)
    second = stage.slot(start=time(12), end=time(13))
    if fits:
        stage.book(second, label="P5B", crew="Ms Chan", travel=30)
    else:
        with pytest.raises(holdings.CrewBusy) as caught:
            stage.book(second, label="P5B", crew="Ms Chan", travel=30)
        assert caught.value.field == "crew"
        stage.book(second, label="P5B", crew="Mr Lee", travel=30)


def test_a_crew_at_school_does_not_travel(stage: PlaceStage) -> None:
    """The travel of a coding session is the trainers'."""
    stage.change(School, stage.cast.primary, max_per_day=2)
    stage.book(stage.slot(OfferKind.CODING_SESSION, start=time(10), end=time(11)), crew="Ms Chan", travel=60)
    stage.book(
        stage.slot(OfferKind.CODING_SESSION, start=time(11), end=time(12)),
        label="P5B",
        crew="Ms Chan",
        travel=60,
    )


def test_a_company_gives_so_many_sessions_a_week(stage: PlaceStage) -> None:
    with one_transaction():
        stage.cast.company().max_sessions_per_week = 1
    shared = stage.slot(day=date(2027, 3, 4), max_pupils=100, max_groups=3)
    stage.book(shared)
    with pytest.raises(holdings.CompanyLimitReached):
        stage.book(stage.slot(day=date(2027, 3, 5)), label="P5B")
    stage.change(School, stage.cast.primary, max_per_day=2)
    stage.book(shared, label="P5B")
    stage.book(stage.slot(day=date(2027, 3, 8)), label="P5B")
    stage.book(stage.slot(day=date(2027, 3, 5), company="harbour"), label="P5B")


def test_a_company_gives_so_many_sessions_in_all(stage: PlaceStage) -> None:
    stage.book(stage.slot(day=date(2027, 3, 4)))
    with one_transaction():
        stage.cast.company().max_sessions = 1
    with pytest.raises(holdings.CompanyLimitReached):
        stage.book(stage.slot(day=date(2027, 4, 8)))


class TestTeams:
    """H4: trainers who travel from school to school."""

    def made(self, stage: PlaceStage, **facts: Any) -> tuple[int, int]:
        offer = build.offer(stage.cast.company(), OfferKind.CODING_SESSION)
        usual = {"max_sessions_per_day": 3, "turnaround_minutes": 15, **facts}
        team = build.team(stage.cast.company(), [offer], [THURSDAY], **usual)
        stage.change(School, stage.cast.primary, max_per_day=5)
        return team.id, offer.id

    def test_the_next_session_waits_for_the_turnaround(self, stage: PlaceStage) -> None:
        team, offer = self.made(stage)
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.TeamBusy):
            stage.session(team, offer, time(10, 30), label="P5B")
        stage.session(team, offer, time(10, 45), label="P5B")

    def test_the_next_school_waits_for_the_way(self, stage: PlaceStage) -> None:
        """Tai Wai to Aberdeen: 13.8 km and the harbour, 58 minutes and the turnaround."""
        team, offer = self.made(stage)
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.TeamBusy):
            stage.session(team, offer, time(11, 30), school="secondary")
        stage.session(team, offer, time(11, 45), school="secondary")

    def test_sessions_of_one_day_are_limited(self, stage: PlaceStage) -> None:
        team, offer = self.made(stage, max_sessions_per_day=1)
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.TeamBusy, match="no more sessions"):
            stage.session(team, offer, time(14), label="P5B")

    def test_outside_its_windows_it_is_not_free(self, stage: PlaceStage) -> None:
        team, offer = self.made(stage)
        with pytest.raises(holdings.TeamBusy, match="not free"):
            stage.session(team, offer, time(15, 45))
        stage.change(Team, team, active=False)
        with pytest.raises(holdings.TeamBusy, match="not free"):
            stage.session(team, offer, time(9))

    def test_a_group_is_not_larger_than_the_session(self, stage: PlaceStage) -> None:
        team, offer = self.made(stage)
        with pytest.raises(places.TooManyPupils):
            stage.session(team, offer, time(9), pupils=41)

    def test_a_session_counts_for_the_company(self, stage: PlaceStage) -> None:
        team, offer = self.made(stage)
        with one_transaction():
            stage.cast.company().max_sessions_per_week = 1
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.CompanyLimitReached):
            stage.book(stage.slot(day=date(2027, 3, 5)))
