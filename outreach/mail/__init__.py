"""Mail: a rendered letter becomes a message, a transport hands it over, and a fault says whether to try again.

A message's id depends on its outbox row alone, so that a second copy after a crash is the same message to the reader's mail
program. A calendar entry keeps one UID for the life of its booking.
"""

from __future__ import annotations

from outreach.mail.fault import MailFault, PermanentFault, TemporaryFault
from outreach.mail.message import CalendarEntry, Heading, calendar_file, compose, message_id
from outreach.mail.transports import FileTransport, SmtpServer, SmtpTransport, Transport, transport

__all__ = [
    "CalendarEntry",
    "FileTransport",
    "Heading",
    "MailFault",
    "PermanentFault",
    "SmtpServer",
    "SmtpTransport",
    "TemporaryFault",
    "Transport",
    "calendar_file",
    "compose",
    "message_id",
    "transport",
]
