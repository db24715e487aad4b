"""From the outbox to the mailbox, through a real SMTP server: each letter once, true when it goes, none lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from outreach.mail import SmtpServer, SmtpTransport, message_id
from outreach.models import BookingState, OutboxState
from outreach.services import outbox
from outreach.services.letter_facts import TRUE_WHILE
from outreach.services.postman import deliver
from outreach.services.transaction import one_transaction
from tests.cast import Cast
from tests.smtp_server import PostOffice, Trouble
from tests.visit_rows import DAY, NOW, Scene, book, move, post, row, scene, states, walk

SENDER = "Outreach <no-reply@outreach.example.org>"


@pytest.fixture
def made(app: Flask, cast: Cast) -> Iterator[Scene]:
    with app.app_context():
        yield scene(cast)


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


@pytest.mark.parametrize("template", sorted(TRUE_WHILE))
def test_every_letter_about_a_booking_goes_out_only_while_it_is_true(
    made: Scene, post_office: PostOffice, template: str
) -> None:
    for number, state in enumerate(BookingState):
        # Each on a day of its own: one slot, one booking.
        booking = book(made, state, day=DAY + timedelta(days=number))
        facts = {"moved_from": booking} if template == "booking_moved" else {}
        post(template, made.cast.people["tess"], booking, **facts)
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
