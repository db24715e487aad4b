"""A postman in a process of its own, for tests that kill it.

    python -m tests.races.postman_process DATABASE_URL SMTP_PORT MOMENT [careless]

It walks until nothing is due, then ends. Its clock starts at MOMENT, so that a test need not wait for a dead
predecessor's lease. `careless` is the mutant: it marks a letter as sent before it sends it.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from outreach.app import create_app
from outreach.clock import utc_now
from outreach.config import Settings
from outreach.mail import SmtpServer, SmtpTransport
from outreach.services import outbox, postman


def careless_copy(*, message_id: int, holder: str, **words: Any) -> bool:
    """Mark first, send then."""
    return outbox.mark_sent(message_id=message_id, holder=holder, now=utc_now())


def main(url: str, port: str, moment: str, mutant: str = "") -> None:
    """Deliver until the outbox is empty."""
    ahead = datetime.fromisoformat(moment) - utc_now()

    def clock() -> datetime:
        return utc_now() + ahead

    if mutant == "careless":
        outbox.keep_copy = careless_copy
    app = create_app(Settings(environment="test", database_url=url, secret_key="x" * 32))
    server = SmtpTransport(SmtpServer("127.0.0.1", int(port), timeout=20))
    with app.app_context():
        while postman.deliver(holder=moment, transport=server, clock=clock):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
