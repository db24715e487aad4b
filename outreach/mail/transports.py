"""Transports: SMTP for people, files for one machine. Start with `SmtpTransport.send`; `judged` tells the faults apart."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, Self

from outreach.config import Settings
from outreach.mail.fault import MailFault, PermanentFault, TemporaryFault


class Transport(Protocol):
    """Hands messages over. Used as a context: what it opens for one batch it closes at the end."""

    def send(self, message: EmailMessage) -> None:
        """Return once the message is in other hands; raise TemporaryFault or PermanentFault otherwise."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class FileTransport:
    """For one machine: each message becomes a file that a mail program can open. The same message is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write `<message id>.eml`; the name is ours, so nothing of the message can steer the path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:32]
        half = self.folder / f".{name}.part"
        half.write_bytes(message.as_bytes())
        half.replace(self.folder / f"{name}.eml")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@dataclass(frozen=True)
class SmtpServer:
    """Where mail goes out. `timeout` is seconds for each answer of the server."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    timeout: float = 20.0


class SmtpTransport:
    """SMTP with one connection for a batch. A connection that has died between two messages is opened again."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self._connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Hand one message over.

        A fault after the server's last answer may mean that it took the message: the next try is then a second copy with
        the same Message-ID, which is the price of losing none.
        """
        try:
            self._connected().send_message(message)
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            self.close()
            raise judged(fault) from fault

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and not _answers(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    def _opened(self) -> smtplib.SMTP:
        server = self.server
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.starttls:
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Say goodbye where the server still listens. What it answers cannot change what was handed over."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answers(connection: smtplib.SMTP) -> bool:
    try:
        return connection.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def judged(fault: Exception) -> MailFault:
    """Tell a refusal of this message (permanent) from every other trouble (temporary).

    A wrong password, a sender the server does not know or a missing STARTTLS are ours to mend, and the mail must still be
    there when we have: they count as temporary.
    """
    words = _said(fault)
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in fault.recipients.values()]
        return PermanentFault(words) if all(500 <= code < 600 for code in codes) else TemporaryFault(words)
    if isinstance(fault, smtplib.SMTPDataError) and 500 <= fault.smtp_code < 600:
        return PermanentFault(words)
    if isinstance(fault, smtplib.SMTPNotSupportedError) and "SMTPUTF8" in words:
        return PermanentFault(words)
    return TemporaryFault(words)


def _said(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return "; ".join(_answer(code, said) for code, said in fault.recipients.values())
    if isinstance(fault, smtplib.SMTPResponseException):
        return _answer(fault.smtp_code, fault.smtp_error)
    return f"{type(fault).__name__}: {fault}"


def _answer(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(words.split())}"[:300]


def transport(settings: Settings) -> Transport:
    """The transport that the settings ask for; files land in the instance folder under `mail`."""
    if settings.mail_transport == "files":
        return FileTransport(settings.instance / "mail")
    password = settings.smtp_password.get_secret_value()
    return SmtpTransport(
        SmtpServer(
            settings.smtp_host, settings.smtp_port, settings.smtp_user, password, settings.smtp_starttls
        )
    )
