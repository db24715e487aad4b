"""The last seats are sold once: over real HTTP, through gunicorn with several workers, on both databases.

`make soak` runs the full figure. The mutant that asks before it takes must be found out, or the race proves nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import text

from outreach.models import db
from outreach.services.transaction import one_transaction
from tests.engines import Database
from tests.processes import REAL, served
from tests.races.seat_race import SEATS, Outcome, SeatRace

if TYPE_CHECKING:
    from tests.conftest import Figures
    from tests.races.conftest import Progress

MUTANT = "tests.races.oversold:mutant()"
FULL_RACERS, FULL_ROUNDS = 200, 50
FAST_RACERS, FAST_ROUNDS = 20, 2


@contextmanager
def site(database: Database, folder: Path, factory: str = REAL) -> Iterator[str]:
    """The host and port of a served application."""
    with served(database, folder, factory=factory) as running:
        yield running.url.removeprefix("http://")


def everybody_fine(outcome: Outcome) -> dict[str, int]:
    """What must all be nought."""
    return {
        "oversold": outcome.oversold,
        "lost": outcome.lost,
        "miscounted": outcome.miscounted,
        "needlessly refused": outcome.needlessly_refused,
        "neither booked nor refused": outcome.faults,
    }


NOUGHT = everybody_fine(Outcome())


def test_the_last_seats_are_sold_once(
    app: Flask, database: Database, tmp_path: Path, full: bool, figures: Figures, progress: Progress
) -> None:
    racers, rounds = (FULL_RACERS, FULL_ROUNDS) if full else (FAST_RACERS, FAST_ROUNDS)
    race, chance, total = SeatRace(app, racers), random.Random(7), Outcome()
    with site(database, tmp_path) as host:
        for round_ in range(1, rounds + 1):
            total.add(race.run(host, [chance.randint(1, 40) for _ in range(racers)]))
            if round_ % 10 == 0:
                progress(round_, rounds)
    figures("clients x rounds", f"{racers} x {rounds}")
    figures("booked, refused", f"{total.answers[303]}, {total.answers[409]}")
    for what, number in everybody_fine(total).items():
        figures(what, number)
    assert everybody_fine(total) == NOUGHT
    assert total.answers[303] >= rounds


def test_of_two_teachers_one_gets_the_last_seats(app: Flask, database: Database, tmp_path: Path) -> None:
    race, total = SeatRace(app, 2), Outcome()
    with site(database, tmp_path) as host:
        for _ in range(5):
            total.add(race.run(host, [SEATS, SEATS]))
    assert everybody_fine(total) == NOUGHT
    assert dict(total.answers) == {303: 5, 409: 5}


def test_a_form_sent_many_times_at_once_books_once(
    app: Flask, database: Database, tmp_path: Path, full: bool, figures: Figures
) -> None:
    """All seats of the slot go to the first click; the other clicks are shown its booking, not a full session."""
    race, rounds, made = SeatRace(app, 1), 200 if full else 5, 0
    with site(database, tmp_path) as host:
        for _ in range(rounds):
            answers, bookings = race.press_often(host, 8)
            assert {status for status, _ in answers} == {303}
            assert len(answers) == 1
            made += bookings
    figures("forms sent 8 times at once, bookings", f"{rounds}, {made}")
    assert made == rounds


def test_asking_before_taking_is_found_out(app: Flask, database: Database, tmp_path: Path) -> None:
    if database.engine == "postgresql":
        with app.app_context(), one_transaction():
            db.session.execute(text("ALTER TABLE slot DROP CONSTRAINT ck_slot_pupils_taken_range"))
    race = SeatRace(app, FAST_RACERS)
    with site(database, tmp_path, MUTANT) as host:
        outcome = race.run(host, [20] * FAST_RACERS)
    assert outcome.oversold > 0
    with pytest.raises(AssertionError):
        assert everybody_fine(outcome) == NOUGHT
