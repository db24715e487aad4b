"""The ledger as pages and rounds read it: balances, weights, the list's filters, slices, and that a run can be repeated."""

from __future__ import annotations

import json

import pytest

from outreach.matching.fairness import Tally
from outreach.models import BookingState, RoundState, School, SolveRun, db
from outreach.queries.matching import matching_rows
from outreach.services.bookings import cancel_booking
from outreach.services.bridge import problem_of, problem_text
from outreach.services.ledger import LedgerFilter, Slice, ledger_at, slices_of
from outreach.services.runs import claim_run, start_run
from tests import build
from tests.booking_stage import change
from tests.build import NOW
from tests.ledger_stage import asked, booked, history, published


@pytest.fixture
def past(app, cast):
    """The history of `ledger_stage.history`, and both schools ask again."""
    with app.app_context():
        rounds = history(cast)
        round_ = build.round_(RoundState.CLOSED)
        build.slot(build.offer(cast.company()))
        for school in ("primary", "secondary"):
            asked(round_, cast, school)
        yield round_, rounds


def test_each_school_with_its_balance_and_its_weight(past, cast):
    ledger = ledger_at(NOW)
    assert [round_.name_en for round_ in ledger.rounds] == ["Round 1", "Round 2"]
    assert {one.school.id: [line.tally for line in one.rounds] for one in ledger.standings} == {
        cast.primary: [Tally(asked=2), Tally(asked=3, had=1, late=1, called_off=1)],
        cast.secondary: [Tally(asked=2, had=2)],
    }
    # 20 for the last round; 10 - 10 - 20 for the one before. Theo's: twice - 10.
    assert {one.school.id: one.weight for one in ledger.standings} == {cast.primary: 100, cast.secondary: 80}


def test_the_next_round_weighs_schools_by_the_rule(past, cast):
    round_, _ = past
    weights = {school.id: school.weight for school in problem_of(matching_rows(round_, now=NOW)).schools}
    assert weights == {f"school-{cast.primary}": 100, f"school-{cast.secondary}": 80}


def test_the_base_is_what_staff_have_set(past, cast):
    round_, _ = past
    change(School, cast.primary, weight=200)
    weights = {school.id: school.weight for school in problem_of(matching_rows(round_, now=NOW)).schools}
    assert weights[f"school-{cast.primary}"] == 200


def test_a_run_keeps_the_weights_that_it_was_given(past, cast):
    """The problem's text is the run's own: whatever is cancelled later, the run can be repeated and checked."""
    round_, (last, _) = past
    start_run(round_id=round_.id, seconds=5, workers=1, by=cast.user("stan"), now=NOW)
    claimed = claim_run(now=NOW)
    change_of_heart = booked(last, cast, BookingState.CANCELLED, by="company")
    assert change_of_heart.decided_at < NOW
    kept = json.loads(db.session.get_one(SolveRun, claimed.number).problem)
    assert {one["id"]: one["weight"] for one in kept["schools"]} == {
        f"school-{cast.primary}": 100,
        f"school-{cast.secondary}": 80,
    }


def test_a_visit_of_another_round_called_off_later_leaves_a_proposal_fresh(past, cast):
    """Publishing builds the problem as at the run's start; what was decided since is no part of it."""
    round_, _ = past
    running = build.round_(RoundState.RUNNING, first_day=NOW.date(), last_day=NOW.date().replace(month=12))
    place = booked(running, cast, BookingState.CONFIRMED)
    _, before = problem_text(round_, now=NOW)
    cancel_booking(booking_id=place.id, cancelled_by="company", reason="Flood", by=cast.user("stan"), now=NOW)
    assert problem_text(round_, now=NOW)[1] == before


def test_a_school_that_asks_for_the_first_time_is_in_the_ledger_at_its_base(app, cast):
    with app.app_context():
        asked(build.round_(), cast)
        (one,) = ledger_at(NOW).standings
        assert (one.school.id, one.history, one.weight, one.rounds) == (cast.primary, "new", 100, ())


def found(**wanted):
    """English names that a filter finds, by their first word."""
    standings = LedgerFilter(**wanted).of(ledger_at(NOW).standings)
    return [one.school.name_en.split()[0] for one in standings]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["Tai", "Aberdeen"]),
        ({"sort": "weight"}, ["Aberdeen", "Tai"]),
        ({"sort": "name"}, ["Aberdeen", "Tai"]),
        ({"sort": "-had"}, ["Aberdeen", "Tai"]),
        ({"sort": "-denied"}, ["Tai", "Aberdeen"]),
        ({"words": "河畔"}, ["Tai"]),
        ({"words": "220002"}, ["Aberdeen"]),
        ({"words": "nowhere"}, []),
        ({"district": "D"}, ["Aberdeen"]),
        ({"section": "primary"}, ["Tai"]),
        ({"section": "special"}, []),
        ({"finance_type": "aided"}, ["Tai"]),
        ({"history": "once"}, ["Aberdeen"]),
        ({"history": "often"}, ["Tai"]),
    ],
)
def test_the_list_is_narrowed_and_sorted(past, wanted, names):
    assert found(**wanted) == names


def test_slices_count_schools_requests_and_places(past):
    slices = slices_of(ledger_at(NOW).standings)
    assert slices["district"] == [Slice("D", 1, 1, 2, 2), Slice("R", 1, 1, 5, 1)]
    assert slices["section"] == [Slice("primary", 1, 1, 5, 1), Slice("secondary", 1, 1, 2, 2)]
    assert [one.code for one in slices["finance_type"]] == ["aided", "government"]
    assert [one.code for one in slices["history"]] == ["once", "often"]
    assert [one.share for one in slices["history"]] == [1.0, 1.0]
    assert slices_of(ledger_at(NOW).standings, least=2) == {name: [] for name in slices}


def test_slices_leave_out_who_has_not_asked_yet(app, cast):
    with app.app_context():
        asked(build.round_(), cast)
        booked(published(cast, 1), cast, school="secondary")
        assert slices_of(ledger_at(NOW).standings) == {
            "district": [], "section": [], "finance_type": [], "history": [],
        }  # fmt: skip
