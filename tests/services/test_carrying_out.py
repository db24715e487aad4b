"""Carrying out a repair is all or nothing: bookings, reminders and letters together, or a refusal and not a row."""

from __future__ import annotations

from datetime import date, time

import pytest

from outreach.models import (
    AuditEntry,
    Booking,
    BookingState,
    OutboxMessage,
    Reminder,
    ReminderState,
    Round,
    RoundState,
    RunState,
    Slot,
    Study,
    WaitlistEntry,
    WaitlistState,
    db,
)
from outreach.queries.repairs import is_looked_for
from outreach.services.bookings import cancel_booking
from outreach.services.carrying_out import CarriedOut, NoSuchRepair, look_anew
from outreach.services.letter_facts import told
from outreach.services.places import Group
from outreach.services.waitlist import join_waitlist
from tests import build
from tests.booking_stage import change, letters, read, taken
from tests.build import NOW
from tests.repair_stage import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    RepairStage,
    answered,
    everything,
    live_of,
)

Numbers = dict[str, int]


def new_letters(before: int) -> list[tuple[str, str]]:
    return letters()[before:]


def test_two_groups_move_up_and_everybody_concerned_is_told_once(stage: RepairStage, chain: Numbers) -> None:
    before = len(letters())
    made = stage.carry_out(chain["study"], "most-served")
    assert (made.number, made.study_id, made.policy, made.proposal_id) == (
        1,
        chain["study"],
        "most-served",
        None,
    )
    first, second = live_of(chain["fell"]), live_of(chain["holds"])
    assert first is not None
    assert second is not None
    assert (first.slot_id, first.state, first.publication_id) == (
        chain["near"],
        BookingState.AWAITING,
        made.id,
    )
    assert (second.slot_id, second.state, second.pupils) == (chain["far"], BookingState.AWAITING, 30)
    assert [taken(chain[name]) for name in ("struck", "near", "far")] == [(0, 0), (30, 1), (30, 1)]
    assert sorted(new_letters(before)) == [
        ("booking_cancelled", "cole"),
        ("booking_moved", "tess"),
        ("booking_moved", "theo"),
        ("group_placed", "cole"),
        ("group_placed", "cole"),
    ]
    held = read(Booking, chain["held"])
    assert (held.state, held.cancelled_by) == (BookingState.CANCELLED, "programme")
    assert held.cancel_reason == (
        "Moved to 8 March 2027 (Monday), 10:00 am: A look at the cloud. "
        "改到2027年3月8日（星期一）上午10:00：與機械人共度早上。"
    )


def test_reminders_and_the_record_follow(stage: RepairStage, chain: Numbers) -> None:
    stage.carry_out(chain["study"], "most-served")
    second = live_of(chain["holds"])
    assert second is not None
    rings = {(one.booking_id, one.state) for one in db.session.query(Reminder)}
    assert {state for number, state in rings if number == chain["held"]} == {ReminderState.DROPPED}
    assert {state for number, state in rings if number == second.id} == {ReminderState.PLANNED}
    entry = db.session.query(AuditEntry).filter_by(action="round.repaired").one()
    assert entry.detail == {
        "study": chain["study"],
        "policy": "most-served",
        "moved": 2,
        "lost": 0,
        "gained": 0,
    }
    assert entry.user_id == stage.cast.people["stan"]


def test_the_letter_of_a_move_says_both_dates_and_takes_the_old_one_out_of_the_calendar(
    stage: RepairStage, chain: Numbers
) -> None:
    stage.carry_out(chain["study"], "most-served")
    message = next(
        one
        for one in db.session.query(OutboxMessage).filter_by(template="booking_moved")
        if one.user_id == stage.cast.people["theo"]
    )
    found = told(message, now=NOW)
    assert found is not None
    assert (found.facts["moved_from"].day, found.facts["visit"].day) == (FRIDAY, MONDAY)
    assert found.facts["confirm_by"] == read(Booking, message.booking_id).confirm_by
    assert found.entry is not None
    assert found.entry.cancelled
    assert found.entry.uid == f"booking-{read(Booking, chain['held']).reference}@outreach"


def test_pressing_twice_is_harmless_and_another_answer_comes_too_late(
    stage: RepairStage, chain: Numbers
) -> None:
    made = stage.carry_out(chain["study"], "most-served").id
    before = everything()
    assert stage.carry_out(chain["study"], "most-served", by="ada").id == made
    with pytest.raises(CarriedOut):
        stage.carry_out(chain["study"], "same-dates")
    assert everything() == before


def test_versions_are_counted_on(stage: RepairStage, chain: Numbers) -> None:
    stage.carry_out(chain["study"], "fewest-schools")
    stage.cancel(chain["near"])
    second = stage.carry_out(answered({chain["fell"]: None}), "same-dates")
    assert second.number == 2
    assert live_of(chain["fell"]) is None


