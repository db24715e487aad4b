"""How a deed becomes true: one write transaction, committed once, with its audit entry; or not at all.

    @deed
    def withdraw_request(*, visit_request_id: int, by: User, now: datetime) -> VisitRequest: ...

`@deed` ends the read transaction of the page, begins a writing one (IMMEDIATE on SQLite), runs the function and commits.
What was loaded before is expired, so a deed decides on what it reads inside. A `Refusal` or any fault rolls everything back.
A deed called inside `one_transaction()` joins it: that is how the demo city is filled in few commits.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar, cast

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from outreach.models import AuditEntry, Base, Lease, User, db
from outreach.models.database import WRITING

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=Base)

# PostgreSQL may pick a deed as the victim of a deadlock, SQLite may find the file busy: nothing was stored, so again.
TRIES = 6
PASSING_FAULTS = ("40001", "40P01")


class Refusal(Exception):
    """An expected no, in words for the person who asked. Subclasses stand beside the function that raises them.

    `field` names the form field to mend, where there is one; `also` holds what else stands in the way, so that nobody is sent
    back once for each."""

    status = 409

    def __init__(
        self, words: str | LazyString, *, field: str | None = None, also: tuple[Refusal, ...] = ()
    ) -> None:
        super().__init__(str(words))
        self.words = words
        self.field = field
        self.also = also


class ChangedMeanwhile(Refusal):
    """Somebody else changed the row between the reader's page and the deed."""

    def __init__(self) -> None:
        words = _l("Somebody changed this in the meantime. Look at it again, then repeat your change.")
        super().__init__(words)


def deed(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in one write transaction of its own and commit it once."""

    @functools.wraps(function)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        if db.session.info.get(WRITING):
            return function(*args, **kwargs)
        for attempt in range(TRIES):
            try:
                with one_transaction():
                    return function(*args, **kwargs)
            except OperationalError as fault:
                if attempt == TRIES - 1 or not _passing(fault):
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - only spreads the tries
        raise AssertionError("unreachable")

    return carried_out


@contextmanager
def one_transaction() -> Iterator[None]:
    """Hold one write transaction; every deed called inside belongs to it. Commits at the end, rolls back on any fault."""
    if db.session.info.get(WRITING):
        raise RuntimeError("a write transaction is open already: a deed does not open a second one")
    db.session.rollback()
    db.session.info[WRITING] = True
    try:
        db.session.connection(execution_options={WRITING: True})
        yield
        db.session.commit()
    except StaleDataError as stale:
        db.session.rollback()
        raise ChangedMeanwhile from stale
    except BaseException:
        db.session.rollback()
        raise
    finally:
        db.session.info.pop(WRITING, None)


def _passing(fault: OperationalError) -> bool:
    code = getattr(fault.orig, "sqlstate", None)
    return code in PASSING_FAULTS or "database is locked" in str(fault.orig)


def changed_rows(statement: Executable) -> int:
    """Execute a conditional UPDATE, DELETE or INSERT and tell how many rows it touched: that number is the decision."""
    # PostgreSQL's driver is asked for the new row's number, and SQLAlchemy then forgets how many rows there were.
    kept = db.session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", kept).rowcount


def broken_rule(fault: IntegrityError) -> str:
    """The name of the constraint that a statement broke; for SQLite's UNIQUE faults the columns it names."""
    diagnosis = getattr(fault.orig, "diag", None)
    if diagnosis is not None and diagnosis.constraint_name:
        return str(diagnosis.constraint_name)
    return str(fault.orig).rpartition(": ")[2]


def insert_or_ignore(table: type[Base], **values: Any) -> bool:
    """INSERT ... ON CONFLICT DO NOTHING: True when the row is ours, False when another holds that place."""
    return changed_rows(upsert(table).values(**values).on_conflict_do_nothing()) == 1


def upsert(table: type[Base]) -> sqlite.Insert:
    """The engine's own INSERT that understands ON CONFLICT; both spell it alike."""
    if db.session.get_bind().dialect.name == "postgresql":
        return cast("sqlite.Insert", postgresql.insert(table))
    return sqlite.insert(table)


def locked(table: type[Row], row_id: int, *, seen_version: int | None = None) -> Row:
    """The row, held until the deed ends: deeds about it and what hangs on it come one after the other. With the version that
    the reader saw, refused where somebody has changed it since.

    On SQLite every write transaction holds the whole file already."""
    db.session.flush()
    # Not every table counts its versions; whoever names one asks for a table that does.
    row: Any = db.session.get_one(table, row_id, with_for_update={"of": table})
    if seen_version is not None and row.version != seen_version:
        raise ChangedMeanwhile
    return cast("Row", row)


def one_at_a_time(name: str, *, now: datetime) -> None:
    """Wait for every other transaction that holds `name`; ours holds it until it ends."""
    row = upsert(Lease).values(name=name, holder="", expires_at=now + timedelta(minutes=1))
    changed_rows(
        row.on_conflict_do_update(
            index_elements=[Lease.name], set_={"expires_at": now + timedelta(minutes=1)}
        )
    )


def audit(action: str, thing: Base, *, by: User | None, now: datetime, **detail: Any) -> None:
    """Note who did what to which row; part of the deed's own transaction. `detail` never holds a secret or a pupil."""
    db.session.flush()
    entry = AuditEntry(at=now, user_id=None if by is None else by.id, action=action, detail=detail)
    entry.thing, entry.thing_id = thing.__tablename__, getattr(thing, "id", None)
    db.session.add(entry)
