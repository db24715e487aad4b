"""Mail against a real SMTP server: what arrives, and what each fault is taken for."""

from __future__ import annotations

import email
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

import icalendar
import pytest

from outreach.config import Settings
from outreach.letters import Letter
from outreach.mail import (
    CalendarEntry,
    FileTransport,
    Heading,
    PermanentFault,
    SmtpServer,
    SmtpTransport,
    TemporaryFault,
    calendar_file,
    compose,
    message_id,
    transport,
)
from tests.smtp_server import PostOffice, Trouble

LETTER = Letter(
    "已確認：人工智能工作坊", "陳老師您好：\n\n下午2:30見。\n", "<p>陳老師您好：</p>", "zh_Hant_HK"
)
HEADING = Heading(
    sender="Outreach 計劃辦事處 <no-reply@outreach.example.org>",
    recipient_name="陳大文",
    recipient="tess@school.example.org",
    key="booking/17/confirmed",
    written_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
)
ENTRY = CalendarEntry(
    uid="booking-17@outreach.example.org",
    revision=2,
    title="AI workshop; SenseTime, and friends",
    place="沙田香港科學園",
    description="34 pupils of P5B\nBring water",
    start=datetime(2026, 12, 3, 6, 30, tzinfo=UTC),
    end=datetime(2026, 12, 3, 8, tzinfo=UTC),
    url="https://outreach.example.org/bookings/17",
)


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


def smtp_to(office: PostOffice, **more: object) -> SmtpTransport:
    return SmtpTransport(replace(SmtpServer("127.0.0.1", office.port, timeout=1.0), **more))  # type: ignore[arg-type]


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


PERMANENT = {
    Trouble.RECIPIENT_REFUSED: "550 5.1.1 no such mailbox",
    Trouble.CONTENT_REFUSED: "554 5.7.1 not wanted",
}
TEMPORARY = [trouble for trouble in Trouble if trouble not in PERMANENT]


@pytest.mark.parametrize("trouble", list(PERMANENT))
def test_a_refusal_of_the_message_is_permanent(post_office: PostOffice, trouble: Trouble) -> None:
    post_office.misbehave(trouble, times=1)
    with smtp_to(post_office) as mail, pytest.raises(PermanentFault) as refused:
        mail.send(compose(LETTER, HEADING))
    assert refused.value.args[0] == PERMANENT[trouble]
    assert post_office.delivered == []


@pytest.mark.parametrize("trouble", TEMPORARY)
def test_every_other_trouble_is_temporary_and_the_next_try_goes_through(
    post_office: PostOffice, trouble: Trouble
) -> None:
    post_office.misbehave(trouble, times=1)
    with smtp_to(post_office) as mail:
        with pytest.raises(TemporaryFault):
            mail.send(compose(LETTER, HEADING))
        mail.send(compose(LETTER, HEADING))
    copies = 2 if trouble is Trouble.TAKEN_THEN_CUT else 1
    assert [each.id for each in post_office.delivered] == [message_id(HEADING.key, HEADING.sender)] * copies


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mail = SmtpTransport(SmtpServer("127.0.0.1", taken.getsockname()[1], timeout=1.0))
        with pytest.raises(TemporaryFault):
            mail.send(compose(LETTER, HEADING))


def test_a_batch_shares_a_connection_and_a_dead_one_is_replaced(post_office: PostOffice) -> None:
    mail = smtp_to(post_office)
    with mail:
        for number in range(3):
            mail.send(compose(LETTER, replace(HEADING, key=str(number))))
        assert post_office.connections == 1
        assert mail._connection is not None
        assert mail._connection.sock is not None
        mail._connection.sock.shutdown(socket.SHUT_RDWR)
        mail.send(compose(LETTER, replace(HEADING, key="after")))
    assert post_office.connections == 2
    assert len(post_office.delivered) == 4


def test_a_refused_message_does_not_spoil_the_next_one(post_office: PostOffice) -> None:
    post_office.misbehave(Trouble.RECIPIENT_REFUSED, times=1)
    with smtp_to(post_office) as mail:
        with pytest.raises(PermanentFault):
            mail.send(compose(LETTER, replace(HEADING, recipient="gone@school.example.org")))
        mail.send(compose(LETTER, HEADING))
    assert post_office.recipients == ["tess@school.example.org"]


def test_a_password_is_used_and_a_wrong_one_is_ours_to_mend() -> None:
    with PostOffice(user="outreach", password="right") as office:
        with (
            smtp_to(office, user="outreach", password="wrong") as mail,
            pytest.raises(TemporaryFault) as refused,
        ):
            mail.send(compose(LETTER, HEADING))
        assert refused.value.args[0].startswith("535 ")
        with smtp_to(office, user="outreach", password="right") as mail:
            mail.send(compose(LETTER, HEADING))
        assert len(office.delivered) == 1


def test_without_starttls_nothing_is_sent_in_clear(post_office: PostOffice) -> None:
    with smtp_to(post_office, starttls=True, user="a", password="b") as mail, pytest.raises(TemporaryFault):
        mail.send(compose(LETTER, HEADING))
    assert (post_office.delivered, post_office.passwords_seen) == ([], 0)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate can be made for the TLS test")
    key, found = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [openssl, *asked.split(), "-keyout", str(key), "-out", str(found)],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(found, key)
    return found, context


def test_over_tls_with_a_certificate_we_trust_and_one_we_do_not(
    certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, context = certificate
    with PostOffice(user="outreach", password="right", tls=context) as office:
        mail = smtp_to(office, starttls=True, user="outreach", password="right")
        with mail, pytest.raises(TemporaryFault, match="CERTIFICATE_VERIFY_FAILED"):
            mail.send(compose(LETTER, HEADING))
        assert office.passwords_seen == 0
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        with mail:
            mail.send(compose(LETTER, HEADING))
        assert (len(office.delivered), office.passwords_seen) == (1, 1)


def test_an_address_the_server_cannot_take_is_permanent(post_office: PostOffice) -> None:
    with smtp_to(post_office) as mail, pytest.raises(PermanentFault):
        mail.send(compose(LETTER, replace(HEADING, recipient="陳@school.example.org")))


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


def test_files_hold_each_message_once(tmp_path: Path) -> None:
    folder = tmp_path / "instance" / "mail"
    with FileTransport(folder) as mail:
        mail.send(compose(LETTER, HEADING))
        mail.send(compose(LETTER, HEADING))
        mail.send(compose(LETTER, replace(HEADING, key="../../etc/other")))
    files = sorted(folder.iterdir())
    assert [path.suffix for path in files] == [".eml", ".eml"]
    messages = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    assert {str(message["Message-ID"]) for message in messages} == {
        message_id(HEADING.key, HEADING.sender),
        message_id("../../etc/other", HEADING.sender),
    }
    assert all(isinstance(message, EmailMessage) for message in messages)


def test_the_settings_choose_the_transport(tmp_path: Path, post_office: PostOffice) -> None:
    files = transport(Settings(instance=tmp_path, mail_transport="files"))
    assert isinstance(files, FileTransport)
    assert files.folder == tmp_path / "mail"
    smtp = transport(
        Settings(
            instance=tmp_path,
            mail_transport="smtp",
            smtp_host="mail.example.org",
            smtp_port=587,
            smtp_user="outreach",
            smtp_password="secret",
            smtp_starttls=True,
        )
    )
    assert isinstance(smtp, SmtpTransport)
    assert smtp.server == SmtpServer("mail.example.org", 587, "outreach", "secret", starttls=True)
