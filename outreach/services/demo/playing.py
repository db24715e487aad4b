"""Living through last term day by day: answers, waitlists, cancellations, reminders, letters, and who came.

Each day does what the worker and the people would have done on it, through their own deeds, at the moment when they
would have done it. Letters are written and noted as sent, but handed to nobody: their day is past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from random import Random
from typing import Self

from sqlalchemy import Row, select

from outreach.clock import days, to_utc
from outreach.models import (
    LIVE,
    Booking,
    BookingState,
    Round,
    RunState,
    Slot,
    SlotState,
    Study,
    StudyKind,
    User,
    VisitRequest,
    db,
)
from outreach.queries.contacts import hosts_of, teacher_of
from outreach.queries.matching import submitted_requests
from outreach.queries.repairs import FEWEST_SCHOOLS
from outreach.services.bookings import (
    book_free_place,
    cancel_booking,
    confirm_booking,
    decline_booking,
    lapse_bookings,
    record_attendance,
)
from outreach.services.carrying_out import carry_out_repair
from outreach.services.places import Group
from outreach.services.postman import deliver
from outreach.services.reminders import ring_due
from outreach.services.slots import cancel_slot
from outreach.services.transaction import Refusal
from outreach.services.waitlist import join_waitlist

# How many of the disappointed look further, and at how many slots before they give up: people, in a large city too.
MOST = 40
TRIES = 25

DECLINED = (
    "Our swimming gala was moved to that day.",
    "帶隊老師當日須出席培訓，未能成行。",
    "The class has an assessment that week.",
)
CALLED_OFF = ("多名學生患病，活動須取消。", "The coach company let us down.", "校內活動撞期，敬請見諒。")
FIRM_CALLED_OFF = "Our studio is being repaired after a burst pipe. We are sorry."
STORM = "Tropical Cyclone Signal No. 8: all schools are closed. 八號熱帶氣旋警告信號生效，學校停課。"


class Nowhere:
    """Takes letters and does nothing: those whom they were for have read them long ago."""

    def send(self, message: EmailMessage) -> None:
        """Nothing leaves the house."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class LastTerm:
    """Last term's round from its publication to its last visit. `staff` acts for the programme, `rng` for chance; `study`
    answers the question that waits, as at a moment."""

    def __init__(self, round_: Round, staff: User, rng: Random, study: Callable[[datetime], object]) -> None:
        self.round_id, self.staff, self.rng, self.study = round_.id, staff, rng, study
        self.first_day, self.last_day = round_.first_day, round_.last_day
        # Who has made up their mind about which booking, and what is to happen on which day.
        self.answered: set[int] = set()
        self.ahead: dict[date, list[Callable[[datetime], object]]] = defaultdict(list)

    def expect(self, published_on: date) -> None:
        """What will happen beside the answers: waitlists soon, free places once some are given back, mishaps later."""
        self.ahead[published_on + timedelta(days=1)].append(self.wait_for_full_slots)
        self.ahead[published_on + timedelta(days=12)].append(self.book_free_places)
        self.ahead[self.first_day - timedelta(days=8)].append(self.plan_mishaps)

    def live(self, first: date, last: date) -> None:
        """Every day from `first` to `last`, in order."""
        for day in days(first, last):
            morning(to_utc(day, time(7)))
            for happening in self.ahead.pop(day, []):
                happening(to_utc(day, time(7, 15)))
            self._make_up_minds(day)
            self._after_school(day)
            post(to_utc(day, time(19)))

    def wait_for_full_slots(self, now: datetime) -> None:
        """Some of those who got nothing wait for a place in a slot of a firm that they had wished for."""
        open_slots = self._slots()
        for visit_request in self._unplaced()[: 3 * MOST : 3]:
            offers = {choice.offer_id for choice in visit_request.choices}
            firms = {choice.company_id for choice in visit_request.choices}
            slots = [s for s in open_slots if s.offer_id in offers or s.offer.company_id in firms]
            self._first_that_takes(visit_request, slots, join_waitlist, now=now)

    def book_free_places(self, now: datetime) -> None:
        """Some of those who got nothing look through the offers and book what is free."""

        def book(*, slot_id: int, group: Group, by: User, now: datetime) -> object:
            key = f"demonstration-{slot_id}-{group.label}"
            return book_free_place(slot_id=slot_id, group=group, form_key=key, by=by, now=now)

        open_slots = self._slots()
        for visit_request in self._unplaced()[1 : 3 * MOST : 3]:
            self._first_that_takes(visit_request, open_slots, book, now=now)

    def _first_that_takes(
        self, visit_request: VisitRequest, slots: list[Slot], ask: Callable[..., object], *, now: datetime
    ) -> None:
        teacher = db.session.get_one(User, visit_request.created_by_id)
        group = Group.of(visit_request)
        fitting = [s for s in slots if visit_request.grade in s.offer.grades and s.starts_at > now]
        for slot in fitting[:TRIES]:
            try:
                # What is refused must leave nothing behind in the one transaction that everything is part of.
                with db.session.begin_nested():
                    ask(slot_id=slot.id, group=group, by=teacher, now=now)
            except Refusal:
                continue
            return

    def plan_mishaps(self, now: datetime) -> None:
        """Three schools in a hundred call off, one firm closes a slot, one day falls to a typhoon."""
        coming = self._bookings(BookingState.CONFIRMED)
        for booking in coming:
            if self.rng.random() < 0.03:
                self._plan(booking.day - timedelta(days=6), self._call_off, booking.id)
        # Of a slot that the scheduler has filled: whoever booked directly has told nobody what else would do.
        placed = [booking for booking in coming if booking.publication_id is not None]
        slots = sorted({booking.slot_id for booking in placed if booking.slot_id is not None})
        if slots:
            slot = db.session.get_one(Slot, self.rng.choice(slots))
            self._plan(slot.day - timedelta(days=4), self._close, slot.id)
        later = sorted({one.day for one in coming if one.day > self.first_day + timedelta(days=7)})
        if later:
            stormy = self.rng.choice(later)
            self._plan(stormy, self._storm, stormy)

    def _plan(self, day: date, happening: Callable[..., object], what: object) -> None:
        self.ahead[day].append(lambda now: happening(what, now=now))

    def _call_off(self, booking_id: int, *, now: datetime) -> None:
        booking = db.session.get_one(Booking, booking_id, populate_existing=True)
        if booking.live:
            reason = self.rng.choice(CALLED_OFF)
            self._cancel(booking, "school", reason, by=teacher_of(booking), now=now)

    def _close(self, slot_id: int, *, now: datetime) -> None:
        slot = db.session.get_one(Slot, slot_id, populate_existing=True)
        cancel_slot(slot_id=slot_id, reason=FIRM_CALLED_OFF, by=hosts_of(slot.offer.company)[0], now=now)
        settle()
        self.study(now)
        settle()
        self._repair(now + timedelta(hours=3))

    def _repair(self, now: datetime) -> None:
        """The office carries out the smallest of the changes that were found."""
        asked = select(Study).where(Study.round_id == self.round_id, Study.kind == StudyKind.REPAIR)
        for study in db.session.scalars(asked.where(Study.state == RunState.DONE)).unique():
            carry_out_repair(study_id=study.id, policy=FEWEST_SCHOOLS, by=self.staff, now=now)
            settle()

    def _storm(self, day: date, *, now: datetime) -> None:
        for one in self._bookings(*LIVE):
            if one.day == day:
                booking = db.session.get_one(Booking, one.id, populate_existing=True)
                self._cancel(booking, "weather", STORM, by=self.staff, now=now)

    def _cancel(self, booking: Booking, whose: str, reason: str, *, by: User, now: datetime) -> None:
        cancel_booking(booking_id=booking.id, cancelled_by=whose, reason=reason, by=by, now=now)

    def _make_up_minds(self, day: date) -> None:
        """Seven in eight say yes within a week, a few no; the others forget it, and their place lapses."""
        for booking in self._bookings(BookingState.AWAITING):
            if booking.id in self.answered:
                continue
            self.answered.add(booking.id)
            # An offered place is held for two days only.
            later = timedelta(days=self.rng.randint(1, 7) if booking.publication_id else 1)
            mood = self.rng.random()
            if mood < 0.88:
                self._plan(day + later, self._confirm, booking.id)
            elif mood < 0.95:
                self._plan(day + later, self._decline, booking.id)

    def _confirm(self, booking_id: int, *, now: datetime) -> None:
        booking = self._unanswered(booking_id)
        if booking is not None:
            confirm_booking(booking_id=booking_id, by=teacher_of(booking), now=now)

    def _decline(self, booking_id: int, *, now: datetime) -> None:
        booking = self._unanswered(booking_id)
        if booking is not None:
            reason = self.rng.choice(DECLINED)
            decline_booking(booking_id=booking_id, reason=reason, by=teacher_of(booking), now=now)

    def _unanswered(self, booking_id: int) -> Booking | None:
        """A place found late may have lapsed before its teacher came to answer."""
        booking = db.session.get_one(Booking, booking_id, populate_existing=True)
        return booking if booking.state is BookingState.AWAITING else None

    def _after_school(self, day: date) -> None:
        """The firm notes who came; one group in fifty did not."""
        for one in self._bookings(BookingState.CONFIRMED):
            if one.day == day:
                host = hosts_of(db.session.get_one(Booking, one.id).offer.company)[0]
                came = self.rng.random() < 0.98
                record_attendance(booking_id=one.id, came=came, by=host, now=to_utc(day, time(18)))

    def _bookings(self, *states: BookingState) -> Sequence[Row[int, date, int | None, int | None]]:
        """Only the columns that decide: asked twice a day, whole rows would cost most of the time."""
        columns = (Booking.id, Booking.day, Booking.slot_id, Booking.publication_id)
        found = select(*columns).where(Booking.round_id == self.round_id, Booking.state.in_(states))
        return db.session.execute(found.order_by(Booking.id)).all()

    def _unplaced(self) -> list[VisitRequest]:
        placed = set(db.session.scalars(select(Booking.visit_request_id)))
        return [one for one in submitted_requests(self.round_id) if one.id not in placed]

    def _slots(self) -> list[Slot]:
        of_this_term = Slot.day.between(self.first_day, self.last_day)
        found = select(Slot).where(of_this_term, Slot.state == SlotState.OPEN).order_by(Slot.day, Slot.id)
        return list(db.session.scalars(found.execution_options(populate_existing=True)).unique())


def settle() -> None:
    """Between two deeds on the same rows: what the first one decided by UPDATE is read again by the second."""
    db.session.flush()
    db.session.expire_all()


def morning(now: datetime) -> None:
    """What the worker does of itself: places that nobody confirmed lapse, due reminders ring, letters go out."""
    while lapse_bookings(now=now):
        pass
    while ring_due(now=now):
        pass
    post(now)


def post(now: datetime) -> None:
    """Write every letter that is due and note it as sent."""
    while deliver(holder="demonstration", transport=Nowhere(), clock=lambda: now):
        pass
