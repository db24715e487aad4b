"""Rows of background work: claimed by one UPDATE, held by a lease, fenced by the moment of the claim, ended once.

Used by `runs.py` and `studies.py`, which say what the work is. A worker that died leaves a lease that ends: the next claim queues
its row again, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select, update

from outreach.models import ALIVE, RunState, SolveRun, Study, db
from outreach.services.transaction import changed_rows, deed

LEASE = timedelta(seconds=30)
# The page draws a curve: more points than this tell nobody more.
KEPT_POINTS = 600
DIED_TWICE = "The worker stopped twice during this run."

Table = type[SolveRun] | type[Study]


@dataclass(frozen=True, slots=True)
class Task:
    """What the worker's child needs, and nothing else: files in a folder of its own, the command, and which file is the result."""

    number: int
    files: Mapping[str, str]
    command: tuple[str, ...]
    result: str
    seconds: int
    claimed_at: datetime
    """The fence: what is said of a row counts only from the claim that holds it now."""
    patient: bool = False
    """Nobody waits for it: it leaves the processors to whoever needs them."""


@deed
def take(table: Table, *, now: datetime) -> int | None:
    """Claim the oldest waiting row; its number, None when nothing waits."""
    _put_back_orphans(table, now=now)
    waiting = select(table.id).where(table.state == RunState.QUEUED).order_by(table.id).limit(1)
    number = db.session.scalar(waiting)
    if number is None:
        return None
    taken = changed_rows(
        update(table)
        .where(table.id == number, table.state == RunState.QUEUED)
        .values(state=RunState.RUNNING, started_at=now, lease_until=now + LEASE, version=table.version + 1)
    )
    return number if taken else None


def _put_back_orphans(table: Table, *, now: datetime) -> None:
    # Orphaned once, a row gets a second chance; twice means that the work itself kills workers.
    orphaned = (table.state == RunState.RUNNING, table.lease_until < now)
    changed_rows(
        update(table)
        .where(*orphaned, table.fault == "")
        .values(state=RunState.QUEUED, lease_until=None, fault="orphaned")
    )
    changed_rows(
        update(table)
        .where(*orphaned, table.fault == "orphaned")
        .values(state=RunState.FAILED, lease_until=None, ended_at=now, fault=DIED_TWICE)
    )


@deed
def write_down(table: Table, number: int, **values: Any) -> None:
    """Keep what the child is about to be given."""
    held = update(table).where(table.id == number, table.state == RunState.RUNNING)
    changed_rows(held.values(progress=[], **values))


@deed
def note(table: Table, task: Task, *, events: list[dict[str, Any]], now: datetime) -> bool:
    """Keep what the child told, hold the row for another while; True when it should stop (or is no longer ours)."""
    row = cast("SolveRun | Study", db.session.get_one(table, task.number))
    if row.state is not RunState.RUNNING or row.started_at != task.claimed_at:
        return True
    points = [*row.progress, *events]
    if len(points) > KEPT_POINTS:
        # Every other point of the older half: the curve keeps its shape, the end stays exact.
        half = len(points) // 2
        points = points[:half:2] + points[half:]
    row.progress = points
    row.lease_until = now + LEASE
    return row.stop_asked_at is not None


@deed
def put_back(table: Table, task: Task) -> None:
    """A worker that is told to end gives its row back: the next one begins it anew, and nobody counts it as a death."""
    ours = update(table).where(
        table.id == task.number, table.state == RunState.RUNNING, table.started_at == task.claimed_at
    )
    changed_rows(ours.values(state=RunState.QUEUED, lease_until=None, version=table.version + 1))


def stop(table: Table, number: int, *, now: datetime) -> None:
    """Inside the caller's deed: what waits ends at once, what runs is asked to end with what it has."""
    queued = update(table).where(table.id == number, table.state == RunState.QUEUED)
    if not changed_rows(queued.values(state=RunState.STOPPED, ended_at=now, stop_asked_at=now)):
        running = update(table).where(table.id == number, table.state == RunState.RUNNING)
        changed_rows(running.values(stop_asked_at=now))


def end(
    table: Table, number: int, *, claimed_at: datetime, state: RunState, fault: str, now: datetime
) -> bool:
    """Inside the caller's deed: end a row that is still ours; False where another claim holds it by now."""
    ours = update(table).where(table.id == number, table.state.in_(ALIVE), table.started_at == claimed_at)
    ended = ours.values(state=state, ended_at=now, lease_until=None, fault=fault, version=table.version + 1)
    return changed_rows(ended) == 1
