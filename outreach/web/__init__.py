"""The pages: the only room that speaks HTTP. One file per noun; `access.py` first, then any noun.

`BLUEPRINTS` is the table of contents; `register` is called once by the application factory.
"""

from __future__ import annotations

from importlib import import_module

from flask import Flask

# One module per noun, each with a blueprint called `blueprint`.
BLUEPRINTS = (
    "home",
    "account",
    "language",
    "statements",
    "outbox",
    "rounds",
    "runs",
    "proposals",
    "repairs",
    "reasons",
    "recruiting",
    "schools",
    "ledger",
    "offers",
    "slots",
    "teams",
    "companies",
    "roster",
    "people",
    "invitations",
    "requests",
    "bookings",
    "waitlist",
)


def register(app: Flask) -> None:
    """Hang every page into the application."""
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"outreach.web.{name}").blueprint)
