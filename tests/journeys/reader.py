"""A person at a real browser. Every page that loads is looked at: axe, a foreign script's words, width, console."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.cast import PASSWORD
from tests.simplified import simplified_in

AXE = Axe()


class Reader:
    """One browser window of one person, in one language. Controls are found by name: the words are looked at, not relied on."""

    def __init__(self, browser: Browser, url: str, language: str, *, width: int = 1280) -> None:
        self.url, self.language = url, language
        context = browser.new_context(locale=language, viewport={"width": width, "height": 900}, base_url=url)
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def close(self) -> None:
        """Close the window; nothing may have gone wrong in it."""
        self.page.context.close()
        assert self.faults == []

    def look(self) -> None:
        """Look at the page that stands there."""
        page, path = self.page, self.page.url.removeprefix(self.url)
        page.wait_for_load_state()
        found = AXE.run(page).response["violations"]
        self.faults += [f"{path}: axe {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.faults.append(f"{path}: {wide} px wider than the window")
        tag = page.evaluate("document.documentElement.lang")
        if tag != self.language:
            self.faults.append(f"{path}: the page says that it is in {tag}")
        if self.language.startswith("zh"):
            self.faults += [f"{path}: simplified {one}" for one in simplified_in(page.inner_text("body"))]

    def go(self, path: str) -> None:
        """Open a page by its address."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.look()

    def fill_in(self, form: str, **values: str | bool | list[str]) -> str:
        """Fill the form that posts to `form` ("" for the page itself), send it, and say where it led."""
        inside = self.page.locator(f'main form[method="post"][action="{form}"]')
        for name, value in values.items():
            control = inside.locator(f'[name="{name}"]')
            if isinstance(value, list):
                for one in value:
                    inside.locator(f'[name="{name}"][value="{one}"]').check()
            elif isinstance(value, bool):
                control.set_checked(value)
            elif control.first.evaluate("e => e.tagName") == "SELECT":
                control.select_option(value)
            elif control.first.get_attribute("type") == "radio":
                inside.locator(f'[name="{name}"][value="{value}"]').check()
            else:
                control.fill(value)
        with self.page.expect_navigation():
            inside.locator("button.btn-main").click()
        self.look()
        return self.page.url.removeprefix(self.url)

    def arrange(self, *steps: str) -> None:
        """Press buttons that only change a part of the page, and look at it."""
        for step in steps:
            with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                self.page.locator(f'[name="arrange"][value="{step}"]').click()
            expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
            self.look()

    def press(self, action: str) -> str:
        """Press the button that posts to `action`, saying yes where it asks first."""
        button = self.page.locator(f'form[action="{action}"] button[type="submit"]').first
        with self.page.expect_navigation():
            button.click()
            yes = self.page.locator("dialog[open] [data-confirm-yes]")
            if yes.count():
                yes.click()
        self.look()
        return self.page.url.removeprefix(self.url)

    def sign_in(self, name: str) -> Reader:
        """Come in by the door."""
        self.go("/sign-in")
        assert self.fill_in("", email=f"{name}@example.org", password=PASSWORD) == "/"
        if self.page.evaluate("document.documentElement.lang") != self.language:
            raise AssertionError("the account's language is another")
        return self

    def links(self, pattern: str) -> list[str]:
        """The addresses on this page that match."""
        hrefs = self.page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        return [href for href in hrefs if re.fullmatch(pattern, href)]
