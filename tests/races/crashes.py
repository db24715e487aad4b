"""Workers in processes of their own, for tests that kill them with signal 9.

They are forked from a server that has loaded the application once, so a hundred deaths cost seconds, not minutes. What
they do stands here as well: it must be importable in the child. `careless` and `forgetful` are the mutants.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from multiprocessing.context import ForkServerProcess
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from outreach.app import create_app
from outreach.clock import utc_now
from outreach.config import Settings
from outreach.mail import SmtpServer, SmtpTransport
from outreach.models import Reminder, ReminderState, db
from outreach.services import outbox, postman, reminders
from outreach.services.transaction import one_transaction

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
PATIENCE = 300
# Of a crash between two transactions there must be many chances, so they are small.
BATCH = 3
# What the forgetful ringer does between noting that a reminder is rung and writing the letter.
PAUSE = 2


class Worker:
    """A process that was begun and may be killed; killing a dead one does nothing."""

    def __init__(self, work: Callable[..., None], *given: object) -> None:
        self._process: ForkServerProcess = FORKS.Process(target=work, args=given)
        self._process.start()
        self._number = self._process.pid or 0

    def kill(self) -> None:
        """Signal 9. By number: only the thread that waits may ask how the process ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)

    def wait(self) -> int:
        """How it ended: 0, or minus the signal that killed it."""
        self._process.join(PATIENCE)
        ended = self._process.exitcode
        assert ended is not None, f"a worker did not end within {PATIENCE} s"
        self._process.close()
        return ended


def _application(url: str) -> Flask:
    return create_app(Settings(environment="test", database_url=url, secret_key="x" * 32))


def deliver_all(url: str, port: int, moment: datetime, mutant: str = "") -> None:
    """A postman until nothing is due. His clock starts at `moment`: nobody waits for a dead predecessor's lease."""
    ahead = moment - utc_now()

    def clock() -> datetime:
        return utc_now() + ahead

    if mutant == "careless":
        outbox.keep_copy = _mark_first
    server = SmtpTransport(SmtpServer("127.0.0.1", port, timeout=20))
    with _application(url).app_context():
        while postman.deliver(holder=moment.isoformat(), transport=server, clock=clock):
            pass


def _mark_first(*, message_id: int, holder: str, **words: Any) -> bool:
    """The careless postman: mark first, send then."""
    return outbox.mark_sent(message_id=message_id, holder=holder, now=utc_now())


def ring_all(url: str, now: datetime, mutant: str = "") -> None:
    """Ring what is due, until nothing is planned any more."""
    reminders.BATCH = BATCH
    ring = _Forgetful().ring if mutant == "forgetful" else reminders.ring_due
    planned = select(func.count(Reminder.id)).where(Reminder.state == ReminderState.PLANNED)
    with _application(url).app_context():
        while db.session.scalar(planned):
            ring(now=now)
            db.session.rollback()


class _Forgetful:
    """Notes that a reminder is rung in one transaction, and writes its letter in the next."""

    def __init__(self) -> None:
        self._queue, self._unwritten = reminders.queue, list[tuple[str, dict[str, Any]]]()
        reminders.queue = self._later

    def _later(self, template: str, **words: Any) -> None:
        self._unwritten.append((template, words))

    def ring(self, *, now: datetime) -> int:
        """As `ring_due`, but for that."""
        rung = reminders.ring_due(now=now)
        time.sleep(PAUSE)
        with one_transaction():
            for template, words in self._unwritten:
                self._queue(template, **words)
        self._unwritten.clear()
        return rung
