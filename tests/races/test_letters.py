"""Letters under race and crash: each goes out, and nobody gets more copies than there were crashes.

Each test has a mutant with the guard taken out, which must be caught.
"""

from __future__ import annotations

import functools
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from outreach.mail import SmtpServer, SmtpTransport
from outreach.models import OutboxMessage, OutboxState, User, db
from outreach.services import outbox
from outreach.services.postman import deliver
from outreach.services.transaction import one_transaction
from tests.build import NOW
from tests.cast import Cast
from tests.engines import Database
from tests.races.crashes import Worker, deliver_all
from tests.smtp_server import PostOffice
from tests.visit_rows import book, scene

Figures = Callable[[str, object], None]
WORKERS = 4


def queue_letters(cast: Cast, number: int) -> set[str]:
    """So many letters about one booking; returns their keys."""
    made = scene(cast)
    book(made)
    with one_transaction():
        user = db.session.get_one(User, cast.people["tess"])
        for key in range(number):
            outbox.queue("password_reset", user=user, dedupe=f"letter:{key}", now=NOW)
    return {f"letter:{key}" for key in range(number)}


def walk_together(app: Flask, office: PostOffice) -> None:
    """Several postmen at once, until nothing is due."""
    gate = threading.Barrier(WORKERS)

    def walk(name: str) -> None:
        mail = SmtpTransport(SmtpServer("127.0.0.1", office.port, timeout=20))
        with app.app_context():
            gate.wait()
            while deliver(holder=name, transport=mail, clock=lambda: NOW):
                pass

    walkers = [threading.Thread(target=walk, args=(f"worker-{number}",)) for number in range(WORKERS)]
    for walker in walkers:
        walker.start()
    for walker in walkers:
        walker.join()


def test_racing_workers_send_each_letter_once(app: Flask, cast: Cast, full: bool, figures: Figures) -> None:
    number = 1200 if full else 40
    with app.app_context():
        queue_letters(cast, number)
    with PostOffice() as office:
        walk_together(app, office)
    copies = Counter(delivered.id for delivered in office.delivered)
    figures("letters raced for", number)
    figures("copies too many", sum(copies.values()) - len(copies))
    assert (len(copies), set(copies.values())) == (number, {1})
    with app.app_context():
        assert set(db.session.scalars(select(OutboxMessage.state))) == {OutboxState.SENT}


class FirstLook:
    """Everybody looks at one letter, one takes and sends it, then the others take what they saw: the mutant is caught
    however busy the machine is."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office
        self._all_have_looked = threading.Barrier(WORKERS, timeout=60)
        self._mine = threading.local()

    def over(self) -> None:
        """Wait, the first time in each thread, until all have looked and the first has sent."""
        if getattr(self._mine, "over", False):
            return
        self._mine.over = True
        if self._all_have_looked.wait() != 0:
            until = time.monotonic() + 60
            while not self._office.delivered and time.monotonic() < until:
                time.sleep(0.01)


def careless_claim(first: FirstLook, *, holder: str, now: object) -> int | None:
    """The mutant: looks, thinks, then takes."""
    db.session.rollback()
    waiting = select(OutboxMessage.id).where(OutboxMessage.state == OutboxState.WAITING).limit(1)
    message_id = db.session.scalar(waiting)
    if message_id is None:
        return None
    db.session.rollback()
    first.over()
    with one_transaction():
        taken = update(OutboxMessage).where(OutboxMessage.id == message_id)
        db.session.execute(taken.values(state=OutboxState.SENDING, lease_holder=holder))
    return message_id


def test_a_claim_that_looks_before_it_takes_is_caught(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        queue_letters(cast, 40)
    with PostOffice() as office:
        monkeypatch.setattr(outbox, "claim", functools.partial(careless_claim, FirstLook(office)))
        walk_together(app, office)
    copies = Counter(delivered.id for delivered in office.delivered)
    assert sum(copies.values()) > len(copies)


@dataclass
class Outcome:
    """What came of a delivery with crashes."""

    crashes: int
    lost: int
    extra: int


class Killer:
    """Kills the postman at the server's side of every so-manyth delivery, in turn: as the message is announced; after it was
    taken but before the answer; a little later, wherever the postman is by then."""

    def __init__(self, office: PostOffice, crashes: int, every: int) -> None:
        self.crashes, self.every = crashes, every
        self.postman: Worker | None = None
        self.announced = self.killed = 0
        office.when_announced = self._announced
        office.when_taken = lambda: self._reached(1)

    def _announced(self) -> None:
        self.announced += 1
        self._reached(0)

    def _reached(self, stage: int) -> None:
        turn = self.killed % 3
        if self.killed == self.crashes or self.announced % self.every or turn not in (stage, stage + 2):
            return
        self.killed += 1
        if self.postman is not None and turn == 2:
            threading.Timer(random.uniform(0, 0.02), self.postman.kill).start()
        elif self.postman is not None:
            self.postman.kill()


def deliver_with_crashes(
    database: Database, keys: set[str], *, crashes: int, every: int, mutant: str = ""
) -> Outcome:
    with PostOffice() as office:
        killer = Killer(office, crashes, every)
        starts, moment, ended = 0, NOW, 1
        while ended != 0:
            killer.postman = Worker(deliver_all, database.url, office.port, moment, mutant)
            ended = killer.postman.wait()
            assert ended in (0, -signal.SIGKILL)
            starts += 1
            # The next one comes when the dead one's lease has ended.
            moment += outbox.LEASE + timedelta(minutes=1)
        copies = Counter(delivered.id for delivered in office.delivered)
    return Outcome(
        crashes=starts - 1,
        lost=len(keys) - len(copies),
        extra=sum(copies.values()) - len(copies),
    )


def test_no_letter_is_lost_in_a_crash(
    app: Flask, cast: Cast, database: Database, full: bool, figures: Figures
) -> None:
    number, crashes = (1200, 100) if full else (12, 2)
    with app.app_context():
        keys = queue_letters(cast, number)
    outcome = deliver_with_crashes(database, keys, crashes=crashes, every=number // crashes // 2)
    figures("kill -9 while letters went out", outcome.crashes)
    figures("letters lost", outcome.lost)
    figures("extra copies, each with the same Message-ID", outcome.extra)
    assert outcome.crashes >= crashes * 2 // 3
    assert outcome.lost == 0
    assert outcome.extra <= outcome.crashes


def test_a_postman_who_marks_before_he_sends_is_caught(app: Flask, cast: Cast, database: Database) -> None:
    with app.app_context():
        keys = queue_letters(cast, 3)
    outcome = deliver_with_crashes(database, keys, crashes=1, every=2, mutant="careless")
    assert (outcome.crashes, outcome.lost) == (1, 1)
