"""The face: tokens with enough contrast, templates without inline style, macros that hold together, error pages that come."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.app import create_app
from outreach.config import Settings
from outreach.models import db
from tests.html import Page, faults_of
from tests.simplified import simplified_in
from tests.web.gallery import TEMPLATE, hang

PACKAGE = Path(__file__).parents[2] / "outreach"
STATIC, TEMPLATES = PACKAGE / "static", PACKAGE / "templates"
# Letters carry the styles that mail programs need; css-inline puts them there.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "email" not in path.parts)
OWN_STYLES = sorted((STATIC / "css").glob("*.css"))
TOKENS = (STATIC / "css" / "tokens.css").read_text()
LANGUAGES = ("en_HK", "zh_Hant_HK")

FORBIDDEN = {
    "style attribute": r"\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\bsrc=)",
    "event attribute": r"<[^>{]*\son[a-z]+\s*=",
    "script address": r"javascript:",
    "unescaped output": r"\|\s*safe\b|autoescape\s+false|Markup\(",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a database without any table: what the face must not need."""
    folder = tmp_path_factory.mktemp("face")
    settings = Settings(
        environment="test",
        instance=folder,
        database_url=f"sqlite:///{folder / 'empty.sqlite'}",
        secret_key="a key that only tests know, and long",
        public_url="http://outreach.test",
    )
    app = create_app(settings)
    hang(app)
    app.add_url_rule("/fault", "fault", lambda: str(1 // 0))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


def speaking(app: Flask, language: str) -> FlaskClient:
    """A browser that reads this language."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["language"] = language
    return client


def offences(source: str) -> list[str]:
    """What a template does that the policy forbids; markup is judged without what Jinja puts into it."""
    markup = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    return [
        name
        for name, pattern in FORBIDDEN.items()
        if re.search(pattern, source if "output" in name else markup)
    ]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pairs(mark: str) -> list[tuple[str, str]]:
    """The pairs that the stylesheet itself lists after `* on:` or `* part:`."""
    lines = re.findall(rf"^ \* {mark}: (.+)$", TOKENS, re.MULTILINE)
    return [
        (a.strip(), b.strip()) for line in lines for a, b in (pair.split("/") for pair in line.split(";"))
    ]


def token(name: str) -> str:
    """The colour of a token."""
    return re.search(rf"^  --{re.escape(name)}: (#[0-9a-f]{{6}});$", TOKENS, re.MULTILINE)[1]  # type: ignore[index]


def test_contrast_is_computed_as_in_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize(("text", "ground"), pairs("on"))
def test_words_are_readable(text: str, ground: str) -> None:
    assert contrast(token(text), token(ground)) >= 4.5


@pytest.mark.parametrize(("part", "ground"), pairs("part"))
def test_parts_and_focus_can_be_seen(part: str, ground: str) -> None:
    assert contrast(token(part), token(ground)) >= 3


def test_every_colour_is_a_token_and_judged() -> None:
    colours = set(re.findall(r"^  --([a-z0-9-]+): #", TOKENS, re.MULTILINE))
    judged = {name for mark in ("on", "part") for pair in pairs(mark) for name in pair}
    # A line between rows tells nothing that the words do not.
    assert colours - judged == {"line"}
    strays = {
        path.name: re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", path.read_text())
        for path in OWN_STYLES
        if path.name not in ("tokens.css", "print.css")
    }
    assert {name: found for name, found in strays.items() if found} == {}


def test_styles_use_only_tokens_that_exist() -> None:
    known = set(re.findall(r"(--[a-z0-9-]+)\s*:", "".join(path.read_text() for path in OWN_STYLES)))
    used = set(re.findall(r"var\((--(?!bs-)[a-z0-9-]+)", "".join(path.read_text() for path in OWN_STYLES)))
    assert used - known == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_keep_to_the_policy(path: Path, empty: Flask) -> None:
    assert offences(path.read_text()) == []
    empty.jinja_env.get_template(str(path.relative_to(TEMPLATES)))


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("style attribute", '<p style="color:red">'),
        ("style element", "<style>p{}</style>"),
        ("inline script", "<script>go()</script>"),
        ("event attribute", '<a href="/" onclick="go()">'),
        ("script address", '<a href="javascript:go()">'),
        ("unescaped output", "{{ words | safe }}"),
    ],
)
def test_the_policy_notices(name: str, bad: str) -> None:
    assert offences(bad) == [name]


def test_our_scripts_neither_write_html_nor_evaluate() -> None:
    scripts = {path.name: path.read_text() for path in (STATIC / "js").glob("*.js")}
    assert scripts.keys() >= {"page.js", "confirm.js", "focus.js", "menus.js", "submit-once.js"}
    pattern = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(.style"
    )
    assert {
        name: re.findall(pattern, text) for name, text in scripts.items() if re.search(pattern, text)
    } == {}


def test_what_others_made_is_what_they_published() -> None:
    vendor = STATIC / "vendor"
    lines = [line.split("  ") for line in (vendor / "MANIFEST.sha256").read_text().splitlines()]
    files = sorted(
        str(p.relative_to(vendor)) for p in vendor.rglob("*") if p.is_file() and p.parent != vendor
    )
    assert [name for _, name in lines] == files
    assert {name: hashlib.sha256((vendor / name).read_bytes()).hexdigest() for name in files} == {
        name: digest for digest, name in lines
    }
    assert all((folder / "LICENSE").is_file() for folder in vendor.iterdir() if folder.is_dir())


def test_every_static_file_is_there_and_is_used() -> None:
    sources = "\n".join(
        p.read_text() for p in [*TEMPLATES.rglob("*.html"), *OWN_STYLES, *(STATIC / "js").glob("*.js")]
    )
    files = {str(p.relative_to(STATIC)) for p in STATIC.rglob("*") if p.is_file()}
    named = set(re.findall(r"filename='([^'{}]+\.[a-z0-9.]+)'", sources))
    assert named - files == set()
    loose = {
        name
        for name in files
        if Path(name).name not in sources
        and Path(name).name not in ("LICENSE", "MANIFEST.sha256")
        # base.html names its sheets in one list, without the ending.
        and f'"{Path(name).stem}"' not in sources
    }
    assert loose == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/gallery", "/gallery?wrong=1"])
def test_every_macro_holds_together(empty: Flask, address: str, language: str) -> None:
    answer = speaking(empty, language).get(address)
    assert answer.status_code == 200
    assert faults_of(answer.text) == []


def test_the_gallery_leaves_no_macro_out() -> None:
    # The front page's opening makes an h1 of its own: the front page shows it.
    elsewhere = {"opening"}
    sources = [path.read_text() for path in (TEMPLATES / "_macros").glob("*.html")]
    code = re.sub(r"\{#.*?#\}", "", "\n".join([*sources, TEMPLATE]), flags=re.DOTALL)
    # Once where it is made, at least once where it is used.
    named = {name: len(re.findall(rf"\b{name}\(", code)) for name in re.findall(r"{% macro (\w+)\(", code)}
    assert {name for name, times in named.items() if times < 2} == elsewhere


def test_errors_stand_in_the_summary_and_at_their_fields(empty: Flask) -> None:
    page = speaking(empty, "en_HK").get("/gallery?wrong=1").text
    summary = page[page.index('class="error-summary"') : page.index('<form method="post" action=""')]
    links = re.findall(r'href="#([^"]+)"', summary)
    assert links == [
        "kind-0",
        "grades-0",
        "pupils",
        "day",
        "chair",
        "start",
        "end",
        "title_en",
        "mail",
        "secret",
        "district",
        "contacts-0",
        "contacts-1",
    ]
    described = dict(
        re.findall(r'<(?:input|textarea|select)[^>]*?aria-describedby="([^"]+)"[^>]*? id="([^"]+)"', page)
    )
    assert described["pupils-hint pupils-error"] == "pupils"
    assert described["title_en-both title_en-error"] == "title_en"
    assert "data-take-focus" in summary


@pytest.mark.parametrize("language", LANGUAGES)
def test_wtforms_speaks_the_readers_language(empty: Flask, language: str) -> None:
    page = speaking(empty, language).get("/gallery?wrong=1").text
    assert simplified_in(page) == []


def test_content_in_one_language_is_marked(empty: Flask) -> None:
    english = speaking(empty, "en_HK").get("/gallery").text
    assert english.count('<span lang="zh-Hant-HK">圖像識別</span>') == 1
    assert '<span lang="en-HK">' not in english
    chinese = speaking(empty, "zh_Hant_HK").get("/gallery").text
    assert chinese.count('<span lang="en-HK">Data centre</span>') == 1
    assert '<span lang="zh-Hant-HK">' not in chinese


def test_what_users_write_is_escaped(empty: Flask) -> None:
    assert "&lt;z&gt;" in speaking(empty, "en_HK").get("/gallery").text


def test_a_deed_carries_token_version_and_the_way_back(empty: Flask) -> None:
    page = speaking(empty, "en_HK").get("/gallery?page=2").text
    form = page[page.index('data-confirm="Really withdraw?"') :].partition("</form>")[0]
    assert re.findall(r'name="([a-z_]+)" value="([^"]*)"', form)[1:] == [
        ("next", "/gallery?page=2"),
        ("version", "3"),
    ]
    assert re.search(r'name="csrf_token" value="[^"]{20,}"', form)


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 429, 500])
@pytest.mark.parametrize("language", LANGUAGES)
def test_error_pages_come_without_a_database(empty: Flask, code: int, language: str) -> None:
    with empty.test_request_context("/somewhere", headers={"Accept-Language": language.replace("_", "-")}):
        page = empty.jinja_env.get_template(f"errors/{code}.html")
        from flask import render_template

        html = render_template(page)
    assert faults_of(html) == []
    assert Page(html).language == {"en_HK": "en-HK", "zh_Hant_HK": "zh-Hant-HK"}[language]


def test_a_fault_shows_its_page_even_when_the_database_is_gone(empty: Flask) -> None:
    client = speaking(empty, "zh_Hant_HK")
    assert client.get("/fault").status_code == 500
    with client.session_transaction() as session:
        session["_user_id"], session["key"] = "1", "a session that would be looked up"
    answer = client.get("/gallery")
    assert answer.status_code == 500
    assert faults_of(answer.text) == []
    assert Page(answer.text).language == "zh-Hant-HK"
