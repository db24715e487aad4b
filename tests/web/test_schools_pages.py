"""The pages of schools: the list, a school's own page and calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from outreach.models import db
from outreach.queries.schools import blocked_days
from outreach.services.school_file import read_school_file
from outreach.services.schools import import_schools
from tests.build import NOW
from tests.cast import EVERYBODY, Cast
from tests.forms import Fields, press, send
from tests.services.school_file_lookalike import look_alike, written

As = Callable[[str], FlaskClient]


@pytest.fixture
def city(app: Flask, cast: Cast) -> None:
    """81 schools beside the two of the cast."""
    with app.app_context():
        file = read_school_file(written(look_alike().rows, "utf8-comma"))
        import_schools(file=file, by=None, now=NOW)


def names_on(page: str) -> list[str]:
    """The schools that a list page links to, in its order."""
    return re.findall(r'<a href="/schools/\d+" lang="[^"]+">([^<]+)</a>', page)


class TestList:
    def test_everything_page_by_page(self, as_: As, city: None) -> None:
        stan = as_("stan")
        assert "field-error" not in stan.get("/schools").text
        pages = [stan.get(f"/schools?page={number}").text for number in (1, 2)]
        assert [len(names_on(page)) for page in pages] == [50, 33]
        assert "83 schools" in pages[0]

    def test_search(self, as_: As, city: None) -> None:
        riverside, harbour = "Tai Wai Riverside Primary School", "Aberdeen Harbour Secondary School"
        expected = {
            "q=riverside": [riverside],
            "q=HARBOUR+second": [harbour],
            "q=河畔": [riverside],
            "q=ｒｉｖｅｒ": [riverside],
            "q=110001": [riverside],
            "q=river%25side": [],
            "q=harbour&section=primary": [],
            "q=harbour&section=secondary": [harbour],
            "q=harbour&district=D": [harbour],
            "q=harbour&district=A": [],
        }
        stan = as_("stan")
        assert {query: names_on(stan.get(f"/schools?{query}").text) for query in expected} == expected

    def test_a_filter_that_is_none_of_ours_filters_nothing(self, as_: As, city: None) -> None:
        stan = as_("stan")
        for query in ("district=Z", "section=?", "q=%00", "page=x", "q=%20"):
            page = stan.get(f"/schools?{query}").text
            assert ("83 schools" in page, "field-error" in page) == (True, False)

    def test_special_schools_are_a_level_of_their_own(self, as_: As, city: None) -> None:
        counts = {
            section: len(names_on(as_("stan").get(f"/schools?section={section}").text))
            for section in ("primary", "secondary", "special")
        }
        assert counts == {"primary": 41, "secondary": 36, "special": 6}

    def test_no_schools_yet(self, as_: As, cast: Cast) -> None:
        assert "No school found" in as_("stan").get("/schools?q=nowhere").text

    def test_only_staff_see_the_list(self, as_: As) -> None:
        answers = {name: as_(name).get("/schools").status_code for name in EVERYBODY}
        assert answers == {
            **dict.fromkeys(EVERYBODY, 403),
            "stan": 200,
            "ada": 200,
            "nobody": 303,
        }

    def test_the_same_number_of_queries_for_few_and_many(self, app: Flask, as_: As, city: None) -> None:
        stan = as_("stan")
        assert queries_of(app, stan, "/schools?q=harbour") == queries_of(app, stan, "/schools")


def queries_of(app: Flask, browser: FlaskClient, url: str) -> int:
    """How many statements a page costs."""
    from sqlalchemy import event

    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get(url).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(said)


class TestOwnPage:
    def test_a_teacher_of_one_school_is_led_to_it(self, as_: As, cast: Cast) -> None:
        answer = as_("tess").get("/schools/own")
        assert (answer.status_code, answer.location) == (302, f"/schools/{cast.primary}")

    def test_who_may_see_and_change_it(self, as_: As, cast: Cast) -> None:
        for page in ("", "/edit"):
            answers = {
                name: as_(name).get(f"/schools/{cast.primary}{page}").status_code for name in EVERYBODY
            }
            assert answers == {
                **dict.fromkeys(("tess", "tom", "stan", "ada"), 200),
                "theo": 404,
                **dict.fromkeys(("cora", "cole", "hana"), 403),
                "nobody": 303,
            }

    def test_hours_and_limits(self, app: Flask, as_: As, cast: Cast) -> None:
        answer = send(
            as_("tess"), f"/schools/{cast.primary}/edit", day_start="08:20", day_end="15:35", max_per_day="3"
        )
        assert (answer.status_code, answer.location) == (303, f"/schools/{cast.primary}")
        with app.app_context():
            school = cast.school()
            assert (school.day_start, school.day_end, school.max_per_day, school.max_bookings) == (
                time(8, 20),
                time(15, 35),
                3,
                None,
            )
        page = as_("tom").get(f"/schools/{cast.primary}").text
        assert "8:20 am to 3:35 pm" in page

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"day_end": "07:00"}, 409),
            ({"day_end": ""}, 422),
            ({"day_start": "x"}, 422),
            ({"max_per_day": "0"}, 422),
            ({"max_per_day": "99999999999999999999"}, 422),
            ({"max_bookings": "-1"}, 422),
            ({"version": "7"}, 409),
            ({"version": "٣"}, 409),
        ],
    )
    def test_what_is_refused_changes_nothing(
        self, app: Flask, as_: As, cast: Cast, changes: dict[str, str], status: int
    ) -> None:
        answer = send(as_("tess"), f"/schools/{cast.primary}/edit", **changes)
        assert answer.status_code == status
        assert "There is a problem" in answer.text
        with app.app_context():
            assert cast.school().version == 1

    def test_two_colleagues_at_once(self, app: Flask, as_: As, cast: Cast) -> None:
        tess, tom, url = as_("tess"), as_("tom"), f"/schools/{cast.primary}/edit"
        opened = Fields(tess.get(url).text).values
        assert send(tom, url, max_per_day="4").status_code == 303
        opened["max_per_day"] = "2"
        assert tess.post(url, data=opened).status_code == 409
        with app.app_context():
            assert cast.school().max_per_day == 4


class TestBlockedDays:
    def block(self, browser: FlaskClient, school: int, **fields: str) -> TestResponse:
        return press(browser, f"/schools/{school}/blocked-days", **fields)

    def kept(self, app: Flask, school: int) -> list[tuple[date, date, str]]:
        with app.app_context():
            return [(row.first_day, row.last_day, row.reason) for row in blocked_days(school)]

    def test_block_show_and_take_back(self, app: Flask, as_: As, cast: Cast) -> None:
        tess = as_("tess")
        answer = self.block(
            tess, cast.primary, first_day="2027-01-04", last_day="2027-01-08", reason=" Exams "
        )
        assert answer.status_code == 303
        assert self.kept(app, cast.primary) == [(date(2027, 1, 4), date(2027, 1, 8), "Exams")]
        page = as_("tom").get(f"/schools/{cast.primary}").text
        assert "4 January 2027 (Monday) to 8 January 2027 (Friday)" in page
        remove = page.split(f'action="/schools/{cast.primary}/blocked-days/')[1].split('"')[0]
        assert press(tess, f"/schools/{cast.primary}/blocked-days/{remove}").status_code == 303
        assert self.kept(app, cast.primary) == []

    def test_one_day_needs_one_date(self, app: Flask, as_: As, cast: Cast) -> None:
        self.block(as_("stan"), cast.primary, first_day="2027-01-04", last_day="", reason="Staff day")
        assert self.kept(app, cast.primary) == [(date(2027, 1, 4), date(2027, 1, 4), "Staff day")]

    @pytest.mark.parametrize(
        ("fields", "status", "words"),
        [
            ({"first_day": "", "reason": "x"}, 422, "Enter the first day."),
            ({"first_day": "2027-01-04", "reason": " "}, 422, "Say why, in a few words."),
            (
                {"first_day": "2027-01-04", "reason": "x" * 121},
                422,
                "Shorten “Reason” to at most 120 characters.",
            ),
            ({"first_day": "2026-01-05", "reason": "x"}, 409, "These days are past."),
            (
                {"first_day": "2027-01-04", "last_day": "2027-01-03", "reason": "x"},
                409,
                "The last day must not lie before the first.",
            ),
        ],
    )
    def test_what_is_refused_says_why_and_keeps_what_was_typed(
        self, app: Flask, as_: As, cast: Cast, fields: dict[str, str], status: int, words: str
    ) -> None:
        answer = self.block(as_("tess"), cast.primary, **fields)
        assert answer.status_code == status
        assert words in answer.text
        assert Fields(answer.text).values["first_day"] == fields["first_day"]
        assert self.kept(app, cast.primary) == []

    def test_another_school_s_calendar_is_out_of_reach(self, app: Flask, as_: As, cast: Cast) -> None:
        assert self.block(as_("theo"), cast.primary, first_day="2027-01-04", reason="x").status_code == 404
        assert self.block(as_("cora"), cast.primary, first_day="2027-01-04", reason="x").status_code == 403
        assert self.kept(app, cast.primary) == []
