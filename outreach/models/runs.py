"""Runs of the scheduler, the proposals they make, and which of them was published."""

from __future__ import annotations

import enum
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.models.base import Base, Id, Versioned, states
from outreach.models.offers import Offer, Slot, Team
from outreach.models.rounds import Round, VisitRequest


class RunState(enum.StrEnum):
    """A run moves only forwards; `stopped` still has a proposal where one was found."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    CONTRADICTORY = "contradictory"


ALIVE = (RunState.QUEUED, RunState.RUNNING)


class Background(Versioned):
    """Work that outlives a request: a row that the worker claims by one UPDATE and holds by a lease while its child works.

    `problem` is the canonical JSON that the child reads; `progress` the list of its events that a page draws."""

    id: Mapped[Id]
    state: Mapped[RunState] = mapped_column(states(RunState), default=RunState.QUEUED)
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    seconds_limit: Mapped[int]
    workers: Mapped[int]
    problem: Mapped[str | None] = mapped_column(Text, deferred=True)
    problem_sha256: Mapped[str | None] = mapped_column(String(64))
    progress: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    fault: Mapped[str] = mapped_column(Text, default="")


def one_alive(table: str, *columns: str) -> Index:
    """Of such rows at most one is queued or running: a second press finds the first."""
    alive = text("state IN ('queued', 'running')")
    return Index(f"uq_{table}_alive", *columns, unique=True, sqlite_where=alive, postgresql_where=alive)


class SolveRun(Background, Base):
    """One run of the scheduler: the page polls it; the child never sees the database."""

    __tablename__ = "solve_run"
    __table_args__ = (
        CheckConstraint("seconds_limit BETWEEN 1 AND 3600", name="limit_range"),
        one_alive("solve_run", "round_id"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    seed: Mapped[int] = mapped_column(default=0)

    round_: Mapped[Round] = relationship(lazy="joined")


class Proposal(Base):
    """What a run found: a plan with its proof. Never binding."""

    __tablename__ = "proposal"

    id: Mapped[Id]
    solve_run_id: Mapped[int] = mapped_column(ForeignKey("solve_run.id"), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    objectives: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    plan: Mapped[str] = mapped_column(Text, deferred=True)
    created_at: Mapped[datetime]

    solve_run: Mapped[SolveRun] = relationship(lazy="joined")
    round_: Mapped[Round] = relationship(lazy="joined")


class Assignment(Base):
    """One request placed by one proposal: into a slot, or with a team at a time of the scheduler's choosing."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("(slot_id IS NULL) <> (team_id IS NULL)", name="slot_or_team"),
        CheckConstraint("start_time < end_time", name="time_order"),
        UniqueConstraint("proposal_id", "visit_request_id"),
    )

    id: Mapped[Id]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"))
    visit_request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    day: Mapped[date]
    start_time: Mapped[time]
    end_time: Mapped[time]
    travel_minutes: Mapped[int]
    points: Mapped[int]

    visit_request: Mapped[VisitRequest] = relationship(lazy="joined")
    slot: Mapped[Slot | None] = relationship(lazy="joined")
    team: Mapped[Team | None] = relationship(lazy="joined")
    offer: Mapped[Offer] = relationship(lazy="joined")


class Publication(Base):
    """A version of a round that binds: number 1 is the first, of a proposal; later ones repair it, by a study's answer under one
    policy. The newest one is in force."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint(
            "(proposal_id IS NULL) <> (study_id IS NULL) AND (study_id IS NULL) = (policy IS NULL)",
            name="proposal_or_repair",
        ),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), unique=True)
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id"), unique=True)
    policy: Mapped[str | None] = mapped_column(String(20))
    published_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    published_at: Mapped[datetime]
