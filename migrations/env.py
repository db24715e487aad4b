"""Alembic's entry: one connection, our metadata, and foreign keys off on SQLite while tables are rebuilt.

Batch mode drops and renames tables; with foreign keys on, SQLite deletes every ON DELETE CASCADE child on the
way. The pragma does nothing inside a transaction, so it is set before one begins.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from outreach.models import Base
from outreach.models.base import CodeSet, UtcDateTime, WallTime

OWN_TYPES = {UtcDateTime: "UtcDateTime", WallTime: "WallTime", CodeSet: "CodeSet"}


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Our own column types by their names."""
    if kind == "type" and type(item) in OWN_TYPES:
        name = OWN_TYPES[type(item)]
        autogen_context.imports.add(f"from outreach.models.base import {name}")
        return f"{name}()"
    return False


def run(connection: Connection) -> None:
    """Carry the wanted revisions out on `connection`."""
    on_sqlite = connection.dialect.name == "sqlite"
    driver: Any = connection.connection.dbapi_connection
    if on_sqlite:
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            if on_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration breaks foreign keys: {broken[:5]}")
    finally:
        if on_sqlite:
            driver.execute("PRAGMA foreign_keys=ON")


with current_app.extensions["migrate"].db.engine.connect() as opened:
    run(opened)
