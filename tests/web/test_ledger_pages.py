"""The pages of the fairness ledger: the list for staff, the file, a school's own page, and what is said to whom."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import BookingState, FinanceType, RoundState, School, SchoolLevel, User
from tests import build
from tests.booking_stage import change
from tests.build import NOW
from tests.cast import Cast
from tests.html import faults_of
from tests.ledger_stage import asked, booked, history, published
from tests.simplified import simplified_in
from tests.web.test_schools_pages import queries_of

As = Callable[[str], FlaskClient]
RIVERSIDE, HARBOUR = "Tai Wai Riverside Primary School", "Aberdeen Harbour Secondary School"


@pytest.fixture
def past(app: Flask, cast: Cast) -> None:
    """Tess' school: turned away, and before that one place, one late, one called off. Theo's: two places."""
    with app.app_context():
        history(cast)


def more_schools(number: int, cast: Cast, **facts: object) -> list[int]:
    """So many schools more, each of which was turned away in the round before last."""
    round_ = published(cast, 3)
    made = []
    for count in range(number):
        usual = {
            "source_key": f"3000{count:02}-primary",
            "registration": f"3000{count:02}",
            "level": SchoolLevel.PRIMARY,
            "finance_type": FinanceType.AIDED,
            "name_en": f"School {count:02}",
            "name_zh": f"學校{count:02}",
            "district": "A",
            "longitude": 114.15,
            "latitude": 22.28,
            "created_at": NOW,
        }
        school = build.kept(School(**{**usual, **facts}))
        build.visit_request(round_, school, cast.user("tess"))
        made.append(school.id)
    return made


def row_of(page: str, school: str) -> list[str]:
    """The cells of a school's row in the list, without its name."""
    (row,) = (row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if f">{school}</a>" in row)
    return re.findall(r'<span class="cell-value">([^<]*)</span>', row)


def names_on(page: str) -> list[str]:
    """The schools of the list, in its order."""
    return re.findall(r'<a href="/schools/\d+/balance">([^<]+)</a>', page)


class TestList:
    def test_each_school_with_its_balance_the_neediest_first(self, as_: As, past: None) -> None:
        page = as_("stan").get("/ledger").text
        assert names_on(page) == [RIVERSIDE, HARBOUR]
        assert row_of(page, RIVERSIDE) == ["Sha Tin", "5", "1", "2", "1", "1", "100"]
        assert row_of(page, HARBOUR) == ["Southern", "2", "2", "0", "0", "0", "80"]
        assert faults_of(page) == []

    def test_the_example_is_the_first_school_of_the_list(self, as_: As, past: None) -> None:
        stan = as_("stan")
        assert f"An example: {RIVERSIDE}" in stan.get("/ledger").text
        page = stan.get("/ledger?sort=weight").text
        assert (f"An example: {HARBOUR}" in page, "100 − 20" in page) == (True, True)

    def test_a_column_sorts_down_first_and_up_when_it_is_pressed_again(self, as_: As, past: None) -> None:
        page = as_("stan").get("/ledger?district=R&sort=-asked").text
        assert 'aria-sort="descending"' in page
        assert 'href="/ledger?district=R&amp;sort=asked"' in page
        assert 'href="/ledger?district=R&amp;sort=-had"' in page
        assert 'href="/ledger?district=R&amp;sort=name"' in page

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("q=河畔", [RIVERSIDE]),
            ("district=D", [HARBOUR]),
            ("section=primary", [RIVERSIDE]),
            ("finance_type=government", [HARBOUR]),
            ("history=once", [HARBOUR]),
            ("history=new", []),
            ("district=Z&sort=nonsense&page=x", [RIVERSIDE, HARBOUR]),
        ],
    )
    def test_filters(self, as_: As, past: None, query: str, names: list[str]) -> None:
        assert names_on(as_("stan").get(f"/ledger?{query}").text) == names

    def test_page_by_page(self, app: Flask, as_: As, cast: Cast, past: None) -> None:
        with app.app_context():
            more_schools(51, cast)
        stan = as_("stan")
        assert [len(names_on(stan.get(f"/ledger?page={page}").text)) for page in (1, 2, 3)] == [50, 3, 3]

    def test_slices_say_how_many_of_a_kind_were_served(self, as_: As, past: None) -> None:
        page = as_("stan").get("/ledger").text
        assert re.findall(r"<caption>(.*?)</caption>", page) == [
            "2 schools",
            "By district",
            "By level",
            "By type",
            "By earlier rounds",
        ]
        heads = re.findall(r'<th scope="col" role="columnheader">([^<]*)', page)
        assert [head.strip() for head in heads if head.strip() != "District"][-3:] == [
            "Level",
            "Type",
            "Earlier rounds",
        ]

    def test_an_empty_ledger_says_so(self, as_: As, cast: Cast) -> None:
        assert "Nothing in the ledger yet" in as_("stan").get("/ledger").text

    def test_before_the_first_publication_all_have_their_base(self, app: Flask, as_: As, cast: Cast) -> None:
        with app.app_context():
            asked(build.round_(), cast)
        page = as_("stan").get("/ledger").text
        assert "No round is published yet" in page
        assert row_of(page, RIVERSIDE)[-1] == "100"

    def test_staff_find_it_in_their_menu(self, as_: As, past: None) -> None:
        menus = {name: 'href="/ledger"' in as_(name).get("/").text for name in ("tess", "cora", "stan")}
        assert menus == {"tess": False, "cora": False, "stan": True}


