"""Pages of a list: how many, which rows, and what a number beyond the end gives."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from outreach.models import User
from outreach.queries.paging import Page, page_of
from tests.cast import PEOPLE, Cast


@pytest.mark.parametrize(
    ("number", "size", "expected"),
    [
        (1, 3, Page(sorted(PEOPLE)[:3], 1, 3, 8)),
        (3, 3, Page(sorted(PEOPLE)[6:], 3, 3, 8)),
        (99, 3, Page(sorted(PEOPLE)[6:], 3, 3, 8)),
        (0, 3, Page(sorted(PEOPLE)[:3], 1, 3, 8)),
        (1, 8, Page(sorted(PEOPLE), 1, 1, 8)),
    ],
)
def test_pages(app: Flask, cast: Cast, number: int, size: int, expected: Page[str]) -> None:
    with app.app_context():
        found = page_of(select(User).order_by(User.name), number=number, size=size)
        names = [user.name.lower() for user in found.rows]
    assert Page(names, found.number, found.pages, found.total) == expected


def test_an_empty_list_has_one_empty_page(app: Flask) -> None:
    with app.app_context():
        assert page_of(select(User).order_by(User.id), number=2) == Page([], 1, 1, 0)
