"""Why a proposal leaves requests out: asked with every proposal, answered by `outreach explain`, kept as `Reason` rows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from outreach.models import Proposal, Reason, Study, StudyKind, User, db
from outreach.services.bridge import number_of
from outreach.services.studies import Question, Unanswerable, queue_study

FORMAT = "outreach-why/1"
# Nobody waits at the screen for it: twice what the territory needs on two free cores.
SECONDS = 120


def ask_why(proposal: Proposal, *, by: User | None, now: datetime) -> Study:
    """Inside the caller's deed: ask why this proposal leaves out whom it leaves out."""
    return queue_study(
        kind=StudyKind.EXPLAIN,
        subject=f"proposal-{proposal.id}",
        round_id=proposal.round_id,
        proposal_id=proposal.id,
        seconds=SECONDS,
        workers=proposal.solve_run.workers,
        by=by,
        now=now,
    )


def question_why(study: Study, *, now: datetime) -> Question:
    """The problem that the proposal's run was given, and its plan. Raises `Unanswerable` where either is gone."""
    proposal = study.proposal
    if proposal is None or proposal.solve_run.problem is None:
        raise Unanswerable("The proposal's problem was not kept.")
    command = (
        *("explain", "problem.json", "plan.json", "--out", "why.json", "--quiet"),
        *("--seconds", str(study.seconds_limit), "--workers", str(study.workers)),
    )
    files = {"problem.json": proposal.solve_run.problem, "plan.json": proposal.plan}
    return Question(files, command, "why.json", patient=True)


def reasons_in(answer: str) -> list[Reason]:
    """The rows of an answer. Raises `Unanswerable` where it is none."""
    try:
        document = json.loads(answer)
        if document["format"] != FORMAT:
            raise Unanswerable(f"format: {document['format']!r} is not {FORMAT!r}")
        return [_reason(one) for one in document["explanations"]]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Unanswerable(f"The answer cannot be read: {fault!r}") from fault


def _reason(told: dict[str, Any]) -> Reason:
    efforts = [change["effort"] for change in told["changes"]]
    return Reason(
        visit_request_id=number_of(told["request"]),
        reason=told["reason"],
        effort=min(efforts, default=None),
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
