"""The waitlist is fair: a place is promised once and to the first whom it fits, whatever happens at the same moment.

Over real HTTP, through gunicorn with several workers, on both databases. `make soak` runs the full figure. Two mutants must
be found out: one passes a freed place on a moment too late, one looks who is next before it acts and has no guard.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import text

from outreach.models import BookingState, WaitlistEntry, WaitlistState, db
from outreach.services import waitlist
from outreach.services.bookings import cancel_booking
from outreach.services.transaction import one_transaction
from tests.at_once import patience
from tests.booking_stage import letters, make_stage, taken
from tests.build import NOW
from tests.cast import Cast
from tests.engines import Database
from tests.processes import served
from tests.races.queue_history import NOUGHT, Tally
from tests.races.queue_race import WaitlistRace

if TYPE_CHECKING:
    from tests.conftest import Figures
    from tests.races.conftest import Progress

FULL_GROUPS, FULL_ROUNDS = 100, 50
FAST_GROUPS, FAST_ROUNDS = 10, 2
# A mutant may be lucky on a busy machine, but not that often.
CHANCES = 5


def test_places_go_to_the_first_in_the_line(
    app: Flask, database: Database, tmp_path: Path, full: bool, figures: Figures, progress: Progress
) -> None:
    groups, rounds = (FULL_GROUPS, FULL_ROUNDS) if full else (FAST_GROUPS, FAST_ROUNDS)
    race, total = WaitlistRace(app, groups), Tally()
    with served(database, tmp_path) as site:
        for _ in range(rounds):
            total.add(race.run(site.url.removeprefix("http://")))
            if total.rounds % 10 == 0:
                progress(total.rounds, rounds)
    figures("groups waiting x rounds", f"{groups} x {total.rounds}")
    figures("places passed on, booked past the line", f"{total.offered}, {total.booked}")
    for kind, number in total.all_faults.items():
        figures(kind, number)
    assert total.all_faults == NOUGHT
    # There was something to race for.
    assert total.offered >= rounds * groups // 4
    assert {state for state in BookingState if not total.states[state]} == {
        BookingState.ATTENDED,
        BookingState.NO_SHOW,
    }


def test_who_leaves_meanwhile_hinders_nobody(
    app: Flask, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group leaves the list at the very moment at which it would be offered a place that another one gives back."""
    with app.app_context():
        stage = make_stage(cast)
        slot = stage.slot()
        booking, entry = stage.book(slot), stage.wait(slot)
    leaving = threading.Thread(target=leave, args=(app, cast, entry))
    really_halfway = waitlist.halfway

    def halfway(*given: Any) -> datetime:
        leaving.start()
        # SQLite has one writer: there the leaving one waits for us, and finds a place offered.
        leaving.join(patience(database.engine))
        return really_halfway(*given)

    monkeypatch.setattr(waitlist, "halfway", halfway)
    with app.app_context():
        cancel_booking(
            booking_id=booking, cancelled_by="school", reason="Sports day", by=stage.user("tess"), now=NOW
        )
        leaving.join()
        db.session.rollback()
        gone = database.engine == "postgresql"
        wanted = (WaitlistState.LEFT, (0, 0)) if gone else (WaitlistState.OFFERED, (30, 1))
        assert (db.session.get_one(WaitlistEntry, entry).state, taken(slot)) == wanted
        assert letters("place_offered") == ([] if gone else [("place_offered", "theo")])


def leave(app: Flask, cast: Cast, entry: int) -> None:
    """In a thread of its own, as another page would."""
    with app.app_context(), contextlib.suppress(waitlist.NotWaiting):
        waitlist.leave_waitlist(entry_id=entry, by=cast.user("theo"), now=NOW)


@pytest.mark.parametrize(
    ("mutant", "fault"), [("passing_on_later", "queue jumped"), ("looking_first", "promised twice")]
)
def test_a_careless_waitlist_is_found_out(
    mutant: str, fault: str, app: Flask, database: Database, tmp_path: Path
) -> None:
    if database.engine == "postgresql":
        with app.app_context(), one_transaction():
            for rule in ("pupils_taken_range", "groups_taken_range"):
                db.session.execute(text(f"ALTER TABLE slot DROP CONSTRAINT ck_slot_{rule}"))
    race, total = WaitlistRace(app, FAST_GROUPS), Tally()
    with served(database, tmp_path, factory=f"tests.races.queue_mutants:{mutant}()") as site:
        while not total.faults[fault] and total.rounds < CHANCES:
            total.add(race.run(site.url.removeprefix("http://")))
    assert total.faults[fault] > 0
    with pytest.raises(AssertionError):
        assert total.all_faults == NOUGHT
