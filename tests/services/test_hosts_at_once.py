"""What hosts do at the same moment: nothing is made twice, and an offer is never both withdrawn and booked.

The lock of an offer is held against a mutant: without it the same crowd does the damage (on PostgreSQL; SQLite lets one
transaction write at a time)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time
from threading import Barrier, BrokenBarrierError, Event
from typing import Any

import pytest
from flask import Flask

from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Invitation,
    Membership,
    Offer,
    OutboxMessage,
    Role,
    Slot,
    User,
    db,
)
from outreach.services import invitations, offers, people, slots
from outreach.services.bookings import book_free_place, confirm_booking
from outreach.services.invitations import accept_invitation, invite, withdraw_invitation
from outreach.services.offers import withdraw_offer
from outreach.services.series import Series
from outreach.services.slots import add_series, add_slot, cancel_slot
from outreach.services.transaction import ChangedMeanwhile, one_transaction
from tests import build, visit_rows
from tests.at_once import HELD_UP, ONE_WRITER, at_once, patience
from tests.booking_stage import make_stage, read
from tests.build import NOW
from tests.cast import Cast
from tests.engines import Database

CROWD = 6
FRIDAYS = Series(
    first_day=date(2027, 3, 12),
    last_day=date(2027, 4, 2),
    weekdays=(4,),
    start_time=time(10),
    end_time=time(12),
)


@dataclass(frozen=True)
class Crowd:
    """People who press at the same moment, each in an application context of their own."""

    app: Flask

    def press(self, *deeds: Callable[[], object]) -> list[str]:
        return at_once(self.app, *deeds)


@pytest.fixture
def crowd(app: Flask, cast: Cast) -> Crowd:
    """The crowd."""
    return Crowd(app)


def posted(app: Flask, cast: Cast) -> int:
    """An offer of Robo Works."""
    with app.app_context():
        number: int = build.offer(cast.company()).id
        return number


def test_a_series_sent_by_many_is_made_once(app: Flask, cast: Cast, crowd: Crowd) -> None:
    offer = posted(app, cast)
    sent = [lambda: add_series(offer_id=offer, series=FRIDAYS, by=cast.user("cora"), now=NOW)] * CROWD
    assert crowd.press(*sent) == ["done"] * CROWD
    with app.app_context():
        assert db.session.query(Slot).count() == 3


def overlapping(
    crowd: Crowd, cast: Cast, offer: int, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> Counter[str]:
    """Two slots that overlap without the same start, so no UNIQUE can tell; each looks before the other has written."""
    both_looked, real = Barrier(2), slots.first_clash

    def slowly(*facts: Any) -> Slot | None:
        found: Slot | None = real(*facts)
        with suppress(BrokenBarrierError):
            both_looked.wait(seconds)
        return found

    def adding(start: time) -> Callable[[], object]:
        facts = {"day": date(2027, 3, 9), "start_time": start, "end_time": time(12)}
        return lambda: add_slot(offer_id=offer, by=cast.user("cora"), now=NOW, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(slots, "first_clash", slowly)
    return Counter(crowd.press(adding(time(10)), adding(time(10, 30))))


def test_of_overlapping_slots_one_is_made(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    answers = overlapping(crowd, cast, posted(app, cast), monkeypatch, patience(database.engine, locked=True))
    assert answers == {"done": 1, "SlotDoesNotHold": 1}


def unlocked(table: type[Offer], offer_id: int) -> Offer:
    """The mutant: the offer is read and not held."""
    return db.session.get_one(table, offer_id)


def test_without_the_lock_two_slots_would_overlap(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(slots, "locked", unlocked)
    answers = overlapping(crowd, cast, posted(app, cast), monkeypatch, patience(database.engine))
    assert answers == ({"done": 1, "SlotDoesNotHold": 1} if database.engine == ONE_WRITER else {"done": 2})


def test_an_invitation_sent_by_many_is_one_account_one_role_one_letter(
    app: Flask, cast: Cast, crowd: Crowd
) -> None:
    def inviting(role: Role, body_id: int | None) -> Callable[[], object]:
        facts = {"email": "new@example.org", "name": "New", "role": role, "body_id": body_id}
        return lambda: invite(by=cast.user("ada"), now=NOW, **facts)  # type: ignore[arg-type]

    half = CROWD // 2
    wishes = [inviting(Role.COORDINATOR, cast.robo)] * half + [inviting(Role.STAFF, None)] * half
    assert crowd.press(*wishes) == ["done"] * CROWD
    with app.app_context():
        user = db.session.query(User).filter_by(email="new@example.org").one()
        offered = db.session.query(Invitation).filter_by(user_id=user.id)
        assert sorted(invitation.role.value for invitation in offered) == ["coordinator", "staff"]
        assert db.session.query(OutboxMessage).count() == 1


def test_an_invitation_is_accepted_or_withdrawn_never_both(app: Flask, cast: Cast, crowd: Crowd) -> None:
    for _time in range(5):
        with app.app_context():
            asked = invite(
                email="cole@example.org",
                name="Cole",
                role=Role.COORDINATOR,
                body_id=cast.robo,
                by=cast.user("hana"),
                now=NOW,
            ).invitation
            assert asked is not None
            number = asked.id
        accepts = lambda: accept_invitation(invitation_id=number, by=cast.user("cole"), now=NOW)  # noqa: B023, E731
        withdraws = lambda: withdraw_invitation(invitation_id=number, by=cast.user("hana"), now=NOW)  # noqa: B023, E731
        accepted, withdrawn = crowd.press(accepts, withdraws)
        with app.app_context():
            has_role = cast.robo in cast.user("cole").company_ids
            assert (accepted, withdrawn) == ("done" if has_role else "InvitationOver", "done")
            assert db.session.query(Invitation).count() == 0
            with one_transaction():
                db.session.query(Membership).filter_by(
                    company_id=cast.robo, user_id=cast.people["cole"]
                ).delete()


def test_an_invitation_answered_while_it_is_made_once_more(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL lets the answer through between finding the row there already and reading it."""
    real = invitations.write_once

    def answered(*what: Any, **facts: Any) -> bool:
        ours = real(*what, **facts)
        db.session.query(Invitation).delete()
        return ours

    monkeypatch.setattr(invitations, "write_once", answered)
    facts = {"email": "cole@example.org", "name": "Cole", "role": Role.COORDINATOR, "body_id": cast.robo}
    with app.app_context(), pytest.raises(ChangedMeanwhile):
        invite(by=cast.user("hana"), now=NOW, **facts)  # type: ignore[arg-type]


