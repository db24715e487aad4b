"""Studies: questions about a plan that the core answers in the background. Here they are queued and stopped.

The way of a study: a deed or a button calls `queue_study` -> the worker's tick calls `claim_study` of `answers.py`, which asks the
kind's own file (`explaining.py`, ...) for the `Question` -> the child works on files -> `finish_study` has the kind's own file
judge and keep the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from outreach.models import ALIVE, Proposal, Study, StudyKind, User, db
from outreach.services.claims import stop
from outreach.services.transaction import audit, deed, insert_or_ignore

# So many processors a question takes at most, however many the scheduler had: more would not help `explain`.
MOST_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Question:
    """What the child gets: files by name, its command, the file that it answers with; `kept` goes into the study's row."""

    files: Mapping[str, str]
    command: tuple[str, ...]
    result: str
    kept: Mapping[str, Any] = field(default_factory=dict)
    patient: bool = False


class Unanswerable(ValueError):
    """The rows make no question, or the answer is none; the words name the place."""


def files_of(study: Study) -> dict[str, str]:
    """The problem that the proposal's run was given, and its plan. Raises `Unanswerable` where either is gone."""
    proposal = study.proposal
    if proposal is None or proposal.solve_run.problem is None:
        raise Unanswerable("The proposal's problem was not kept.")
    return {"problem.json": proposal.solve_run.problem, "plan.json": proposal.plan}


def queue_study(
    *,
    kind: StudyKind,
    subject: str,
    round_id: int,
    proposal_id: int | None = None,
    seconds: int,
    workers: int,
    question: str | None = None,
    by: User | None,
    now: datetime,
) -> Study:
    """Inside the caller's deed: queue a study; where the same question is at work already, that one. `question` is what only
    whoever asks can know of it."""
    insert_or_ignore(
        Study,
        kind=kind,
        subject=subject,
        round_id=round_id,
        proposal_id=proposal_id,
        seconds_limit=seconds,
        workers=workers,
        question=question,
        requested_by_id=None if by is None else by.id,
        requested_at=now,
        progress=[],
    )
    same = select(Study).where(
        Study.round_id == round_id, Study.kind == kind, Study.subject == subject, Study.state.in_(ALIVE)
    )
    study = db.session.scalars(same).unique().one()
    audit("study.start", study, by=by, now=now, kind=kind.value, subject=subject)
    return study


def queue_about(
    proposal: Proposal, kind: StudyKind, *, seconds: int, by: User | None, now: datetime
) -> Study:
    """Inside the caller's deed: queue a question about the plan of a proposal."""
    return queue_study(
        kind=kind,
        subject=f"proposal-{proposal.id}",
        round_id=proposal.round_id,
        proposal_id=proposal.id,
        seconds=seconds,
        workers=min(MOST_WORKERS, proposal.solve_run.workers),
        by=by,
        now=now,
    )


@deed
def ask_study_to_stop(*, study_id: int, by: User, now: datetime) -> Study:
    """Ask a study to end with what it knows; one that has not begun ends at once."""
    study = db.session.get_one(Study, study_id)
    stop(Study, study_id, now=now)
    db.session.refresh(study)
    audit("study.stop", study, by=by, now=now)
    return study
