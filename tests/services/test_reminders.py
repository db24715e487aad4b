"""Reminders: when they are planned, that each rings once, and that none rings for a visit that will not be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask

from outreach.models import Booking, BookingState, OutboxMessage, ReminderKind, ReminderState, db
from outreach.services.reminders import drop_reminders, plan_reminders, ring_due
from outreach.services.transaction import one_transaction
from tests.cast import Cast
from tests.visit_rows import NOW, Scene, book, move, reminders, scene

BEFORE_AT = datetime(2026, 11, 30, 1, tzinfo=UTC)  # 9 am in Hong Kong, three days before
MORNING_AT = datetime(2026, 12, 2, 23, tzinfo=UTC)  # 7 am of the day
CONFIRM_AT = NOW + timedelta(days=3)  # two days before the deadline


@pytest.fixture
def made(app: Flask, cast: Cast) -> Iterator[Scene]:
    with app.app_context():
        yield scene(cast)


def plan(booking_id: int, now: datetime = NOW) -> None:
    with one_transaction():
        plan_reminders(booking=db.session.get_one(Booking, booking_id), now=now)


def planned(booking_id: int) -> list[tuple[ReminderKind, datetime]]:
    return [(each.kind, each.due_at) for each in reminders(booking_id)]


def letters() -> list[str]:
    db.session.rollback()
    return [message.template for message in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


def test_an_awaiting_booking_gets_all_three(made: Scene) -> None:
    booking_id = book(made, BookingState.AWAITING)
    plan(booking_id)
    assert planned(booking_id) == [
        (ReminderKind.CONFIRM, CONFIRM_AT),
        (ReminderKind.BEFORE, BEFORE_AT),
        (ReminderKind.MORNING, MORNING_AT),
    ]


def test_a_confirmed_booking_is_not_asked_to_confirm(made: Scene) -> None:
    booking_id = book(made)
    plan(booking_id)
    assert planned(booking_id) == [(ReminderKind.BEFORE, BEFORE_AT), (ReminderKind.MORNING, MORNING_AT)]


def test_planning_twice_plans_once(made: Scene) -> None:
    booking_id = book(made)
    plan(booking_id)
    plan(booking_id, NOW + timedelta(hours=1))
    assert len(planned(booking_id)) == 2


def test_what_has_passed_is_not_planned(made: Scene) -> None:
    tomorrow = book(made, day=date(2026, 11, 23))
    plan(tomorrow)
    assert [kind for kind, _ in planned(tomorrow)] == [ReminderKind.MORNING]
    this_afternoon = book(made, day=date(2026, 11, 22), start=time(15, 30))
    plan(this_afternoon)
    assert planned(this_afternoon) == []


def test_an_early_visit_is_announced_an_hour_ahead(made: Scene) -> None:
    booking_id = book(made, start=time(7, 30))
    plan(booking_id)
    assert planned(booking_id)[-1] == (ReminderKind.MORNING, datetime(2026, 12, 2, 22, 30, tzinfo=UTC))


@pytest.mark.parametrize(("hours", "kinds"), [(20, []), (30, [24]), (60, [24]), (80, [32])])
def test_the_question_is_not_repeated_on_its_own_heels(made: Scene, hours: int, kinds: list[int]) -> None:
    booking_id = book(made, BookingState.AWAITING)
    with one_transaction():
        db.session.get_one(Booking, booking_id).confirm_by = NOW + timedelta(hours=hours)
    plan(booking_id)
    asked = [due_at - NOW for kind, due_at in planned(booking_id) if kind is ReminderKind.CONFIRM]
    assert asked == [timedelta(hours=number) for number in kinds]


def test_each_rings_once_and_only_when_due(made: Scene) -> None:
    booking_id = book(made)
    plan(booking_id)
    assert ring_due(now=BEFORE_AT - timedelta(seconds=1)) == 0
    assert ring_due(now=BEFORE_AT) == 1
    assert ring_due(now=BEFORE_AT) == 0
    assert letters() == ["reminder_before"]
    assert ring_due(now=MORNING_AT) == 1
    assert letters() == ["reminder_before", "reminder_morning"]
    assert [each.state for each in reminders(booking_id)] == [ReminderState.RUNG, ReminderState.RUNG]
    message = db.session.query(OutboxMessage).first()
    assert message is not None
    assert (message.user_id, message.booking_id) == (made.cast.people["tess"], booking_id)


@pytest.mark.parametrize(
    "state", [BookingState.CANCELLED, BookingState.DECLINED, BookingState.LAPSED, BookingState.AWAITING]
)
def test_none_rings_for_a_visit_that_is_not_confirmed(made: Scene, state: BookingState) -> None:
    booking_id = book(made)
    plan(booking_id)
    move(booking_id, state)
    assert ring_due(now=MORNING_AT) == 2
    assert letters() == []
    assert [each.state for each in reminders(booking_id)] == [ReminderState.DROPPED, ReminderState.DROPPED]


def test_the_question_rings_only_while_it_is_open(made: Scene) -> None:
    asked, answered = book(made, BookingState.AWAITING), book(made, BookingState.AWAITING, start=time(10))
    plan(asked)
    plan(answered)
    move(answered, BookingState.CONFIRMED)
    assert ring_due(now=CONFIRM_AT) == 2
    assert letters() == ["reminder_confirm"]


def test_dropping_leaves_what_has_rung(made: Scene) -> None:
    booking_id = book(made)
    plan(booking_id)
    ring_due(now=BEFORE_AT)
    with one_transaction():
        drop_reminders(booking=db.session.get_one(Booking, booking_id))
    assert [each.state for each in reminders(booking_id)] == [ReminderState.RUNG, ReminderState.DROPPED]


def test_a_worker_that_was_away_rings_what_still_makes_sense(made: Scene) -> None:
    booking_id = book(made)
    plan(booking_id)
    # It comes back on the morning of the visit: "in a few days" is wrong by now, "today" is right.
    assert ring_due(now=MORNING_AT + timedelta(hours=1)) == 2
    assert letters() == ["reminder_morning"]
    message = db.session.query(OutboxMessage).one()
    assert message.expires_at == db.session.get_one(Booking, booking_id).starts_at


def test_after_the_visit_has_begun_nothing_rings(made: Scene) -> None:
    booking_id = book(made)
    plan(booking_id)
    starts_at = db.session.get_one(Booking, booking_id).starts_at
    assert ring_due(now=starts_at) == 2
    assert letters() == []


def test_many_are_rung_in_batches(made: Scene) -> None:
    days = [date(2026, 12, 3) + timedelta(days=number) for number in range(52)]
    for day in days:
        plan(book(made, day=day))
    later = datetime(2027, 2, 1, tzinfo=UTC)
    assert [ring_due(now=later) for _ in range(3)] == [100, 4, 0]
