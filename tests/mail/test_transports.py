"""Handing messages to a real SMTP server: what each fault is taken for, passwords, TLS; and letters as files."""

from __future__ import annotations

import email
import shutil
import socket
import ssl
import subprocess
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from outreach.config import Settings
from outreach.mail import (
    FileTransport,
    PermanentFault,
    SmtpServer,
    SmtpTransport,
    TemporaryFault,
    compose,
    message_id,
    transport,
)
from tests.mail.samples import HEADING, LETTER, smtp_to
from tests.smtp_server import PostOffice, Trouble

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