def both_leave(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> tuple[list[str], int]:
    """Two administrators end their roles, each counting the other before either has gone: (answers, who is left)."""
    with app.app_context(), one_transaction():
        cast.user("stan").memberships[0].role = Role.ADMINISTRATOR
    with app.app_context():
        roles = {name: cast.user(name).memberships[0].id for name in ("ada", "stan")}
    both_counted, real = Barrier(2), people._keep_an_administrator

    def slowly(leaving: User) -> None:
        real(leaving)
        with suppress(BrokenBarrierError):
            both_counted.wait(seconds)

    def leaves(name: str) -> Callable[[], object]:
        return lambda: people.end_membership(membership_id=roles[name], by=cast.user(name), now=NOW)

    monkeypatch.setattr(people, "_keep_an_administrator", slowly)
    answers = sorted(crowd.press(leaves("ada"), leaves("stan")))
    with app.app_context():
        return answers, db.session.query(Membership).filter_by(role=Role.ADMINISTRATOR).count()


def test_of_two_administrators_who_leave_at_once_one_stays(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    told = both_leave(app, cast, crowd, monkeypatch, patience(database.engine, locked=True))
    assert told == (["LastAdministrator", "done"], 1)


def test_without_the_name_they_hold_both_administrators_would_leave(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(people, "one_at_a_time", lambda *_name, **_now: None)
    told = both_leave(app, cast, crowd, monkeypatch, patience(database.engine))
    one_stays = (["LastAdministrator", "done"], 1)
    assert told == (one_stays if database.engine == ONE_WRITER else (["done", "done"], 0))


def withdrawn_while_booked(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> tuple[str, int]:
    """A school books between the question whether anybody has booked and the withdrawal: (state, live bookings)."""
    with app.app_context():
        stage = make_stage(cast)
        slot = stage.slot()
    asked, booked, real = Event(), Event(), offers.live_bookings

    def slowly(offer: Offer) -> int:
        found = real(offer)
        asked.set()
        booked.wait(seconds)
        return found

    def books() -> object:
        asked.wait(30)
        group, teacher = stage.group(), stage.user("tess")
        try:
            return book_free_place(slot_id=slot, group=group, form_key="form", by=teacher, now=NOW)
        finally:
            booked.set()

    monkeypatch.setattr(offers, "live_bookings", slowly)
    crowd.press(books, lambda: withdraw_offer(offer_id=stage.offer, by=cast.user("cora"), now=NOW))
    with app.app_context():
        held = db.session.query(Booking).filter(Booking.state.in_(LIVE)).count()
        return db.session.get_one(Offer, stage.offer).state.value, held


def test_an_offer_is_withdrawn_or_booked_never_both(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    seconds = patience(database.engine, locked=True)
    assert withdrawn_while_booked(app, cast, crowd, monkeypatch, seconds) == ("withdrawn", 0)


def test_without_the_lock_an_offer_would_be_withdrawn_from_under_a_school(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(offers, "locked", unlocked)
    state, held = withdrawn_while_booked(app, cast, crowd, monkeypatch, patience(database.engine))
    assert (state, held) == ("withdrawn", 0 if database.engine == ONE_WRITER else 1)


def test_a_school_that_confirms_while_its_slot_is_cancelled_does_not_stop_the_cancelling(
    app: Flask, cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        made = visit_rows.scene(cast)
        booking = visit_rows.book(made, BookingState.AWAITING)
        slot = read(Booking, booking).slot_id
    looked, confirmed, real = Event(), Event(), slots.cancel_booking_in

    def slowly(**facts: Any) -> None:
        looked.set()
        confirmed.wait(HELD_UP)
        real(**facts)

    def confirms() -> object:
        looked.wait(30)
        try:
            return confirm_booking(booking_id=booking, by=cast.user("tess"), now=NOW)
        finally:
            confirmed.set()

    monkeypatch.setattr(slots, "cancel_booking_in", slowly)
    cancels = lambda: cancel_slot(slot_id=slot, reason="Flood", by=cast.user("cora"), now=NOW)  # noqa: E731
    assert crowd.press(cancels, confirms) == ["done", "NotToBeDecided"]
    with app.app_context():
        assert read(Booking, booking).state is BookingState.CANCELLED
