"""Reasons on pages: the list of a proposal with its file and its question, the teacher's page with its button."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.models import RoundState, RunState, Study, User, db
from outreach.services.transaction import one_transaction
from tests.booking_stage import read
from tests.cast import Cast
from tests.forms import press
from tests.html import faults_of
from tests.reason_stage import ReasonStage, answers_of, change, make_reason_stage, to_slot
from tests.simplified import simplified_in
from tests.web.test_schools_pages import queries_of

As = Callable[[str], FlaskClient]
RIVERSIDE, HARBOUR = "Tai Wai Riverside Primary School", "Aberdeen Harbour Secondary School"


@pytest.fixture
def stage(app: Flask, cast: Cast) -> ReasonStage:
    """Tess' request was outcompeted by Theo's and fewer pupils would help; nothing fits Theo's second one."""
    with app.app_context():
        made = make_reason_stage(cast, max_pupils=20, max_groups=1)
        first, second = made.leave_out(), made.leave_out("secondary", group_label="=S2B")
        helping = change("pupils", 30, 20, to_slot(first, made.slot()), effort=3.3)
        made.tell(first, helping, holders=[f"request-{second}"])
        made.tell(second, reason="no-candidate")
        return made


def unplaced(page: str) -> str:
    return page[page.index('id="unplaced"') :]


def schools_in(page: str) -> list[str]:
    return re.findall(r'role="rowheader"[^>]*>\s*<a href="/requests/\d+">([^<]+)</a>', unplaced(page))


def in_chinese(app: Flask) -> None:
    with app.app_context(), one_transaction():
        for user in db.session.query(User):
            user.language = "zh_Hant_HK"


class TestList:
    def test_each_with_its_reason_what_would_help_and_who_holds_the_places(
        self, as_: As, stage: ReasonStage
    ) -> None:
        page = as_("stan").get(f"/proposals/{stage.proposal}").text
        shown = unplaced(page)
        assert (
            "If the group had one of them, fewer schools would be served, counted by need. This is proven."
            in shown
        )
        assert "With the group placed: Schools served, by need: 1, proven" in shown
        assert "20 pupils instead of 30" in shown
        assert f'<a href="/requests/{stage.asked[1]}">{HARBOUR}, =S2B</a>' in shown
        assert faults_of(page) == []

    @pytest.mark.parametrize(
        ("query", "schools"),
        [
            ("", [HARBOUR, RIVERSIDE]),
            ("reason=outcompeted", [RIVERSIDE]),
            ("reason=no-candidate", [HARBOUR]),
            ("reason=nonsense", [HARBOUR, RIVERSIDE]),
            ("helps=yes", [RIVERSIDE]),
            ("helps=no", [HARBOUR]),
            ("district=R", [RIVERSIDE]),
            ("q=海港", [HARBOUR]),
            ("q=P5A", [RIVERSIDE]),
            ("kind=field_visit&sort=-school", [RIVERSIDE, HARBOUR]),
            ("sort=effort", [RIVERSIDE, HARBOUR]),
            ("sort=-effort", [RIVERSIDE, HARBOUR]),
            ("sort=-district", [RIVERSIDE, HARBOUR]),
            ("sort=reason", [HARBOUR, RIVERSIDE]),
            ("sort=nonsense&unplaced=x", [HARBOUR, RIVERSIDE]),
        ],
    )
    def test_filter_and_sort(self, as_: As, stage: ReasonStage, query: str, schools: list[str]) -> None:
        stan = as_("stan")
        assert schools_in(stan.get(f"/proposals/{stage.proposal}?{query}").text) == schools
        rows = rows_of(stan.get(f"/proposals/{stage.proposal}/reasons/export?{query}").text)
        assert [row[1] for row in rows[1:]] == schools

    def test_the_file_is_for_a_spreadsheet_in_the_readers_language(
        self, app: Flask, as_: As, stage: ReasonStage
    ) -> None:
        answer = as_("stan").get(f"/proposals/{stage.proposal}/reasons/export?sort=school")
        heads, nobody, outdone = rows_of(answer.text)
        assert (answer.mimetype, heads[0], len(heads)) == ("text/csv", "Registration number", 13)
        assert (nobody[4], nobody[7]) == ("'=S2B", "Nothing fits")
        assert outdone[9:] == [
            "Schools served, by need: 1, proven",
            "",
            f"{HARBOUR}, =S2B",
            "20 pupils instead of 30",
        ]
        in_chinese(app)
        heads, *rows = rows_of(as_("stan").get(f"/proposals/{stage.proposal}/reasons/export").text)
        assert heads[-1] == "怎樣更改便有名額"
        assert [row[7] for row in rows] == ["沒有合適日期", "受惠者會減少"]

    def test_three_more_cost_no_more_statements(self, app: Flask, as_: As, stage: ReasonStage) -> None:
        stan, url = as_("stan"), f"/proposals/{stage.proposal}"
        stan.get(url)
        before = queries_of(app, stan, url)
        with app.app_context():
            for number, day in enumerate((date(2027, 3, 8), date(2027, 3, 9), date(2027, 3, 10))):
                asked = stage.leave_out("secondary", group_label=f"S2{number}")
                helping = change("max_travel_minutes", 90, 105, to_slot(asked, stage.slot(day=day)))
                stage.tell(asked, helping, holders=[f"request-{one}" for one in stage.asked])
        assert queries_of(app, stan, url) == before


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


