"""One worker acts, a second one waits and takes over; a duty that fails is rung again; the end is clean."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from outreach.models import Lease, db
from outreach.services.leases import hold, release
from outreach.worker import clockwork as clockwork_room
from outreach.worker.clockwork import LEASE_NAME, LEASE_SECONDS, RENEW_SECONDS, Clockwork
from outreach.worker.duties import DUTIES, Duty, Shift

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
LASTING = timedelta(seconds=LEASE_SECONDS)


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def take(holder: str, now: datetime = NOW) -> bool:
    return hold(name="x", holder=holder, lasting=LASTING, now=now)


def test_one_holds_the_lease_until_it_ends(context: Flask) -> None:
    assert take("one")
    assert not take("two")
    assert take("one", NOW + timedelta(seconds=15))
    assert not take("two", NOW + timedelta(seconds=34))
    assert take("two", NOW + timedelta(seconds=35))
    assert not take("one", NOW + timedelta(seconds=35))


def test_a_lease_given_back_is_free_at_once(context: Flask) -> None:
    assert take("one")
    release(name="x", holder="two", now=NOW)
    assert not take("two")
    release(name="x", holder="one", now=NOW)
    assert take("two")


def test_of_many_at_once_one_gets_the_lease(context: Flask) -> None:
    gate = threading.Barrier(8)
    won: list[str] = []

    def race(holder: str) -> None:
        with context.app_context():
            gate.wait()
            if take(holder):
                won.append(holder)

    racers = [threading.Thread(target=race, args=(f"worker-{number}",)) for number in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(won) == 1
    db.session.rollback()
    assert db.session.get_one(Lease, "x").holder == won[0]


def test_takeover_takes_less_than_thirty_seconds() -> None:
    assert LEASE_SECONDS + RENEW_SECONDS < 30


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)


def test_only_the_leader_acts(app: Flask) -> None:
    clock = Clock()
    first, second = Clockwork(Shift(app, clock=clock)), Clockwork(Shift(app, clock=clock))
    rung: list[str] = []
    duty = Duty("test", 1, lambda shift: rung.append(shift.holder))
    first.renew()
    second.renew()
    assert (first.leads, second.leads) == (True, False)
    first.ring(duty)
    second.ring(duty)
    assert rung == [first.shift.holder]
    # The first one hangs; its lease runs out, and by its own clock it knows so before it acts again.
    clock.now += LASTING
    second.renew()
    assert second.leads
    first.renew()
    assert not first.leads
    first.ring(duty)
    second.ring(duty)
    assert rung == [first.shift.holder, second.shift.holder]


def test_a_leader_that_cannot_renew_stops_by_its_own_clock(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clockwork_room, "LEASE_SECONDS", 0.2)
    worker = Clockwork(Shift(app))
    worker.renew()
    assert worker.leads
    until(lambda: not worker.leads, 2)


def run(worker: Clockwork) -> threading.Thread:
    thread = threading.Thread(target=worker.run)
    thread.start()
    return thread


def test_a_duty_that_fails_is_told_and_rung_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rung: list[int] = []

    def fail(shift: Shift) -> None:
        rung.append(1)
        raise RuntimeError("this duty fails")

    monkeypatch.setattr(clockwork_room, "DUTIES", (Duty("bad", 1, fail),))
    worker = Clockwork(Shift(app))
    thread = run(worker)
    until(lambda: len(rung) >= 2)
    worker.shift.ending.set()
    thread.join(10)
    assert not thread.is_alive()
    told = capfd.readouterr().out
    assert told.count("this duty fails") >= 2
    assert '"duty": "bad"' in told


def test_a_slow_duty_never_runs_beside_itself(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, rung = 0, 0, 0

    def slow(shift: Shift) -> None:
        nonlocal running, most, rung
        running += 1
        most, rung = max(most, running), rung + 1
        time.sleep(2.5)
        running -= 1

    monkeypatch.setattr(clockwork_room, "DUTIES", (Duty("slow", 1, slow),))
    worker = Clockwork(Shift(app))
    thread = run(worker)
    until(lambda: rung >= 2)
    worker.shift.ending.set()
    thread.join(10)
    assert (most, running) == (1, 0)


def test_at_a_clean_end_the_next_worker_leads_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork_room, "DUTIES", ())
    first, second = Clockwork(Shift(app)), Clockwork(Shift(app))
    thread = run(first)
    until(lambda: first.leads)
    second.renew()
    assert not second.leads
    first.shift.ending.set()
    thread.join(10)
    second.renew()
    assert second.leads


def test_the_jobs_are_the_duties_and_none_is_kept(app: Flask) -> None:
    worker = Clockwork(Shift(app))
    jobs = {job.id: job for job in worker.scheduler.get_jobs()}
    assert set(jobs) == {duty.name for duty in DUTIES} | {"lease"}
    worker.scheduler.start(paused=True)
    for job in worker.scheduler.get_jobs():
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    worker.scheduler.shutdown()
    assert LEASE_NAME == "worker"
