"""The import of the school file in the browser: look, then import; and every page of schools in both languages."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from outreach.models import School, db
from tests.cast import EVERYBODY, Cast
from tests.forms import press, token
from tests.html import faults_of
from tests.services.school_file_lookalike import look_alike, school_row, written
from tests.simplified import simplified_in

As = Callable[[str], FlaskClient]


def upload(browser: FlaskClient, content: bytes, name: str = "schools.csv") -> TestResponse:
    fields = {"csrf_token": token(browser), "file": (BytesIO(content), name)}
    answer = browser.post("/schools/import", data=fields, content_type="multipart/form-data")
    # The test client writes a large body into a temporary file and leaves it to the collector.
    answer.request.input_stream.close()
    return answer


def stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(School.id))) or 0


def test_look_then_import(app: Flask, as_: As, cast: Cast) -> None:
    stan, made = as_("stan"), look_alike()
    answer = upload(stan, written([*made.rows, school_row(7, LATITUDE="x")], "utf16-comma"))
    assert answer.status_code == 303
    page = stan.get(answer.location).text
    line = len(made.rows) + 2
    for words in (
        "schools.csv",
        "81",
        "LATITUDE",
        str(line),
        "“x” is not a coordinate in degrees.",
        "2 known schools",
    ):
        assert words in page
    assert stored(app) == 2
    done = press(stan, answer.location)
    assert (done.status_code, done.location, stored(app)) == (303, "/schools", 83)
    assert "Imported: 81 new, 0 changed, 0 unchanged." in stan.get("/schools").text


def test_a_second_click_on_import_leads_back_without_harm(app: Flask, as_: As, cast: Cast) -> None:
    stan = as_("stan")
    preview = upload(stan, written([school_row()], "utf8-tab")).location
    assert [press(stan, preview).location for _ in range(2)] == ["/schools", "/schools/import"]
    assert stored(app) == 3


def test_a_file_that_changes_nothing_cannot_be_imported_again(as_: As, cast: Cast) -> None:
    stan, content = as_("stan"), written([school_row()], "utf8-comma")
    press(stan, upload(stan, content).location)
    page = stan.get(upload(stan, content).location).text
    assert "Nothing to import" in page
    assert 'action="/schools/import/' not in page


def test_changes_are_shown_before_they_are_made(as_: As, cast: Cast) -> None:
    stan = as_("stan")
    press(stan, upload(stan, written([school_row()], "utf8-comma")).location)
    page = stan.get(
        upload(
            stan, written([school_row(TELEPHONE="29990000", FINANCE_TYPE="GOVERNMENT")], "utf8-comma")
        ).location
    ).text
    assert [words in page for words in ("Phone", school_row()["TELEPHONE"], "Government")] == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04", "This is an Excel workbook."),
        (b"a,b\n1,2\n", "This is not a school file"),
        (b"x" * (20 * 1024 * 1024 + 1), "This file is larger than 20 MB."),
    ],
    ids=["empty", "workbook", "other", "big"],
)
def test_a_file_that_is_none_is_refused_in_words(as_: As, cast: Cast, content: bytes, words: str) -> None:
    answer = upload(as_("stan"), content)
    assert answer.status_code == 422
    assert words in answer.text


def test_no_file_chosen(as_: As, cast: Cast) -> None:
    assert "Choose a file." in press(as_("stan"), "/schools/import").text


@pytest.mark.parametrize("key", ["0" * 64, "x", "..", "%2e%2e%2fsecret"])
def test_a_key_that_names_no_file(as_: As, cast: Cast, key: str) -> None:
    answer = as_("stan").get(f"/schools/import/{key}")
    assert (answer.status_code, answer.location) in {(303, "/schools/import"), (404, None), (308, None)}


def test_only_staff_import(as_: As, cast: Cast) -> None:
    answers = {name: as_(name).get("/schools/import").status_code for name in EVERYBODY}
    assert answers == {**dict.fromkeys(EVERYBODY, 403), "stan": 200, "ada": 200, "nobody": 303}


@pytest.mark.parametrize("language", ["en_HK", "zh_Hant_HK"])
def test_every_page_is_sound_in_both_languages(app: Flask, as_: As, cast: Cast, language: str) -> None:
    stan = as_("stan")
    press(stan, "/language", language=language, next="/")
    press(stan, f"/schools/{cast.primary}/blocked-days", first_day="2027-01-04", reason="Exams")
    preview = upload(stan, written([school_row(LATITUDE="x"), school_row(8)], "utf8-comma"))
    pages = (
        "/schools",
        f"/schools/{cast.primary}",
        f"/schools/{cast.primary}/edit",
        "/schools/import",
        preview.location,
    )
    for url in pages:
        text = stan.get(url).text
        assert faults_of(text) == [], url
        assert simplified_in(text) == [], url
