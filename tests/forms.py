"""Filling in forms as a browser does: fetch the page, take its token and its present values, send it back."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse


class Fields(HTMLParser):
    """The names and present values of every control on a page, and the words of its errors."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: MultiDict[str, str] = MultiDict()
        self._select: str | None = None
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inputs, the chosen option of a select, the beginning of a textarea."""
        given = dict(attrs)
        name, kind = given.get("name"), given.get("type")
        if tag == "input" and name and kind not in ("submit", "button", "file"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.values.add(name, given.get("value") or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.add(self._select, given.get("value") or "")
        elif tag == "textarea":
            self._area = name
            if name:
                self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        """The select or textarea ends."""
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            if self._area:
                # The line break after the tag is none of the text.
                self.values[self._area] = re.sub(r"\A\r?\n", "", self.values[self._area])
            self._area = None

    def handle_data(self, data: str) -> None:
        """The text of a textarea."""
        if self._area:
            self.values[self._area] += data


def token(browser: FlaskClient, page: str = "/account") -> str:
    """A form token that fits this browser's session. Pages for nobody: "/sign-in"."""
    answer = browser.get(page)
    if answer.status_code != 200:
        answer = browser.get("/sign-in")
    return Fields(answer.text).values["csrf_token"]


def press(browser: FlaskClient, url: str, **fields: Any) -> TestResponse:
    """Press a button that posts to `url`."""
    return browser.post(url, data={"csrf_token": token(browser), **fields})


def send(browser: FlaskClient, url: str, **changes: Any) -> TestResponse:
    """Open the form at `url`, change some fields (None empties one, a list ticks several), and send it."""
    page = browser.get(url)
    assert page.status_code == 200, (url, page.status_code)
    values = Fields(page.text).values
    for name, value in changes.items():
        values.poplist(name)
        given = value if isinstance(value, list | tuple) else [] if value is None else [value]
        for one in given:
            values.add(name, one)
    return browser.post(url, data=values)
