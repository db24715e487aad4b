"""Several deeds at the same moment, each in a thread and an application context of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from outreach.models import db
from outreach.services.transaction import Refusal

ONE_WRITER = "sqlite"
HELD_UP = 1.0
FREE = 60.0


def patience(engine: str, *, locked: bool = False) -> float:
    """Seconds to wait for somebody else's step: a moment where a lock (or SQLite's one writer) holds them up until
    we go on, and as long as a busy machine may take where nothing does."""
    return HELD_UP if locked or engine == ONE_WRITER else FREE


def at_once(app: Flask, *deeds: Callable[[], object]) -> list[str]:
    """Carry the deeds out; "done" or the refusal's class for each. A fault comes through."""
    ready = Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> str:
        with app.app_context():
            ready.wait(30)
            try:
                deed()
            except Refusal as refusal:
                return type(refusal).__name__
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))
