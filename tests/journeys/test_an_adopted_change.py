"""A teacher without a place reads why, adopts what would help with one click, and is placed: real worker, core, mail, browser.

English runs at a desk on SQLite, Chinese on a phone on PostgreSQL, as in the journey of a round.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from outreach.clock import today, utc_now
from outreach.models import RoundState, db
from outreach.services.runs import start_run
from tests import build
from tests.cast import Cast
from tests.journeys.reader import Reader
from tests.journeys.test_a_round import await_, school_day, subjects_to
from tests.journeys.test_a_round_in_a_browser import in_language
from tests.processes import served, working
from tests.smtp_server import PostOffice

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WORDS = {
    "en-HK": ("No place this time", "24 pupils instead of 30", "Confirmed"),
    "zh-Hant-HK": ("今次未獲名額", "24名學生，原為30名", "已確認"),
}


def a_closed_round(app, people: Cast, day: date) -> tuple[int, int]:
    """One session for each of two groups: Theo's fits into both, Tess' thirty only into his. The numbers of round and request."""
    with app.app_context():
        now = utc_now()
        round_ = build.round_(
            RoundState.CLOSED,
            closes_on=today() - timedelta(days=1),
            first_day=today(),
            last_day=day + timedelta(days=40),
        )
        large = build.offer(people.company(), max_pupils=30, max_groups=1, topics=("ai",))
        small = build.offer(people.company("harbour"), max_pupils=24, max_groups=1)
        build.slot(large, day=day)
        build.slot(small, day=school_day(day))
        # Theo's thirty fill the large session; he does not want the other one, which has too few seats for Tess.
        build.visit_request(round_, people.school("secondary"), people.user("theo"), topics=("ai",))
        asked = build.visit_request(round_, people.school(), people.user("tess"))
        start_run(round_id=round_.id, seconds=20, workers=1, by=people.user("stan"), now=now)
        db.session.rollback()
        return round_.id, asked.id


def test_an_adopted_change(app, database, browser, tmp_path):
    english = database.engine == "sqlite"
    tag, width = ("en-HK", 1280) if english else ("zh-Hant-HK", 390)
    people = in_language(app, "en_HK" if english else "zh_Hant_HK")
    round_, asked = a_closed_round(app, people, school_day(today() + timedelta(days=20)))
    with PostOffice() as office:
        mail = {"OUTREACH_MAIL_TRANSPORT": "smtp", "OUTREACH_SMTP_PORT": str(office.port)}
        with (
            served(database, tmp_path, **mail) as site,
            working(database, tmp_path, OUTREACH_PUBLIC_URL=site.url, **mail),
        ):
            readers = {name: Reader(browser, site.url, tag, width=width) for name in ("stan", "tess")}
            for name, reader in readers.items():
                reader.sign_in(name)
            publish(readers["stan"], round_, WORDS[tag][1])
            adopt(readers["tess"], office, asked, WORDS[tag])
            for reader in readers.values():
                reader.close()


def publish(stan: Reader, round_: int, helping: str) -> None:
    """Stan sees the reason come up by itself, and publishes."""

    def proposals() -> list[str]:
        stan.page.goto(f"/rounds/{round_}")
        return stan.links(r"/proposals/\d+")

    (address,) = await_(proposals, "the proposal")
    stan.go(address)
    stan.page.locator("#unplaced").get_by_text(helping).wait_for(timeout=180_000)
    stan.look()
    stan.press(f"{address}/publish")


def adopt(tess: Reader, office: PostOffice, asked: int, words: tuple[str, str, str]) -> None:
    """Tess follows the link of the letter, reads, adopts, and has her place and the letter that says so."""
    subject, helping, confirmed = words
    await_(lambda: subjects_to(office, "tess"), "the letter to Tess")
    (letter,) = (one for one in office.delivered if one.recipients == ["tess@example.org"])
    assert letter.subject.startswith(subject)
    link = re.search(rf"{re.escape(tess.url)}(/requests/{asked})\b", letter.text())
    assert link is not None
    tess.go(link[1])
    why = tess.page.locator("#why")
    assert helping in why.inner_text()
    assert "Aberdeen" not in why.inner_text()
    assert "香港仔" not in why.inner_text()
    tess.press(f"/requests/{asked}/adopt")
    assert tess.page.url.endswith(f"/requests/{asked}")
    assert confirmed in tess.page.locator("main").inner_text()
    assert tess.page.locator("#why").count() == 0
    await_(lambda: len(subjects_to(office, "tess")) == 2, "the confirmation")
