"""Rounds and what schools ask for in them."""

from __future__ import annotations

import enum
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.models.base import Base, Id, Name, Versioned, Words, states
from outreach.models.companies import Company
from outreach.models.offers import Offer
from outreach.models.schools import School

GOALS = ("equity", "groups", "pupils", "preference", "travel", "cost")
USUAL_GOALS = ("equity", "groups", "preference", "travel")


class RoundState(enum.StrEnum):
    """Staff move a round; only `ROUND_MOVES` are possible."""

    DRAFT = "draft"
    COLLECTING = "collecting"
    CLOSED = "closed"
    REVIEW = "review"
    PUBLISHED = "published"
    RUNNING = "running"
    ARCHIVED = "archived"


ROUND_MOVES: dict[RoundState, frozenset[RoundState]] = {
    RoundState.DRAFT: frozenset({RoundState.COLLECTING}),
    RoundState.COLLECTING: frozenset({RoundState.CLOSED}),
    RoundState.CLOSED: frozenset({RoundState.REVIEW, RoundState.COLLECTING}),
    RoundState.REVIEW: frozenset({RoundState.PUBLISHED, RoundState.COLLECTING}),
    RoundState.PUBLISHED: frozenset({RoundState.RUNNING}),
    RoundState.RUNNING: frozenset({RoundState.ARCHIVED}),
    RoundState.ARCHIVED: frozenset(),
}
# Rounds whose published version is in force: free places may be booked.
IN_FORCE = (RoundState.PUBLISHED, RoundState.RUNNING)


class Round(Versioned, Base):
    """One turn of collecting, matching and visiting. Visits lie between `first_day` and `last_day`; rounds never overlap, so
    a slot's date tells its round. `confirm_days` is how long a school has to confirm after publication."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="day_order"),
        CheckConstraint("name_en <> '' AND name_zh <> ''", name="named"),
        CheckConstraint("confirm_days BETWEEN 1 AND 60", name="confirm_days_range"),
    )

    id: Mapped[Id]
    name_en: Mapped[Name]
    name_zh: Mapped[Name]
    state: Mapped[RoundState] = mapped_column(states(RoundState), default=RoundState.DRAFT)
    closes_on: Mapped[date]
    first_day: Mapped[date]
    last_day: Mapped[date]
    confirm_days: Mapped[int] = mapped_column(default=10)
    goals: Mapped[tuple[str, ...]] = mapped_column(default=USUAL_GOALS)
    created_at: Mapped[datetime]


class RequestState(enum.StrEnum):
    """Whether a request is placed is derived from the published version, never stored here."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class VisitRequest(Versioned, Base):
    """A class group's wish in one round. `crew` names who accompanies it: two groups of one crew never overlap.

    `form_key` is the key of the form that made it: the same form sent twice finds the request of the first time."""

    __tablename__ = "visit_request"
    __table_args__ = (
        CheckConstraint("pupils BETWEEN 1 AND 1000", name="pupils_range"),
        CheckConstraint("staff BETWEEN 1 AND 100", name="staff_range"),
        CheckConstraint("max_travel_minutes BETWEEN 0 AND 240", name="travel_range"),
        CheckConstraint("group_label <> ''", name="group_named"),
        Index("ix_visit_request_round_state", "round_id", "state"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    form_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    state: Mapped[RequestState] = mapped_column(states(RequestState), default=RequestState.DRAFT)
    group_label: Mapped[str] = mapped_column(String(60))
    crew: Mapped[str] = mapped_column(String(60), default="")
    pupils: Mapped[int]
    staff: Mapped[int]
    grade: Mapped[str] = mapped_column(String(2))
    kinds: Mapped[tuple[str, ...]]
    languages: Mapped[tuple[str, ...]]
    topics: Mapped[tuple[str, ...]]
    open: Mapped[bool] = mapped_column(default=False)
    wheelchair: Mapped[bool] = mapped_column(default=False)
    max_travel_minutes: Mapped[int] = mapped_column(default=60)
    note: Mapped[Words]
    submitted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    round_: Mapped[Round] = relationship(lazy="joined")
    school: Mapped[School] = relationship(lazy="joined")
    # Few rows each, and a request means nothing without them.
    choices: Mapped[list[RequestChoice]] = relationship(
        lazy="selectin", order_by="RequestChoice.rank", cascade="all, delete-orphan"
    )
    windows: Mapped[list[RequestWindow]] = relationship(
        lazy="selectin",
        order_by="(RequestWindow.weekday, RequestWindow.start_time)",
        cascade="all, delete-orphan",
    )
    exceptions: Mapped[list[RequestException]] = relationship(
        lazy="selectin", order_by="RequestException.day", cascade="all, delete-orphan"
    )


class RequestChoice(Base):
    """A ranked wish: an offer or a whole company. Rank 0 is the best."""

    __tablename__ = "request_choice"
    __table_args__ = (
        CheckConstraint("(offer_id IS NULL) <> (company_id IS NULL)", name="offer_or_company"),
        CheckConstraint("rank BETWEEN 0 AND 19", name="rank_range"),
        UniqueConstraint("visit_request_id", "rank"),
        UniqueConstraint("visit_request_id", "offer_id"),
        UniqueConstraint("visit_request_id", "company_id"),
    )

    id: Mapped[Id]
    visit_request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id", ondelete="CASCADE"))
    rank: Mapped[int]
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))

    offer: Mapped[Offer | None] = relationship(lazy="joined")
    company: Mapped[Company | None] = relationship(lazy="joined")


class RequestWindow(Base):
    """On this weekday (0 is Monday) the group is free between these times, travel included."""

    __tablename__ = "request_window"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
        CheckConstraint("start_time < end_time", name="time_order"),
        UniqueConstraint("visit_request_id", "weekday", "start_time"),
    )

    id: Mapped[Id]
    visit_request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    start_time: Mapped[time]
    end_time: Mapped[time]


class RequestException(Base):
    """A day on which the group is not free after all."""

    __tablename__ = "request_exception"
    __table_args__ = (UniqueConstraint("visit_request_id", "day"),)

    id: Mapped[Id]
    visit_request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id", ondelete="CASCADE"))
    day: Mapped[date]
