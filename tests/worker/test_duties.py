"""What the worker does when its clock rings: one pass over every duty, and the process itself."""

from __future__ import annotations

import email
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from email import policy
from pathlib import Path

from flask import Flask

from outreach.config import Settings
from outreach.models import Booking, BookingState, OutboxState, db
from outreach.services.reminders import plan_reminders
from outreach.services.transaction import one_transaction
from outreach.worker.duties import Shift, do_once
from tests.cast import Cast
from tests.engines import Database
from tests.processes import working
from tests.visit_rows import DAY, EVER, NOW, Scene, book, post, reminders, row, scene, states


def letters_in(folder: Path) -> list[str]:
    """The subjects of the letters that landed as files."""
    messages = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in folder.glob("mail/*.eml")
    ]
    return sorted(str(message["Subject"]) for message in messages)


def test_one_pass_does_what_is_due(app: Flask, cast: Cast, settings: Settings) -> None:
    with app.app_context():
        made = scene(cast)
        confirmed, unanswered = book(made), book(made, BookingState.AWAITING, DAY + timedelta(days=1))
        with one_transaction():
            plan_reminders(booking=db.session.get_one(Booking, confirmed), now=NOW)
        before = reminders(confirmed)[0].due_at
    shift = Shift(app, clock=lambda: before)
    do_once(shift)
    assert letters_in(settings.instance) == [
        "Coming soon: A morning with robots, 3 December 2026 (Thursday)",
        "Not confirmed in time: A morning with robots, 4 December 2026 (Friday)",
    ]
    with app.app_context():
        assert db.session.get_one(Booking, unanswered).state is BookingState.LAPSED
        assert states() == [OutboxState.SENT, OutboxState.SENT]
    do_once(shift)
    assert len(letters_in(settings.instance)) == 2


def test_what_is_too_late_expires(app: Flask, cast: Cast, settings: Settings) -> None:
    with app.app_context():
        made: Scene = scene(cast)
        letter = post("password_reset", made.cast.people["tess"])
    do_once(Shift(app, clock=lambda: NOW + timedelta(days=4)))
    with app.app_context():
        assert row(letter).state is OutboxState.EXPIRED
    assert letters_in(settings.instance) == []


def wait_for(log: Path, words: str, seconds: float = 90) -> None:
    began = time.monotonic()
    while words not in log.read_text():
        assert time.monotonic() - began < seconds, log.read_text()
        time.sleep(0.1)


def wait_for_letters(folder: Path, number: int) -> list[str]:
    began = time.monotonic()
    while len(letters := letters_in(folder)) < number:
        assert time.monotonic() - began < 60
        time.sleep(0.1)
    return letters


def test_a_second_worker_waits_takes_over_from_a_killed_one_and_ends(
    app: Flask, cast: Cast, database: Database, tmp_path: Path, figures: Callable[[str, object], None]
) -> None:
    with app.app_context():
        post("password_reset", cast.people["tess"], key="one", expires=EVER)
    environment = {"DATABASE_URL": database.url, "OUTREACH_INSTANCE": str(tmp_path / "instance"), "PATH": ""}
    with (tmp_path / "first.log").open("wb") as out:
        first = subprocess.Popen([sys.executable, "-m", "outreach", "worker"], env=environment, stdout=out)
    try:
        assert wait_for_letters(tmp_path / "instance", 1) == ["Choose a new password"]
        with working(database, tmp_path, log_name="second.log") as log:
            wait_for(log, "worker ready")
            assert "worker leads" not in log.read_text()
            first.kill()
            killed = time.monotonic()
            with app.app_context():
                post("password_reset", cast.people["theo"], key="two", expires=EVER)
            wait_for(log, "worker leads", 30)
            figures("seconds until a killed worker's place is taken", round(time.monotonic() - killed, 1))
            wait_for_letters(tmp_path / "instance", 2)
    finally:
        first.kill()
        first.wait()
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert told[-1]["event"] == "worker ended"
    assert [line for line in told if line["level"] == "error"] == []
    with app.app_context():
        assert states() == [OutboxState.SENT, OutboxState.SENT]


def test_once_does_what_is_due_and_ends(
    app: Flask, cast: Cast, database: Database, tmp_path: Path, settings: Settings
) -> None:
    with app.app_context():
        post("password_reset", cast.people["tess"], expires=EVER)
    ended = subprocess.run(
        [sys.executable, "-m", "outreach", "worker", "--once"],
        env={"DATABASE_URL": database.url, "OUTREACH_INSTANCE": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert letters_in(tmp_path) == ["Choose a new password"]
    assert re.search(r'"sent": 1', ended.stdout)
