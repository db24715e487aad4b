"""Whom a letter about a school's visit reaches once the teacher who made it has left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from outreach.models import Booking, Membership, User, db
from outreach.queries.contacts import teacher_for, teacher_of
from outreach.services.bookings import cancel_booking
from outreach.services.transaction import one_transaction
from tests.booking_stage import Stage, change, letters, make_stage, read
from tests.build import NOW
from tests.cast import Cast


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Iterator[Stage]:
    with app.app_context():
        yield make_stage(cast)


def leave_school(cast: Cast, name: str) -> None:
    """The account stays; the school is no longer theirs."""
    with one_transaction():
        db.session.execute(delete(Membership).where(Membership.user_id == cast.people[name]))


def close(stage: Stage, name: str) -> None:
    change(User, stage.cast.people[name], active=False)


def teacher(stage: Stage, name: str) -> str:
    """The teacher to talk to about what this person made for the primary school."""
    db.session.rollback()
    return teacher_for(stage.cast.primary, stage.cast.people[name]).name


def test_whoever_made_it_while_they_can(stage: Stage) -> None:
    assert [teacher(stage, name) for name in ("tess", "tom", "stan")] == ["Tess", "Tom", "Stan"]


def test_a_closed_account_is_followed_by_the_schools_first_active_teacher(stage: Stage) -> None:
    close(stage, "tess")
    assert teacher(stage, "tess") == "Tom"


def test_a_teacher_who_left_the_school_is_followed_too(stage: Stage) -> None:
    leave_school(stage.cast, "tom")
    assert [teacher(stage, name) for name in ("tom", "theo")] == ["Tess", "Tess"]


def test_a_school_without_active_teachers_keeps_the_name(stage: Stage) -> None:
    close(stage, "tess")
    close(stage, "tom")
    assert teacher(stage, "tess") == "Tess"


def test_the_letters_of_a_booking_go_to_the_one_who_follows(stage: Stage) -> None:
    booking = stage.book(stage.slot())
    close(stage, "tess")
    assert teacher_of(read(Booking, booking)).name == "Tom"
    cancel_booking(
        booking_id=booking, cancelled_by="programme", reason="Typhoon", by=stage.user("stan"), now=NOW
    )
    told = [name for template, name in letters("booking_cancelled")]
    assert told[0] == "tom"


def test_a_freed_place_is_offered_to_the_one_who_follows(stage: Stage) -> None:
    slot = stage.slot()
    booking = stage.book(slot, by="theo", school="secondary")
    stage.wait(slot, by="tess", school="primary")
    close(stage, "tess")
    cancel_booking(
        booking_id=booking, cancelled_by="school", reason="Sports day", by=stage.user("theo"), now=NOW
    )
    assert letters("place_offered") == [("place_offered", "tom")]
