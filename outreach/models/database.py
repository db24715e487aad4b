"""The session glue and what each connection is told when it opens.

SQLite's own driver opens no transaction before a SELECT, which sells a seat twice. Here the driver's habit is switched off
and SQLAlchemy says BEGIN itself: a plain one for reads, IMMEDIATE for a unit of work that writes (`writing=True` among the
execution options, set by `services/transaction.py` alone).
"""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from outreach.models.base import Base

db = SQLAlchemy(metadata=Base.metadata)

WRITING = "outreach_writing"

# The values are read back at start (`prove`), because SQLite ignores a pragma that it does not know.
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


def prepare(engine: Engine) -> None:
    """Attach our rules to an engine. Nothing is needed for PostgreSQL beyond its defaults."""
    if engine.dialect.name != "sqlite" or event.contains(engine, "begin", _begin):
        return
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin)


def _open_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def prove(engine: Engine) -> None:
    """Read the pragmas back; raise RuntimeError where the engine did not take one."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        for name, wanted in PRAGMAS.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            if found != wanted and not (name == "journal_mode" and found == "memory"):
                raise RuntimeError(f"SQLite keeps {name} at {found!r}; {wanted!r} is needed")
