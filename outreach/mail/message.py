"""Messages: a letter with its headers and, for a visit, an entry for the reader's own calendar. Start with `compose`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vText

from outreach.letters import Letter, language_tag
from outreach.mail.fault import PermanentFault

# A line of a message has 998 characters at most (RFC 5322).
LONGEST_LINE = 998


class _WholeSubjects(EmailPolicy):
    """Leaves an English subject on one line: a fold right after the colon, which the library likes, shows as a space."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as it goes over the wire."""
        whole = f"{name}: {value}"
        if name == "Subject" and whole.isascii() and len(whole) <= LONGEST_LINE:
            return whole.encode() + self.linesep.encode()
        return super().fold_binary(name, value)


# 7bit lets the content manager choose quoted-printable or base64, whichever is shorter: no server need know 8BITMIME.
_POLICY = _WholeSubjects(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True)
class CalendarEntry:
    """A visit for the reader's own calendar. `revision` grows with every change; `cancelled` takes the entry away;
    a `tentative` one still waits for the reader's answer."""

    uid: str
    revision: int
    title: str
    place: str
    description: str
    start: datetime
    end: datetime
    url: str
    cancelled: bool = False
    tentative: bool = False


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
    event.add("status", _status(entry))
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    name, address = parseaddr(heading.sender)
    event["organizer"] = vCalAddress(f"mailto:{address}", params={"CN": vText(name)})
    reader = vCalAddress(f"mailto:{heading.recipient}")
    # The answer is given on the booking's page, so mail programs are told not to offer their own.
    answer = "NEEDS-ACTION" if entry.tentative else "ACCEPTED"
    reader.params.update(
        {"CN": vText(heading.recipient_name), "PARTSTAT": vText(answer), "RSVP": vText("FALSE")}
    )
    event.add("attendee", reader, encode=False)
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content.decode()


def _status(entry: CalendarEntry) -> str:
    if entry.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.tentative else "CONFIRMED"
