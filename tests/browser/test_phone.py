"""What a phone and a sheet of paper show otherwise: cells without a value, and a long Chinese name beside its state."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser

from outreach.web.context import short
from tests.browser.test_face import serve

pytestmark = pytest.mark.browser

PAGE = """{% extends "base.html" %}
{% import "_macros/page.html" as page %}
{% import "_macros/table.html" as tables %}
{% block content %}
  {{ page.page_heading("x") }}
  {{ tables.simple_table("Schools", ["School", "Phone", "Hub", "Groups"], [["A", "", none, 0]]) }}
  {% set name = "學校參觀活動（2027年1月至2月）" %}
  {{ page.card(name, "/", badge=page.state_badge("closed", label="申請已截止")) }}
{% endblock %}"""
# The last two signs of the name stand on one line.
BRACKET_STAYS = """title => {
  const words = title.querySelector("a").firstChild, range = document.createRange();
  const top = from => { range.setStart(words, from); range.setEnd(words, from + 1); return range.getBoundingClientRect().top; };
  return top(words.length - 1) === top(words.length - 2);
}"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [320, 360, 390, 430, 1280])
def test_empty_cells_and_long_names(app: Flask, browser: Browser, width: int) -> None:
    @app.get("/phone")
    def phone() -> str:
        return render_template_string(PAGE)

    phone.access = "public"  # type: ignore[attr-defined]
    for origin in serve(app):
        context = browser.new_context(locale="zh-HK", viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(f"{origin}/phone")
        shown = [cell.is_visible() for cell in page.locator("tbody td").all()]
        # A nought is a value.
        assert shown == ([True] * 3 if width >= 768 else [False, False, True])
        assert page.locator(".card-title").evaluate(BRACKET_STAYS)
        # On paper there is room to write into every cell, however narrow the sheet.
        page.emulate_media(media="print")
        assert [cell.is_visible() for cell in page.locator("tbody td").all()] == [True] * 3
        context.close()


@pytest.mark.parametrize(
    ("cell", "whole"),
    [
        ("盧俊傑", True),
        ("P5E（小五）", True),
        (28, True),
        ("<a href='/'>S2A</a>", True),
        ("28名學生、2名成人", False),
    ],
)
def test_names_and_classes_stay_on_one_line(cell: object, whole: bool) -> None:
    assert short(cell) is whole
