"""How times are written for people, which language content is shown in, and what every letter holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from outreach import letters
from outreach.letters import CHINESE, ENGLISH, LETTERS, MissingFacts, Visit, Worded, in_language, render

ROOM = Path(letters.__file__).parent
THURSDAY = date(2026, 12, 3)
# 00:30 in Hong Kong is still the day before in UTC.
AFTER_MIDNIGHT = datetime(2026, 12, 2, 16, 30, tzinfo=UTC)


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("outreach", root_path=str(ROOM))
    Babel(app, default_locale=ENGLISH)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    letters.register(app)
    with app.app_context():
        yield app


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        (time(14, 30), time(16), "2:30 pm to 4:00 pm", "下午2:30至4:00"),
        (time(9), time(11, 5), "9:00 am to 11:05 am", "上午9:00至11:05"),
        (time(10, 30), time(12, 30), "10:30 am to 12:30 pm", "上午10:30至中午12:30"),
        (time(12), time(13), "12:00 pm to 1:00 pm", "中午12:00至下午1:00"),
    ],
)
def test_times_are_written_in_the_readers_language(
    start: time, end: time, english: str, chinese: str
) -> None:
    assert letters.time_range(start, end, ENGLISH) == english
    assert letters.time_range(start, end, CHINESE) == chinese
    assert letters.day_time(THURSDAY, start, end, ENGLISH) == f"3 December 2026 (Thursday), {english}"
    assert letters.day_time(THURSDAY, start, end, CHINESE) == f"2026年12月3日（星期四）{chinese}"


def test_a_moment_is_told_by_the_clocks_of_hong_kong() -> None:
    assert letters.moment(AFTER_MIDNIGHT, ENGLISH) == "3 December 2026 (Thursday), 12:30 am"
    assert letters.moment(AFTER_MIDNIGHT, CHINESE) == "2026年12月3日（星期四）上午12:30"
    with pytest.raises(ValueError, match="naive"):
        letters.moment(AFTER_MIDNIGHT.replace(tzinfo=None), ENGLISH)


def test_no_odd_space_hides_in_any_hour_of_any_day() -> None:
    odd = re.compile(r"[^\S ]")
    for number in range(0, 24 * 60, 17):
        at = time(number // 60, number % 60)
        for language in (ENGLISH, CHINESE):
            written = letters.day_time(THURSDAY + timedelta(days=number), at, time(23, 59), language)
            assert odd.findall(written) == []


def test_the_page_decides_the_language_where_nobody_else_does(app: Flask) -> None:
    assert (letters.current_language(), letters.language_tag()) == (ENGLISH, "en-HK")
    with force_locale(CHINESE):
        assert (letters.current_language(), letters.language_tag()) == (CHINESE, "zh-Hant-HK")
        assert letters.day(THURSDAY) == "2026年12月3日（星期四）"
    with force_locale("fr"):
        assert letters.current_language() == ENGLISH


def test_outside_the_app_words_are_english() -> None:
    assert letters.day(THURSDAY) == "3 December 2026 (Thursday)"


def test_pages_have_the_same_words_for_times(app: Flask) -> None:
    page = app.jinja_env.from_string(
        "{{ d | day }}/{{ t | clock_time }}/{{ t | time_range(u) }}/{{ d | day_time(t, u) }}/{{ m | moment }}"
        "/{{ language_tag() }}/{{ in_language(thing, 'title').text }}"
    )
    with force_locale(CHINESE):
        written = page.render(
            d=THURSDAY, t=time(9), u=time(10), m=AFTER_MIDNIGHT, thing=Bilingual("English", "中文")
        )
    assert written == (
        "2026年12月3日（星期四）/上午9:00/上午9:00至10:00/2026年12月3日（星期四）上午9:00至10:00"
        "/2026年12月3日（星期四）上午12:30/zh-Hant-HK/中文"
    )


@dataclass
class Bilingual:
    title_en: str | None
    title_zh: str | None


@pytest.mark.parametrize(
    ("thing", "language", "worded"),
    [
        (Bilingual("Robots", "機械人"), ENGLISH, Worded("Robots", ENGLISH, False)),
        (Bilingual("Robots", "機械人"), CHINESE, Worded("機械人", CHINESE, False)),
        (Bilingual("Robots", "  "), CHINESE, Worded("Robots", ENGLISH, True)),
        (Bilingual(None, "機械人"), ENGLISH, Worded("機械人", CHINESE, True)),
        (Bilingual("", ""), CHINESE, Worded("", CHINESE, False)),
    ],
)
def test_content_comes_in_the_readers_language_or_says_that_it_is_borrowed(
    thing: Bilingual, language: str, worded: Worded
) -> None:
    assert in_language(thing, "title", language) == worded


VISIT = Visit(
    title="Robots at work",
    kind="Field visit",
    company="Harbour Robotics",
    school="Lok Fung Primary School",
    group="P5B",
    pupils=34,
    day=THURSDAY,
    start=time(14, 30),
    end=time(16),
    place="Unit 5, Science Park",
    contact="Ms Chan, 2345 6789",
    reference="B7K2M9",
)
URL = "https://outreach.example.org/bookings/17?from=mail&step=2"
FACTS: dict[str, Any] = {
    "reader": "Tess Ho",
    "visit": VISIT,
    "url": URL,
    "confirm_by": AFTER_MIDNIGHT,
    "held_until": AFTER_MIDNIGHT,
    "expires": AFTER_MIDNIGHT,
    "reason": "The room is flooded",
    "cancelled_by": "company",
    "round_title": "Spring 2027",
    "group": "P5B",
    "acts_for": "Lok Fung Kindred Society",
    "acts_as": "Coordinator, Robo Works",
    "invited_by": "Hana Yip",
    "acted_as": "Hub member, Hilltop Park",
    "ended_by": "Stan Lo",
    "changed_by": "Ada Ng",
}


DEADLINES = {"confirm_by", "held_until", "expires"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if tag == "html":
            self.lang = found["lang"] or ""
        if tag == "a":
            self.links.append(found["href"] or "")

    def handle_data(self, data: str) -> None:
        self.words.append(" ".join(data.split()))


def read(html: str) -> _Words:
    reader = _Words()
    reader.feed(html)
    return reader


def test_every_template_is_a_letter_and_every_letter_has_one() -> None:
    found = {path.stem for path in (ROOM / "templates" / "email").glob("*.txt") if path.stem[0] != "_"}
    assert found == set(LETTERS)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
@pytest.mark.parametrize("name", sorted(LETTERS))
def test_every_letter_in_both_languages(app: Flask, name: str, language: str) -> None:
    told = {fact: FACTS[fact] for fact in LETTERS[name] | {"reader"}}
    letter = render(name, language, told)
    html = read(letter.html)
    assert letter.subject == " ".join(letter.subject.split()) != ""
    assert html.lang == letters.language_tag(language)
    assert html.links == [URL]
    assert letter.text.count(URL) == 1
    assert "Tess Ho" in letter.text
    for form in (letter.text, " ".join(html.words)):
        for fact, written in expected_words(language).items():
            assert (written in form) == (fact in told), f"{fact}: {written}"
    assert "<" not in letter.text
    assert re.search(r"\n\s*\n\s*\n", letter.text) is None
    assert re.search(r"None|\{|Undefined", letter.text + letter.subject) is None


def expected_words(language: str) -> dict[str, str]:
    return {
        "visit": letters.day_time(THURSDAY, VISIT.start, VISIT.end, language),
        "reason": "The room is flooded",
        "acts_for": "Lok Fung Kindred Society",
        "acts_as": "Coordinator, Robo Works",
        "invited_by": "Hana Yip",
        "acted_as": "Hub member, Hilltop Park",
        "ended_by": "Stan Lo",
        "changed_by": "Ada Ng",
        "round_title": "Spring 2027",
    }


@pytest.mark.parametrize("name", [name for name, facts in LETTERS.items() if facts & DEADLINES])
def test_a_letter_with_a_deadline_says_when_it_is(app: Flask, name: str) -> None:
    for language in (ENGLISH, CHINESE):
        letter = render(name, language, FACTS)
        assert letters.moment(AFTER_MIDNIGHT, language) in letter.text
        assert letters.moment(AFTER_MIDNIGHT, language) in " ".join(read(letter.html).words)


@pytest.mark.parametrize("name", ["reminder_before", "reminder_morning"])
def test_a_reminder_says_what_to_prepare_and_whom_to_call(app: Flask, name: str) -> None:
    outing = render(name, ENGLISH, FACTS).text
    assert "Booking: B7K2M9\nContact: Ms Chan, 2345 6789\n" in outing
    assert "name the booking B7K2M9 at the door" in outing
    session = render(name, ENGLISH, FACTS | {"visit": replace(VISIT, outing=False, contact="")}).text
    assert "a projector and sockets" in session
    assert "drinking water" not in session
    assert "Contact" not in session


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("school", "The school has cancelled this booking."),
        ("company", "We are sorry: the company has cancelled this booking."),
        ("weather", "This booking is cancelled because of bad weather."),
        ("programme", "We are sorry: the programme office has cancelled this booking."),
    ],
)
def test_a_cancellation_says_who_cancelled(app: Flask, who: str, words: str) -> None:
    text = render("booking_cancelled", ENGLISH, FACTS | {"cancelled_by": who}).text
    assert text.split("\n\n")[1] == words


TAGS = {"html", "head", "meta", "title", "body", "div", "p", "h1", "table", "tbody", "tr", "th", "td", "a"}
HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}%(x)s"


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_hostile_words_stay_words(app: Flask, name: str) -> None:
    words = {
        "title": HOSTILE,
        "kind": HOSTILE,
        "company": HOSTILE,
        "school": HOSTILE,
        "group": HOSTILE,
        "place": HOSTILE,
        "contact": HOSTILE,
    }
    facts = FACTS | {
        fact: HOSTILE for fact, value in FACTS.items() if isinstance(value, str) and fact != "url"
    }
    letter = render(name, ENGLISH, facts | {"visit": replace(VISIT, **words)})
    html = read(letter.html)
    assert set(html.tags) <= TAGS
    assert HOSTILE in " ".join(html.words)
    assert HOSTILE in letter.text


def test_a_letter_short_of_a_fact_is_not_written(app: Flask) -> None:
    with pytest.raises(MissingFacts, match=r"^booking_confirmed lacks reader, url$"):
        render("booking_confirmed", ENGLISH, {"visit": VISIT})
    with pytest.raises(KeyError):
        render("no_such_letter", ENGLISH, FACTS)


def test_a_letter_does_not_change_the_language_of_the_page(app: Flask) -> None:
    render("booking_confirmed", CHINESE, FACTS)
    assert letters.current_language() == ENGLISH


def test_styles_are_written_into_the_elements(app: Flask) -> None:
    html = render("booking_confirmed", ENGLISH, FACTS).html
    assert "<style" not in html
    assert re.search(r'<a class="button" href="[^"]+" style="[^"]*background-color: #0a5666', html)
