"""What the solver is told of the rows, and what it says back."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from outreach.matching.check import values
from outreach.matching.problem_json import read_problem
from outreach.matching.times import text_of
from outreach.models import (
    BlockedDays,
    Offer,
    OfferKind,
    OfferState,
    RequestException,
    RequestState,
    RequestWindow,
    SlotState,
    db,
)
from outreach.queries.matching import matching_rows
from outreach.services.bridge import number_of, problem_of, problem_text, read_plan_of
from outreach.services.transaction import one_transaction
from tests import build
from tests.build import NOW


@pytest.fixture
def city(app, cast):
    """A round, one offer with a slot, one request of tess' school for it."""
    with app.app_context():
        round_ = build.round_()
        offer = build.offer(cast.company())
        build.slot(offer)
        visit_request = build.visit_request(
            round_, cast.school(), cast.user("tess"), [offer, cast.company("harbour")]
        )
        yield round_, offer, visit_request


def problem(round_, now=NOW):
    return problem_of(matching_rows(round_, now=now))


def test_rows_become_a_problem_that_its_own_reader_accepts(city, cast):
    round_, offer, visit_request = city
    text, digest = problem_text(round_, now=NOW)
    read = read_problem(text.encode())
    assert read == problem(round_)
    assert len(digest) == 64
    asked = read.requests[0]
    assert (asked.id, asked.school) == (f"request-{visit_request.id}", f"school-{cast.primary}")
    assert asked.group == f"school-{cast.primary}/P5A"
    assert asked.choices == (f"offer-{offer.id}", f"company-{cast.harbour}")
    assert read.schools[0].zone == "mainland"
    assert [text_of(slot.start) for slot in read.slots] == ["2027-03-04T10:00"]


def test_free_windows_leave_out_holidays_blocked_days_and_exceptions(city, cast):
    round_, *_ = city
    build.visit_request(
        round_,
        cast.school(),
        cast.user("tess"),
        windows=[RequestWindow(weekday=3, start_time=time(9), end_time=time(12))],
        exceptions=[RequestException(day=date(2027, 3, 11))],
    )
    build.kept(
        BlockedDays(
            school_id=cast.primary, first_day=date(2027, 3, 17), last_day=date(2027, 3, 19), reason="Exam"
        )
    )
    days = [text_of(start)[:10] for start, _ in problem(round_).requests[1].windows]
    # Thursdays of March: the 11th is an exception, the 18th in the exams; 1 April and 13 May are ordinary days.
    assert days[:4] == ["2027-03-04", "2027-03-25", "2027-04-01", "2027-04-08"]
    assert days[-1] == "2027-05-27"


def problem_days(round_, weekday):
    windows = problem(round_).requests[0].windows
    days = {date.fromisoformat(text_of(start)[:10]) for start, _ in windows}
    return {day.isoformat() for day in days if day.weekday() == weekday}


def test_nobody_is_away_outside_the_school_day(city, cast):
    round_, *_ = city
    with one_transaction():
        school = cast.school()
        school.day_start, school.day_end = time(8, 30), time(15, 15)
    start, end = problem(round_).requests[0].windows[0]
    assert (text_of(start)[11:], text_of(end)[11:]) == ("08:30", "15:15")


def test_a_wish_for_a_withdrawn_offer_closes_up(city, cast):
    round_, offer, _ = city
    with one_transaction():
        db.session.get_one(Offer, offer.id).state = OfferState.WITHDRAWN
    assert problem(round_).requests[0].choices == (f"company-{cast.harbour}",)


def test_good_friday_is_no_day_for_a_visit(city):
    round_, *_ = city
    assert problem_days(round_, weekday=4) & {"2027-03-26"} == set()
    assert "2027-03-19" in problem_days(round_, weekday=4)


def test_only_what_is_posted_open_and_still_to_come_is_given(city, cast):
    round_, offer, _ = city
    build.slot(offer, day=date(2027, 3, 5), state=SlotState.CANCELLED)
    build.slot(offer, day=date(2027, 6, 5))
    draft = build.offer(cast.company("harbour"), state=OfferState.DRAFT)
    build.slot(draft, day=date(2027, 3, 9))
    late = build.slot(offer, day=date(2027, 3, 2))
    after = late.starts_at + timedelta(minutes=1)
    found = problem(round_, now=after)
    assert [text_of(slot.start) for slot in found.slots] == ["2027-03-04T10:00"]
    assert [offer.id for offer in found.offers] == [f"offer-{offer.id}"]


def test_only_what_is_handed_in_is_asked(city, cast):
    round_, _, visit_request = city
    for state in (RequestState.DRAFT, RequestState.WITHDRAWN):
        build.visit_request(round_, cast.school("secondary"), cast.user("theo"), state=state)
    found = problem(round_)
    assert [one.id for one in found.requests] == [f"request-{visit_request.id}"]
    assert [one.id for one in found.schools] == [f"school-{cast.primary}"]


def test_a_team_brings_its_offers_windows_and_home(city, cast):
    round_, *_ = city
    lesson = build.offer(
        cast.company("harbour"), OfferKind.CODING_SESSION, longitude=None, latitude=None, minutes=60
    )
    team = build.team(cast.company("harbour"), [lesson], [date(2027, 3, 8)], turnaround_minutes=20)
    build.team(cast.company("harbour"), [lesson], [date(2027, 1, 4)], name_en="Idle team")
    found = problem(round_).teams
    assert [(one.id, one.offers, one.turnaround_minutes) for one in found] == [
        (f"team-{team.id}", (f"offer-{lesson.id}",), 20)
    ]
    assert [(text_of(a), text_of(b)) for a, b in found[0].windows] == [
        ("2027-03-08T09:00", "2027-03-08T17:00")
    ]


def test_a_plan_comes_back_as_rows(city, cast):
    round_, offer, visit_request = city
    text, _ = problem_text(round_, now=NOW)
    read = read_plan_of(text, plan_for(text))
    assert read.faults == ()
    one = read.assignments[0]
    assert (one.visit_request_id, one.offer_id, one.team_id) == (visit_request.id, offer.id, None)
    assert (one.day, one.start_time, one.end_time) == (date(2027, 3, 4), time(10), time(12))
    # 100 points for the first choice, 10 for the shared topic.
    assert one.points == 110
    assert number_of("slot-17") == 17


def test_a_plan_with_a_false_value_is_not_believed(city):
    round_, *_ = city
    text, _ = problem_text(round_, now=NOW)
    read = read_plan_of(text, plan_for(text).replace('"value":1,', '"value":2,', 1))
    assert read.assignments == ()
    assert len(read.faults) >= 1


def plan_for(problem_content):
    """A plan that places the one request in the one slot, written by hand."""
    import json

    from outreach.matching.plan_json import sha256_of
    from outreach.matching.problem import Assignment

    read = read_problem(problem_content.encode())
    assignment = {"request": read.requests[0].id, "slot": read.slots[0].id}
    reached = values(read, [Assignment(**assignment)])
    return json.dumps(
        {
            "format": "outreach-plan/1",
            "problem": {"name": read.name, "sha256": sha256_of(problem_content.encode())},
            "status": "optimal",
            "assignments": [assignment],
            "objectives": [
                {"name": name, "value": value, "bound": value, "proven": True}
                for name, value in reached.items()
            ],
            "unplaced": [{"request": left.id, "reason": "not-examined"} for left in read.requests[1:]],
            "seconds": 0.1,
            "solver": {"version": "by hand", "seed": 0, "workers": 1},
        },
        separators=(",", ":"),
    )
