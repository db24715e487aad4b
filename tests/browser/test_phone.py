"""What a phone and a sheet of paper show otherwise: cells without a value, and a long Chinese name beside its state."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser

from outreach.web.context import phrased, short
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
    ("words", "together"),
    [
        ("2026年11月18日（星期三）上午7:00", True),
        ("<a href='/'>五怡邑同鄉會中學（上水）</a>", True),
        ("20名學生、2名成人", True),
        ("上午10:00至中午12:00<br>與機械人共度早上", True),
        ("中華基督教會香港區會屬下沙田大圍河畔第一小學", False),
        ("18 November 2026 (Wednesday)", False),
        (28, False),
    ],
)
def test_chinese_lines_end_between_phrases(words: object, together: bool) -> None:
    assert phrased(words) is together


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_line_begins_with_a_dot(app: Flask, browser: Browser) -> None:
    @app.get("/dots")
    def dots() -> str:
        return render_template_string(
            """{% extends "base.html" %}{% import "_macros/page.html" as page %}{% block content %}<p id="facts">
            {{- page.dotted(["小三至小六、中一至中三", "廣東話、英語、普通話", "15至60名學生"]) }}</p>{% endblock %}"""
        )

    dots.access = "public"  # type: ignore[attr-defined]
    for origin in serve(app):
        context = browser.new_context(locale="zh-HK")
        page = context.new_page()
        page.goto(f"{origin}/dots")
        assert (
            page.locator("#facts").inner_text()
            == "小三至小六、中一至中三 · 廣東話、英語、普通話 · 15至60名學生"
        )
        for width in range(320, 640, 20):
            page.set_viewport_size({"width": width, "height": 800})
            # Each fact lies on one line, with the dot behind it.
            heights = page.locator("#facts .whole").evaluate_all(
                "all => all.map(one => one.getClientRects().length)"
            )
            line = page.locator("#facts .whole").evaluate_all(
                "all => all.map(one => Math.round(one.clientHeight))"
            )
            assert (heights, len(set(line))) == ([1, 1, 1], 1)
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