class TestFile:
    def test_the_file_holds_what_the_filter_finds(self, as_: As, past: None) -> None:
        got = as_("stan").get("/ledger/export?section=primary")
        assert got.headers["Content-Disposition"] == 'attachment; filename="fairness-ledger-2026-11-23.csv"'
        assert got.mimetype == "text/csv"
        (row,) = csv.DictReader(io.StringIO(got.get_data().decode("utf-8-sig")))
        assert row == {
            "Registration number": "110001",
            "Name in English": RIVERSIDE,
            "Name in Chinese": "大圍河畔小學",
            "District": "Sha Tin",
            "Level": "Primary",
            "Type": "Aided",
            "Earlier rounds": "Asked in several rounds",
            "Rounds with a request": "2",
            "Rounds with a place": "1",
            "Requests": "5",
            "Places had": "1",
            "Without a place": "2",
            "Given back in time": "0",
            "Given back late": "1",
            "Called off": "1",
            "Points": "0",
            "Base weight": "100",
            "Weight": "100",
        }

    def test_all_pages_are_in_it(self, app: Flask, as_: As, cast: Cast) -> None:
        with app.app_context():
            more_schools(51, cast)
        lines = as_("stan").get("/ledger/export").get_data().decode("utf-8-sig").splitlines()
        assert len(lines) == 52

    @pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\tx"])
    def test_no_cell_is_a_formula(self, app: Flask, as_: As, cast: Cast, name: str) -> None:
        with app.app_context():
            more_schools(1, cast, name_en=name)
        (row,) = csv.DictReader(io.StringIO(as_("stan").get("/ledger/export").get_data().decode("utf-8-sig")))
        assert row["Name in English"] == f"'{name}"


