"""Teams and the windows in which they may be placed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
from flask import Flask

from outreach.clock import to_utc
from outreach.models import Booking, BookingState, Offer, OfferKind, Team, TeamOffer, TeamWindow, db
from outreach.services.offers import OfferDoesNotHold
from outreach.services.series import Series, TimeDoesNotHold
from outreach.services.teams import (
    TeamDoesNotHold,
    TeamFacts,
    TeamIsBooked,
    add_team,
    add_weekly_windows,
    add_window,
    edit_team,
    remove_window,
    rest_team,
)
from outreach.services.transaction import ChangedMeanwhile
from tests import build
from tests.build import NOW
from tests.cast import Cast

TUESDAY = date(2027, 3, 9)


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    """Deeds need the application."""
    with app.app_context():
        yield


@pytest.fixture
def lesson(context: None, cast: Cast) -> Offer:
    """A coding session of Cora's company."""
    return build.offer(cast.company(), OfferKind.CODING_SESSION, longitude=None, latitude=None, district=None)


def facts(*offers: Offer) -> TeamFacts:
    """A team at the Science Park that gives these offers."""
    return TeamFacts(
        name_en="Trainers",
        name_zh="導師隊",
        offer_ids=tuple(offer.id for offer in offers),
        district="P",
        longitude=114.2133,
        latitude=22.4267,
        max_sessions_per_day=2,
    )


def made(cast: Cast, *offers: Offer) -> Team:
    """That team, entered by Cora."""
    return add_team(company_id=cast.robo, facts=facts(*offers), by=cast.user("cora"), now=NOW)


def offers_of(team: Team) -> set[int]:
    """The offers the team can give."""
    return set(db.session.scalars(db.select(TeamOffer.offer_id).filter_by(team_id=team.id)))


def windows_of(team: Team) -> list[tuple[date, time, time]]:
    """The team's windows in order."""
    rows = (
        db.session.query(TeamWindow)
        .filter_by(team_id=team.id)
        .order_by(TeamWindow.day, TeamWindow.start_time)
    )
    return [(row.day, row.start_time, row.end_time) for row in rows]


def test_a_team_knows_its_offers_and_its_home(cast: Cast, lesson: Offer) -> None:
    team = made(cast, lesson)
    assert offers_of(team) == {lesson.id}
    assert (team.company_id, team.active, team.district, team.max_sessions_per_day) == (
        cast.robo,
        True,
        "P",
        2,
    )


def test_changing_a_team_replaces_its_offers(cast: Cast, lesson: Offer) -> None:
    other = build.offer(cast.company(), title_en="Another")
    team = made(cast, lesson)
    edit_team(team_id=team.id, facts=facts(other), seen_version=team.version, by=cast.user("cora"), now=NOW)
    assert offers_of(team) == {other.id}


def test_the_second_of_two_changes_is_told_of_the_first(cast: Cast, lesson: Offer) -> None:
    team = made(cast, lesson)
    seen = team.version
    renamed = replace(facts(lesson), name_en="First")
    edit_team(team_id=team.id, facts=renamed, seen_version=seen, by=cast.user("cora"), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        edit_team(team_id=team.id, facts=facts(lesson), seen_version=seen, by=cast.user("cora"), now=NOW)


def test_a_team_gives_offers_of_its_own_company_only(cast: Cast, lesson: Offer) -> None:
    strange = build.offer(cast.company("harbour"))
    for chosen in ((strange,), (lesson, strange), ()):
        with pytest.raises(TeamDoesNotHold) as refusal:
            made(cast, *chosen)
        assert refusal.value.field == "offer_ids"
    assert db.session.query(Team).count() == 0


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ({"name_en": "", "name_zh": ""}, TeamDoesNotHold, "name_en"),
        ({"longitude": None}, OfferDoesNotHold, "place"),
        ({"latitude": 21.0}, OfferDoesNotHold, "longitude"),
        ({"max_sessions_per_day": 0}, TeamDoesNotHold, "max_sessions_per_day"),
        ({"turnaround_minutes": 241}, TeamDoesNotHold, "turnaround_minutes"),
        ({"max_travel_minutes": -1}, TeamDoesNotHold, "max_travel_minutes"),
    ],
)
def test_what_no_team_may_be(
    cast: Cast, lesson: Offer, changes: dict[str, object], kind: type[Exception], field: str
) -> None:
    with pytest.raises(kind) as refusal:
        add_team(company_id=cast.robo, facts=replace(facts(lesson), **changes), by=cast.user("cora"), now=NOW)
    assert refusal.value.field == field  # type: ignore[attr-defined]


