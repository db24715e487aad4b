"""One real round, end to end, through the real parts: pages, database, worker, solver child, mail server.

Cora writes an offer with a slot, Tess and Theo ask for it, Stan closes the round, runs the scheduler and publishes; the one
who has the place confirms it, is reminded by letter, cancels, and the seats are free again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text

from outreach.clock import is_working_day, today
from tests.cast import Cast, make_cast
from tests.journeys.visitor import Visitor
from tests.processes import served, working
from tests.smtp_server import PostOffice

pytestmark = pytest.mark.slow
PATIENCE = 180


@pytest.fixture
def people(app) -> Cast:
    """The cast, under the clock of this very day: other processes cannot be told another."""
    from outreach.clock import utc_now

    with app.app_context():
        return make_cast(utc_now())


def school_day(after: date) -> date:
    """The first day of lessons after `after`."""
    day = after + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def await_(what: Callable[[], object], said: str) -> object:
    """Ask again until there is an answer; the machine may be busy with everything else."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        answer = what()
        if answer:
            return answer
        time.sleep(0.3)
    raise AssertionError(f"waited {PATIENCE} s in vain for {said}")


def number(path: str) -> int:
    """The row's number in an address."""
    found = re.search(r"/(\d+)(/|$|\?)", path)
    assert found is not None, path
    return int(found.group(1))


def write_round(stan: Visitor, first: date) -> int:
    round_ = number(
        stan.fill_in(
            "/rounds/new",
            name_en="Trial round",
            name_zh="試辦回合",
            closes_on=(first - timedelta(days=3)).isoformat(),
            first_day=first.isoformat(),
            last_day=(first + timedelta(days=60)).isoformat(),
            confirm_days="5",
        )
    )
    move(stan, round_, "collecting")
    return round_


