"""Mail: a rendered letter becomes a message, a transport hands it over, and a fault says whether to try again.

Start with `compose` and `SmtpTransport.send`. A message's id depends on its outbox row alone, so that a second copy after a
crash is the same message to the reader's mail program. A calendar entry keeps one UID for the life of its booking.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol, Self

from icalendar import Calendar, Event, vCalAddress, vText

from outreach.config import Settings
from outreach.letters import Letter, language_tag

# 7bit lets the content manager choose quoted-printable or base64, whichever is shorter: no server need know 8BITMIME.
_POLICY = policy.SMTP.clone(cte_type="7bit")


class MailFault(Exception):
    """A message was not handed over; `args[0]` says why, in the server's words where there were some."""


class TemporaryFault(MailFault):
    """Try again later: the server, the network or our own set-up is the trouble, not the message."""


class PermanentFault(MailFault):
    """Trying again cannot help: the message or its recipient was refused."""


@dataclass(frozen=True)
class CalendarEntry:
    """A visit for the reader's own calendar. `revision` grows with every change; `cancelled` takes the entry away."""

    uid: str
    revision: int
    title: str
    place: str
    description: str
    start: datetime
    end: datetime
    url: str
    cancelled: bool = False


@dataclass(frozen=True)
class Heading:
    """Who sends what to whom, and when. `key` names the message: the same key gives the same Message-ID."""

    sender: str
    recipient_name: str
    recipient: str
    key: str
    written_at: datetime


def message_id(key: str, sender: str) -> str:
    """The Message-ID of `key`: stable, short enough never to be folded, at the sender's domain."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{_address(*parseaddr(sender)).domain}>"


def _address(name: str, spec: str) -> Address:
    # Control characters in a header are an injection; a name may lose them, an address may not have any.
    readable = "".join(letter if letter.isprintable() else " " for letter in name)
    try:
        return Address(display_name=" ".join(readable.split()), addr_spec=spec)
    except (ValueError, IndexError, HeaderParseError) as fault:
        raise PermanentFault(f"{spec!r} is not a mail address") from fault


def compose(letter: Letter, heading: Heading, entry: CalendarEntry | None = None) -> EmailMessage:
    """The message: text, HTML and, for a visit, a calendar entry. Raises PermanentFault where an address is none."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(*parseaddr(heading.sender))
    message["To"] = _address(heading.recipient_name, heading.recipient)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(heading.written_at)
    message["Message-ID"] = message_id(heading.key, heading.sender)
    # Holiday repliers and mailing lists leave a message alone that says it is automatic.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if entry is not None:
        _attach(message, entry, heading)
    # Last: what begins with Content- moves into the first part when a second one joins it.
    message["Content-Language"] = language_tag(letter.language)
    return message


def _attach(message: EmailMessage, entry: CalendarEntry, heading: Heading) -> None:
    # As an alternative it becomes a calendar card in the mail program; as a file it can be opened anywhere else.
    content = calendar_file(entry, heading)
    method = "CANCEL" if entry.cancelled else "REQUEST"
    message.add_alternative(content, subtype="calendar", params={"method": method})
    message.add_attachment(content.encode(), maintype="text", subtype="calendar", filename="visit.ics")


def calendar_file(entry: CalendarEntry, heading: Heading) -> str:
    """The entry as iCalendar (RFC 5545, 5546): METHOD REQUEST, or CANCEL with the same UID. Times are in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Outreach//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if entry.cancelled else "REQUEST")
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.revision)
    event.add("dtstamp", heading.written_at)
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    event.add("summary", entry.title)
    event.add("location", entry.place)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    name, address = parseaddr(heading.sender)
    event["organizer"] = vCalAddress(f"mailto:{address}", params={"CN": vText(name)})
    reader = vCalAddress(f"mailto:{heading.recipient}")
    # The answer is given on the booking's page, so mail programs are told not to offer their own.
    reader.params.update(
        {"CN": vText(heading.recipient_name), "PARTSTAT": vText("ACCEPTED"), "RSVP": vText("FALSE")}
    )
    event.add("attendee", reader, encode=False)
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content.decode()


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
