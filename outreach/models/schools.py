"""Schools as the official file knows them, and the days on which they cannot take part."""

from __future__ import annotations

import enum
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Line, Name, Versioned, states


class SchoolLevel(enum.StrEnum):
    """What a school section teaches; the official file gives one school number to each. Special schools teach one of
    the two as well: that they are special is their `FinanceType`."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class FinanceType(enum.StrEnum):
    """Who pays for the school: a slice of the fairness figures, and of the insurance line."""

    GOVERNMENT = "government"
    AIDED = "aided"
    CAPUT = "caput"
    DSS = "dss"
    ESF = "esf"
    INTERNATIONAL = "international"
    PRIVATE = "private"
    PIS = "pis"
    SPECIAL = "special"


class School(Versioned, Base):
    """A school section: one registration and one level, at its first place. Times are the school day in Hong Kong."""

    __tablename__ = "school"
    __table_args__ = (
        CheckConstraint("day_start < day_end", name="day_order"),
        CheckConstraint(
            "longitude BETWEEN 113.8 AND 114.6 AND latitude BETWEEN 22.1 AND 22.7", name="in_hong_kong"
        ),
        CheckConstraint("max_per_day BETWEEN 1 AND 20", name="max_per_day_range"),
        CheckConstraint("max_bookings IS NULL OR max_bookings > 0", name="max_bookings_positive"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        CheckConstraint("name_en <> '' OR name_zh <> ''", name="named"),
    )

    id: Mapped[Id]
    source_key: Mapped[str] = mapped_column(String(200), unique=True)
    registration: Mapped[str] = mapped_column(String(12), default="")
    level: Mapped[SchoolLevel] = mapped_column(states(SchoolLevel))
    finance_type: Mapped[FinanceType] = mapped_column(states(FinanceType))
    name_en: Mapped[Name]
    name_zh: Mapped[Name]
    address_en: Mapped[Line]
    address_zh: Mapped[Line]
    district: Mapped[str] = mapped_column(String(1), index=True)
    longitude: Mapped[float]
    latitude: Mapped[float]
    phone: Mapped[str] = mapped_column(String(60), default="")
    website: Mapped[Line]
    day_start: Mapped[time] = mapped_column(default=time(8, 0))
    day_end: Mapped[time] = mapped_column(default=time(16, 0))
    max_per_day: Mapped[int] = mapped_column(default=1)
    max_bookings: Mapped[int | None]
    weight: Mapped[int] = mapped_column(default=100)
    created_at: Mapped[datetime]


class BlockedDays(Base):
    """Days on which a school cannot take part: exams, half days, holidays of its own. First and last included."""

    __tablename__ = "blocked_days"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        UniqueConstraint("school_id", "first_day", "last_day", "reason"),
    )

    id: Mapped[Id]
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(120))
