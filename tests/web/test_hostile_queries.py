"""No query string breaks a page: every page that can be fetched, with filters that are empty, odd, unknown or meant to hurt."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.build import NOW
from tests.cast import Cast, browser_of
from tests.permission_table import COLUMNS, TABLE, expected
from tests.test_permissions import address, rows

NAMES = [
    "q",
    "words",
    "district",
    "section",
    "kind",
    "topic",
    "grade",
    "language",
    "free_only",
    "state",
    "role",
    "round",
    "school",
    "offer",
    "company",
    "view",
    "first_day",
    "last_day",
    "page",
    "next",
    "body",
]


def all_set_to(value: str) -> str:
    """Every filter of every page with the same value."""
    return "&".join(f"{name}={value}" for name in NAMES)


QUERIES = {
    "nothing": "?",
    "an empty district": "?district=",
    "everything empty": "?" + all_set_to(""),
    "page 0 and the first day of all": "?page=0&first_day=0001-01-01&last_day=0001-01-01",
    "page abc and the last day of all": "?page=abc&first_day=9999-12-31&last_day=9999-12-31",
    "a NUL as a word": "?q=%00&words=%00",
    "NULs": "?" + all_set_to("%00"),
    "bytes that are no text": "?" + all_set_to("%ff%fe%ED%A0%80"),
    "unknown words": "?" + all_set_to("abc"),
    "a huge number": "?" + all_set_to("9" * 40),
    "digits that are no ASCII": "?" + all_set_to("%EF%BC%91%C2%B2"),
    "signs of SQL": "?" + all_set_to("%25_%5C'%22;--"),
    "twice, the second a NUL": "?" + all_set_to("0") + "&" + all_set_to("%00"),
    "names of ours, and a long text": "?endpoint=x&_external=1&_anchor=x&filename=x&v=x&csrf_token=x&q="
    + "x+" * 2000,
}
# What a page answers to a link whose parts mean nothing: what it answers without them, the page as such, the way to another
# one, or "no such thing".
FINE = {200, 302, 303, 404}


@pytest.mark.parametrize("query", QUERIES.values(), ids=list(QUERIES))
def test_no_query_breaks_a_page_or_shows_an_error(app: Flask, cast: Cast, query: str) -> None:
    with app.app_context():
        values = rows(cast)
    browsers = {name: browser_of(app, cast, name, NOW) for name in COLUMNS}
    wrong = {}
    for line in (line for line in TABLE if line.startswith("GET ")):
        endpoint, special = re.fullmatch(r"GET ([\w.]+)(?: \((\w+)\))?", line).groups()
        reader = next((name for name, letter in expected(line).items() if letter == "+"), None)
        if reader is None:
            continue
        path = address(app, endpoint, special or "", values)
        answer = browsers[reader].get(path + query)
        errors = re.findall(r'class="(?:error-summary|field-error)"', answer.text)
        fine = answer.status_code in FINE and query != "?"
        if errors or not (fine or answer.status_code == browsers[reader].get(path).status_code < 500):
            wrong[line] = (answer.status_code, errors)
    assert wrong == {}
