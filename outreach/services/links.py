"""Addresses for letters. They are built from the configured public URL alone: a Host header never reaches a mailbox."""

from __future__ import annotations

from flask import current_app


def link(endpoint: str, **values: str | int) -> str:
    """The whole address of a page of ours. Raises werkzeug's BuildError for a page that does not exist."""
    path = current_app.url_map.bind("").build(endpoint, values)
    public: str = current_app.config["SETTINGS"].public_url
    return public.rstrip("/") + path
