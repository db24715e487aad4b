"""What each letter says, read from the mailbox: the calendar, the other side's telephone, the place, links that work once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import icalendar
import pytest
from flask import Flask

from outreach.letters import LETTERS
from outreach.models import BookingState, OfferKind, Role, Token, TokenPurpose, db
from outreach.services import accounts, outbox
from outreach.services.invitations import invite, withdraw_invitation
from outreach.services.letter_facts import OTHERS, TRUE_WHILE
from outreach.services.transaction import one_transaction
from tests import build
from tests.cast import Cast
from tests.simplified import simplified_in
from tests.smtp_server import Delivered, PostOffice
from tests.visit_rows import DAY, NOW, Scene, book, move, post, row, scene, walk


@pytest.fixture
def made(app: Flask, cast: Cast) -> Iterator[Scene]:
    with app.app_context():
        yield scene(cast)


def test_a_confirmed_visit_enters_the_calendar_and_a_cancelled_one_leaves_it(
    made: Scene, post_office: PostOffice
) -> None:
    booking_id = book(made)
    tess, cora = made.cast.people["tess"], made.cast.people["cora"]
    post("booking_confirmed", tess, booking_id)
    post("visit_coming", cora, booking_id)
    walk(post_office)
    move(booking_id, BookingState.CANCELLED)
    post("booking_cancelled", tess, booking_id)
    walk(post_office)
    events = [event_of(office) for office in post_office.delivered]
    assert [method for method, _ in events] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for _, event in events}) == 1
    assert int(events[2][1]["SEQUENCE"]) > int(events[0][1]["SEQUENCE"])
    assert events[0][1].decoded("dtstart") == datetime.fromisoformat("2026-12-03T06:30:00+00:00")


@pytest.mark.parametrize(
    ("state", "template", "who"),
    [(BookingState.DECLINED, "booking_declined", "cora"), (BookingState.LAPSED, "booking_lapsed", "tess")],
)
def test_what_ends_unanswered_leaves_the_calendar_too(
    made: Scene, post_office: PostOffice, state: BookingState, template: str, who: str
) -> None:
    post(template, made.cast.people[who], book(made, state))
    walk(post_office)
    method, event = event_of(post_office.delivered[0])
    assert (method, str(event["STATUS"])) == ("CANCEL", "CANCELLED")


def event_of(delivered: Delivered) -> tuple[str, icalendar.Event]:
    parts = [part for part in delivered.message.walk() if part.get_content_type() == "text/calendar"]
    calendar = icalendar.Calendar.from_ical(parts[0].get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return str(calendar["METHOD"]), event


def test_teacher_and_coordinator_are_each_told_whom_to_call(made: Scene, post_office: PostOffice) -> None:
    booking_id = book(made)
    post("reminder_before", made.cast.people["tess"], booking_id)
    post("visit_coming", made.cast.people["cora"], booking_id)
    walk(post_office)
    move(booking_id, BookingState.CANCELLED)
    post("booking_cancelled", made.cast.people["hana"], booking_id)
    walk(post_office)
    to_tess, to_cora, to_hana = (delivered.text() for delivered in post_office.delivered)
    assert "Contact: Cora, 3456 7890\n" in to_tess
    assert "Contact: Tess, 2345 6789\n" in to_cora
    assert "Contact: Tess, 2345 6789\n" in to_hana


def test_who_gave_no_telephone_is_written_to(made: Scene, post_office: PostOffice) -> None:
    with one_transaction():
        made.cast.user("cora").phone = ""
    post("reminder_before", made.cast.people["tess"], book(made))
    walk(post_office)
    assert "Contact: Cora, cora@example.org\n" in post_office.delivered[0].text()


def test_a_chinese_letter_lists_people_with_chinese_marks(made: Scene, post_office: PostOffice) -> None:
    with one_transaction():
        made.cast.user("tess").language = "zh_Hant_HK"
    post("reminder_before", made.cast.people["tess"], book(made))
    walk(post_office)
    assert "聯絡人：Cora、3456 7890\n" in post_office.delivered[0].text()


def test_a_session_takes_place_at_the_school(app: Flask, cast: Cast, post_office: PostOffice) -> None:
    with app.app_context():
        made = scene(cast, OfferKind.CODING_SESSION)
        post("reminder_morning", cast.people["tess"], book(made))
        walk(post_office)
    text = post_office.delivered[0].text()
    assert "Where: 1 Riverside Road, Tai Wai\n" in text
    assert "a projector and sockets" in text


def test_every_template_has_its_facts() -> None:
    assert set(TRUE_WHILE) | set(OTHERS) == set(LETTERS)


def test_a_request_that_was_not_placed_is_told(made: Scene, post_office: PostOffice) -> None:
    round_ = build.round_(first_day=DAY.replace(year=2027), last_day=DAY.replace(year=2028))
    wish = build.visit_request(round_, made.cast.school(), made.cast.user("tess"))
    with one_transaction():
        user = made.cast.user("tess")
        outbox.queue("not_placed", user=user, dedupe="request:1", now=NOW, visit_request_id=wish.id)
    assert walk(post_office) == {"sent": 1}
    assert post_office.subjects == ["No place this time: P5A"]
    assert f"http://outreach.test/requests/{wish.id}" in post_office.delivered[0].text()


def test_who_waited_learns_that_a_slot_is_gone(made: Scene, post_office: PostOffice) -> None:
    slot = build.slot(build.offer(made.cast.company()), DAY)
    with one_transaction():
        slot.cancel_reason = "The trainer is ill"
        user = made.cast.user("tess")
        outbox.queue("slot_cancelled", user=user, dedupe="slot:1", now=NOW, slot_id=slot.id)
    assert walk(post_office) == {"sent": 1}
    text = post_office.delivered[0].text()
    assert "Reason: The trainer is ill\n" in text
    assert "Pupils" not in text


KEY = re.compile(r"http://outreach\.test/(password/new|invitation)/([\w-]{43})\n")


@pytest.mark.parametrize(
    ("template", "purpose", "path"),
    [
        ("password_reset", TokenPurpose.PASSWORD_RESET, "password/new"),
        ("invitation", TokenPurpose.INVITATION, "invitation"),
    ],
)
def test_a_link_that_opens_an_account_works_once_and_is_kept_nowhere(
    made: Scene, post_office: PostOffice, template: str, purpose: TokenPurpose, path: str
) -> None:
    letter = post(template, made.cast.unopened("tess").id)
    walk(post_office)
    found = KEY.search(post_office.delivered[0].text())
    assert found is not None
    assert found[1] == path
    key = found[2]
    assert key not in row(letter).body_text
    assert f"http://outreach.test/{path}/…\n" in row(letter).body_text
    assert key not in repr([vars(each) for each in db.session.query(type(row(letter)))])
    user = accounts.set_password(key=key, purpose=purpose, password="a new long password", now=NOW)
    assert user.id == made.cast.people["tess"]
    with pytest.raises(Exception, match="used or is too old"):
        accounts.set_password(key=key, purpose=purpose, password="a new long password", now=NOW)


def test_an_invitation_says_for_whom_one_acts(made: Scene, post_office: PostOffice) -> None:
    for name in ("tess", "cora", "hana", "stan"):
        post("invitation", made.cast.unopened(name).id)
    walk(post_office)
    lines = [re.search(r"You act for: (.+)", delivered.text()) for delivered in post_office.delivered]
    assert [line and line[1] for line in lines] == [
        "Tai Wai Riverside Primary School",
        "Robo Works",
        "Hilltop Technology Park",
        "Programme office",
    ]


def test_an_invitation_that_comes_after_the_password_is_not_sent(
    made: Scene, post_office: PostOffice
) -> None:
    letter = post("invitation", made.cast.people["tess"])
    assert walk(post_office) == {"dropped": 1}
    assert (post_office.delivered, row(letter).body_text, db.session.query(Token).count()) == ([], "", 0)


def invitation_letter(made: Scene) -> int:
    """Hana asks Tess, who reads Chinese, to coordinate Robo Works."""
    with one_transaction():
        made.cast.user("tess").language = "zh_Hant_HK"
    facts = {"email": "tess@example.org", "name": "T.", "role": Role.COORDINATOR, "body_id": made.cast.robo}
    asked = invite(**facts, by=made.cast.user("hana"), now=NOW).invitation  # type: ignore[arg-type]
    assert asked is not None
    return asked.id


def test_an_offered_role_is_told_in_the_readers_language(made: Scene, post_office: PostOffice) -> None:
    number = invitation_letter(made)
    assert walk(post_office) == {"sent": 1}
    text = post_office.delivered[0].text()
    assert f"http://outreach.test/invitations/{number}\n" in text
    assert ("機械工房" in text, "Hana" in text, simplified_in(text)) == (True, True, [])


def test_a_withdrawn_invitation_is_not_told(made: Scene, post_office: PostOffice) -> None:
    number = invitation_letter(made)
    withdraw_invitation(invitation_id=number, by=made.cast.user("hana"), now=NOW)
    assert walk(post_office) == {"dropped": 1}
    assert post_office.delivered == []
