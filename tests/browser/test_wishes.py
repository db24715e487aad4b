"""The wishes in a real browser: a script fetches only them and the focus stays; without a script the same buttons work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from outreach.models import OfferKind
from tests import build
from tests.browser.test_face import axe, complaints, serve
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.browser
ORDER = "all => all.map(one => one.value)"


@pytest.fixture
def site(app: Flask, cast: Cast) -> Iterator[str]:
    """A collecting round and three offers for primary schools."""
    with app.app_context():
        build.round_()
        build.offer(cast.company(), title_en="Robot arm", title_zh="機械臂")
        build.offer(cast.company(), title_en="Robot dog", title_zh="機械狗")
        build.offer(cast.company("harbour"), OfferKind.CODING_SESSION, title_en="Ships", summary_en="Charts.")
    yield from serve(app)


def opened(browser: Browser, site: str, *, scripts: bool, width: int, language: str = "en-HK") -> Page:
    """Tess' window with a new request in it."""
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 800}, locale=language, base_url=site
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=email]", "tess@example.org")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{site}/")
    page.goto("/requests/new")
    page.fill("[name=group_label]", "P5A")
    page.select_option("[name=grade]", "P5")
    page.fill("[name=pupils]", "30")
    return page


def wishes(page: Page) -> list[str]:
    """The codes in the form, the best wish first."""
    found: list[str] = page.locator("[name=wishes]").evaluate_all(ORDER)
    return found


def press(page: Page, step: str, *, scripts: bool) -> None:
    """Press a button of the wishes by the keyboard, and wait for what follows."""
    page.locator(f'[name=arrange][value="{step}"]').focus()
    if scripts:
        with page.expect_response("**/requests/new"):
            page.keyboard.press("Enter")
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    else:
        with page.expect_navigation():
            page.keyboard.press("Enter")


def search(page: Page, words: str, *, scripts: bool) -> None:
    """Enter in the search is the search; nothing is handed in by it."""
    page.locator("[name=find-words]").focus()
    page.keyboard.type(words)
    if scripts:
        with page.expect_response("**/requests/new"):
            page.keyboard.press("Enter")
        page.locator('[value="add-offer-2"]').wait_for()
    else:
        with page.expect_navigation():
            page.keyboard.press("Enter")


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (True, 390), (False, 390)])
def test_wishes_are_found_ranked_and_removed_by_keyboard(
    browser: Browser, site: str, scripts: bool, width: int
) -> None:
    page = opened(browser, site, scripts=scripts, width=width)
    heard = complaints(page)
    begun = page.locator("h1").element_handle()
    search(page, "robot", scripts=scripts)
    assert page.locator('[value^="add-offer-"]').evaluate_all(ORDER) == ["add-offer-2", "add-offer-1"]
    for step, after in (
        ("add-offer-1", ["offer-1"]),
        ("add-offer-2", ["offer-1", "offer-2"]),
        ("up-offer-2", ["offer-2", "offer-1"]),
        ("down-offer-2", ["offer-1", "offer-2"]),
        ("remove-offer-1", ["offer-2"]),
    ):
        press(page, step, scripts=scripts)
        assert wishes(page) == after
        if step.startswith(("up", "down")):
            assert page.locator(f"#step-{step}:focus").count() == 1
        else:
            assert page.locator(".wishes-line:focus").count() == 1
    assert page.input_value("[name=group_label]") == "P5A"
    # With a script the page is the same one all the time.
    assert begun is not None
    assert begun.evaluate("e => e.isConnected") is True if scripts else True
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if scripts:
        assert axe(page) == []
    page.locator(".form-actions .btn-main").click()
    page.wait_for_url("**/requests/1")
    assert "Robot dog" in page.inner_text("main")
    # The browser's own remark: in a part that a script puts in, htmx gives the focus, not the browser.
    assert [text for text in heard if not text.startswith("Autofocus processing")] == []
    page.context.close()


def test_what_fits_is_asked_again_when_a_wish_changes(browser: Browser, site: str) -> None:
    page = opened(browser, site, scripts=True, width=1280)
    press(page, "find", scripts=True)
    # The search itself is followed by a question too; what counts is that one comes with the new wish in it.
    with page.expect_response(
        lambda answer: "/requests/fit" in answer.url and "wishes=offer-3" in (answer.request.post_data or "")
    ):
        page.locator('[value="add-offer-3"]').click()
    page.context.close()