def test_whoever_finds_no_other_place_is_told(stage: RepairStage) -> None:
    struck = stage.slot(stage.offer, THURSDAY)
    request = stage.ask("tess", [stage.offer])
    booking = stage.book(request, struck)
    stage.cancel(struck)
    study = answered({request: None})
    assert is_looked_for(read(Booking, booking), now=NOW)
    before = len(letters())
    stage.carry_out(study, "fewest-schools")
    assert new_letters(before) == [("no_other_place", "tess")]
    row = read(Booking, booking)
    assert (row.cancelled_by, row.cancel_reason) == ("company", "The room is flooded")
    assert not is_looked_for(row, now=NOW)


def test_who_gives_a_place_up_and_who_gains_one_are_told_apart(stage: RepairStage) -> None:
    struck, near = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, FRIDAY)
    fell, holds = stage.ask("tess", [stage.offer]), stage.ask("theo", [stage.other])
    gains = stage.ask("tess", [stage.other], group_label="P5G")
    early = stage.slot(stage.offer, date(2027, 3, 11))
    stage.book(gains, early)
    stage.cancel(early)
    answered({gains: None})
    stage.book(fell, struck)
    held = stage.book(holds, near)
    stage.cancel(struck)
    study = answered({fell: None, holds: None, gains: near})
    before = len(letters())
    stage.carry_out(study, "most-served")
    assert sorted(new_letters(before)) == [
        ("booking_awaiting", "tess"),
        ("booking_cancelled", "cole"),
        ("booking_cancelled", "theo"),
        ("group_placed", "cole"),
        ("no_other_place", "tess"),
    ]
    assert read(Booking, held).cancel_reason == (
        "The place was given to others when a date was cancelled. 因有時段取消，名額改給其他學校。"
    )
    placed = live_of(gains)
    assert placed is not None
    assert placed.group_label == "P5G"


def test_a_group_moves_as_it_is_booked_and_to_a_team_too(stage: RepairStage) -> None:
    session = build.offer(stage.cast.company(), build.OfferKind.CODING_SESSION, minutes=90)
    team = build.team(stage.cast.company(), [session], [MONDAY])
    struck = stage.slot(stage.offer, THURSDAY)
    request = stage.ask("tess", [stage.offer, session.id])
    change(Booking, stage.book(request, struck), pupils=22)
    change(Slot, struck, pupils_taken=22)
    stage.cancel(struck)
    place = {"team": f"team-{team.id}", "offer": f"offer-{session.id}", "start": "2027-03-08T14:00"}
    stage.carry_out(answered({request: place}), "fewest-schools")
    booking = live_of(request)
    assert booking is not None
    assert (booking.team_id, booking.day, booking.start_time, booking.end_time, booking.pupils) == (
        team.id,
        MONDAY,
        time(14),
        time(15, 30),
        22,
    )


def test_freed_places_go_to_whoever_waits_after_the_repair_has_had_them(
    stage: RepairStage, chain: Numbers
) -> None:
    """Theo's group leaves the slot, Tess' comes: nothing is free in between. On the day it frees a slot, the line moves."""
    waits = join_waitlist(
        slot_id=chain["near"],
        group=Group(stage.cast.school(), "P6W", "", 20, 2, "P6", ("yue",), False),
        by=stage.user("tess"),
        now=NOW,
    ).id
    stage.carry_out(chain["study"], "most-served")
    assert read(WaitlistEntry, waits).state is WaitlistState.WAITING


def test_a_repair_without_an_answer_or_of_a_round_that_is_over_is_refused(
    stage: RepairStage, chain: Numbers
) -> None:
    with pytest.raises(NoSuchRepair):
        stage.carry_out(chain["study"], "no-such-policy")
    change(Round, stage.round_, state=RoundState.ARCHIVED)
    for deed in (
        lambda: stage.carry_out(chain["study"], "most-served"),
        lambda: look_anew(study_id=chain["study"], by=stage.user("stan"), now=NOW),
    ):
        with pytest.raises(NoSuchRepair):
            deed()


def test_repairs_are_looked_for_anew_about_the_round_as_it_is(stage: RepairStage, chain: Numbers) -> None:
    cancel_booking(
        booking_id=chain["held"], cancelled_by="school", reason="Exam", by=stage.user("theo"), now=NOW
    )
    again = look_anew(study_id=chain["study"], by=stage.user("stan"), now=NOW)
    assert (again.state, again.subject) == (RunState.QUEUED, f"slot-{chain['struck']}")
    assert look_anew(study_id=chain["study"], by=stage.user("stan"), now=NOW).id == again.id
    study = answered({chain["fell"]: chain["near"]})
    assert study == again.id
    assert stage.carry_out(study, "fewest-schools").number == 1
    assert read(Study, chain["study"]).answer is not None
