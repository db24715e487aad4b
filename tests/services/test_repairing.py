"""Repairs asked for: who is looked for, what the core is given, and that no answer is believed."""

from __future__ import annotations

import json
from datetime import date, time, timedelta

import pytest

from outreach.clock import to_utc
from outreach.models import (
    AuditEntry,
    Booking,
    BookingState,
    Offer,
    OfferState,
    RequestState,
    Round,
    RoundState,
    RunState,
    School,
    Study,
    StudyKind,
    VisitRequest,
    db,
)
from outreach.services.answers import claim_study, finish_study
from outreach.services.bookings import book_free_place, cancel_booking
from outreach.services.places import Group
from tests import build
from tests.booking_stage import change, letters, read
from tests.build import NOW
from tests.cast import Cast
from tests.repair_stage import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    RepairStage,
    answer_to,
    answered,
    asked_file,
    repairs,
    worked_out,
)


def waiting() -> list[Study]:
    db.session.rollback()
    return list(db.session.query(Study))


def book_directly(stage: RepairStage, slot: int, label: str = "P6C") -> int:
    group = Group(stage.cast.school(), label, "", 20, 2, "P6", ("yue",), False)
    return book_free_place(slot_id=slot, group=group, form_key=label, by=stage.user("tess"), now=NOW).id


def plan_of(study: int) -> dict[str, str]:
    """Which slot each request has in the plan that the core was given."""
    plan = json.loads(read(Study, study).plan)
    return {one["request"]: one["slot"] for one in plan["assignments"]}


def test_a_cancelled_slot_is_repaired_at_once_by_the_real_core(stage: RepairStage) -> None:
    struck, spare = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, FRIDAY)
    request = stage.ask("tess", [stage.offer, stage.other])
    booking = stage.book(request, struck)
    stage.cancel(struck)
    (asked,) = waiting()
    assert (asked.kind, asked.subject, asked.state) == (StudyKind.REPAIR, f"slot-{struck}", RunState.QUEUED)
    assert asked.requested_by_id == stage.cast.people["cora"]
    found = repairs(worked_out())
    assert list(found) == ["fewest-schools", "same-dates", "most-served"]
    (move,) = found["fewest-schools"].moves
    assert (move.request_id, move.booking_id, move.fell) == (request, booking, True)
    assert move.to is not None
    assert (move.to.slot_id, move.to.day, move.to.start_time) == (spare, FRIDAY, time(10))
    assert [one.to for one in found["same-dates"].changes] == [None]
    assert [one.proven for one in found.values()] == [True, True, True]
    assert db.session.query(AuditEntry).filter_by(action="study.done").count() == 1


def test_nobody_is_looked_for_where_nobody_lost_a_place(stage: RepairStage) -> None:
    empty, direct = stage.slot(stage.offer, THURSDAY), stage.slot(stage.offer, FRIDAY)
    book_directly(stage, direct)
    stage.cancel(empty)
    stage.cancel(direct)
    assert waiting() == []


def test_a_round_that_is_not_in_force_is_not_repaired(stage: RepairStage, cast: Cast) -> None:
    struck = stage.slot(stage.offer, THURSDAY)
    stage.book(stage.ask("tess", [stage.offer]), struck)
    change(Round, stage.round_, state=RoundState.ARCHIVED)
    stage.cancel(struck)
    assert waiting() == []


def test_a_round_that_was_archived_since_is_not_worked_on(stage: RepairStage) -> None:
    struck = stage.slot(stage.offer, THURSDAY)
    stage.book(stage.ask("tess", [stage.offer]), struck)
    stage.cancel(struck)
    change(Round, stage.round_, state=RoundState.ARCHIVED)
    assert claim_study(now=NOW) is None
    (study,) = waiting()
    assert (study.state, study.fault) == (RunState.FAILED, "The round is over.")


