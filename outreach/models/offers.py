"""What companies are ready to do: offers, their dated slots, their teams with free windows."""

from __future__ import annotations

import enum
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.models.base import Base, Id, Line, Name, Versioned, Words, states
from outreach.models.companies import Company
from outreach.models.words import OfferKind

PLACE_IN_HONG_KONG = "longitude BETWEEN 113.8 AND 114.6 AND latitude BETWEEN 22.1 AND 22.7"


class OfferState(enum.StrEnum):
    """Only a posted offer is seen by teachers and by the scheduler."""

    DRAFT = "draft"
    POSTED = "posted"
    WITHDRAWN = "withdrawn"


class Offer(Versioned, Base):
    """One thing a company does for schools, in one or both languages. A field visit has a place; `minutes` is how long a
    session lasts that a team gives."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("title_en <> '' OR title_zh <> ''", name="titled"),
        CheckConstraint(
            "kind <> 'field_visit' OR (longitude IS NOT NULL AND latitude IS NOT NULL)",
            name="visit_has_place",
        ),
        CheckConstraint(f"longitude IS NULL OR ({PLACE_IN_HONG_KONG})", name="in_hong_kong"),
        CheckConstraint(
            "0 <= min_pupils AND min_pupils <= max_pupils AND max_pupils <= 1000", name="pupils_range"
        ),
        CheckConstraint("max_groups BETWEEN 1 AND 50", name="groups_range"),
        CheckConstraint("minutes BETWEEN 15 AND 600", name="minutes_range"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    kind: Mapped[OfferKind] = mapped_column(states(OfferKind))
    state: Mapped[OfferState] = mapped_column(states(OfferState), default=OfferState.DRAFT)
    title_en: Mapped[Name]
    title_zh: Mapped[Name]
    summary_en: Mapped[Words]
    summary_zh: Mapped[Words]
    address_en: Mapped[Line]
    address_zh: Mapped[Line]
    district: Mapped[str | None] = mapped_column(String(1), index=True)
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    grades: Mapped[tuple[str, ...]]
    languages: Mapped[tuple[str, ...]]
    topics: Mapped[tuple[str, ...]]
    wheelchair: Mapped[bool] = mapped_column(default=False)
    minutes: Mapped[int] = mapped_column(default=90)
    min_pupils: Mapped[int] = mapped_column(default=0)
    max_pupils: Mapped[int] = mapped_column(default=40)
    max_groups: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    company: Mapped[Company] = relationship(lazy="joined")


class SlotState(enum.StrEnum):
    """A cancelled slot keeps its row: bookings point to it."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Slot(Versioned, Base):
    """One date and time of an offer. Local date and times are what people agreed on; the moments are derived from them.

    `pupils_taken` and `groups_taken` are moved only by a conditional UPDATE (`services/places.py`); the CHECKs are
    the last wall against overselling."""

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("start_time < end_time", name="time_order"),
        CheckConstraint("0 <= min_pupils AND min_pupils <= max_pupils", name="pupils_range"),
        CheckConstraint("0 <= pupils_taken AND pupils_taken <= max_pupils", name="pupils_taken_range"),
        CheckConstraint("0 <= groups_taken AND groups_taken <= max_groups", name="groups_taken_range"),
        UniqueConstraint("offer_id", "day", "start_time"),
    )

    id: Mapped[Id]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    day: Mapped[date] = mapped_column(index=True)
    start_time: Mapped[time]
    end_time: Mapped[time]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    min_pupils: Mapped[int]
    max_pupils: Mapped[int]
    max_groups: Mapped[int]
    pupils_taken: Mapped[int] = mapped_column(default=0)
    groups_taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[SlotState] = mapped_column(states(SlotState), default=SlotState.OPEN)
    cancel_reason: Mapped[Line]
    created_at: Mapped[datetime]

    offer: Mapped[Offer] = relationship(lazy="joined")


class Team(Versioned, Base):
    """Trainers with free windows, whom the scheduler places: travelling from `home` to schools, or hosting visits."""

    __tablename__ = "team"
    __table_args__ = (
        CheckConstraint(PLACE_IN_HONG_KONG, name="in_hong_kong"),
        CheckConstraint("max_sessions_per_day BETWEEN 1 AND 10", name="sessions_range"),
        CheckConstraint("turnaround_minutes BETWEEN 0 AND 240", name="turnaround_range"),
        CheckConstraint("max_travel_minutes BETWEEN 0 AND 240", name="travel_range"),
        UniqueConstraint("company_id", "name_en", "name_zh"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    name_en: Mapped[Name]
    name_zh: Mapped[Name]
    district: Mapped[str] = mapped_column(String(1))
    longitude: Mapped[float]
    latitude: Mapped[float]
    max_sessions_per_day: Mapped[int] = mapped_column(default=1)
    turnaround_minutes: Mapped[int] = mapped_column(default=30)
    max_travel_minutes: Mapped[int] = mapped_column(default=90)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    company: Mapped[Company] = relationship(lazy="joined")


class TeamOffer(Base):
    """A team is able to give an offer of its company."""

    __tablename__ = "team_offer"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), primary_key=True, index=True)


class TeamWindow(Base):
    """A stretch of one day in which a team may be placed."""

    __tablename__ = "team_window"
    __table_args__ = (
        CheckConstraint("start_time < end_time", name="time_order"),
        UniqueConstraint("team_id", "day", "start_time"),
    )

    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    start_time: Mapped[time]
    end_time: Mapped[time]
