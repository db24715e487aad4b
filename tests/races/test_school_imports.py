"""Two members of staff import the same file at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from outreach.models import School, db
from outreach.services import schools
from outreach.services.school_file import read_school_file
from tests.at_once import HELD_UP, ONE_WRITER, patience
from tests.build import NOW
from tests.engines import Database
from tests.services.school_file_lookalike import look_alike, written

FILE = read_school_file(written(look_alike().rows, "utf8-comma"))


def both(app: Flask) -> list[tuple[int, int] | str]:
    """What the two were told: (new, unchanged), or the fault that one of them met."""
    told: list[tuple[int, int] | str] = []

    def one() -> None:
        with app.app_context():
            try:
                report = schools.import_schools(file=FILE, by=None, now=NOW)
                told.append((report.new, report.unchanged))
            except IntegrityError as fault:
                told.append(type(fault).__name__)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told, key=str)


def meet(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Both compare before either writes, as far as the locks let them; whoever waits in vain goes on after a moment."""
    barrier, real = threading.Barrier(2), schools._compare

    def compare(file: Any) -> Any:
        pairs = real(file)
        try:
            barrier.wait(seconds)
        except threading.BrokenBarrierError:
            return pairs
        return pairs

    monkeypatch.setattr(schools, "_compare", compare)


def test_the_second_finds_everything_done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, HELD_UP)
    assert both(app) == [(0, 81), (81, 0)]
    with app.app_context():
        assert db.session.scalar(select(func.count(School.id))) == 81


def test_without_the_lock_one_of_them_would_fail(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet(monkeypatch, patience(database.engine))
    nothing: Callable[..., None] = lambda name, *, now: None  # noqa: E731
    monkeypatch.setattr(schools, "one_at_a_time", nothing)
    # SQLite has one writer at a time whatever we do.
    expected = [(0, 81), (81, 0)] if database.engine == ONE_WRITER else [(81, 0), "IntegrityError"]
    assert both(app) == expected
