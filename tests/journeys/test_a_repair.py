"""A firm cancels: the worker looks for another place, staff choose, the letters arrive - in a real browser, by real mail.

English runs at a desk on SQLite, Chinese on a phone on PostgreSQL, as in `test_a_round_in_a_browser.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from outreach.clock import today, utc_now
from outreach.models import RoundState, db
from outreach.services.places import Group, take_place
from outreach.services.transaction import one_transaction
from tests import build
from tests.cast import Cast
from tests.journeys.reader import Reader
from tests.journeys.test_a_round import await_, number, school_day, subjects_to
from tests.journeys.test_a_round_in_a_browser import in_language
from tests.processes import served, working
from tests.smtp_server import PostOffice

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MOVES = {
    "en_HK": "Your visit moves, please confirm: A look at the cloud",
    "zh_Hant_HK": "安排有變，請確認：與機械人共度早上",
}
LOOKING = {
    "en_HK": "The programme office is looking for another place for your group.",
    "zh_Hant_HK": "計劃辦事處正為貴校組別另覓名額",
}
PLACED = {"en_HK": "A group is given a place", "zh_Hant_HK": "有組別獲安排名額"}


@dataclass(frozen=True)
class Struck:
    """The numbers that the journey is about."""

    round_: int
    offer: int
    slot: int
    spare: int
    booking: int


def published(app: Flask, people: Cast, first: date) -> Struck:
    """A round in force: Tess' group has a place with Robo Works, and Harbour Data has a free one."""
    day = school_day(first)
    with app.app_context():
        last = first + timedelta(days=60)
        round_ = build.round_(RoundState.PUBLISHED, closes_on=today(), first_day=first, last_day=last)
        offer = build.offer(people.company())
        other = build.offer(people.company("harbour"), title_en="A look at the cloud")
        slot, spare = build.slot(offer, day=day), build.slot(other, day=school_day(day))
        asked = build.visit_request(round_, people.school(), people.user("tess"), [offer, other])
        when = {"day": slot.day, "start_time": slot.start_time, "end_time": slot.end_time}
        with one_transaction():
            booking = take_place(
                group=Group.of(db.session.merge(asked)),
                round_=round_,
                offer=offer,
                slot=slot,
                **when,
                travel_minutes=20,
                confirm_by=None,
                confirmed=True,
                visit_request=asked,
                by=people.user("tess"),
                now=utc_now(),
            )
        return Struck(round_.id, offer.id, slot.id, spare.id, booking.id)


def test_a_repair(app: Flask, database: Any, browser: Browser, tmp_path: Any) -> None:
    english = database.engine == "sqlite"
    language, width = ("en_HK", 1280) if english else ("zh_Hant_HK", 390)
    people = in_language(app, language)
    struck = published(app, people, today() + timedelta(days=14))
    with PostOffice() as office:
        mail = {"OUTREACH_MAIL_TRANSPORT": "smtp", "OUTREACH_SMTP_PORT": str(office.port)}
        with (
            served(database, tmp_path, **mail) as site,
            working(database, tmp_path, OUTREACH_PUBLIC_URL=site.url, **mail),
        ):
            tag = language.replace("_", "-")
            readers = {name: Reader(browser, site.url, tag, width=width) for name in ("stan", "cora", "tess")}
            for name, reader in readers.items():
                reader.sign_in(name)
            walk(office, struck, language, **readers)
            for reader in readers.values():
                reader.close()


def walk(
    office: PostOffice, struck: Struck, language: str, *, stan: Reader, cora: Reader, tess: Reader
) -> None:
    """Cora cancels, Stan chooses, Tess confirms."""
    repair = cancel(cora, struck)
    await_(lambda: subjects_to(office, "tess"), "the cancellation")
    assert LOOKING[language] in next(one for one in office.delivered if "tess@" in one.recipients[0]).text()
    tess.go(f"/bookings/{struck.booking}")
    choose(stan, struck, repair)
    await_(lambda: len(subjects_to(office, "tess")) == 2, "the new place")
    assert subjects_to(office, "tess")[1].startswith(MOVES[language])
    await_(lambda: subjects_to(office, "cole"), "the letter to the new host")
    assert subjects_to(office, "cole")[0].startswith(PLACED[language])
    cora.go(repair)
    booking = confirm(tess)
    assert booking != struck.booking
    await_(lambda: len(subjects_to(office, "cole")) == 2, "the confirmed visit")
    # The reminders of the old place ring for nobody, and no letter came twice.
    assert len({(one.recipients[0], one.subject) for one in office.delivered}) == len(office.delivered)


def cancel(cora: Reader, struck: Struck) -> str:
    """Cancel the slot, which leads to what becomes of its group, and so does its offer's list of dates."""
    cora.go(f"/offers/{struck.offer}/slots")
    cora.go(f"/slots/{struck.slot}/cancel")
    repair = cora.fill_in("", reason="機房水浸。")
    cora.go(f"/offers/{struck.offer}/slots")
    assert set(cora.links(r"/repairs/\d+")) == {repair}
    cora.go(repair)
    return repair


def choose(stan: Reader, struck: Struck, repair: str) -> None:
    """From the overview to the answers, which come by themselves; one is carried out."""
    stan.go("/")
    assert repair in stan.links(r"/repairs/\d+")
    stan.go(repair)
    stan.page.locator(f'form[action="{repair}/carry-out"]').first.wait_for(timeout=180_000)
    stan.look()
    assert stan.press(f"{repair}/carry-out") == repair
    assert stan.page.locator(f'form[action="{repair}/carry-out"]').count() == 0
    stan.go(f"/rounds/{struck.round_}")


def confirm(tess: Reader) -> int:
    """Take the new place, from the overview."""
    tess.go("/")
    booking = number(tess.links(r"/bookings/\d+")[0])
    tess.go(f"/bookings/{booking}")
    tess.press(f"/bookings/{booking}/confirm")
    return booking