def test_two_teams_of_a_company_have_two_names(cast: Cast, lesson: Offer) -> None:
    made(cast, lesson)
    with pytest.raises(TeamDoesNotHold) as refusal:
        made(cast, lesson)
    assert refusal.value.field == "name_en"


def test_a_resting_team_keeps_everything(cast: Cast, lesson: Offer) -> None:
    team = made(cast, lesson)
    rest_team(team_id=team.id, active=False, by=cast.user("cora"), now=NOW)
    assert db.session.get_one(Team, team.id).active is False
    rest_team(team_id=team.id, active=True, by=cast.user("cora"), now=NOW)
    assert db.session.get_one(Team, team.id).active is True
    assert offers_of(team) == {lesson.id}


def test_windows_of_a_team_never_overlap(cast: Cast, lesson: Offer) -> None:
    team = made(cast, lesson)

    def window(start: time, end: time) -> None:
        add_window(
            team_id=team.id, day=TUESDAY, start_time=start, end_time=end, by=cast.user("cora"), now=NOW
        )

    window(time(9), time(12))
    window(time(12), time(16))
    for start, end in (
        (time(9), time(12)),
        (time(8), time(9, 30)),
        (time(10), time(11)),
        (time(8), time(17)),
    ):
        with pytest.raises(TeamDoesNotHold):
            window(start, end)
    assert windows_of(team) == [(TUESDAY, time(9), time(12)), (TUESDAY, time(12), time(16))]


def test_a_window_in_the_past_is_refused(cast: Cast, lesson: Offer) -> None:
    team = made(cast, lesson)
    with pytest.raises(TimeDoesNotHold):
        add_window(
            team_id=team.id,
            day=date(2026, 11, 20),
            start_time=time(9),
            end_time=time(12),
            by=cast.user("cora"),
            now=NOW,
        )


def test_weekly_windows_skip_holidays_and_are_made_once(cast: Cast, lesson: Offer) -> None:
    team = made(cast, lesson)
    series = Series(
        first_day=date(2027, 3, 12),
        last_day=date(2027, 4, 2),
        weekdays=(4,),
        start_time=time(9),
        end_time=time(16),
    )
    counts = [
        len(add_weekly_windows(team_id=team.id, series=series, by=cast.user("cora"), now=NOW))
        for _ in range(2)
    ]
    assert counts == [3, 0]
    # The 26th is Good Friday.
    assert windows_of(team) == [(date(2027, 3, day), time(9), time(16)) for day in (12, 19)] + [
        (date(2027, 4, 2), time(9), time(16))
    ]


@pytest.mark.parametrize("state", [BookingState.CONFIRMED, BookingState.DECLINED])
def test_a_window_with_a_booked_session_stays(cast: Cast, lesson: Offer, state: BookingState) -> None:
    round_ = build.round_()
    team = build.team(cast.company(), [lesson], [TUESDAY])
    window = db.session.query(TeamWindow).one()
    build.kept(
        Booking(
            reference="T00001",
            round_id=round_.id,
            school_id=cast.primary,
            created_by_id=cast.people["tess"],
            offer_id=lesson.id,
            team_id=team.id,
            day=TUESDAY,
            start_time=time(10),
            end_time=time(11, 30),
            starts_at=to_utc(TUESDAY, time(10)),
            ends_at=to_utc(TUESDAY, time(11, 30)),
            travel_minutes=0,
            group_label="P5A",
            pupils=30,
            staff=2,
            grade="P5",
            languages=("yue",),
            state=state,
            created_at=NOW,
        )
    )
    if state is BookingState.CONFIRMED:
        with pytest.raises(TeamIsBooked):
            remove_window(window_id=window.id, by=cast.user("cora"), now=NOW)
        assert len(windows_of(team)) == 1
    else:
        for _ in range(2):
            remove_window(window_id=window.id, by=cast.user("cora"), now=NOW)
        assert windows_of(team) == []
