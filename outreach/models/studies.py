"""Questions that the core answers about a plan in the background: why, how to repair it, whom to recruit; and the reasons."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Double, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.models.base import Base, Id, states
from outreach.models.rounds import Round, VisitRequest
from outreach.models.runs import Background, Proposal, one_alive


class StudyKind(enum.StrEnum):
    """Which command of the core works on it: `explain`, `repair` or `recruit`."""

    EXPLAIN = "explain"
    REPAIR = "repair"
    RECRUIT = "recruit"


class Study(Background, Base):
    """One question about a plan of a round. `subject` tells questions of a kind apart (`proposal-3`, `slot-12`).

    `plan` and `question` (events, say) go to the child beside the problem; `answer` is what it wrote. Nobody has asked for a study
    that follows from a deed by itself: then `requested_by_id` is None."""

    __tablename__ = "study"
    __table_args__ = (
        CheckConstraint("seconds_limit BETWEEN 1 AND 3600", name="limit_range"),
        one_alive("study", "round_id", "kind", "subject"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    kind: Mapped[StudyKind] = mapped_column(states(StudyKind))
    subject: Mapped[str] = mapped_column(String(60))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    plan: Mapped[str | None] = mapped_column(Text, deferred=True)
    question: Mapped[str | None] = mapped_column(Text, deferred=True)
    answer: Mapped[str | None] = mapped_column(Text, deferred=True)

    round_: Mapped[Round] = relationship(lazy="joined")
    proposal: Mapped[Proposal | None] = relationship(lazy="joined")

    def subject_id(self, noun: str) -> int | None:
        """The number of the row that the question is about, where it is one of these."""
        kind, _dash, number = self.subject.partition("-")
        return int(number) if kind == noun else None


class Reason(Base):
    """Why a proposal leaves one request out, as `outreach explain` has shown it. The lists keep the core's own form
    (`outreach-why/1`), names like `request-7` and all; `reason` is one of its words."""

    __tablename__ = "reason"
    __table_args__ = (UniqueConstraint("study_id", "visit_request_id"),)

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    visit_request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    # For filter and sort: the least effort of a change that would help; none, if nothing was found.
    effort: Mapped[float | None] = mapped_column(Double)
    funnel: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    because: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    holders: Mapped[list[str]] = mapped_column(JSON)

    study: Mapped[Study] = relationship(lazy="joined")
    visit_request: Mapped[VisitRequest] = relationship(lazy="joined")
