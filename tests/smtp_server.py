"""A real SMTP server for tests, which can be told to misbehave at each step of a delivery.

with PostOffice() as post_office:
    post_office.misbehave(Trouble.GREYLIST, times=1)
    ...
    assert post_office.subjects == ["..."]
"""

from __future__ import annotations

import asyncio
import email
import enum
import socket
import ssl
import threading
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Trouble(enum.Enum):
    """What the server does wrong, and at which step."""

    NO_BANNER = "hangs up when a client connects"
    GARBAGE = "answers with something that is no SMTP"
    CLOSING = "421 at MAIL"
    SENDER_REFUSED = "553 at MAIL"
    RECIPIENT_REFUSED = "550 at RCPT"
    GREYLIST = "451 at RCPT"
    MAILBOX_FULL = "452 at RCPT"
    SILENT = "no answer at RCPT"
    CUT_IN_DATA = "hangs up while the message is on its way"
    CONTENT_REFUSED = "554 after the message"
    LATER = "451 after the message"
    TAKEN_THEN_CUT = "takes the message and hangs up before it says so"


MAIL_ANSWERS = {Trouble.CLOSING: "421 4.3.2 closing", Trouble.SENDER_REFUSED: "553 5.1.8 unknown sender"}
RCPT_ANSWERS = {
    Trouble.RECIPIENT_REFUSED: "550 5.1.1 no such mailbox",
    Trouble.GREYLIST: "451 4.7.1 try again later",
    Trouble.MAILBOX_FULL: "452 4.2.2 mailbox full",
}
DATA_ANSWERS = {Trouble.CONTENT_REFUSED: "554 5.7.1 not wanted", Trouble.LATER: "451 4.3.0 out of order"}


@dataclass
class Delivered:
    """One message that the server took."""

    recipients: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def id(self) -> str:
        """The Message-ID."""
        return str(self.message["Message-ID"])

    def text(self, subtype: str = "plain") -> str:
        """The words of the plain or the HTML form."""
        part = self.message.get_body(preferencelist=(subtype,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class PostOffice:
    """The server. `delivered` grows in the order of arrival; `connections` counts clients."""

    user: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    delivered: list[Delivered] = field(default_factory=list)
    connections: int = 0
    passwords_seen: int = 0
    # Called on the server's side: as a message is announced, and when it was taken but the client does not know yet.
    when_announced: Callable[[], None] | None = None
    when_taken: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self._troubles: Counter[Trouble] = Counter()
        self._guard = threading.Lock()
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    def misbehave(self, trouble: Trouble, *, times: int = 1_000_000) -> None:
        """Do `trouble` the next `times` times its step is reached."""
        with self._guard:
            self._troubles[trouble] = times

    def behave(self) -> None:
        """Forget every trouble."""
        with self._guard:
            self._troubles.clear()

    def due(self, *troubles: Trouble) -> Trouble | None:
        """The first of these troubles that is still to be done, used up by one."""
        with self._guard:
            for trouble in troubles:
                if self._troubles[trouble] > 0:
                    self._troubles[trouble] -= 1
                    return trouble
        return None

    def keep(self, envelope: Envelope) -> None:
        """Note a message as delivered."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._guard:
            self.delivered.append(Delivered([str(to) for to in envelope.rcpt_tos], message))

    @property
    def port(self) -> int:
        """Where it listens."""
        server = self._controller.server
        assert server is not None
        return int(server.sockets[0].getsockname()[1])

    @property
    def subjects(self) -> list[str]:
        """The subjects in order of arrival."""
        return [each.subject for each in self.delivered]

    @property
    def recipients(self) -> list[str]:
        """Each message's recipient in order of arrival."""
        return [to for each in self.delivered for to in each.recipients]

    def __enter__(self) -> Self:
        self._controller.start()
        self.connections = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()


class _Hooks:
    def __init__(self, office: PostOffice) -> None:
        self.office = office

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        trouble = self.office.due(*MAIL_ANSWERS)
        if trouble is not None:
            return MAIL_ANSWERS[trouble]
        envelope.mail_from = address
        if self.office.when_announced is not None:
            self.office.when_announced()
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        trouble = self.office.due(Trouble.SILENT, *RCPT_ANSWERS)
        if trouble is Trouble.SILENT:
            await asyncio.sleep(60)
        if trouble is not None:
            return RCPT_ANSWERS[trouble]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        trouble = self.office.due(Trouble.TAKEN_THEN_CUT, *DATA_ANSWERS)
        if trouble in DATA_ANSWERS:
            return DATA_ANSWERS[trouble]
        self.office.keep(envelope)
        if self.office.when_taken is not None:
            self.office.when_taken()
        if trouble is Trouble.TAKEN_THEN_CUT:
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    transport = server.transport
    assert isinstance(transport, asyncio.WriteTransport)
    transport.abort()


class _Server(SMTP):
    office: PostOffice

    async def _handle_client(self) -> None:
        self.office.connections += 1
        trouble = self.office.due(Trouble.NO_BANNER, Trouble.GARBAGE)
        if trouble is Trouble.GARBAGE:
            await self.push("HTTP/1.1 400 what do you want")
        if trouble is not None:
            _hang_up(self)
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.office.due(Trouble.CUT_IN_DATA) is not None:
            await self.push("354 go on")
            _hang_up(self)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def __init__(self, office: PostOffice, **where: Any) -> None:
        self.office = office
        super().__init__(_Hooks(office), **where)

    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without TLS; this server listens to tests on this machine only.
            warnings.simplefilter("ignore", UserWarning)
            office = self.office
            server = _Server(
                self.handler,
                hostname="localhost",
                enable_SMTPUTF8=False,
                tls_context=office.tls,
                require_starttls=office.tls is not None,
                authenticator=self._judge,
                auth_required=bool(office.user),
                auth_require_tls=office.tls is not None,
            )
        server.office = office
        return server

    def _judge(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        self.office.passwords_seen += 1
        wanted = LoginPassword(self.office.user.encode(), self.office.password.encode())
        return AuthResult(success=given == wanted, handled=False)

    def _trigger_server(self) -> None:
        # The original connects to the port it was given, which is 0 here.
        with socket.create_connection(("127.0.0.1", self.office.port), timeout=5) as caller:
            caller.recv(1024)
