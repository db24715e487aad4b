"""The same round once more, as people see it: a real browser, both languages, axe on every page on the way.

English runs at a desk on SQLite, Chinese on a phone on PostgreSQL: each width, language and engine is walked once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.clock import today, utc_now
from outreach.models import User, db
from outreach.services.transaction import one_transaction
from tests.cast import Cast, make_cast
from tests.journeys.reader import Reader
from tests.journeys.test_a_round import await_, number, school_day, subjects_to
from tests.processes import served, working
from tests.smtp_server import PostOffice

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def in_language(app, language: str) -> Cast:
    """The cast, all of them readers of one language."""
    with app.app_context():
        people = make_cast(utc_now())
        with one_transaction():
            for user in db.session.scalars(select(User)):
                user.language = language
        return people


def test_a_round_in_a_browser(app, database, browser, tmp_path):
    english = database.engine == "sqlite"
    tag, width = ("en-HK", 1280) if english else ("zh-Hant-HK", 390)
    people = in_language(app, "en_HK" if english else "zh_Hant_HK")
    with PostOffice() as office:
        mail = {"OUTREACH_MAIL_TRANSPORT": "smtp", "OUTREACH_SMTP_PORT": str(office.port)}
        with (
            served(database, tmp_path, **mail) as site,
            working(database, tmp_path, OUTREACH_PUBLIC_URL=site.url, **mail),
        ):
            readers = {name: Reader(browser, site.url, tag, width=width) for name in ("stan", "cora", "tess")}
            for name, reader in readers.items():
                reader.sign_in(name)
            walk(office, people, **readers)
            for reader in readers.values():
                reader.close()


def walk(office: PostOffice, people: Cast, *, stan: Reader, cora: Reader, tess: Reader) -> None:
    """Offer, request, close, solve, publish, confirm, cancel."""
    first = today() + timedelta(days=14)
    round_ = open_a_round(stan, first)
    offer = offer_a_slot(cora, people.robo, school_day(first).isoformat())
    ask_for_it(tess, round_, offer)
    stan.go(f"/rounds/{round_}")
    stan.press(f"/rounds/{round_}/move")
    solve_and_publish(stan, round_)
    booking = confirm(tess)
    # The question may be dropped where she has answered before it was sent; the confirmation always comes.
    await_(lambda: subjects_to(office, "tess"), "a letter to Tess")
    for reader in (cora, stan):
        reader.go(f"/bookings/{booking}")
    cora.go("/roster")
    tess.go(f"/bookings/{booking}/cancel")
    tess.fill_in("", reason="考試改期。")
    await_(lambda: subjects_to(office, "cora"), "the letter to Cora")
    for page in ("/letters", "/people", "/schools", "/rounds", "/offers", "/requests", "/bookings"):
        stan.go(page)


def open_a_round(stan: Reader, first) -> int:
    stan.go("/rounds/new")
    led = stan.fill_in(
        "",
        name_en="Trial round",
        name_zh="試辦回合",
        closes_on=(first - timedelta(days=3)).isoformat(),
        first_day=first.isoformat(),
        last_day=(first + timedelta(days=60)).isoformat(),
    )
    stan.press(f"/rounds/{number(led)}/move")
    return number(led)


def offer_a_slot(cora: Reader, company: int, day: str) -> int:
    cora.go(f"/companies/{company}/offers/new")
    led = cora.fill_in(
        "",
        kind="field_visit",
        title_en="Meet our robots",
        title_zh="認識我們的機械人",
        summary_en="Pupils program a robot arm.",
        summary_zh="學生為機械臂編寫程式。",
        place="science-park",
        grades=["P5", "P6"],
        languages=["yue"],
        topics=["robotics"],
    )
    offer = number(led)
    cora.go(f"/offers/{offer}/slots/new")
    cora.fill_in("", day=day, start_time="10:00", end_time="12:00")
    cora.go(f"/offers/{offer}")
    cora.press(f"/offers/{offer}/post")
    return offer


def ask_for_it(tess: Reader, round_: int, offer: int) -> None:
    tess.go("/offers")
    tess.go(f"/requests/new?round={round_}")
    tess.page.fill('[name="find-words"]', "robots" if tess.language == "en-HK" else "機械人")
    company = tess.page.locator('[name="arrange"][value^="add-company-"]')
    tess.arrange("find")
    any_offer = str(company.get_attribute("value")).removeprefix("add-")
    tess.arrange(f"add-{any_offer}", f"add-offer-{offer}", f"up-offer-{offer}", f"remove-{any_offer}")
    assert tess.page.locator('[name="wishes"]').input_value() == f"offer-{offer}"
    tess.fill_in("", group_label="P5A", grade="P5", pupils="30", staff="2", max_travel_minutes="90")


def solve_and_publish(stan: Reader, round_: int) -> None:
    run = number(stan.fill_in(f"/rounds/{round_}/runs", seconds="20"))
    # The page moves by itself: nobody reloads it.
    link = stan.page.locator('a[href^="/proposals/"]')
    link.wait_for(timeout=180_000)
    stan.look()
    assert run > 0
    with stan.page.expect_navigation():
        link.click()
    stan.look()
    proposal = number(stan.page.url)
    assert stan.press(f"/proposals/{proposal}/publish") == f"/rounds/{round_}"


def confirm(tess: Reader) -> int:
    tess.go("/")
    booking = number(tess.links(r"/bookings/\d+")[0])
    tess.go(f"/bookings/{booking}")
    tess.press(f"/bookings/{booking}/confirm")
    return booking