def test_the_core_is_told_of_every_booking_and_what_it_may_not_touch(stage: RepairStage) -> None:
    struck, other = stage.slot(stage.offer, THURSDAY), stage.slot(stage.offer, MONDAY)
    change(School, stage.cast.primary, max_per_day=3)
    fell, stays = stage.ask("tess", [stage.offer]), stage.ask("tess", [stage.offer], group_label="P5B")
    stage.book(fell, struck)
    stage.book(stays, other)
    gone, direct = book_directly(stage, struck, "P6A"), book_directly(stage, other, "P6B")
    never = stage.ask("tess", [stage.offer], group_label="P5D")
    # The Tuesday before: Thursday is within two working days, and Good Friday is none.
    now = to_utc(date(2027, 3, 2), time(15))
    stage.cancel(struck, now=now)
    study = answered({fell: None}, now=now)
    assert plan_of(study) == {
        f"request-{fell}": f"slot-{struck}",
        f"request-{stays}": f"slot-{other}",
        f"booking-{direct}": f"slot-{other}",
    }
    kept = asked_file(read(Study, study))
    assert kept["asked"]["direct"] == 1
    assert f"booking-{gone}" not in kept["bookings"]
    events = kept["events"]
    assert (events["now"], events["notice"]) == ("2027-03-02T15:00", {"working_days": 2})
    assert "2027-03-26" in events["holidays"]
    assert events["events"] == [{"kind": "slot-cancelled", "slot": f"slot-{struck}"}]
    problem = json.loads(read(Study, study).problem)
    assert [one["request"] for one in problem["pins"]] == [f"booking-{direct}"]
    # A group that never had a place is no equal of one that has just lost its own.
    assert f"request-{never}" not in [one["id"] for one in problem["requests"]]


def test_who_left_a_place_is_not_given_another_by_itself(stage: RepairStage) -> None:
    struck = stage.slot(stage.offer, THURSDAY)
    stage.book(stage.ask("tess", [stage.offer]), struck)
    stands = {}
    for label, state, by in (
        ("P5L", BookingState.LAPSED, None),
        ("P5D", BookingState.DECLINED, None),
        ("P5S", BookingState.CANCELLED, "school"),
        ("P5W", BookingState.CANCELLED, "company"),
    ):
        request = stage.ask("theo", [stage.offer], group_label=label)
        slot = stage.slot(stage.offer, MONDAY + timedelta(days=len(stands)))
        booking = stage.book(request, slot, confirmed=False)
        change(Booking, booking, state=state, cancelled_by=by)
        stands[label] = request
    stage.cancel(struck)
    task = claim_study(now=NOW)
    assert task is not None
    asking = {one["id"] for one in json.loads(task.files["problem.json"])["requests"]}
    assert {label for label, number in stands.items() if f"request-{number}" in asking} == {"P5W"}


def test_a_request_withdrawn_since_or_placed_since_has_not_fallen(stage: RepairStage) -> None:
    struck, spare = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, FRIDAY)
    withdrawn, placed, fell = (stage.ask("tess", [stage.offer], group_label=f"P5{one}") for one in "ABC")
    change(School, stage.cast.primary, max_per_day=3)
    bookings = [stage.book(one, struck) for one in (withdrawn, placed, fell)]
    stage.cancel(struck)
    change(VisitRequest, withdrawn, state=RequestState.WITHDRAWN)
    stage.book(placed, spare)
    study = answered({fell: None})
    assert asked_file(read(Study, study))["fallen"] == [bookings[2]]
    assert plan_of(study) == {f"request-{fell}": f"slot-{struck}", f"request-{placed}": f"slot-{spare}"}


def test_bookings_that_the_rules_have_left_behind_do_not_stop_a_repair(stage: RepairStage) -> None:
    """A changed offer, a withdrawn one, a slot below its minimum: bookings stand, and whoever fell is still looked for."""
    struck, changed = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, FRIDAY)
    gone = build.offer(stage.cast.company(), title_en="Withdrawn")
    withdrawn, small = stage.slot(gone.id, MONDAY), stage.slot(stage.offer, FRIDAY, min_pupils=60)
    fell = stage.ask("tess", [stage.offer, stage.other, gone.id])
    stage.book(fell, struck)
    change(School, stage.cast.primary, max_per_day=2)
    other, third = (stage.ask("theo", [stage.offer], group_label=f"S2{one}") for one in "BC")
    fourth = stage.ask("tess", [stage.offer], group_label="P5D")
    stage.book(other, changed)
    stage.book(third, withdrawn)
    stage.book(fourth, small)
    change(Offer, stage.other, grades=("P5",))
    change(Offer, gone.id, state=OfferState.WITHDRAWN)
    stage.cancel(struck)
    study = worked_out()
    assert plan_of(study.id) == {
        f"request-{fell}": f"slot-{struck}",
        f"request-{third}": f"slot-{withdrawn}",
        f"request-{fourth}": f"slot-{small}",
    }
    (move,) = repairs(study)["fewest-schools"].moves
    assert move.to is not None
    # Not into the withdrawn offer, nor into the seats of the booking that was set aside: both would suit it better.
    assert move.to.slot_id == small


