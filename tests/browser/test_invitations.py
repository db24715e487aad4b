"""Finding a teacher's school in a real browser: while one types, by keyboard, on a phone, and without a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from outreach.services.transaction import one_transaction
from tests.browser.test_face import axe, complaints, serve
from tests.cast import PASSWORD, Cast
from tests.schools_many import many_schools

pytestmark = pytest.mark.browser


@pytest.fixture
def site(app: Flask, cast: Cast) -> Iterator[str]:
    """The cast, and 42 schools."""
    with app.app_context():
        many_schools()
    yield from serve(app)


def window_of_stan(browser: Browser, site: str, *, scripts: bool, width: int) -> Page:
    """A window in which Stan is signed in."""
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 800}, base_url=site
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=email]", "stan@example.org")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{site}/")
    return page


@pytest.mark.parametrize(
    ("scripts", "width", "language", "words"),
    [
        (True, 1280, "en_HK", "riverside"),
        (True, 390, "zh_Hant_HK", "大圍河畔"),
        (False, 390, "en_HK", "riverside"),
    ],
)
def test_a_school_is_found_by_keyboard(
    browser: Browser, app: Flask, cast: Cast, site: str, scripts: bool, width: int, language: str, words: str
) -> None:
    with app.app_context(), one_transaction():
        cast.user("stan").language = language
    page = window_of_stan(browser, site, scripts=scripts, width=width)
    heard = complaints(page)
    page.goto("/people/invite/teacher")
    choices = page.locator("#found a[href*='body=']")
    expect(choices).to_have_count(20)
    assert page.locator("html").get_attribute("lang") == language.replace("_", "-")
    count = page.locator("#found-count")
    expect(count).to_contain_text("42")
    page.locator("[name=words]").focus()
    page.keyboard.type(words)
    if not scripts:
        page.keyboard.press("Enter")
    expect(choices).to_have_count(1)
    expect(count).to_contain_text("1")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if scripts:
        # The search keeps the focus while its results change; the count is a live region that stays.
        assert page.evaluate("document.activeElement.name") == "words"
        assert axe(page) == []
    choices.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/invite/teacher?body=*")
    page.fill("[name=name]", "Tina Wong")
    page.fill("[name=email]", "tina@example.org")
    page.locator(".form-actions .btn-main").click()
    page.wait_for_url("**/invitations")
    assert "tina@example.org" in page.inner_text("main table")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert heard == []
    page.context.close()