def move(stan: Visitor, round_: int, to: str) -> None:
    page = stan.get(f"/rounds/{round_}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    stan.press(f"/rounds/{round_}/move", to=to, version=version.group(1))


def post_an_offer(cora: Visitor, company: int, day: date) -> tuple[int, int]:
    offer = number(
        cora.fill_in(
            f"/companies/{company}/offers/new",
            kind="field_visit",
            title_en="Meet our robots",
            title_zh="認識我們的機械人",
            summary_en="Pupils program a robot arm.",
            summary_zh="學生為機械臂編寫程式。",
            address_en="Unit 5, Science Park",
            address_zh="科學園5號",
            place="science-park",
            grades=["P5", "P6", "S2"],
            languages=["yue"],
            topics=["robotics"],
            min_pupils="0",
            max_pupils="40",
            max_groups="1",
        )
    )
    cora.fill_in(f"/offers/{offer}/slots/new", day=day.isoformat(), start_time="10:00", end_time="12:00")
    cora.press(f"/offers/{offer}/post")
    page = cora.get(f"/offers/{offer}/slots").text
    slot = re.search(r"/slots/(\d+)/cancel", page)
    assert slot is not None
    return offer, int(slot.group(1))


def ask(teacher: Visitor, round_: int, offer: int, grade: str) -> int:
    visit_request = number(
        teacher.fill_in(
            f"/requests/new?round={round_}&offer={offer}",
            group_label=f"{grade}A",
            grade=grade,
            pupils="30",
            staff="2",
            languages=["yue"],
            topics=["robotics"],
            max_travel_minutes="90",
            **{f"free_{weekday}": "y" for weekday in range(5)},
            **{f"from_{weekday}": "08:00" for weekday in range(5)},
            **{f"until_{weekday}": "16:00" for weekday in range(5)},
        )
    )
    assert "Handed in" in teacher.get(f"/requests/{visit_request}").text
    return visit_request


def solve_and_publish(stan: Visitor, round_: int) -> None:
    run = number(stan.press(f"/rounds/{round_}/runs", seconds="20"))
    page = str(await_(lambda: proposal_link(stan, run), "the proposal"))
    proposal = number(page)
    shown = stan.get(f"/proposals/{proposal}").text
    assert shown.count("Proven: nothing better exists") == 4
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version is not None
    assert stan.press(f"/proposals/{proposal}/publish", version=version.group(1)) == f"/rounds/{round_}"


def proposal_link(stan: Visitor, run: int) -> str:
    found = re.search(r'href="(/proposals/\d+)"', stan.get(f"/runs/{run}").text)
    return found.group(1) if found else ""


def subjects_to(office: PostOffice, name: str) -> list[str]:
    return [one.subject for one in office.delivered if one.recipients == [f"{name}@example.org"]]


def bring_forward(url: str, kind: str) -> None:
    """The weeks pass: a reminder that is due before the visit is due now."""
    engine = create_engine(url)
    with engine.begin() as connection:
        moved = connection.execute(
            text("UPDATE reminder SET due_at = :now WHERE kind = :kind AND state = 'planned'"),
            {
                "now": "2020-01-01 00:00:00+00:00"
                if engine.dialect.name == "postgresql"
                else "2020-01-01 00:00:00",
                "kind": kind,
            },
        )
    engine.dispose()
    assert moved.rowcount == 1


def test_a_round(app, database, people, tmp_path):
    first = today() + timedelta(days=14)
    day = school_day(first)
    with PostOffice() as office:
        mail = {"OUTREACH_MAIL_TRANSPORT": "smtp", "OUTREACH_SMTP_PORT": str(office.port)}
        with served(database, tmp_path, **mail) as site:
            names = ("stan", "cora", "tess", "theo")
            stan, cora, tess, theo = (Visitor(site.url).sign_in(name) for name in names)
            with working(database, tmp_path, OUTREACH_PUBLIC_URL=site.url, **mail):
                round_ = write_round(stan, first)
                offer, slot = post_an_offer(cora, people.robo, day)
                asked = {"tess": ask(tess, round_, offer, "P5"), "theo": ask(theo, round_, offer, "S2")}
                move(stan, round_, "closed")
                solve_and_publish(stan, round_)
                winner, name, loser = who_won(tess, theo, asked)
                await_(lambda: subjects_to(office, name) and subjects_to(office, loser), "the first letters")
                booking = confirm(winner, asked[name])
                assert "Confirmed" in cora.get(f"/bookings/{booking}").text
                await_(lambda: len(subjects_to(office, name)) >= 2, "the confirmation")
                bring_forward(database.url, "before")
                await_(lambda: len(subjects_to(office, name)) >= 3, "the reminder")
                cancel(winner, booking)
                await_(lambda: subjects_to(office, "cora"), "the letters to the company")
                await_(lambda: free_places(cora, offer), "free seats")
                check_letters(office, name, loser)
    assert len({one.id for one in office.delivered}) == len(office.delivered)
    assert slot > 0


def who_won(tess: Visitor, theo: Visitor, asked: dict[str, int]) -> tuple[Visitor, str, str]:
    """One of the two equal requests has the slot; the other page says that it has none."""
    pages = {
        "tess": tess.get(f"/requests/{asked['tess']}").text,
        "theo": theo.get(f"/requests/{asked['theo']}").text,
    }
    placed = [name for name, page in pages.items() if "/bookings/" in page.split("<main", 1)[1]]
    assert len(placed) == 1
    winner = placed[0]
    return (tess, "tess", "theo") if winner == "tess" else (theo, "theo", "tess")


def confirm(teacher: Visitor, visit_request: int) -> int:
    page = teacher.get(f"/requests/{visit_request}").text.split("<main", 1)[1]
    found = re.search(r"/bookings/(\d+)", page)
    assert found is not None
    booking = int(found.group(1))
    shown = teacher.get(f"/bookings/{booking}").text
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version is not None
    teacher.press(f"/bookings/{booking}/confirm", version=version.group(1))
    return booking


def cancel(teacher: Visitor, booking: int) -> None:
    teacher.fill_in(f"/bookings/{booking}/cancel", reason="An examination was moved to this day.")
    assert "Cancelled" in teacher.get(f"/bookings/{booking}").text


def free_places(cora: Visitor, offer: int) -> bool:
    """The slot's seats are given back."""
    return "/book" in cora.get(f"/offers/{offer}").text or "40" in cora.get(f"/offers/{offer}").text


def check_letters(office: PostOffice, winner: str, loser: str) -> None:
    """Each letter went once to the person it was for; the reminder came before the cancellation."""
    won, lost = subjects_to(office, winner), subjects_to(office, loser)
    assert len(won) == len(set(won))
    assert len(won) >= 3
    assert len(lost) == 1
    assert subjects_to(office, "stan") == []
