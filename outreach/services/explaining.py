"""Why a proposal leaves requests out: asked with every proposal, answered by `outreach explain`, kept as `Reason` rows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from outreach.models import Proposal, Reason, Study, StudyKind, User, VisitRequest, db
from outreach.services.bridge import number_of
from outreach.services.changes import changes_of, helps
from outreach.services.studies import Question, Unanswerable, files_of, queue_about
from outreach.services.transaction import deed

FORMAT = "outreach-why/1"
# Nobody waits at the screen for it: twice what the territory needs on two free cores.
SECONDS = 120


def ask_why(proposal: Proposal, *, by: User | None, now: datetime) -> Study:
    """Inside the caller's deed: ask why this proposal leaves out whom it leaves out."""
    return queue_about(proposal, StudyKind.EXPLAIN, seconds=SECONDS, by=by, now=now)


@deed
def ask_why_anew(*, proposal_id: int, by: User, now: datetime) -> Study:
    """Ask once more, because an answer failed, was stopped, or has never been asked for."""
    return ask_why(db.session.get_one(Proposal, proposal_id), by=by, now=now)


def question_why(study: Study, *, now: datetime) -> Question:
    """The problem that the proposal's run was given, and its plan. Raises `Unanswerable` where either is gone."""
    command = (
        *("explain", "problem.json", "plan.json", "--out", "why.json", "--quiet"),
        *("--seconds", str(study.seconds_limit), "--workers", str(study.workers)),
    )
    return Question(files_of(study), command, "why.json", patient=True)


def reasons_in(answer: str) -> list[Reason]:
    """The rows of an answer, without the changes that a school's own calendar forbids: the core has never seen it, only free
    windows. Raises `Unanswerable` where it is none."""
    try:
        document = json.loads(answer)
        if document["format"] != FORMAT:
            raise Unanswerable(f"format: {document['format']!r} is not {FORMAT!r}")
        reasons = [_reason(one) for one in document["explanations"]]
        for reason in reasons:
            _leave_out_what_helps_nobody(reason)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Unanswerable(f"The answer cannot be read: {fault!r}") from fault
    return reasons


def _leave_out_what_helps_nobody(reason: Reason) -> None:
    asked = db.session.get(VisitRequest, reason.visit_request_id)
    helping = [one for one in changes_of(reason) if asked is not None and helps(one, asked)]
    reason.changes = [reason.changes[one.number] for one in helping]
    reason.effort = min((one.effort for one in helping), default=None)


def _reason(told: dict[str, Any]) -> Reason:
    return Reason(
        visit_request_id=number_of(told["request"]),
        reason=told["reason"],
        funnel=told["funnel"],
        because=told["because"],
        changes=told["changes"],
        holders=told["holders"],
    )


def keep_reasons(study: Study, reasons: list[Reason]) -> None:
    """Inside the caller's deed: keep the rows of a study that has just ended."""
    for reason in reasons:
        reason.study_id = study.id
    db.session.add_all(reasons)
