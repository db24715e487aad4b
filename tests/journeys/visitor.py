"""A person at a real site over HTTP: cookies, forms, no script. Speaks like Flask's test client, so `tests.forms` serves both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from werkzeug.datastructures import MultiDict

from tests.cast import PASSWORD
from tests.forms import press, send


@dataclass(frozen=True)
class Page:
    """One answer."""

    status_code: int
    headers: HTTPMessage
    text: str


class _Stay(HTTPRedirectHandler):
    """A redirect is an answer to look at, not a way to follow."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Visitor:
    """One browser, signed in as somebody."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _Stay)

    def get(self, path: str) -> Page:
        """Fetch a page."""
        return self._open(Request(self.url + path))  # noqa: S310 - our own site

    def post(self, path: str, data: MultiDict[str, str] | dict[str, str]) -> Page:
        """Send a form."""
        pairs = list(data.items(multi=True)) if isinstance(data, MultiDict) else list(data.items())
        return self._open(Request(self.url + path, data=urlencode(pairs).encode()))  # noqa: S310 - our own site

    def _open(self, request: Request) -> Page:
        request.add_header("Accept-Language", "en")
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(answer.status, answer.headers, answer.read().decode())
        except HTTPError as answer:
            with answer:
                return Page(answer.code, answer.headers, answer.read().decode())

    def sign_in(self, name: str, password: str = PASSWORD) -> Visitor:
        """Come in by the door."""
        answer = send(self, "/sign-in", email=f"{name}@example.org", password=password)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/"), answer.text[:500]
        return self

    def fill_in(self, path: str, **changes: Any) -> str:
        """Send a form that must be accepted; the path it leads to."""
        return _accepted(send(self, path, **changes))

    def press(self, path: str, **fields: Any) -> str:
        """Press a button that must be accepted; the path it leads to."""
        return _accepted(press(self, path, **fields))


def _accepted(answer: Page) -> str:
    assert answer.status_code == 303, (answer.status_code, list(_errors(answer.text)))
    return str(answer.headers["Location"])


def _errors(page: str) -> Iterator[str]:
    """The lines of an error summary, for the message of a failed test."""
    for line in page.splitlines():
        if "error-summary" in line or 'href="#' in line or "flash" in line:
            yield json.dumps(line.strip(), ensure_ascii=False)
