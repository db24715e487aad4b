"""The people of a race: each with a school, an open session and a browser that speaks HTTP; and running them all at once.

Accounts, sessions and form tokens are made once for all rounds of a race and written straight into the database: a race is
about what the buttons do, the sign-in page and the forms have their own tests.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from outreach.clock import is_working_day, today, utc_now
from outreach.models import FinanceType, Membership, Role, School, SchoolLevel, User, UserSession, db
from outreach.services.tokens import key_hash, new_key
from outreach.services.transaction import one_transaction
from outreach.web.security import SESSION_KEY

PATIENCE = 120
BOOKED = re.compile(r"^/bookings/(\d+)$")


@dataclass
class Racer:
    """One person's browser; `school` is 0 for somebody of a company."""

    user: int
    school: int
    cookie: str
    csrf: str

    def press(self, host: str, path: str, **fields: object) -> tuple[int, str]:
        """Send one form; the answer's status and where it leads."""
        connection = HTTPConnection(host, timeout=PATIENCE)
        headers = {
            "Cookie": f"outreach={self.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request("POST", path, urlencode({"csrf_token": self.csrf, **fields}), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location") or ""
        finally:
            connection.close()

    def book(self, host: str, slot: int, pupils: int, form_key: str = "") -> tuple[int, str]:
        """Ask for a free place; with a new form unless its key is given."""
        fields = self.group(pupils) | {"form_key": form_key or new_key()}
        return self.press(host, f"/slots/{slot}/book", **fields)

    def group(self, pupils: int) -> dict[str, object]:
        """The fields of the racer's class."""
        return {
            "school_id": self.school,
            "group_label": "P5A",
            "grade": "P5",
            "pupils": pupils,
            "staff": 2,
            "languages": "yue",
        }


def teachers(app: Flask, number: int) -> list[Racer]:
    """So many teachers, each of a school of their own."""
    with app.app_context(), one_transaction():
        seats = [_teacher(place) for place in range(number)]
    return [_browser(app, *seat) for seat in seats]


def coordinator(app: Flask, company: int) -> Racer:
    """Somebody who acts for a company."""
    with app.app_context(), one_transaction():
        user = User(email="host@example.org", name="Host", created_at=utc_now())
        db.session.add(user)
        db.session.flush()
        db.session.add(Membership(user_id=user.id, role=Role.COORDINATOR, company_id=company))
        host = (user.id, 0, _session(user))
    return _browser(app, *host)


def _teacher(place: int) -> tuple[int, int, str]:
    school = School(
        source_key=f"race-{place}",
        level=SchoolLevel.PRIMARY,
        finance_type=FinanceType.AIDED,
        name_en=f"School {place}",
        name_zh=f"第{place}小學",
        district="R",
        longitude=114.18,
        latitude=22.38,
        created_at=utc_now(),
    )
    user = User(email=f"racer{place}@example.org", name=f"Racer {place}", created_at=utc_now())
    db.session.add_all([school, user])
    db.session.flush()
    db.session.add(Membership(user_id=user.id, role=Role.TEACHER, school_id=school.id))
    return user.id, school.id, _session(user)


def _session(user: User) -> str:
    now, key = utc_now(), new_key()
    lasting = now + timedelta(hours=12)
    db.session.add(UserSession(key_hash=key_hash(key), user_id=user.id, created_at=now, expires_at=lasting))
    return key


def _browser(app: Flask, user: int, school: int, key: str) -> Racer:
    # A context of its own: Flask-WTF makes one token for each.
    with app.test_request_context():
        csrf = generate_csrf()
        kept = dict(session) | {SESSION_KEY: key, "_user_id": str(user), "_fresh": True}
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return Racer(user, school, serializer.dumps(kept), csrf)


def all_at_once(acts: list[Callable[[], None]]) -> None:
    """Each in a thread of its own, begun together; returns when they have ended or nobody waits any longer."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        start.wait(PATIENCE)
        act()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)


def school_days() -> Iterator[date]:
    """School days from five weeks on."""
    day = today() + timedelta(days=35)
    while True:
        if is_working_day(day):
            yield day
        day += timedelta(days=1)
