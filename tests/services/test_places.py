"""Taking a place: what each rule refuses, and that what is given back can be taken again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from outreach.models import (
    Booking,
    BookingState,
    Occupancy,
    Offer,
    OfferKind,
    OfferState,
    Round,
    RoundState,
    School,
    Slot,
    SlotState,
    Team,
    db,
)
from outreach.services import holdings, places, seats
from outreach.services.places import Group, release_place, take_place
from outreach.services.transaction import Refusal, one_transaction
from tests import build
from tests.build import NOW
from tests.cast import Cast

THURSDAY = date(2027, 3, 4)
CONFIRM_BY = NOW + timedelta(days=10)


@dataclass
class Stage:
    """A published round and the cast; rows are read anew in each transaction, as a deed does."""

    cast: Cast
    round_: int

    def group(self, name: str = "primary", **facts: Any) -> Group:
        """Thirty pupils of P5, or S2 at the secondary school, with nobody named who accompanies them."""
        school = self.cast.school(name)
        grade = "P5" if name == "primary" else "S2"
        usual = Group(school, f"{grade}A", "", 30, 2, grade, ("yue",), False)
        return replace(usual, **facts)

    def book(self, slot: int, *, school: str = "primary", travel: int = 30, **facts: Any) -> int:
        """A group takes its place in a slot; the number of the booking."""
        with one_transaction():
            row = db.session.get_one(Slot, slot)
            return take_place(
                group=self.group(school, **facts),
                round_=db.session.get_one(Round, self.round_),
                offer=row.offer,
                slot=row,
                day=row.day,
                start_time=row.start_time,
                end_time=row.end_time,
                travel_minutes=travel,
                confirm_by=CONFIRM_BY,
                by=self.cast.user("tess"),
                now=NOW,
            ).id

    def session(self, team: int, offer: int, start: time, *, school: str = "primary", **facts: Any) -> int:
        """A group takes a team's session of an hour and a half."""
        with one_transaction():
            end = (datetime.combine(THURSDAY, start) + timedelta(minutes=90)).time()
            return take_place(
                group=self.group(school, **facts),
                round_=db.session.get_one(Round, self.round_),
                offer=db.session.get_one(Offer, offer),
                team=db.session.get_one(Team, team),
                day=THURSDAY,
                start_time=start,
                end_time=end,
                travel_minutes=20,
                confirm_by=CONFIRM_BY,
                by=self.cast.user("tess"),
                now=NOW,
            ).id

    def release(self, booking: int) -> None:
        """Decline a booking the way a deed does and give its place back."""
        with one_transaction():
            row = db.session.get_one(Booking, booking)
            row.state = BookingState.DECLINED
            db.session.flush()
            release_place(booking=row, now=NOW)

    def change(self, table: type[Any], row: int, **values: Any) -> None:
        """Change a row as its own deed would."""
        with one_transaction():
            for name, value in values.items():
                setattr(db.session.get_one(table, row), name, value)

    def slot(self, kind: OfferKind = OfferKind.FIELD_VISIT, company: str = "robo", **facts: Any) -> int:
        """A slot of a new offer; `day` and `start` as in tests/build.py."""
        limits = {
            name: facts.pop(name)
            for name in ("min_pupils", "max_pupils", "max_groups", "languages")
            if name in facts
        }
        offer = build.offer(self.cast.company(company), kind, **limits)
        number: int = build.slot(offer, **facts).id
        return number


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    with app.app_context():
        yield Stage(cast, build.round_(RoundState.PUBLISHED).id)


def taken(slot: int) -> tuple[int, int]:
    """Pupils and groups that hold seats."""
    db.session.rollback()
    row = db.session.get_one(Slot, slot, populate_existing=True)
    return row.pupils_taken, row.groups_taken


def bookings() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Booking.id))) or 0


def held() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Occupancy.id))) or 0


def test_a_place_is_a_booking_with_seats_and_hours(stage: Stage) -> None:
    slot = stage.slot()
    booking = db.session.get_one(Booking, stage.book(slot, crew="Ms Chan"))
    assert (booking.state, booking.pupils, booking.confirm_by) == (BookingState.AWAITING, 30, CONFIRM_BY)
    assert booking.starts_at == booking.slot.starts_at
    assert booking.returns_at - booking.leaves_at == timedelta(hours=3)
    assert booking.reference[:3] == "OB-"
    assert taken(slot) == (30, 1)
    resources = db.session.scalars(select(Occupancy.resource).order_by(Occupancy.resource)).all()
    marks = [f"crew:1:Ms Chan:2027-03-04T{h:02}:{m:02}" for h in (9, 10, 11, 12) for m in (0, 15, 30, 45)][
        2:-2
    ]
    assert resources == [*marks, "group:1:2027-03-04:P5A", "school:1:2027-03-04:0"]


