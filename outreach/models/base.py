"""The ground every table stands on: the declarative base, the column types, the naming of constraints.

Types behave the same on SQLite and PostgreSQL. Collections are `raise_on_sql` everywhere: a page that needs rows asks a
query for them, a template never runs SQL.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Annotated, Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Enum, MetaData, String, Text, Time, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

# Every constraint has a name: a refusal is told from its name, and a migration can find it on both engines.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC; a naive one is refused. SQLite would hand it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values and turn the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back where the engine lost it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallTime(TypeDecorator[time]):
    """A wall time to the minute."""

    impl = Time()
    cache_ok = True

    def process_bind_param(self, value: time | None, dialect: Dialect) -> time | None:
        """Drop seconds: nobody plans by them, and equality must not depend on them."""
        return None if value is None else value.replace(second=0, microsecond=0, tzinfo=None)


class CodeSet(TypeDecorator[tuple[str, ...]]):
    """A small ordered set of codes (grades, languages, topics) as `|P4|P5|`, so that LIKE finds one on both engines."""

    impl = String(400)
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        """Join the codes; a code may not hold the separator."""
        if value is None:
            return None
        codes = list(dict.fromkeys(value))
        if any("|" in code or not code for code in codes):
            raise ValueError("a code is a word without |")
        return "|" + "".join(f"{code}|" for code in codes)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Split them again."""
        return None if value is None else tuple(code for code in value.split("|") if code)


def has_code(column: Any, code: str) -> Any:
    """SQL: the CodeSet `column` holds `code`."""
    escaped = code.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.cast(String).like(f"%|{escaped}|%", escape="\\")


class Base(DeclarativeBase):
    """All tables. Plain typed declarative: Flask-SQLAlchemy only lends the session."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            time: WallTime(),
            tuple[str, ...]: CodeSet(),
            dict[str, Any]: JSON(),
        },
    )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '?')}>"


def states(kind: type[enum.StrEnum]) -> Enum:
    """A state column: text with a named CHECK on both engines, never a native enum that a migration cannot shrink."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def known(column: str, values: Iterable[str], name: str) -> CheckConstraint:
    """A named CHECK that `column` is one of `values`."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=name)


Id = Annotated[int, mapped_column(primary_key=True, autoincrement=True)]
Name = Annotated[str, mapped_column(String(200))]
Words = Annotated[str, mapped_column(Text, default="")]
Line = Annotated[str, mapped_column(String(300), default="")]


class Versioned:
    """A row whose changes are decided by compare-and-swap: `WHERE version = :seen`."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy hands the class over
        return {"version_id_col": cls.version}
