"""The catalogue, one offer, and what coordinators do with theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from outreach.models import Offer, OfferKind, OfferState, RoundState, SlotState, db
from outreach.services.transaction import one_transaction
from tests import build
from tests.cast import Cast
from tests.forms import press, send
from tests.html import faults_of
from tests.simplified import simplified_in

As = Callable[[str], FlaskClient]


@pytest.fixture
def offers(app: Flask, cast: Cast) -> dict[str, int]:
    """Four posted offers of two companies, a draft and a withdrawn one."""
    with app.app_context():
        robo, harbour = cast.company(), cast.company("harbour")
        made = {
            "robots": build.offer(robo, grades=("P4", "P5", "P6"), min_pupils=20),
            "maths": build.offer(
                harbour,
                title_en="Maths of the harbour",
                title_zh="",
                summary_en="Count ships.",
                summary_zh="",
                topics=("data",),
                languages=("en",),
                grades=("S2",),
                district="D",
                longitude=114.13,
                latitude=22.261,
            ),
            "lesson": build.offer(
                harbour,
                OfferKind.CODING_SESSION,
                title_en="A first program",
                title_zh="第一個程式",
                summary_en="Pupils write a game.",
                topics=("coding", "ai"),
                longitude=None,
                latitude=None,
                district=None,
            ),
            "percent": build.offer(robo, title_en="100% robots", title_zh="", summary_zh="中文"),
            "draft": build.offer(robo, title_en="Not yet", state=OfferState.DRAFT),
            "withdrawn": build.offer(robo, title_en="No longer", state=OfferState.WITHDRAWN),
        }
        return {name: offer.id for name, offer in made.items()}


def found(page: str, offers: dict[str, int]) -> list[str]:
    """The offers that a page links to, in its order."""
    names = {f"/offers/{number}": name for name, number in offers.items()}
    return [names[link] for link in re.findall(r'href="(/offers/\d+)"', page) if link in names]


def in_chinese(browser: FlaskClient) -> FlaskClient:
    """The same browser, reading Chinese."""
    press(browser, "/language", language="zh_Hant_HK")
    return browser


def test_everybody_sees_the_posted_offers_and_only_those(as_: As, offers: dict[str, int]) -> None:
    for name in ("nobody", "tess", "cora", "stan"):
        page = as_(name).get("/offers").text
        assert (name, sorted(found(page, offers))) == (name, ["lesson", "maths", "percent", "robots"])
        assert faults_of(page) == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"words": "ROBOT arm"}, ["robots", "percent"]),
        ({"words": "harbour"}, ["lesson", "maths"]),
        ({"words": "程式"}, ["lesson", "robots"]),
        ({"words": "海港"}, ["lesson", "maths"]),
        ({"words": "100%"}, ["percent"]),
        ({"words": "robot harbour"}, []),
        ({"kind": "coding_session"}, ["lesson"]),
        ({"topic": "data"}, ["maths"]),
        ({"grade": "P6"}, ["lesson", "percent", "robots"]),
        ({"language": "en"}, ["maths"]),
        # Trainers come to every district.
        ({"district": "D"}, ["lesson", "maths"]),
        ({"kind": "no such kind", "district": "?"}, ["lesson", "maths", "percent", "robots"]),
        ({"free_only": "y"}, []),
        ({"words": "\x00%_\\"}, []),
    ],
)
def test_the_catalogue_is_searched(
    as_: As, offers: dict[str, int], query: dict[str, str], names: list[str]
) -> None:
    page = as_("nobody").get("/offers", query_string=query)
    assert (page.status_code, sorted(found(page.text, offers))) == (200, sorted(names))
    assert faults_of(page.text) == []


def test_free_places_come_first_and_can_be_asked_for(app: Flask, as_: As, offers: dict[str, int]) -> None:
    with app.app_context():
        build.round_(RoundState.PUBLISHED)
        slots = {
            "robots": {"pupils_taken": 40, "groups_taken": 1},
            "maths": {"state": SlotState.CANCELLED},
            "lesson": {"day": date(2027, 6, 30)},
            "percent": {"max_groups": 2, "groups_taken": 1, "pupils_taken": 30},
        }
        for name, facts in slots.items():
            build.slot(db.session.get_one(Offer, offers[name]), **facts)
    browser = as_("nobody")
    assert found(browser.get("/offers?free_only=y").text, offers) == ["percent"]
    assert found(browser.get("/offers").text, offers)[0] == "percent"


def test_a_long_catalogue_has_pages_and_asks_the_database_no_oftener(app: Flask, as_: As, cast: Cast) -> None:
    counts = []
    for more in (2, 25):
        with app.app_context():
            for _ in range(more):
                build.slot(build.offer(cast.company("harbour")))
        asked: list[str] = []
        with app.app_context():
            engine = db.engine

        def note(*facts: Any, asked: list[str] = asked) -> None:
            asked.append(facts[2])

        event.listen(engine, "before_cursor_execute", note)
        page = as_("nobody").get("/offers").text
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert "page=2" in page
    assert counts[0] == counts[1]


def test_an_offer_in_one_language_is_marked_for_readers_of_the_other(as_: As, offers: dict[str, int]) -> None:
    english = as_("nobody").get(f"/offers/{offers['maths']}").text
    assert "(English only)" not in english
    chinese = in_chinese(as_("nobody")).get(f"/offers/{offers['maths']}").text
    assert '<span lang="en-HK">Maths of the harbour</span>' in chinese


@pytest.mark.parametrize("path", ["/offers", "/offers/{robots}", "/offers/{lesson}", "/offers/{maths}"])
def test_public_pages_hold_in_both_languages(as_: As, offers: dict[str, int], path: str) -> None:
    for browser in (as_("nobody"), in_chinese(as_("nobody"))):
        page = browser.get(path.format(**offers))
        assert (page.status_code, faults_of(page.text), simplified_in(page.text)) == (200, [], [])


def test_a_draft_is_for_its_company_and_staff(as_: As, offers: dict[str, int]) -> None:
    people = ("nobody", "tess", "cole", "cora", "hana", "stan")
    answers = {name: as_(name).get(f"/offers/{offers['draft']}").status_code for name in people}
    assert answers == {"nobody": 404, "tess": 404, "cole": 404, "cora": 200, "hana": 200, "stan": 200}


def test_a_neighbour_may_look_but_not_change(as_: As, offers: dict[str, int]) -> None:
    for path in ("edit", "slots", "slots/new", "slots/series"):
        assert as_("cole").get(f"/offers/{offers['robots']}/{path}").status_code == 403
    for path in ("post", "withdraw", "slots/series/add"):
        assert press(as_("cole"), f"/offers/{offers['robots']}/{path}").status_code == 403


def test_our_offers_are_listed_by_company(as_: As, offers: dict[str, int]) -> None:
    lists = {name: found(as_(name).get("/offers/mine").text, offers) for name in ("cora", "hana", "cole")}
    robo = ["robots", "percent", "draft", "withdrawn"]
    assert lists == {"cora": robo, "hana": robo, "cole": ["maths", "lesson"]}
    page = as_("stan").get("/offers/mine").text
    assert sorted(found(page, offers)) == sorted(offers)
    assert faults_of(page) == []


WRITTEN = {
    "kind": "field_visit",
    "title_en": "Inside a chip",
    "summary_en": "Look into a clean room.",
    "title_zh": "晶片的內部",
    "place": "science-park",
    "address_en": "Unit 5",
    "grades": ["S4", "S5"],
    "topics": ["hardware"],
    "languages": ["en", "yue"],
    "min_pupils": "10",
    "max_pupils": "30",
}


def test_writing_posting_changing_and_withdrawing_an_offer(app: Flask, as_: As, cast: Cast) -> None:
    cora = as_("cora")
    answer = send(cora, f"/companies/{cast.robo}/offers/new", **WRITTEN)
    assert answer.status_code == 303
    url = answer.location
    draft = cora.get(url)
    assert "Only your company sees this draft" in draft.text
    assert faults_of(draft.text) == []
    assert press(cora, f"{url}/post").location == url
    assert "Inside a chip" in as_("tess").get(url).text
    changed = send(cora, f"{url}/edit", title_en="Inside a new chip", longitude="114.21", latitude="22.43")
    assert changed.location == url
    assert press(cora, f"{url}/withdraw").location == url
    assert as_("tess").get(url).status_code == 404
    with app.app_context():
        offer = db.session.query(Offer).one()
        assert (offer.title_en, offer.title_zh, offer.grades, offer.state) == (
            "Inside a new chip",
            "晶片的內部",
            ("S4", "S5"),
            OfferState.WITHDRAWN,
        )
        assert (offer.district, offer.longitude, offer.latitude) == ("P", 114.21, 22.43)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"title_en": "", "title_zh": ""}, 422, "Give the offer a title"),
        ({"kind": None}, 422, "Choose who travels"),
        ({"place": ""}, 409, "choose a place near by"),
        ({"longitude": "114.2"}, 422, "Give both coordinates"),
        ({"longitude": "10", "latitude": "22.4"}, 422, "Between 113.8 and 114.6"),
        ({"max_pupils": "many"}, 422, "Enter a whole number under “Pupils, at most”"),
        ({"minutes": "", "max_pupils": "many"}, 422, "Fill in “How long it lasts”"),
        ({"max_pupils": "5"}, 409, "smallest number of pupils is larger"),
        ({"title_en": "x" * 201}, 422, "Shorten “Title in English” to at most 200 characters."),
        ({"grades": ["P9"]}, 422, "Choose only from the answers under “Grades”."),
    ],
)
def test_a_form_that_does_not_hold_says_so_and_keeps_what_was_typed(
    app: Flask, as_: As, cast: Cast, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = send(as_("cora"), f"/companies/{cast.robo}/offers/new", **{**WRITTEN, **changes})
    assert (answer.status_code, words in answer.text, "Look into a clean room." in answer.text) == (
        status,
        True,
        True,
    )
    assert faults_of(answer.text) == []
    with app.app_context():
        assert db.session.query(Offer).count() == 0


def test_posting_what_is_incomplete_leads_back_with_the_reason(app: Flask, as_: As, cast: Cast) -> None:
    with app.app_context():
        number = build.offer(cast.company(), state=OfferState.DRAFT, topics=(), grades=()).id
    cora = as_("cora")
    answer = press(cora, f"/offers/{number}/post", next=f"/offers/{number}")
    assert answer.location == f"/offers/{number}"
    page = cora.get(answer.location).text
    assert ("Choose the grades" in page, "Choose at least one topic" in page) == (True, True)


def test_what_a_posted_offer_lacks_stands_at_each_field(as_: As, offers: dict[str, int]) -> None:
    answer = send(as_("cora"), f"/offers/{offers['robots']}/edit", grades=None, topics=None)
    assert (answer.status_code, faults_of(answer.text)) == (409, [])
    assert re.findall(r'<a href="#(grades|topics)[^"]*">', answer.text) == ["grades", "topics"]


def test_two_coordinators_at_once_and_the_second_is_told(app: Flask, as_: As, offers: dict[str, int]) -> None:
    url = f"/offers/{offers['robots']}/edit"
    cora, hana = as_("cora"), as_("hana")
    with app.app_context(), one_transaction():
        seen = db.session.get_one(Offer, offers["robots"]).version
    assert send(cora, url, title_en="First").status_code == 303
    late = send(hana, url, title_en="Second", version=str(seen))
    assert (late.status_code, "Second" in late.text) == (409, True)


@pytest.mark.parametrize(
    ("grades", "words"),
    [
        (("P4", "P5", "P6"), "Primary 4 to Primary 6"),
        (("P6", "S1"), "Primary 6, Secondary 1"),
        (("S1", "S3", "S4"), "Secondary 1, Secondary 3 to Secondary 4"),
        (build.ALL_GRADES, "All grades"),
    ],
)
def test_grades_are_told_as_spans(
    app: Flask, as_: As, cast: Cast, grades: tuple[str, ...], words: str
) -> None:
    with app.app_context():
        number = build.offer(cast.company(), grades=grades).id
    assert f"<dd>{words}</dd>" in as_("nobody").get(f"/offers/{number}").text
