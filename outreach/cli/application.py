"""The application for a command that needs the database."""

from __future__ import annotations

import click
from flask import Flask
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError

from outreach.app import create_app
from outreach.config import Settings


def application() -> Flask:
    """Make the application from the environment; a setting that cannot work is told in one line, not in a trace."""
    try:
        settings = Settings()
    except ValidationError as refusal:
        raise click.ClickException(
            " ".join(_sentence(dict(fault)) for fault in refusal.errors())
        ) from refusal
    try:
        return create_app(settings)
    except ArgumentError as refusal:
        raise click.ClickException(f"DATABASE_URL cannot be used: {refusal}.") from refusal


def _sentence(fault: dict[str, object]) -> str:
    words = str(fault["msg"]).removeprefix("Value error, ")
    place = fault["loc"]
    name = str(place[-1]) if isinstance(place, tuple) and place else ""
    return f"OUTREACH_{name.removeprefix('OUTREACH_').upper()}: {words}." if name else words