def test_a_team_keeps_its_sessions_even_where_it_rests_by_now(stage: RepairStage) -> None:
    session = build.offer(stage.cast.company(), build.OfferKind.CODING_SESSION, minutes=90)
    team = build.team(stage.cast.company(), [session], [MONDAY])
    struck = stage.slot(stage.offer, THURSDAY)
    fell, stays = stage.ask("tess", [stage.offer, session.id]), stage.ask("theo", [session.id])
    stage.book(fell, struck)
    stage.book(stays, team=team.id, offer=session.id, day=MONDAY, start_time=time(10), end_time=time(11, 30))
    change(type(team), team.id, active=False)
    stage.cancel(struck)
    study = worked_out()
    plan = json.loads(study.plan or "")["assignments"]
    assert {"request": f"request-{stays}", "team": f"team-{team.id}"}.items() <= plan[0].items()
    assert [len(one.losses) for one in repairs(study).values()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda told: told.update(format="other/1"), "format: 'other/1' is not"),
        (lambda told: told.pop("answers"), "The answer cannot be read"),
        (lambda told: told["answers"][1].pop("proof"), "The answer cannot be read"),
        (lambda told: told["answers"][2]["assignments"].append({"request": "request-1"}), "assignments["),
        (lambda told: told["answers"][0].update(assignments=told["answers"][0]["assignments"] * 2), "twice"),
    ],
)
def test_an_answer_that_is_none_fails_the_study(stage: RepairStage, spoil, fault: str) -> None:
    struck, spare = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, FRIDAY)
    request = stage.ask("tess", [stage.offer, stage.other])
    stage.book(request, struck)
    stage.cancel(struck)
    task = claim_study(now=NOW)
    assert task is not None
    told = answer_to(task, {request: {"slot": f"slot-{spare}"}})
    spoil(told)
    finish_study(task, state=RunState.DONE, result=json.dumps(told), fault="", now=NOW)
    (study,) = waiting()
    assert (study.state, study.answer) == (RunState.FAILED, None)
    assert fault in study.fault


def test_a_plan_that_breaks_a_rule_is_never_shown(stage: RepairStage) -> None:
    """The spare slot takes one group; the answer puts two there, and keeps the cancelled slot for a third."""
    struck, spare = stage.slot(stage.offer, THURSDAY), stage.slot(stage.other, FRIDAY)
    one, two = stage.ask("tess", [stage.offer, stage.other]), stage.ask("theo", [stage.offer, stage.other])
    stage.book(one, struck)
    stage.book(two, stage.slot(stage.offer, MONDAY))
    stage.cancel(struck)
    task = claim_study(now=NOW)
    assert task is not None
    for wrong, rule in (
        ({one: {"slot": f"slot-{spare}"}, two: {"slot": f"slot-{spare}"}}, "at most 1 may come"),
        ({one: {"slot": f"slot-{struck}"}}, "there is no slot"),
    ):
        change(Study, task.number, state=RunState.RUNNING)
        told = json.dumps(answer_to(task, wrong))
        finish_study(task, state=RunState.DONE, result=told, fault="", now=NOW)
        (study,) = waiting()
        assert (study.state, study.answer) == (RunState.FAILED, None)
        assert rule in study.fault


def test_the_letter_says_that_another_place_is_looked_for(stage: RepairStage) -> None:
    from outreach.models import OutboxMessage
    from outreach.services.letter_facts import told

    struck, kept = stage.slot(stage.offer, THURSDAY), stage.slot(stage.offer, FRIDAY)
    booking = stage.book(stage.ask("tess", [stage.offer]), struck)
    own = stage.book(stage.ask("theo", [stage.offer]), kept)
    stage.cancel(struck)
    cancel_booking(booking_id=own, cancelled_by="school", reason="Exam", by=stage.user("theo"), now=NOW)
    said = {}
    for message in db.session.query(OutboxMessage).filter_by(template="booking_cancelled"):
        found = told(message, now=NOW)
        assert found is not None
        said[message.user.name.lower(), message.booking_id] = found.facts["looked_for"]
    assert said == {
        ("tess", booking): True,
        ("cora", booking): False,
        ("theo", own): False,
        ("cora", own): False,
    }
    assert letters("slot_cancelled") == []
