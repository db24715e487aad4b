"""The last seats of a slot, and many teachers who press "Book the place" at the same moment.

`SeatRace` writes a published round with one school and one teacher for each racer. `run` lets every teacher send the real
form over HTTP for one slot and counts what came of it, in the answers and in the database.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select

from outreach.clock import is_working_day, today, utc_now
from outreach.models import (
    LIVE,
    Booking,
    Company,
    FinanceType,
    Membership,
    Offer,
    Role,
    RoundState,
    School,
    SchoolLevel,
    Slot,
    User,
    UserSession,
    db,
)
from outreach.services.tokens import key_hash, new_key
from outreach.services.transaction import one_transaction
from outreach.web.security import SESSION_KEY
from tests import build

SEATS = 30
PATIENCE = 120
BOOKED = re.compile(r"^/bookings/(\d+)$")


@dataclass
class Outcome:
    """What one race, or several, came to."""

    answers: Counter[int] = field(default_factory=Counter)
    oversold: int = 0
    lost: int = 0
    miscounted: int = 0
    needlessly_refused: int = 0
    silent: int = 0

    def add(self, other: Outcome) -> None:
        """Sum up."""
        self.answers += other.answers
        for name in ("oversold", "lost", "miscounted", "needlessly_refused", "silent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def faults(self) -> int:
        """Answers that are neither a booking nor a refusal in words."""
        return self.silent + sum(
            number for status, number in self.answers.items() if status not in (303, 409)
        )


@dataclass
class Racer:
    """One teacher's browser."""

    school: int
    cookie: str
    csrf: str = ""

    def ask(
        self, host: str, method: str, path: str, fields: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """One request; its status, its Location and its body. The session's cookie is carried along."""
        connection = HTTPConnection(host, timeout=PATIENCE)
        headers = {"Cookie": f"outreach={self.cookie}"}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
            answer = connection.getresponse()
            body = answer.read().decode()
            given = re.search(r"outreach=([^;]+)", answer.getheader("Set-Cookie") or "")
            self.cookie = given[1] if given else self.cookie
            return answer.status, answer.getheader("Location") or "", body
        finally:
            connection.close()

    def open_form(self, host: str, slot: int) -> None:
        """See the page once, and take its token."""
        status, _location, body = self.ask(host, "GET", f"/slots/{slot}/book")
        found = re.search(r'name="csrf_token" value="([^"]+)"', body)
        assert found and status == 200, (status, body[:500])
        self.csrf = found[1]

    def book(self, host: str, slot: int, pupils: int, form_key: str = "") -> tuple[int, str]:
        """Send the form; a new one unless its key is given."""
        fields = {
            "csrf_token": self.csrf,
            "form_key": form_key or new_key(),
            "school_id": str(self.school),
            "group_label": "P5A",
            "grade": "P5",
            "pupils": str(pupils),
            "staff": "2",
            "languages": "yue",
        }
        status, location, _body = self.ask(host, "POST", f"/slots/{slot}/book", fields)
        return status, location


class SeatRace:
    """Schools, teachers with open sessions, and an offer with one slot a day."""

    def __init__(self, app: Flask, racers: int) -> None:
        self.app = app
        self.days = school_days()
        with app.app_context():
            self.racers = [self._racer(number) for number in range(racers)]
            company = build.kept(Company(name_en="Small firm", name_zh="小公司", created_at=utc_now()))
            first = today()
            build.round_(RoundState.PUBLISHED, first_day=first, last_day=first + timedelta(days=365))
            self.offer = build.offer(company, max_pupils=SEATS, max_groups=50).id

    def _racer(self, number: int) -> Racer:
        now, key = utc_now(), new_key()
        with one_transaction():
            school = School(
                source_key=f"race-{number}",
                level=SchoolLevel.PRIMARY,
                finance_type=FinanceType.AIDED,
                name_en=f"School {number}",
                name_zh=f"第{number}小學",
                district="R",
                longitude=114.18,
                latitude=22.38,
                created_at=now,
            )
            user = User(email=f"racer{number}@example.org", name=f"Racer {number}", created_at=now)
            db.session.add_all([school, user])
            db.session.flush()
            db.session.add(Membership(user_id=user.id, role=Role.TEACHER, school_id=school.id))
            expires_at = now + timedelta(hours=12)
            db.session.add(
                UserSession(key_hash=key_hash(key), user_id=user.id, created_at=now, expires_at=expires_at)
            )
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        cookie = serializer.dumps({SESSION_KEY: key, "_user_id": str(user.id), "_fresh": True})
        return Racer(school.id, cookie)

    def next_slot(self) -> int:
        """A slot on a day of its own: each school comes once a day."""
        with self.app.app_context():
            number: int = build.slot(db.session.get_one(Offer, self.offer), next(self.days)).id
            return number

    def run(self, host: str, sizes: list[int]) -> Outcome:
        """Everybody books at once; `sizes` has one group for each racer."""
        slot = self.next_slot()
        start = threading.Barrier(len(sizes))
        answers: list[tuple[int, str, int]] = []

        def race(racer: Racer, pupils: int) -> None:
            start.wait(PATIENCE)
            status, location = racer.book(host, slot, pupils)
            answers.append((status, location, pupils))

        for racer in self.racers[: len(sizes)]:
            if not racer.csrf:
                racer.open_form(host, slot)
        threads = [threading.Thread(target=race, args=pair) for pair in zip(self.racers, sizes, strict=False)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        outcome = self._judge(slot, answers)
        outcome.silent = len(sizes) - len(answers)
        return outcome

    def press_often(self, host: str, times: int) -> tuple[set[tuple[int, str]], int]:
        """One teacher sends one form many times at once: the different answers, and how many bookings there are."""
        slot, key, racer = self.next_slot(), new_key(), self.racers[0]
        racer.open_form(host, slot)
        start = threading.Barrier(times)
        answers: list[tuple[int, str]] = []

        def press() -> None:
            own = Racer(racer.school, racer.cookie, racer.csrf)
            start.wait(PATIENCE)
            answers.append(own.book(host, slot, SEATS, key))

        threads = [threading.Thread(target=press) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert len(answers) == times
        with self.app.app_context():
            made = db.session.scalar(select(func.count(Booking.id)).where(Booking.slot_id == slot)) or 0
        return set(answers), made

    def _judge(self, slot: int, answers: list[tuple[int, str, int]]) -> Outcome:
        """Compare what was answered with what is in the database."""
        acknowledged = {int(found[1]) for _, location, _ in answers if (found := BOOKED.match(location))}
        with self.app.app_context():
            row = db.session.get_one(Slot, slot)
            held = select(Booking).where(Booking.slot_id == slot, Booking.state.in_(LIVE))
            kept = {booking.id: booking.pupils for booking in db.session.scalars(held).unique()}
            pupils = sum(kept.values())
            counted = db.session.scalar(select(func.count()).select_from(held.subquery()))
            right = (row.pupils_taken, row.groups_taken) == (pupils, counted)
        refused = [size for status, _, size in answers if status == 409]
        return Outcome(
            answers=Counter(status for status, _, _ in answers),
            oversold=max(0, pupils - SEATS),
            lost=len(acknowledged - set(kept)),
            miscounted=0 if right else 1,
            needlessly_refused=sum(size <= SEATS - pupils for size in refused),
        )


def school_days() -> Iterator[date]:
    """School days from five weeks on."""
    day = today() + timedelta(days=35)
    while True:
        if is_working_day(day):
            yield day
        day += timedelta(days=1)
