"""The face in a real browser: axe in both languages at both ends of the widths, the small scripts, and life without JavaScript."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from outreach.app import create_app
from outreach.config import Settings
from outreach.models import db
from tests.web.gallery import hang

pytestmark = pytest.mark.browser
# 320 is a page of 1,280 magnified four times (WCAG 1.4.10); between the two lies the change from cards to tables.
WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def received() -> list[dict[str, str]]:
    """What the page's deeds sent, in order."""
    return []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, received: list[dict[str, str]]) -> Iterator[str]:
    """The gallery, served with the headers of the product."""
    folder = tmp_path_factory.mktemp("site")
    app = create_app(
        Settings(
            environment="test",
            instance=folder,
            database_url=f"sqlite:///{folder / 'empty.sqlite'}",
            secret_key="a key that only tests know, and long",
            public_url="http://127.0.0.1",
        )
    )
    hang(app)

    @app.post("/deed")
    def deed() -> str:
        received.append(request.form.to_dict())
        return "done"

    yield from serve(app)


def whole(app: Flask) -> Callable[[Any, Any], list[bytes]]:
    """The application with each answer read to its end before it is sent: a browser that walks away mid-file would leave
    werkzeug's server with an open file."""

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        with contextlib.closing(app(environ, start_response)) as parts:  # type: ignore[type-var]
            return [b"".join(parts)]

    return answer


def serve(app: Flask) -> Iterator[str]:
    """Serve an application on a free port until the tests are through."""
    server = make_server("127.0.0.1", 0, whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser window."""
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page in it."""
    return context.new_page()


def complaints(page: Page) -> list[str]:
    """Collects what the browser complains about: scripts that fail, things the policy blocks."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def axe(page: Page) -> list[tuple[str, Any]]:
    """What axe finds: rule and the first element."""
    found = Axe().run(page).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found]


@pytest.mark.parametrize("language", ["en-HK", "zh-HK"])
@pytest.mark.parametrize("address", ["/gallery", "/gallery?wrong=1", "/no-such-page"])
def test_nothing_found_and_nothing_cut_off(browser: Browser, site: str, address: str, language: str) -> None:
    context = browser.new_context(locale=language)
    page = context.new_page()
    heard = complaints(page)
    page.goto(site + address)
    assert page.locator("html").get_attribute("lang") == {"en-HK": "en-HK", "zh-HK": "zh-Hant-HK"}[language]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    # The browser reports the 404 that was asked for; nothing else.
    assert [text for text in heard if "404" not in text or address != "/no-such-page"] == []
    context.close()


def test_targets_are_large_enough(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}/gallery?wrong=1")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .btn, summary, nav a, .choice-label, select, input")]
          .filter(e => e.checkVisibility() && e.type !== "radio" && e.type !== "checkbox" && !e.closest(".breadcrumbs"))
          .map(e => [e.textContent.trim().slice(0, 20) || e.name, Math.round(e.getBoundingClientRect().height)])
          .filter(([, height]) => height < 40)"""
    )
    assert small == []


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(page: Page, site: str) -> None:
    page.goto(f"{site}/gallery?wrong=1")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.locator(".error-summary a[href='#pupils']").click()
    assert page.evaluate("document.activeElement.id") == "pupils"


def test_a_deed_asks_first(page: Page, site: str, received: list[dict[str, str]]) -> None:
    received.clear()
    page.goto(f"{site}/gallery")
    page.locator("form[data-confirm]").evaluate("form => form.action = '/deed'")
    button = page.get_by_role("button", name="Withdraw request 7")
    button.click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("p").text_content() == "Really withdraw?"
    assert page.evaluate("document.activeElement.textContent") == "Go back"
    assert axe(page) == []
    page.keyboard.press("Escape")
    assert (dialog.is_visible(), received) == (False, [])
    assert button.evaluate("button => button === document.activeElement")
    button.click()
    dialog.get_by_role("button", name="Withdraw", exact=True).click()
    page.wait_for_url("**/deed")
    assert [sent["version"] for sent in received] == ["3"]


def test_a_form_is_sent_once(page: Page, site: str, received: list[dict[str, str]]) -> None:
    received.clear()
    page.goto(f"{site}/gallery")
    page.get_by_role("button", name="Save", exact=True).evaluate(
        """button => {
          button.form.action = "/deed";
          window.sent = 0;
          document.addEventListener("submit", event => { if (!event.defaultPrevented) window.sent += 1; event.preventDefault(); });
          button.click(); button.click(); button.click();
        }"""
    )
    assert page.evaluate("window.sent") == 1
    # Shown again from the browser's cache, the form can be sent again.
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.evaluate("window.sent") == 2


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("opener", "opened"),
    [(".menu-button", "#site-navigation"), (".filter-opener", "#filters .filter-fields")],
)
def test_what_a_phone_folds_away_opens(
    browser: Browser, site: str, scripts: bool, opener: str, opened: str
) -> None:
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{site}/gallery")
    assert page.locator(opened).is_visible() is False
    page.locator(opener).click()
    assert page.locator(opened).is_visible() is True
    if scripts:
        assert page.locator(opener).get_attribute("aria-expanded") == "true"
        page.locator(opener).click()
        assert page.locator(opened).is_visible() is False
    page.set_viewport_size({"width": 1280, "height": 800})
    assert (page.locator(opened).is_visible(), page.locator(opener).is_visible()) == (True, False)
    context.close()


def test_without_javascript_a_deed_is_done(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/gallery")
    with page.expect_navigation() as answer:
        page.get_by_role("button", name="Withdraw request 7").click()
    assert answer.value.status == 200
    context.close()


def test_the_language_switch_keeps_the_page(page: Page, site: str) -> None:
    page.goto(f"{site}/gallery?page=2")
    page.get_by_role("button", name="中文").click()
    assert page.url == f"{site}/gallery?page=2"
    assert page.locator("html").get_attribute("lang") == "zh-Hant-HK"
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en-HK"


def test_a_page_prints(page: Page, site: str, tmp_path: Path) -> None:
    page.goto(f"{site}/gallery")
    page.emulate_media(media="print")
    hidden = ".site-navigation, .site-footer, .page-actions, .form-actions, .filter-bar"
    assert (
        page.evaluate(f"[...document.querySelectorAll('{hidden}')].filter(e => e.checkVisibility()).length")
        == 0
    )
    assert page.locator("h1").is_visible()