class TestSchool:
    def test_a_teacher_reads_every_round_and_recomputes_the_weight(
        self, as_: As, cast: Cast, past: None
    ) -> None:
        page = as_("tess").get(f"/schools/{cast.primary}/balance").text
        table = re.search(r"<caption[^>]*>Round by round.*?</table>", page, re.DOTALL)
        assert table is not None
        cells = [
            [*re.findall(r'row-head[^>]*>([^<]+)</th>', row), *re.findall(r'cell-value">([^<]*)<', row)]
            for row in re.findall(r"<tr.*?</tr>", table[0], re.DOTALL)[1:]
        ]  # fmt: skip
        assert cells == [
            ["Round 1", "2", "0", "2", "0", "0", "0"],
            ["Round 2", "3", "1", "0", "0", "1", "1"],
        ]
        assert "In sum 0 points." in page
        assert "Weight: 100 × (100 + 0) ÷ 100 = 100" in page
        assert faults_of(page) == []

    def test_a_sum_beyond_the_bounds_is_held(self, app: Flask, as_: As, cast: Cast) -> None:
        with app.app_context():
            round_ = published(cast, 1)
            for _ in range(3):
                booked(round_, cast, BookingState.LAPSED)
        page = as_("tess").get(f"/schools/{cast.primary}/balance").text
        assert "In sum −60 points." in page
        assert "Held at −50." in page
        assert "Weight: 100 × (100 − 50) ÷ 100 = 50" in page

    def test_no_other_school_can_be_told_from_a_slice(
        self, app: Flask, as_: As, cast: Cast, past: None
    ) -> None:
        tess = as_("tess")
        assert "The school among others" not in tess.get(f"/schools/{cast.primary}/balance").text
        with app.app_context():
            more_schools(4, cast)
        page = tess.get(f"/schools/{cast.primary}/balance").text
        among = re.search(r"<caption[^>]*>The school among others.*?</table>", page, re.DOTALL)
        assert among is not None
        # Six schools in all, five of them primary and aided; one in Sha Tin, and one that asked in several rounds.
        assert re.findall(r"row-head[^>]*>([^<]+)</th>", among[0]) == ["All schools", "Primary", "Aided"]
        assert (HARBOUR in page, "School 00" in page) == (False, False)

    def test_a_school_without_history(self, as_: As, cast: Cast) -> None:
        page = as_("theo").get(f"/schools/{cast.secondary}/balance").text
        assert "The school has not taken part in a round that counts." in page
        assert "Weight: 100 × (100 + 0) ÷ 100 = 100" in page

    def test_the_ways_to_it(self, as_: As, cast: Cast, past: None) -> None:
        link = f'href="/schools/{cast.primary}/balance"'
        tess = as_("tess")
        found = {path: link in tess.get(path).text for path in ("/", f"/schools/{cast.primary}", "/bookings")}
        assert found == {"/": True, f"/schools/{cast.primary}": True, "/bookings": False}

    def test_the_way_back_is_one_that_the_reader_may_go(self, as_: As, cast: Cast) -> None:
        path = f"/schools/{cast.primary}/balance"
        assert f'class="back-link" href="/schools/{cast.primary}"' in as_("tess").get(path).text
        assert 'class="back-link" href="/ledger"' in as_("stan").get(path).text


def test_in_chinese(app: Flask, as_: As, cast: Cast, past: None) -> None:
    for name in ("stan", "tess"):
        with app.app_context():
            change(User, cast.people[name], language="zh_Hant_HK")
    pages = {
        "/ledger": as_("stan").get("/ledger").text,
        "balance": as_("tess").get(f"/schools/{cast.primary}/balance").text,
    }
    for page in pages.values():
        assert simplified_in(page) == []
        assert ("公平紀錄" in page, "100 ×" in page) == (True, True)
        inside = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")])
        assert re.findall(r"[A-Za-z]{4,}", inside) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_same_number_of_queries_for_few_and_many(app: Flask, as_: As, cast: Cast) -> None:
    stan, own = as_("stan"), f"/schools/{cast.primary}/balance"
    with app.app_context():
        asked(published(cast, 1), cast)
    paths = ("/ledger", own, "/ledger/export")
    few = [queries_of(app, stan, path) for path in paths]
    with app.app_context():
        more_schools(2, cast)
        booked(published(cast, 2), cast)
        asked(
            build.round_(RoundState.COLLECTING, first_day=date(2027, 6, 1), last_day=date(2027, 6, 9)), cast
        )
    assert [queries_of(app, stan, path) for path in paths] == few