def test_a_released_place_can_be_taken_again(stage: Stage) -> None:
    slot = stage.slot()
    stage.release(stage.book(slot, crew="Ms Chan"))
    assert (taken(slot), held()) == ((0, 0), 0)
    stage.book(slot, crew="Ms Chan")
    assert taken(slot) == (30, 1)


@pytest.mark.parametrize(
    ("limits", "facts", "refusal", "field"),
    [
        ({"max_pupils": 29}, {}, seats.SlotFull, "pupils"),
        ({"min_pupils": 31}, {}, seats.TooFewPupils, "pupils"),
        ({"languages": ("en",)}, {}, seats.GroupsDoNotMix, "languages"),
    ],
)
def test_a_slot_refuses_what_does_not_fit(
    stage: Stage, limits: dict[str, Any], facts: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    slot = stage.slot(**limits)
    with pytest.raises(refusal) as caught:
        stage.book(slot, **facts)
    assert caught.value.field == field
    assert (taken(slot), bookings(), held()) == ((0, 0), 0, 0)


def test_seats_are_counted_in_pupils_and_in_groups(stage: Stage) -> None:
    slot = stage.slot(max_pupils=60, max_groups=2)
    stage.book(slot, pupils=31)
    with pytest.raises(seats.SlotFull, match="29 places are left; your group has 30 pupils"):
        stage.book(slot, label="P5B")
    other = stage.slot(max_pupils=60, max_groups=1, day=date(2027, 3, 5))
    stage.book(other)
    with pytest.raises(seats.SlotFull, match="full"):
        stage.book(other, label="P5B", pupils=1)


def test_a_cancelled_slot_or_one_that_moved_is_closed(stage: Stage) -> None:
    slot = stage.slot()
    stage.change(Slot, slot, state=SlotState.CANCELLED)
    with pytest.raises(seats.SlotClosed):
        stage.book(slot)
    stage.change(Slot, slot, state=SlotState.OPEN)
    row = db.session.get_one(Slot, slot)
    with pytest.raises(seats.SlotClosed, match="moved"), one_transaction():
        seats.take_seats(
            row, row.offer, stage.group(), seats.When(row.day, time(8), time(9)), minimum_applies=True
        )


def test_a_withdrawn_offer_has_no_places(stage: Stage) -> None:
    slot = stage.slot()
    stage.change(Offer, db.session.get_one(Slot, slot).offer_id, state=OfferState.WITHDRAWN)
    with pytest.raises(seats.SlotClosed):
        stage.book(slot)


def test_groups_share_a_key_stage_and_one_language(stage: Stage) -> None:
    slot = stage.slot(max_pupils=100, max_groups=5, languages=("yue", "en"))
    stage.change(School, stage.cast.primary, max_per_day=5)
    stage.book(slot, languages=("yue", "en"))
    with pytest.raises(seats.GroupsDoNotMix) as age:
        stage.book(slot, label="P3A", grade="P3")
    assert age.value.field == "grade"
    stage.book(slot, label="P6A", grade="P6", languages=("en",))
    with pytest.raises(seats.GroupsDoNotMix) as words:
        stage.book(slot, label="P4A", grade="P4", languages=("yue",))
    assert words.value.field == "languages"


def test_a_coding_session_is_for_one_school(stage: Stage) -> None:
    slot = stage.slot(OfferKind.CODING_SESSION, max_pupils=100, max_groups=5)
    stage.change(School, stage.cast.primary, max_per_day=5)
    stage.book(slot)
    with pytest.raises(seats.GroupsDoNotMix):
        stage.book(slot, school="secondary", grade="P5")
    stage.book(slot, label="P5B")
    assert taken(slot) == (60, 2)


def test_a_school_has_so_many_visits_a_day(stage: Stage) -> None:
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


def test_a_group_goes_out_once_a_day(stage: Stage) -> None:
    stage.change(School, stage.cast.primary, max_per_day=2)
    stage.book(stage.slot(start=time(9), end=time(10)))
    with pytest.raises(holdings.GroupBusy) as caught:
        stage.book(stage.slot(start=time(13), end=time(14)))
    assert caught.value.field == "group_label"


def test_a_school_has_so_many_visits_in_a_round(stage: Stage) -> None:
    stage.change(School, stage.cast.primary, max_bookings=1)
    stage.book(stage.slot(day=date(2027, 3, 4)))
    with pytest.raises(holdings.SchoolLimitReached):
        stage.book(stage.slot(day=date(2027, 3, 5)))


@pytest.mark.parametrize(("travel", "fits"), [(30, True), (31, False)])
def test_a_crew_comes_back_before_it_leaves_again(stage: Stage, travel: int, fits: bool) -> None:
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


def test_a_crew_at_school_does_not_travel(stage: Stage) -> None:
    """The travel of a coding session is the trainers'."""
    stage.change(School, stage.cast.primary, max_per_day=2)
    stage.book(stage.slot(OfferKind.CODING_SESSION, start=time(10), end=time(11)), crew="Ms Chan", travel=60)
    stage.book(
        stage.slot(OfferKind.CODING_SESSION, start=time(11), end=time(12)),
        label="P5B",
        crew="Ms Chan",
        travel=60,
    )


def test_a_company_gives_so_many_sessions_a_week(stage: Stage) -> None:
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


def test_a_company_gives_so_many_sessions_in_all(stage: Stage) -> None:
    stage.book(stage.slot(day=date(2027, 3, 4)))
    with one_transaction():
        stage.cast.company().max_sessions = 1
    with pytest.raises(holdings.CompanyLimitReached):
        stage.book(stage.slot(day=date(2027, 4, 8)))


def test_a_request_has_one_place(stage: Stage) -> None:
    round_ = db.session.get_one(Round, stage.round_)
    visit_request = build.visit_request(round_, stage.cast.school(), stage.cast.user("tess"))
    slots = [stage.slot(day=date(2027, 3, 4)), stage.slot(day=date(2027, 3, 5))]

    def publish(slot: int) -> None:
        with one_transaction():
            row = db.session.get_one(Slot, slot)
            take_place(
                group=Group.of(visit_request),
                round_=round_,
                offer=row.offer,
                slot=row,
                day=row.day,
                start_time=row.start_time,
                end_time=row.end_time,
                travel_minutes=30,
                confirm_by=CONFIRM_BY,
                visit_request=visit_request,
                by=stage.cast.user("stan"),
                now=NOW,
            )

    publish(slots[0])
    with pytest.raises(holdings.RequestPlaced):
        publish(slots[1])


def test_a_form_makes_one_booking(stage: Stage) -> None:
    slot = stage.slot(max_pupils=100, max_groups=3)
    stage.change(School, stage.cast.primary, max_per_day=3)
    row = db.session.get_one(Slot, slot)
    usual = {"day": row.day, "start_time": row.start_time, "end_time": row.end_time, "travel_minutes": 30}
    for label, refused in (("P5A", False), ("P5B", True)):
        with one_transaction() if not refused else pytest.raises(places.FormSentTwice):
            take = {"group": stage.group(label=label), "round_": db.session.get_one(Round, stage.round_)}
            take |= {"offer": row.offer, "slot": row, "confirm_by": CONFIRM_BY, "form_key": "1:abc"}
            if refused:
                with one_transaction():
                    take_place(**take, **usual, by=stage.cast.user("tess"), now=NOW)
            else:
                take_place(**take, **usual, by=stage.cast.user("tess"), now=NOW)
    assert taken(slot) == (30, 1)


class TestTeams:
    """H4: trainers who travel from school to school."""

    def made(self, stage: Stage, **facts: Any) -> tuple[int, int]:
        offer = build.offer(stage.cast.company(), OfferKind.CODING_SESSION)
        usual = {"max_sessions_per_day": 3, "turnaround_minutes": 15, **facts}
        team = build.team(stage.cast.company(), [offer], [THURSDAY], **usual)
        stage.change(School, stage.cast.primary, max_per_day=5)
        return team.id, offer.id

    def test_the_next_session_waits_for_the_turnaround(self, stage: Stage) -> None:
        team, offer = self.made(stage)
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.TeamBusy):
            stage.session(team, offer, time(10, 30), label="P5B")
        stage.session(team, offer, time(10, 45), label="P5B")

    def test_the_next_school_waits_for_the_way(self, stage: Stage) -> None:
        """Tai Wai to Aberdeen: 13.8 km and the harbour, 58 minutes and the turnaround."""
        team, offer = self.made(stage)
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.TeamBusy):
            stage.session(team, offer, time(11, 30), school="secondary")
        stage.session(team, offer, time(11, 45), school="secondary")

    def test_sessions_of_one_day_are_limited(self, stage: Stage) -> None:
        team, offer = self.made(stage, max_sessions_per_day=1)
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.TeamBusy, match="no more sessions"):
            stage.session(team, offer, time(14), label="P5B")

    def test_outside_its_windows_it_is_not_free(self, stage: Stage) -> None:
        team, offer = self.made(stage)
        with pytest.raises(holdings.TeamBusy, match="not free"):
            stage.session(team, offer, time(15, 45))
        stage.change(Team, team, active=False)
        with pytest.raises(holdings.TeamBusy, match="not free"):
            stage.session(team, offer, time(9))

    def test_a_group_is_not_larger_than_the_session(self, stage: Stage) -> None:
        team, offer = self.made(stage)
        with pytest.raises(places.TooManyPupils):
            stage.session(team, offer, time(9), pupils=41)

    def test_a_session_counts_for_the_company(self, stage: Stage) -> None:
        team, offer = self.made(stage)
        with one_transaction():
            stage.cast.company().max_sessions_per_week = 1
        stage.session(team, offer, time(9))
        with pytest.raises(holdings.CompanyLimitReached):
            stage.book(stage.slot(day=date(2027, 3, 5)))
