"""Studies as the worker carries them out: claimed with their question, ended with their answer.

What a question consists of, and what becomes of its answer, each kind says in a file of its own; `KINDS` is the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from outreach.models import RunState, Study, StudyKind, db
from outreach.services.claims import Task, end, note, put_back, take, write_down
from outreach.services.explaining import keep_reasons, question_why, reasons_in
from outreach.services.recruiting import keep_slots, question_slots, slots_in
from outreach.services.repairing import judged_repairs, keep_repairs, question_repair, repairs_in
from outreach.services.studies import Question, Unanswerable
from outreach.services.transaction import audit, deed

note_study = partial(note, Study)
hand_back_study = partial(put_back, Study)
NO_ANSWER = "The study ended without an answer."


@dataclass(frozen=True, slots=True)
class Kind:
    """`question` may read rows; `read` judges the answer outside any transaction, and so does `judge` of what was read, against
    the question; `keep` writes what came of it, in the deed that ends the study. All readers raise `Unanswerable`."""

    question: Callable[..., Question]
    read: Callable[[str], Any]
    keep: Callable[[Study, Any], None]
    judge: Callable[[Study, Any], Any] | None = None


KINDS: dict[StudyKind, Kind] = {
    StudyKind.EXPLAIN: Kind(question_why, reasons_in, keep_reasons),
    StudyKind.RECRUIT: Kind(question_slots, slots_in, keep_slots),
    StudyKind.REPAIR: Kind(question_repair, repairs_in, keep_repairs, judged_repairs),
}


def claim_study(*, now: datetime) -> Task | None:
    """Take the oldest waiting study and write its question down; None when nothing waits. Called by the worker only."""
    number = take(Study, now=now)
    if number is None:
        return None
    study = db.session.get_one(Study, number)
    try:
        question = KINDS[study.kind].question(study, now=now)
    except Unanswerable as refused:
        _end(number, now, state=RunState.FAILED, answer=None, kept=None, fault=str(refused), now=now)
        return None
    write_down(Study, number, **question.kept)
    return Task(
        number,
        question.files,
        question.command,
        question.result,
        study.seconds_limit,
        now,
        patient=question.patient,
    )


def finish_study(task: Task, *, state: RunState, result: str | None, fault: str, now: datetime) -> None:
    """End a study. Its answer is read and judged once more before anything of it is kept."""
    study = db.session.get_one(Study, task.number)
    kept = None
    if result is None:
        if state is RunState.DONE:
            state, fault = RunState.FAILED, fault or NO_ANSWER
    else:
        try:
            kind = KINDS[study.kind]
            kept = kind.read(result)
            kept = kind.judge(study, kept) if kind.judge is not None else kept
        except Unanswerable as refused:
            state, fault, result = RunState.FAILED, str(refused), None
    _end(task.number, task.claimed_at, state=state, answer=result, kept=kept, fault=fault, now=now)


@deed
def _end(
    number: int,
    claimed_at: datetime,
    *,
    state: RunState,
    answer: str | None,
    kept: Any,
    fault: str,
    now: datetime,
) -> None:
    if not end(Study, number, claimed_at=claimed_at, state=state, fault=fault, now=now):
        return
    study = db.session.get_one(Study, number, populate_existing=True)
    if answer is not None:
        study.answer = answer
        KINDS[study.kind].keep(study, kept)
    audit(f"study.{state}", study, by=None, now=now)
