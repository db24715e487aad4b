"""The dates of an offer: single slots and weekly series. Cancelling has a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask

from outreach.models import AuditEntry, Offer, OfferState, Slot, SlotState, db
from outreach.services.offers import withdraw_offer
from outreach.services.series import Series, TimeDoesNotHold
from outreach.services.slots import Limits, SlotDoesNotHold, add_series, add_slot, preview_series
from tests import build
from tests.build import NOW
from tests.cast import Cast

TUESDAY = date(2027, 3, 9)
FRIDAYS = Series(
    first_day=date(2027, 3, 12),
    last_day=date(2027, 4, 2),
    weekdays=(4,),
    start_time=time(10),
    end_time=time(12),
)


@pytest.fixture
def offer(app: Flask, cast: Cast) -> Iterator[Offer]:
    """A visit for 10 to 40 pupils, two groups at a time."""
    with app.app_context():
        yield build.offer(cast.company(), min_pupils=10, max_groups=2)


def add(cast: Cast, offer: Offer, start: time = time(10), end: time = time(12), **facts: object) -> Slot:
    """Cora adds a slot on a Tuesday."""
    usual: dict[str, object] = {"day": TUESDAY, "start_time": start, "end_time": end}
    return add_slot(offer_id=offer.id, by=cast.user("cora"), now=NOW, **{**usual, **facts})  # type: ignore[arg-type]


def days(offer: Offer) -> list[tuple[date, SlotState]]:
    """The slots of an offer in order."""
    rows = db.session.query(Slot).filter_by(offer_id=offer.id).order_by(Slot.day, Slot.start_time)
    return [(slot.day, slot.state) for slot in rows]


def test_a_slot_takes_its_limits_from_the_offer_and_its_moments_from_the_clock(
    cast: Cast, offer: Offer
) -> None:
    slot = add(cast, offer)
    assert (slot.min_pupils, slot.max_pupils, slot.max_groups) == (10, 40, 2)
    assert (slot.pupils_taken, slot.groups_taken, slot.state) == (0, 0, SlotState.OPEN)
    assert (slot.starts_at, slot.ends_at) == (
        datetime(2027, 3, 9, 2, tzinfo=UTC),
        datetime(2027, 3, 9, 4, tzinfo=UTC),
    )


def test_a_slot_may_have_limits_of_its_own(cast: Cast, offer: Offer) -> None:
    slot = add(cast, offer, limits=Limits(max_pupils=24, max_groups=1))
    assert (slot.min_pupils, slot.max_pupils, slot.max_groups) == (10, 24, 1)


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (Limits(max_pupils=9), "min_pupils"),
        (Limits(max_pupils=1001), "min_pupils"),
        (Limits(max_groups=0), "max_groups"),
    ],
)
def test_limits_that_contradict_are_refused(cast: Cast, offer: Offer, limits: Limits, field: str) -> None:
    with pytest.raises(SlotDoesNotHold) as refusal:
        add(cast, offer, limits=limits)
    assert refusal.value.field == field
    assert days(offer) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"day": date(2026, 11, 20)},
        {"day": date(2026, 11, 23), "start_time": time(9, 59), "end_time": time(11)},
        {"day": date(2062, 3, 9)},
        {"end_time": time(9)},
        {"end_time": time(10, 5)},
    ],
)
def test_times_that_have_passed_or_contradict_are_refused(
    cast: Cast, offer: Offer, facts: dict[str, object]
) -> None:
    with pytest.raises(TimeDoesNotHold):
        add(cast, offer, **facts)
    assert days(offer) == []


@pytest.mark.parametrize(
    ("start", "end", "clashes"),
    [
        (time(10), time(12), True),
        (time(9), time(10), False),
        (time(12), time(13), False),
        (time(9), time(10, 15), True),
        (time(11), time(11, 30), True),
        (time(9), time(13), True),
    ],
)
def test_slots_of_one_offer_never_overlap(
    cast: Cast, offer: Offer, start: time, end: time, clashes: bool
) -> None:
    add(cast, offer)
    if clashes:
        with pytest.raises(SlotDoesNotHold) as refusal:
            add(cast, offer, start, end)
        assert refusal.value.field == "start_time"
    else:
        add(cast, offer, start, end)
    assert len(days(offer)) == (1 if clashes else 2)


def test_another_offer_may_have_a_slot_at_the_same_time(cast: Cast, offer: Offer) -> None:
    other = build.offer(cast.company())
    add(cast, offer)
    add(cast, other)
    assert days(other) == [(TUESDAY, SlotState.OPEN)]


def test_a_cancelled_slot_is_opened_again_in_its_own_row(cast: Cast, offer: Offer) -> None:
    old = build.slot(offer, TUESDAY, state=SlotState.CANCELLED, cancel_reason="The room is flooded")
    number = old.id
    slot = add(cast, offer, end=time(11))
    assert (slot.id, slot.state, slot.cancel_reason, slot.end_time) == (number, SlotState.OPEN, "", time(11))


def test_a_withdrawn_offer_gets_no_slots(cast: Cast, offer: Offer) -> None:
    withdraw_offer(offer_id=offer.id, by=cast.user("cora"), now=NOW)
    with pytest.raises(SlotDoesNotHold):
        add(cast, offer)
    assert (offer.state, days(offer)) == (OfferState.WITHDRAWN, [])


def test_the_preview_marks_holidays_and_slots_that_are_there(cast: Cast, offer: Offer) -> None:
    there = build.slot(offer, date(2027, 3, 19), time(11), time(13))
    listed = preview_series(offer_id=offer.id, series=FRIDAYS, now=NOW)
    assert [(found.planned.day.day, found.planned.holiday, found.clash, found.free) for found in listed] == [
        (12, None, None, True),
        (19, None, there, False),
        (26, "Good Friday", None, False),
        (2, None, None, True),
    ]


def test_a_series_makes_its_free_days_once_however_often_it_is_sent(cast: Cast, offer: Offer) -> None:
    made = [
        len(add_series(offer_id=offer.id, series=FRIDAYS, by=cast.user("cora"), now=NOW)) for _ in range(2)
    ]
    assert made == [3, 0]
    assert days(offer) == [
        (date(2027, 3, 12), SlotState.OPEN),
        (date(2027, 3, 19), SlotState.OPEN),
        (date(2027, 4, 2), SlotState.OPEN),
    ]
    entries = db.session.query(AuditEntry).filter_by(action="slot.create_series")
    assert [entry.detail for entry in entries] == [{"slots": 3, "first": "2027-03-12", "last": "2027-04-02"}]


def test_a_series_keeps_to_the_days_that_were_ticked(cast: Cast, offer: Offer) -> None:
    # A ticked holiday is a forged form: it is left out all the same.
    ticked = {date(2027, 3, 12), date(2027, 3, 26)}
    made = add_series(offer_id=offer.id, series=FRIDAYS, only=ticked, by=cast.user("cora"), now=NOW)
    assert [slot.day for slot in made] == [date(2027, 3, 12)]


def test_of_today_only_what_is_still_to_come_is_free(cast: Cast, offer: Offer) -> None:
    today = replace(FRIDAYS, first_day=date(2026, 11, 23), last_day=date(2026, 11, 30), weekdays=(0,))
    listed = preview_series(offer_id=offer.id, series=today, now=NOW)
    assert [(found.planned.day, found.past, found.free) for found in listed] == [
        (date(2026, 11, 23), True, False),
        (date(2026, 11, 30), False, True),
    ]


def test_a_series_without_a_day_and_one_with_too_many_are_refused(cast: Cast, offer: Offer) -> None:
    empty = replace(FRIDAYS, first_day=date(2027, 3, 8), last_day=date(2027, 3, 11))
    endless = replace(FRIDAYS, last_day=date(2028, 3, 30), weekdays=(0, 1, 2, 3, 4))
    for series, field in ((empty, "weekdays"), (endless, "last_day")):
        with pytest.raises(TimeDoesNotHold) as refusal:
            add_series(offer_id=offer.id, series=series, by=cast.user("cora"), now=NOW)
        assert refusal.value.field == field
    assert days(offer) == []
