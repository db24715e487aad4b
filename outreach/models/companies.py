"""Firms that host and teach, and the hubs that act for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.models.base import Base, Id, Line, Name, Versioned, Words


class Hub(Base):
    """A body that acts for the companies under it: the Science Park, Cyberport, HKIC."""

    __tablename__ = "hub"
    __table_args__ = (
        CheckConstraint("name_en <> '' OR name_zh <> ''", name="named"),
        UniqueConstraint("name_en", "name_zh"),
    )

    id: Mapped[Id]
    name_en: Mapped[Name]
    name_zh: Mapped[Name]
    created_at: Mapped[datetime]


class Company(Versioned, Base):
    """A technology firm. Its limits bound what a plan may ask of it; absent means no limit."""

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("name_en <> '' OR name_zh <> ''", name="named"),
        CheckConstraint(
            "max_sessions_per_week IS NULL OR max_sessions_per_week > 0", name="week_limit_positive"
        ),
        CheckConstraint("max_sessions IS NULL OR max_sessions > 0", name="limit_positive"),
        UniqueConstraint("name_en", "name_zh"),
    )

    id: Mapped[Id]
    hub_id: Mapped[int | None] = mapped_column(ForeignKey("hub.id"), index=True)
    name_en: Mapped[Name]
    name_zh: Mapped[Name]
    profile_en: Mapped[Words]
    profile_zh: Mapped[Words]
    website: Mapped[Line]
    max_sessions_per_week: Mapped[int | None]
    max_sessions: Mapped[int | None]
    created_at: Mapped[datetime]

    hub: Mapped[Hub | None] = relationship(lazy="joined")
