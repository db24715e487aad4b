"""The main forms sent with nothing in them: each says all that is missing, in the order of its fields, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import RoundState
from tests import build
from tests.cast import Cast
from tests.forms import press
from tests.html import faults_of
from tests.test_permissions import rows

FORMS = [
    ("cora", "/companies/{company_id}/offers/new"),
    ("cora", "/companies/{company_id}/teams/new"),
    ("cora", "/offers/{offer_id}/slots/new"),
    ("cora", "/offers/{offer_id}/slots/series"),
    ("cora", "/teams/{team_id}/windows/new"),
    ("cora", "/teams/{team_id}/windows/weekly"),
    ("tess", "/requests/new?round={open_round}"),
    ("tess", "/schools/{school_id}/edit"),
    ("stan", "/people/invite/teacher"),
    ("stan", "/rounds/new"),
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en_HK", "zh_Hant_HK"])
def test_an_empty_form_says_all_that_is_missing(
    app: Flask, as_: Callable[[str], FlaskClient], cast: Cast, language: str
) -> None:
    with app.app_context():
        values = {**rows(cast), "open_round": build.round_(RoundState.COLLECTING, name_en="Open").id}
    for who, form in FORMS:
        browser, address = as_(who), form.format(**values)
        press(browser, "/language", language=language)
        # What a browser sends without being asked.
        answer = press(browser, address, school_id=values["school_id"], place="")
        summary = re.search(r'class="error-summary".*?</div>', answer.text, re.DOTALL)
        assert (answer.status_code, faults_of(answer.text)) == (422, []), address
        assert summary and summary[0].count("<a ") >= 2, address
