"""Static files: an address that follows the content, and how long a browser may keep it."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.web.assets import FOR_EVER, SHORTLY, fingerprint

SHEET = "css/tokens.css"


def kept(client: FlaskClient, address: str) -> tuple[int, str | None]:
    """Status and Cache-Control of a file."""
    with client.get(address) as answer:
        return answer.status_code, answer.headers.get("Cache-Control")


def version(app: Flask, name: str) -> str:
    """The version that its content gives a file."""
    return hashlib.sha256((Path(str(app.static_folder)) / name).read_bytes()).hexdigest()[:12]


def test_every_file_that_a_page_names_is_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/sign-in").text))
    assert len(named) > 10
    assert {address for address in named if "?v=" not in address} == set()
    assert {kept(client, address) for address in named} == {(200, FOR_EVER)}
    assert FOR_EVER == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"/static/{SHEET}", (200, SHORTLY)),
        (f"/static/{SHEET}?v=", (200, SHORTLY)),
        (f"/static/{SHEET}?v=000000000000", (200, SHORTLY)),
        ("/static/js/focus.js", (200, SHORTLY)),
        ("/static/vendor/figtree-5.3.0/figtree-latin-wght-normal.woff2", (200, FOR_EVER)),
        ("/static/vendor/MANIFEST.sha256", (200, SHORTLY)),
        ("/static/nothing.css?v=", (404, "no-store")),
        ("/static/vendor/figtree-5.3.0/nothing.woff2", (404, "no-store")),
        ("/static/../config.py", (404, "no-store")),
    ],
)
def test_only_its_own_version_is_kept_long(
    client: FlaskClient, address: str, expected: tuple[int, str]
) -> None:
    assert kept(client, address) == expected


def test_an_answer_that_nothing_changed_is_kept_as_long(app: Flask, client: FlaskClient) -> None:
    address = f"/static/{SHEET}?v={version(app, SHEET)}"
    with client.get(address) as first:
        tag = first.headers["ETag"]
    with client.get(address, headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.headers["Cache-Control"]) == (304, FOR_EVER)


def test_the_version_follows_the_content(app: Flask, tmp_path: Path) -> None:
    app.static_folder = str(tmp_path)
    file = tmp_path / "a.css"
    file.write_text("one")
    os.utime(file, ns=(1, 1))
    first = fingerprint(app, "a.css")
    file.write_text("two")
    os.utime(file, ns=(2, 2))
    assert (first, fingerprint(app, "a.css")) == (
        hashlib.sha256(b"one").hexdigest()[:12],
        hashlib.sha256(b"two").hexdigest()[:12],
    )
    assert [fingerprint(app, name) for name in ("b.css", "../a.css", "")] == [None, None, None]
