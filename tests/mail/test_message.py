"""Messages: the headers, the two forms, the calendar entry, as they arrive at a real SMTP server."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy

import icalendar
import pytest

from outreach.mail import PermanentFault, calendar_file, compose, message_id
from tests.mail.samples import ENTRY, HEADING, LETTER, smtp_to
from tests.smtp_server import PostOffice


def test_a_chinese_letter_arrives_as_it_was_written(post_office: PostOffice) -> None:
    with smtp_to(post_office) as mail:
        mail.send(compose(LETTER, HEADING))
    (delivered,) = post_office.delivered
    assert delivered.recipients == ["tess@school.example.org"]
    assert delivered.subject == LETTER.subject
    assert delivered.text() == LETTER.text
    assert delivered.text("html").strip() == LETTER.html
    assert str(delivered.message["To"]) == "陳大文 <tess@school.example.org>"
    assert str(delivered.message["From"]) == "Outreach 計劃辦事處 <no-reply@outreach.example.org>"
    assert delivered.message["Content-Language"] == "zh-Hant-HK"
    assert delivered.message["Auto-Submitted"] == "auto-generated"
    assert delivered.message["List-Unsubscribe"] is None
    assert delivered.message["Date"].datetime == HEADING.written_at


def test_no_line_on_the_wire_is_too_long_or_eight_bit() -> None:
    letter = replace(LETTER, subject="很" * 200, text="很長" * 900, html="<p>" + "x" * 5000 + "</p>")
    wire = compose(letter, HEADING, ENTRY).as_bytes()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    assert wire.isascii()
    again = email.message_from_bytes(wire, policy=policy.default)
    assert str(again["Subject"]) == letter.subject


@pytest.mark.parametrize("length", [*range(50, 90), 400])
def test_a_subject_comes_out_as_it_went_in(length: int) -> None:
    for subject in (("Confirmed: robots, " * 30)[: length - 1] + ".", ("已確認：" * 100)[:length]):
        wire = compose(replace(LETTER, subject=subject), HEADING).as_bytes()
        assert str(email.message_from_bytes(wire, policy=policy.default)["Subject"]) == subject


def test_the_message_id_depends_on_the_key_alone() -> None:
    later = replace(HEADING, written_at=datetime(2027, 1, 1, tzinfo=UTC), recipient="tom@school.example.org")
    assert (
        compose(LETTER, HEADING)["Message-ID"] == compose(replace(LETTER, text="else"), later)["Message-ID"]
    )
    assert message_id("a", HEADING.sender) != message_id("b", HEADING.sender)
    assert message_id("a", HEADING.sender).endswith("@outreach.example.org>")


def test_headers_cannot_be_injected() -> None:
    letter = replace(LETTER, subject="Hello\r\nBcc: all@example.org\n\nbody")
    heading = replace(HEADING, recipient_name="Tess\r\nBcc: all@example.org")
    again = email.message_from_bytes(compose(letter, heading).as_bytes(), policy=policy.default)
    assert again["Bcc"] is None
    assert str(again["Subject"]) == "Hello Bcc: all@example.org body"
    assert [address.addr_spec for address in again["To"].addresses] == [HEADING.recipient]


@pytest.mark.parametrize(
    "wrong", ["", "tess", "tess@", "a@b\r\nRCPT TO:<all@example.org>", "a b@example.org", "<a@b>"]
)
def test_an_address_that_is_none_is_a_permanent_fault(wrong: str) -> None:
    with pytest.raises(PermanentFault):
        compose(LETTER, replace(HEADING, recipient=wrong))


def read_event(text: str) -> tuple[icalendar.Calendar, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(text)
    assert isinstance(calendar, icalendar.Calendar)
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return calendar, event


def test_the_calendar_entry_says_what_the_visit_is() -> None:
    calendar, event = read_event(calendar_file(ENTRY, HEADING))
    assert str(calendar["METHOD"]) == "REQUEST"
    assert (str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])) == (ENTRY.uid, 2, "CONFIRMED")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (ENTRY.start, ENTRY.end)
    assert str(event["SUMMARY"]) == ENTRY.title
    assert str(event["LOCATION"]) == ENTRY.place
    assert str(event["DESCRIPTION"]) == ENTRY.description
    assert str(event["ORGANIZER"]) == "mailto:no-reply@outreach.example.org"
    assert str(event["ATTENDEE"]) == "mailto:tess@school.example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"


def test_an_entry_that_waits_for_an_answer_says_so() -> None:
    marks = []
    for entry in (ENTRY, replace(ENTRY, tentative=True)):
        _, event = read_event(calendar_file(entry, HEADING))
        marks.append((str(event["STATUS"]), str(event["ATTENDEE"].params["PARTSTAT"])))
    assert marks == [("CONFIRMED", "ACCEPTED"), ("TENTATIVE", "NEEDS-ACTION")]


def test_a_cancellation_takes_the_same_entry_away() -> None:
    calendar, event = read_event(calendar_file(replace(ENTRY, revision=3, cancelled=True), HEADING))
    assert str(calendar["METHOD"]) == "CANCEL"
    assert (str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])) == (ENTRY.uid, 3, "CANCELLED")


def test_the_calendar_entry_travels_as_a_card_and_as_a_file(post_office: PostOffice) -> None:
    with smtp_to(post_office) as mail:
        mail.send(compose(LETTER, HEADING, ENTRY))
    parts = [
        part for part in post_office.delivered[0].message.walk() if part.get_content_type() == "text/calendar"
    ]
    card, file = parts
    assert card["Content-Type"].params["method"] == "REQUEST"
    assert file.get_filename() == "visit.ics"
    for part in (card, file):
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert read_event(content.decode())[1].decoded("dtstart") == ENTRY.start
