"""Static files: an address that changes with the content, and how long a browser may keep what it was given.

`url_for("static", ...)` adds `?v=` and the beginning of the file's SHA-256. What was asked for by its own version never
changes, so it is kept for a year without asking again; everything else is asked for again soon.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.utils import safe_join

FOR_EVER = "public, max-age=31536000, immutable"
# A script that another one imports, a picture in a style sheet: their addresses carry no version.
SHORTLY = "public, max-age=300"
# vendor/NAME-VERSION/file: the folder is never changed, only replaced by another one.
VENDORED = re.compile(r"vendor/[\w.-]+-\d+(\.\d+)+/.+")


def fingerprint(app: Flask, filename: str) -> str | None:
    """The version of a static file as it is now; None where there is no such file."""
    path = safe_join(app.static_folder or "", filename)
    try:
        changed = Path(path).stat().st_mtime_ns if path is not None else None
        return _hash(str(path), changed) if changed is not None else None
    except OSError:
        return None


@lru_cache(maxsize=512)
def _hash(path: str, changed: int) -> str:
    # `changed` is in the key alone: while the file stays, it is read once.
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def keeping(app: Flask, filename: str, version: str | None) -> str:
    """The Cache-Control of a static file that was asked for by this version.

    A version that is not the file's own is kept shortly: while servers are replaced one by one, an old one may be asked
    for what only a new one has."""
    if VENDORED.fullmatch(filename) or (version and version == fingerprint(app, filename)):
        return FOR_EVER
    return SHORTLY


def register(app: Flask) -> None:
    """Switch both on."""

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = fingerprint(app, values.get("filename", ""))

    @app.after_request
    def say_how_long(response: Response) -> Response:
        if request.endpoint == "static":
            filename = (request.view_args or {}).get("filename", "")
            found = response.status_code in (200, 206, 304)
            kept = keeping(app, filename, request.args.get("v")) if found else "no-store"
            response.headers["Cache-Control"] = kept
        return response
