"""From the outbox to the mailbox, through a real SMTP server: each letter once, true when it goes, none lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import icalendar
import pytest
from flask import Flask

from outreach.mail import SmtpServer, SmtpTransport, message_id
from outreach.models import BookingState, OfferKind, OutboxState, TokenPurpose, db
from outreach.services import accounts, outbox
from outreach.services.letter_facts import OTHERS, TRUE_WHILE
from outreach.services.postman import deliver
from outreach.services.transaction import one_transaction
from tests import build
from tests.cast import Cast
from tests.smtp_server import PostOffice, Trouble
from tests.visit_rows import DAY, NOW, Scene, book, move, post, row, scene, stand_in_pages, states

SENDER = "Outreach <no-reply@outreach.example.org>"


@pytest.fixture
def made(app: Flask, cast: Cast) -> Iterator[Scene]:
    stand_in_pages(app)
    with app.app_context():
        yield scene(cast)


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


def walk(
    office: PostOffice, now: datetime = NOW, holder: str = "worker-1", limit: int = 50
) -> dict[str, int]:
    """One tick of the worker."""
    server = SmtpServer("127.0.0.1", office.port, timeout=2.0)
    return dict(deliver(holder=holder, transport=SmtpTransport(server), clock=lambda: now, limit=limit))


def test_a_letter_goes_out_in_the_readers_language_and_a_copy_is_kept(
    made: Scene, post_office: PostOffice
) -> None:
    with one_transaction():
        made.cast.user("tess").language = "zh_Hant_HK"
    letter = post("booking_confirmed", made.cast.people["tess"], book(made), key="booking:1:confirmed")
    assert walk(post_office) == {"sent": 1}
    (delivered,) = post_office.delivered
    assert delivered.recipients == ["tess@example.org"]
    assert delivered.id == message_id("booking:1:confirmed", SENDER)
    text = delivered.text()
    for words in (
        "與機械人共度早上",
        "2026年12月3日（星期四）下午2:30至4:00",
        "科學園5號",
        "大圍河畔小學",
        "機械工房",
    ):
        assert words in text
    assert "http://outreach.test/bookings/" in text
    kept = row(letter)
    assert (kept.state, kept.sent_at, kept.attempts, kept.lease_until) == (OutboxState.SENT, NOW, 1, None)
    assert kept.subject == delivered.subject
    assert kept.body_text == text
    assert walk(post_office) == {}


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


def event_of(delivered: object) -> tuple[str, icalendar.Event]:
    parts = [part for part in delivered.message.walk() if part.get_content_type() == "text/calendar"]  # type: ignore[attr-defined]
    calendar = icalendar.Calendar.from_ical(parts[0].get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return str(calendar["METHOD"]), event


def test_teacher_and_coordinator_are_each_told_whom_to_call(made: Scene, post_office: PostOffice) -> None:
    booking_id = book(made)
    post("reminder_before", made.cast.people["tess"], booking_id)
    post("visit_coming", made.cast.people["cora"], booking_id)
    walk(post_office)
    to_tess, to_cora = (delivered.text() for delivered in post_office.delivered)
    assert "Contact: Cora, 3456 7890\n" in to_tess
    assert "Contact at the school: Tess, 2345 6789\n" in to_cora


def test_a_session_takes_place_at_the_school(app: Flask, cast: Cast, post_office: PostOffice) -> None:
    stand_in_pages(app)
    with app.app_context():
        made = scene(cast, OfferKind.CODING_SESSION)
        post("reminder_morning", cast.people["tess"], book(made))
        walk(post_office)
    text = post_office.delivered[0].text()
    assert "Where: 1 Riverside Road, Tai Wai\n" in text
    assert "a projector and sockets" in text


@pytest.mark.parametrize("template", sorted(TRUE_WHILE))
def test_every_letter_about_a_booking_goes_out_only_while_it_is_true(
    made: Scene, post_office: PostOffice, template: str
) -> None:
    for number, state in enumerate(BookingState):
        # Each on a day of its own: one slot, one booking.
        post(template, made.cast.people["tess"], book(made, state, day=DAY + timedelta(days=number)))
    assert walk(post_office) == {"sent": 1, "dropped": len(BookingState) - 1}
    sent = [state for state, end in zip(BookingState, states(), strict=True) if end is OutboxState.SENT]
    assert sent == [TRUE_WHILE[template]]


def test_nothing_goes_out_after_a_cancellation(made: Scene, post_office: PostOffice) -> None:
    booking_id = book(made)
    for template in ("booking_confirmed", "reminder_before", "reminder_morning"):
        post(template, made.cast.people["tess"], booking_id)
    move(booking_id, BookingState.CANCELLED)
    assert walk(post_office) == {"dropped": 3}
    assert post_office.delivered == []


def test_a_visit_that_has_begun_is_not_announced(made: Scene, post_office: PostOffice) -> None:
    post("reminder_morning", made.cast.people["tess"], book(made), now=NOW + timedelta(days=10))
    assert walk(post_office, NOW + timedelta(days=12)) == {"dropped": 1}


def test_a_closed_account_gets_no_letters(made: Scene, post_office: PostOffice) -> None:
    post("booking_confirmed", made.cast.people["tess"], book(made))
    with one_transaction():
        made.cast.user("tess").active = False
    assert walk(post_office) == {"dropped": 1}


def test_every_template_has_its_facts() -> None:
    from outreach.letters import LETTERS

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
    letter = post(template, made.cast.people["tess"])
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
        post("invitation", made.cast.people[name])
    walk(post_office)
    lines = [re.search(r"You act for: (.+)", delivered.text()) for delivered in post_office.delivered]
    assert [line and line[1] for line in lines] == [
        "Tai Wai Riverside Primary School",
        "Robo Works",
        "Hilltop Technology Park",
        "Programme office",
    ]


def test_temporary_trouble_is_tried_again_later_and_later(made: Scene, post_office: PostOffice) -> None:
    post_office.misbehave(Trouble.GREYLIST)
    letter = post("booking_confirmed", made.cast.people["tess"], book(made))
    now, waits = NOW, []
    for _ in range(7):
        assert walk(post_office, now) == {"put_off": 1}
        assert walk(post_office, now) == {}
        waits.append(row(letter).due_at - now)
        now = row(letter).due_at
    assert waits == [timedelta(minutes=number) for number in (1, 5, 15, 60, 240, 240, 240)]
    assert row(letter).fault == "451 4.7.1 try again later"
    post_office.behave()
    assert walk(post_office, now) == {"sent": 1}
    assert (row(letter).fault, row(letter).attempts) == ("", 8)


def test_a_refused_address_fails_at_once_and_staff_may_try_again(
    made: Scene, post_office: PostOffice
) -> None:
    post_office.misbehave(Trouble.RECIPIENT_REFUSED, times=1)
    letter = post("booking_confirmed", made.cast.people["tess"], book(made))
    assert walk(post_office) == {"failed": 1}
    assert row(letter).fault == "PermanentFault: 550 5.1.1 no such mailbox"
    assert walk(post_office, NOW + timedelta(days=1)) == {}
    outbox.retry(message=row(letter), by=made.person("stan"), now=NOW + timedelta(days=1))
    assert walk(post_office, NOW + timedelta(days=1)) == {"sent": 1}
    with pytest.raises(outbox.NotForRetry):
        outbox.retry(message=row(letter), by=made.person("stan"), now=NOW)


def test_late_letters_expire_unsent(made: Scene, post_office: PostOffice) -> None:
    letter = post("booking_confirmed", made.cast.people["tess"], book(made))
    late = NOW + outbox.KEEP_TRYING
    assert walk(post_office, late) == {}
    assert outbox.expire_late(now=late - timedelta(seconds=1)) == 0
    assert outbox.expire_late(now=late) == 1
    assert row(letter).state is OutboxState.EXPIRED
    assert post_office.delivered == []


def test_a_server_that_is_down_is_not_asked_for_every_letter(made: Scene) -> None:
    for number in range(6):
        post("booking_confirmed", made.cast.people["tess"], book(made, day=DAY + timedelta(days=number)))
    with PostOffice() as office:
        port = office.port
    server = SmtpServer("127.0.0.1", port, timeout=1.0)
    ends = deliver(holder="w", transport=SmtpTransport(server), clock=lambda: NOW)
    assert ends == Counter(put_off=3)
    assert Counter(states()) == Counter({OutboxState.WAITING: 6})


def test_the_batch_ends_at_its_limit(made: Scene, post_office: PostOffice) -> None:
    for number in range(3):
        post("booking_confirmed", made.cast.people["tess"], book(made, day=DAY + timedelta(days=number)))
    assert walk(post_office, limit=2) == {"sent": 2}
    assert walk(post_office, limit=2) == {"sent": 1}


def test_a_dead_workers_letter_comes_back_when_its_lease_ends(made: Scene, post_office: PostOffice) -> None:
    letter = post("booking_confirmed", made.cast.people["tess"], book(made))
    assert outbox.claim(holder="dead", now=NOW) == letter
    assert walk(post_office, NOW + outbox.LEASE - timedelta(seconds=1)) == {}
    assert walk(post_office, NOW + outbox.LEASE) == {"sent": 1}


def test_who_lost_the_lease_neither_sends_nor_settles(made: Scene, post_office: PostOffice) -> None:
    letter = post("booking_confirmed", made.cast.people["tess"], book(made))
    outbox.claim(holder="slow", now=NOW)
    later = NOW + outbox.LEASE
    assert outbox.claim(holder="quick", now=later) == letter
    assert not outbox.keep_copy(message_id=letter, holder="slow", subject="s", text="t")
    assert not outbox.mark_sent(message_id=letter, holder="slow", now=later)
    assert not outbox.mark_failed(message_id=letter, holder="slow", fault="f")
    assert not outbox.put_off(message_id=letter, holder="slow", fault="f", now=later)
    assert not outbox.mark_dropped(message_id=letter, holder="slow")
    assert (row(letter).state, row(letter).lease_holder) == (OutboxState.SENDING, "quick")
    assert outbox.mark_sent(message_id=letter, holder="quick", now=later)


def test_one_key_is_queued_once(made: Scene, post_office: PostOffice) -> None:
    booking_id = book(made)
    first = post("booking_confirmed", made.cast.people["tess"], booking_id, key="booking:9:confirmed")
    assert post("booking_confirmed", made.cast.people["tess"], booking_id, key="booking:9:confirmed") == first
    assert walk(post_office) == {"sent": 1}
