"""Offers and teams, company by company: a few companies to a page, found by their names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import Company
from tests import build
from tests.build import NOW
from tests.cast import Cast
from tests.html import faults_of

As = Callable[[str], FlaskClient]
LISTS = ["/offers/mine", "/teams"]


@pytest.fixture
def twelve(app: Flask, cast: Cast) -> None:
    """The two firms of the cast and ten more."""
    with app.app_context():
        for number in range(10):
            build.kept(Company(name_en=f"Firm {number:02}", name_zh=f"第{number}號公司", created_at=NOW))


def page_of(as_: As, name: str, path: str) -> str:
    answer = as_(name).get(path)
    assert (answer.status_code, faults_of(answer.text)) == (200, [])
    return answer.text


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize("path", LISTS)
def test_a_city_of_firms_has_pages(as_: As, path: str) -> None:
    first, second = page_of(as_, "stan", path), page_of(as_, "stan", f"{path}?page=2")
    assert ("Page 1 of 2" in first, "Firm 09" in first, "Robo Works" in first) == (True, True, False)
    assert ("Page 2 of 2" in second, "Firm 09" in second, "Robo Works" in second) == (True, False, True)


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize("path", LISTS)
def test_a_firm_is_found_by_its_name(as_: As, path: str) -> None:
    found = page_of(as_, "stan", f"{path}?q=第3號")
    assert ("Firm 03" in found, "Firm 04" in found, "Page 1" in found) == (True, False, False)
    assert "No company fits this search" in page_of(as_, "stan", f"{path}?q=nobody")


@pytest.mark.parametrize("path", LISTS)
def test_who_acts_for_one_firm_needs_no_search(as_: As, path: str) -> None:
    page = page_of(as_, "cora", path)
    assert 'role="search"' not in page
    assert "Robo Works" in page
