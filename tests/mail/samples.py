"""A letter, its heading and a calendar entry for the tests of mail; and a transport to a test's post office."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from outreach.letters import Letter
from outreach.mail import CalendarEntry, Heading, SmtpServer, SmtpTransport
from tests.smtp_server import PostOffice

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


def smtp_to(office: PostOffice, **more: object) -> SmtpTransport:
    return SmtpTransport(replace(SmtpServer("127.0.0.1", office.port, timeout=1.0), **more))  # type: ignore[arg-type]
