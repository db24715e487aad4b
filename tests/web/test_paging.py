"""Page numbers in addresses: nothing a stranger types there breaks a page or leads away."""

from __future__ import annotations

import pytest
from flask import Flask

from outreach.queries.paging import Page
from outreach.web.paging import page_number, paged


@pytest.mark.parametrize(
    ("asked", "number"),
    [("", 1), ("?page=3", 3), ("?page=0", 1), ("?page=-7", 1), ("?page=x", 1), (f"?page={10**30}", 100_000)],
)
def test_the_page_asked_for(app: Flask, asked: str, number: int) -> None:
    with app.test_request_context(f"/sign-in{asked}"):
        assert page_number() == number


def test_links_keep_the_filters_and_nothing_leads_away(app: Flask) -> None:
    query = "q=a%26b&page=2&level=primary&level=special&_external=1&_scheme=javascript&endpoint=x"
    with app.test_request_context(f"/sign-in?{query}"):
        url = paged(Page(["row"], 2, 9, 450)).url(3)
    kept = "q=a%26b&level=primary&level=special&_external=1&_scheme=javascript&endpoint=x"
    assert url == f"/sign-in?{kept}&page=3"