class TestQuestion:
    @pytest.mark.parametrize(
        ("state", "fault", "said"),
        [
            (RunState.QUEUED, "", "The reasons are being worked out"),
            (RunState.RUNNING, "", "Being worked out"),
            (RunState.FAILED, "no memory is left", "no memory is left"),
            (RunState.STOPPED, "", "The last question was stopped before it was answered."),
        ],
    )
    def test_what_is_not_known_is_said(
        self, app: Flask, as_: As, stage: ReasonStage, state: RunState, fault: str, said: str
    ) -> None:
        with app.app_context():
            stage.set_study(state, fault)
        page = as_("stan").get(f"/proposals/{stage.proposal}").text
        assert said in unplaced(page)
        assert "20 pupils instead of 30" not in page
        assert ('hx-trigger="every 2s"' in page) == (state in (RunState.QUEUED, RunState.RUNNING))
        assert faults_of(page) == []

    def test_asked_anew_and_stopped(self, app: Flask, as_: As, stage: ReasonStage) -> None:
        stan, url = as_("stan"), f"/proposals/{stage.proposal}"
        assert press(stan, f"{url}/reasons").status_code == 303
        with app.app_context():
            number = db.session.query(Study.id).order_by(Study.id.desc()).first()[0]
        assert number != stage.study
        part = stan.get(f"{url}/reasons")
        assert ("HX-Refresh" in part.headers, "/stop" in part.text) == (False, True)
        assert "20 pupils instead of 30" in stan.get(url).text
        assert press(stan, f"/studies/{number}/stop").status_code == 303
        with app.app_context():
            assert read(Study, number).state is RunState.STOPPED
        assert stan.get(f"{url}/reasons").headers["HX-Refresh"] == "true"

    def test_an_old_proposal_is_asked_about_by_a_button(
        self, app: Flask, as_: As, stage: ReasonStage
    ) -> None:
        with app.app_context(), one_transaction():
            db.session.get_one(Study, stage.study).proposal_id = None
        page = as_("stan").get(f"/proposals/{stage.proposal}").text
        assert ("Nobody has asked why yet" in page, "Work out the reasons" in page) == (True, True)


