"""Wishes are found by a search, ranked by buttons and kept with all else that was typed; no page lists every offer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from outreach.models import Offer, OfferKind, OfferState, Round, RoundState, VisitRequest, db
from outreach.web.forms.wishes import arranged
from tests import build
from tests.booking_stage import change
from tests.cast import Cast
from tests.forms import Fields, send
from tests.html import faults_of

Browser = Callable[[str], FlaskClient]
TYPED = {"group_label": "P5A", "grade": "P5", "pupils": "many", "exceptions": "tomorrow", "note": "Lift?"}


@dataclass
class Desk:
    """A collecting round and a catalogue of offers, by name."""

    app: Flask
    cast: Cast
    round_: int
    offers: dict[str, int]

    def request_of(self, by: str, wishes: list[str], **facts: Any) -> int:
        """A request that wishes for these offers."""
        with self.app.app_context():
            wanted = [db.session.get_one(Offer, self.offers[name]) for name in wishes]
            round_ = db.session.get_one(Round, self.round_)
            return build.visit_request(round_, self.cast.school(), self.cast.user(by), wanted, **facts).id

    def codes(self, *names: str) -> list[str]:
        """The codes of offers."""
        return [f"offer-{self.offers[name]}" for name in names]


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Desk:
    with app.app_context():
        robo, harbour = cast.company(), cast.company("harbour")
        given = {
            "arm": build.offer(robo, title_en="Robot arm", title_zh="機械臂"),
            "ships": build.offer(
                harbour,
                OfferKind.CODING_SESSION,
                title_en="Ships at sea",
                topics=("data",),
                summary_en="Charts.",
                summary_zh="海圖。",
            ),
            "seniors": build.offer(robo, title_en="Robot arm for seniors", grades=("S5",)),
            "draft": build.offer(robo, title_en="A secret robot", state=OfferState.DRAFT),
            "withdrawn": build.offer(robo, title_en="An old robot", state=OfferState.WITHDRAWN),
        }
        return Desk(app, cast, build.round_().id, {name: offer.id for name, offer in given.items()})


def pressed(browser: FlaskClient, url: str, *steps: str, **typed: Any) -> TestResponse:
    """Press one button after the other in the form at `url`, sending each time what the last page holds."""
    page = browser.get(url)
    for step in steps:
        values = Fields(page.text).values
        for name, value in typed.items():
            values.setlist(name, value if isinstance(value, list) else [value])
        values["arrange"] = step
        page = browser.post(url, data=values)
        assert (page.status_code, faults_of(page.text)) == (200, [])
    return page


def kept(page: TestResponse) -> list[str]:
    """The wishes in the form, in order."""
    return Fields(page.text).values.getlist("wishes")


def found(page: TestResponse) -> list[str]:
    """The offers that can be added."""
    return re.findall(r'value="add-(offer-\d+)"', page.text)


def line(page: TestResponse) -> str:
    """What takes the focus, as it is read."""
    focused = re.findall(r"<(\w+)[^>]*autofocus[^>]*>(.*?)</\1>", page.text, re.DOTALL)
    assert len(focused) == 1
    return " ".join(re.sub(r"<[^>]*>", "", focused[0][1]).split())


@pytest.mark.parametrize(
    ("deed", "code", "after"),
    [
        ("add", "d", "abcd"),
        ("add", "b", "abc"),
        ("up", "b", "bac"),
        ("up", "a", "abc"),
        ("down", "b", "acb"),
        ("down", "c", "abc"),
        ("remove", "b", "ac"),
        ("remove", "x", "abc"),
        ("up", "x", "abc"),
        ("shuffle", "b", "abc"),
        ("", "", "abc"),
    ],
)
def test_a_step(deed: str, code: str, after: str) -> None:
    assert "".join(arranged(list("abc"), deed, code)) == after


def test_nobody_adds_a_sixth() -> None:
    assert "".join(arranged(list("abcde"), "add", "f")) == "abcde"
    assert "".join(arranged(list("abcd"), "add", "f")) == "abcdf"


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        ({}, ["ships", "arm"]),
        ({"find-words": "robot"}, ["arm"]),
        ({"find-words": "機械臂"}, ["arm"]),
        ({"find-words": "harbour"}, ["ships"]),
        ({"find-words": "secret"}, []),
        ({"find-topic": "data"}, ["ships"]),
        ({"find-kind": "field_visit"}, ["arm"]),
        ({"find-kind": "coding_session", "find-topic": "robotics"}, []),
        ({"find-kind": "x", "find-topic": "x", "find-page": "x"}, ["ships", "arm"]),
    ],
)
def test_the_search_finds_what_is_posted_for_the_grade(
    desk: Desk, as_: Browser, sought: dict[str, str], names: list[str]
) -> None:
    page = pressed(as_("tess"), "/requests/new", "find", **TYPED, **sought)
    assert found(page) == desk.codes(*names)
    said = {
        0: "No offer fits this search. Try another word: English and Chinese both work.",
        1: "1 offer found",
    }
    assert line(page) == said.get(len(names), f"{len(names)} offers found")


def test_the_grades_of_the_school_count_until_one_is_chosen(desk: Desk, as_: Browser) -> None:
    with desk.app.app_context():
        younger = build.offer(desk.cast.company(), grades=("P1",)).id
    assert f"offer-{younger}" in found(pressed(as_("tess"), "/requests/new", "find"))
    assert desk.codes("seniors")[0] not in found(pressed(as_("tess"), "/requests/new", "find"))
    assert f"offer-{younger}" not in found(pressed(as_("tess"), "/requests/new", "find", grade="P5"))


def test_wishes_are_ranked_by_buttons_and_what_was_typed_stays(desk: Desk, as_: Browser) -> None:
    tess, (arm, ships) = as_("tess"), desk.codes("arm", "ships")
    any_robo = f"company-{desk.cast.robo}"
    steps = ("find", f"add-{arm}", f"add-{ships}", f"add-{any_robo}")
    page = pressed(tess, "/requests/new", *steps, **TYPED)
    assert (kept(page), line(page)) == ([arm, ships, any_robo], "Added as wish 3.")
    values = Fields(page.text).values
    assert {name: values[name] for name in TYPED} == TYPED
    for step, order in (
        (f"up-{ships}", [ships, arm, any_robo]),
        (f"down-{ships}", [arm, ships, any_robo]),
        (f"remove-{ships}", [arm, any_robo]),
    ):
        values["arrange"] = step
        page = tess.post("/requests/new", data=values)
        assert kept(page) == order
        values = Fields(page.text).values
    assert "field-error" not in page.text
    # What was found before is still there to add another.
    assert found(page) == [ships]
    with desk.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(VisitRequest)) == 0


def test_a_moved_wish_keeps_the_focus_on_its_button(desk: Desk, as_: Browser) -> None:
    arm, ships = desk.codes("arm", "ships")
    page = pressed(as_("tess"), "/requests/new", f"add-{arm}", f"add-{ships}", f"up-{ships}")
    assert re.findall(r'id="([\w-]+)"[^>]*autofocus', page.text) == [f"step-up-{ships}"]
    assert re.findall(r'id="([\w-]+)"[^>]*aria-disabled', page.text) == [
        f"step-up-{ships}",
        f"step-down-{arm}",
    ]


def test_five_wishes_are_enough(desk: Desk, as_: Browser) -> None:
    with desk.app.app_context():
        more = [f"offer-{build.offer(desk.cast.company()).id}" for _ in range(6)]
    page = pressed(as_("tess"), "/requests/new", "find", *(f"add-{code}" for code in more))
    assert (kept(page), found(page)) == (more[:5], [])
    assert line(page) == "You have made 5 wishes already. Remove one, then add another."
    assert found(pressed(as_("tess"), "/requests/new", "find", f"add-{more[0]}")) != []


def test_no_page_holds_every_offer(desk: Desk, as_: Browser) -> None:
    size = len(as_("tess").get("/requests/new").data)
    with desk.app.app_context():
        for number in range(30):
            build.offer(desk.cast.company(), title_en=f"Robot {number}")
    assert len(as_("tess").get("/requests/new").data) == size
    pages = [pressed(as_("tess"), "/requests/new", f"page-{number}") for number in (1, 2, 4, 99)]
    assert [len(found(page)) for page in pages] == [8, 8, 8, 8]
    assert [line(page) for page in pages] == [
        f"32 offers found · Page {number} of 4" for number in (1, 2, 4, 4)
    ]
    assert len({code for page in pages[:3] for code in found(page)}) == 24


def test_what_is_not_shown_to_everybody_is_not_named_here(desk: Desk, as_: Browser) -> None:
    page = pressed(as_("tess"), "/requests/new", f"add-{desk.codes('draft')[0]}", "add-offer-999999999")
    assert re.findall(r"<strong>\d\.\s*([^<]*)<", page.text) == ["An offer that is not there"] * 2
    assert "secret" not in page.text
    assert as_("tess").get("/requests/new?offer=999999999999999999999").status_code == 200


def test_a_wish_that_is_gone_is_named_and_marked(desk: Desk, as_: Browser) -> None:
    number = desk.request_of("tom", ["withdrawn", "seniors"])
    page = as_("tess").get(f"/requests/{number}/edit")
    assert kept(page) == desk.codes("withdrawn", "seniors")
    assert [words in page.text for words in ("An old robot", "No longer offered", "Not for this grade")] == [
        True
    ] * 3
    refused = send(as_("tess"), f"/requests/{number}/edit", pupils="20")
    assert (refused.status_code, "Remove wish 1: it is no longer offered." in refused.text) == (409, True)
    assert '<a href="#wishes">' in refused.text


def test_an_offer_is_added_to_a_request_from_its_own_page(desk: Desk, as_: Browser) -> None:
    number = desk.request_of("tom", ["arm"], group_label="P5B")
    desk.request_of("tom", [], state="withdrawn")
    ships = desk.offers["ships"]
    links = {
        name: re.findall(r'href="(/requests/\d+/edit[^"]*)">([^<]+)<', as_(name).get(f"/offers/{ships}").text)
        for name in ("tess", "theo", "cora", "stan", "nobody")
    }
    there = [(f"/requests/{number}/edit?offer={ships}", "Add to the request of P5B")]
    assert links == {"tess": there, "theo": [], "cora": [], "stan": [], "nobody": []}
    page = as_("tess").get(there[0][0])
    assert (kept(page), line(page)) == (desk.codes("arm", "ships"), "Added as wish 2.")
    assert send(as_("tess"), there[0][0]).status_code == 303
    assert kept(as_("tess").get(f"/requests/{number}/edit")) == desk.codes("arm", "ships")
    with desk.app.app_context():
        change(Round, desk.round_, state=RoundState.CLOSED)
    assert "Add to the request" not in as_("tess").get(f"/offers/{ships}").text


def test_a_new_request_begins_with_the_wish_with_which_the_reader_came(desk: Desk, as_: Browser) -> None:
    tess, arm = as_("tess"), desk.offers["arm"]
    begun = {
        address: kept(tess.get(f"/requests/new?{address}"))
        for address in (
            f"offer={arm}",
            f"company={desk.cast.robo}",
            f"offer={desk.offers['draft']}",
            "offer=x",
        )
    }
    assert list(begun.values()) == [[f"offer-{arm}"], [f"company-{desk.cast.robo}"], [], []]
    # The page opens at its beginning, not at the wish.
    assert "autofocus" not in tess.get(f"/requests/new?offer={arm}").text
