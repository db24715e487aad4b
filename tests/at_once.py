"""Several deeds at the same moment, each in a thread and an application context of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from outreach.models import db
from outreach.services.transaction import Refusal


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
