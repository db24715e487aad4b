"""Every address that can be read, opened in a real browser by every role in both languages: axe, width, and console.

English is judged by axe at the width of a phone and Chinese at a desk; both are measured at both. A page that says the same to
two roles is judged once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, abort
from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage, Page
from sqlalchemy import select

from outreach.models import User, db
from outreach.services.transaction import one_transaction
from tests import build
from tests.browser.test_face import serve
from tests.cast import Cast, browser_of
from tests.permission_table import TABLE, expected
from tests.test_permissions import UNKNOWN_KEY, address, rows

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# tom and cole see what tess and cora see.
ROLES = ("nobody", "tess", "cora", "hana", "stan", "ada")
WIDTHS = (390, 1280)
# Four files and three parts of pages; none is a page.
FILES = {"bookings.calendar", "ledger.export", "reasons.export", "recruiting.export"}
NO_PAGES = FILES | {"reasons.state", "repairs.progress", "runs.progress"}
ERRORS = (400, 403, 404, 409, 410, 413, 429, 500)


class Looker:
    """One browser window; `faults` gathers what is wrong with the pages that it is shown."""

    def __init__(self, browser: Browser, origin: str, language: str, axe_width: int) -> None:
        context = browser.new_context(locale=language, base_url=origin)
        self.page: Page = context.new_page()
        self.origin, self.language, self.axe_width = origin, language, axe_width
        self.client: FlaskClient
        self.led: set[tuple[str, str]] = set()
        self.seen: set[str] = set()
        self.faults: list[str] = []
        self.heard: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # Advice of the browser to developers is left out.
        if message.type in ("error", "warning"):
            self.heard.append(message.text)

    def become(self, client: FlaskClient) -> None:
        """Use this client's session from now on."""
        self.client = client
        self.page.context.clear_cookies()
        for cookie in client._cookies.values():  # werkzeug gives them only one by one, by name and domain
            self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.origin}])

    def look(self, path: str, who: str) -> None:
        """Ask for a page, and judge it in the browser unless one with the same words and parts has been judged."""
        got = self.client.get(path, headers={"Accept-Language": self.language})
        if 300 <= got.status_code < 400:
            # What it leads to is asked for under its own address.
            self.led.add((path, got.headers["Location"]))
            return
        shown = fingerprint(got.text)
        if shown in self.seen:
            return
        self.seen.add(shown)
        self.heard.clear()
        answer = self.page.goto(path)
        assert answer is not None
        where = f"{who} {path}"
        assert (self.page.url, answer.status) == (self.origin + path, got.status_code), where
        assert self.page.locator("html").get_attribute("lang") == self.language, where
        # That a page was refused is the answer that the error pages are opened for.
        refused = f"status of {answer.status}" if answer.status >= 400 else "\0"
        self.faults += [f"{where}: console: {text}" for text in self.heard if refused not in text]
        self._judge(where)

    def _judge(self, where: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth") - width
            if wide > 0:
                self.faults.append(f"{where}: {wide} px too wide at {width}")
            if width == self.axe_width:
                found = Axe().run(self.page).response["violations"]
                self.faults += [f"{where}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def fingerprint(html: str) -> str:
    """The inside of a page: what stands around it differs by role only, and each role's first page is judged."""
    inside = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r'name="csrf_token"[^>]*>', "", inside)


def addresses(app: Flask, who: str, values: dict[str, object]) -> Iterator[str]:
    """The addresses that this person may read; without values, those that need none."""
    for line in TABLE:
        method, endpoint, special = re.fullmatch(r"(\w+) ([\w.]+)(?: \((\w+)\))?", line).groups()
        if method != "GET" or endpoint in NO_PAGES or expected(line)[who] != "+":
            continue
        if values or not next(app.url_map.iter_rules(endpoint)).arguments:
            yield address(app, endpoint, special or "", values)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("tag", "axe_width"), [("en-HK", 390), ("zh-Hant-HK", 1280)])
def test_every_page_of_every_role(app: Flask, cast: Cast, browser: Browser, tag: str, axe_width: int) -> None:
    @app.get("/error/<int:code>")
    def error(code: int) -> None:
        abort(code)

    with contextmanager(serve)(app) as origin:
        looker = Looker(browser, origin, tag, axe_width)
        walk(app, cast, looker)
        looker.page.context.close()
    assert sorted(looker.faults) == []
    spent = f"/schools/import/{UNKNOWN_KEY}"
    assert looker.led == {
        ("/sign-in", "/"),
        ("/schools/own", f"/schools/{cast.primary}"),
        (spent, "/schools/import"),
    }
    assert len(looker.seen) > 100


def walk(app: Flask, cast: Cast, looker: Looker) -> None:
    """Every page, first of an empty programme, then with a row of everything; the error pages last."""
    with app.app_context(), one_transaction():
        for user in db.session.scalars(select(User)):
            user.language = looker.language.replace("-", "_")
    for filled in (False, True):
        with app.app_context():
            values = rows(cast) if filled else {}
        for who in ROLES:
            looker.become(browser_of(app, cast, who, build.NOW))
            for path in addresses(app, who, values):
                looker.look(path, who)
    for code in ERRORS:
        looker.look(f"/error/{code}", who)