class TestTeacher:
    def page(self, as_: As, stage: ReasonStage, who: str = "tess", asked: int = 0) -> str:
        page = as_(who).get(f"/requests/{stage.asked[asked]}").text
        assert faults_of(page) == []
        return page

    @pytest.mark.parametrize("state", [RoundState.REVIEW, RoundState.CLOSED])
    def test_nothing_is_told_before_it_binds(
        self, app: Flask, as_: As, stage: ReasonStage, state: RoundState
    ) -> None:
        with app.app_context():
            stage.move(state)
        assert "12 dates" not in self.page(as_, stage)

    def test_a_published_round_tells_why_and_offers_the_place(
        self, app: Flask, as_: As, stage: ReasonStage
    ) -> None:
        with app.app_context():
            stage.move(RoundState.PUBLISHED)
        page = self.page(as_, stage)
        assert "Why there was no place" in page
        assert "12 dates fit all answers of the request." in page
        assert "A morning with robots" in page
        assert "Adopt and take the place" in page
        version = re.search(r'name="version" value="(\d+)"', page)
        reason = re.search(r'name="reason" value="(\d+)"', page)
        assert version is not None
        assert reason is not None
        fields = {"reason": reason[1], "change": "0", "version": version[1]}
        answer = press(as_("tess"), f"/requests/{stage.asked[0]}/adopt", **fields)
        assert answer.headers["Location"] == f"/requests/{stage.asked[0]}"
        placed = self.page(as_, stage)
        assert ("Your place" in placed, "Why there was no place" in placed) == (True, False)

    def test_a_trial_run_is_called_so_and_what_is_adopted_is_kept(
        self, app: Flask, as_: As, stage: ReasonStage
    ) -> None:
        with app.app_context():
            stage.move(RoundState.COLLECTING)
        page = self.page(as_, stage)
        assert ("What the last trial run showed" in page, "Adopt and take" in page) == (True, False)
        with app.app_context():
            version = answers_of(stage.asked[0]).version
        reason = re.search(r'name="reason" value="(\d+)"', page)
        assert reason is not None
        fields = {"reason": reason[1], "change": "0", "version": str(version)}
        press(as_("tess"), f"/requests/{stage.asked[0]}/adopt", **fields)
        page = self.page(as_, stage)
        assert ("You have changed your request since" in page, ">Adopt" in page) == (True, False)

    def test_no_other_school_is_named(self, app: Flask, as_: As, stage: ReasonStage) -> None:
        with app.app_context():
            stage.move(RoundState.PUBLISHED)
        for language in ("en", "zh"):
            page = self.page(as_, stage)
            assert (HARBOUR in page, "香港仔海港中學" in page, "S2B" in page) == (False, False, False), (
                language
            )
            in_chinese(app)
        assert "未獲名額的原因" in self.page(as_, stage)
        assert simplified_in(self.page(as_, stage)) == []

    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (RunState.RUNNING, "Why there was no place is being worked out"),
            (RunState.FAILED, "Why there was no place could not be worked out"),
        ],
    )
    def test_an_answer_that_is_not_there_is_not_guessed(
        self, app: Flask, as_: As, stage: ReasonStage, state: RunState, said: str
    ) -> None:
        with app.app_context():
            stage.move(RoundState.PUBLISHED)
            stage.set_study(state, "no memory is left")
        page = self.page(as_, stage)
        assert (said in page, "no memory" in page) == (True, False)

    def test_numbers_that_were_tampered_with_are_refused_in_words(
        self, app: Flask, as_: As, stage: ReasonStage
    ) -> None:
        with app.app_context():
            stage.move(RoundState.PUBLISHED)
            version = answers_of(stage.asked[0]).version
        for fields in ({"reason": "x", "change": "0"}, {"reason": "1", "change": "9" * 12}):
            answer = press(as_("tess"), f"/requests/{stage.asked[0]}/adopt", version=str(version), **fields)
            assert answer.status_code in (303, 409)
        with app.app_context():
            assert answers_of(stage.asked[0]).pupils == 30
