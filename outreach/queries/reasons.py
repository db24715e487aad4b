"""Why requests have no place, as pages ask for it: of a whole proposal for staff, of one request for its teachers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from outreach.models import (
    ALIVE,
    IN_FORCE,
    AuditEntry,
    Proposal,
    Publication,
    Reason,
    RequestState,
    Round,
    RoundState,
    RunState,
    School,
    Study,
    StudyKind,
    VisitRequest,
    db,
)
from outreach.models.base import has_code
from outreach.queries.paging import containing

SORTS = ("district", "school", "effort", "reason")
ANSWERED = (RunState.DONE, RunState.STOPPED)


@dataclass(frozen=True, slots=True)
class ReasonFilter:
    """What the list of those without a place is narrowed to, and its order; empty means all."""

    words: str = ""
    district: str = ""
    kind: str = ""
    reason: str = ""
    helps: str = ""
    sort: str = "district"


def left_out_by(proposal: Proposal) -> list[int]:
    """The numbers of the requests that a proposal leaves out."""
    left_out = json.loads(proposal.plan).get("unplaced", [])
    return [int(one["request"].rpartition("-")[2]) for one in left_out]


def newest_study(proposal: Proposal) -> Study | None:
    """The newest question why about a proposal, in whatever state."""
    return db.session.scalars(_studies(proposal.id).limit(1)).first()


def answered_study(proposal_id: int) -> Study | None:
    """The newest such study that has an answer: done, or stopped with what was known."""
    answered = _studies(proposal_id).where(Study.state.in_(ANSWERED), Study.answer.is_not(None))
    return db.session.scalars(answered.limit(1)).first()


def _studies(proposal_id: int) -> Select[Study]:
    why = (Study.proposal_id == proposal_id, Study.kind == StudyKind.EXPLAIN)
    return select(Study).where(*why).order_by(Study.id.desc())


def without_place(
    left_out: Collection[int], study: Study | None, wanted: ReasonFilter
) -> Select[VisitRequest]:
    """The requests that were left out, narrowed and sorted; what is asked of reasons finds only requests that have one."""
    told = Reason.study_id == (0 if study is None else study.id)
    statement = (
        select(VisitRequest)
        .join(School, School.id == VisitRequest.school_id)
        .outerjoin(Reason, (Reason.visit_request_id == VisitRequest.id) & told)
        .where(VisitRequest.id.in_(left_out))
    )
    if wanted.words:
        statement = statement.where(
            containing(wanted.words, School.name_en, School.name_zh, VisitRequest.group_label)
        )
    if wanted.district:
        statement = statement.where(School.district == wanted.district)
    if wanted.kind:
        statement = statement.where(has_code(VisitRequest.kinds, wanted.kind))
    if wanted.reason:
        statement = statement.where(Reason.reason == wanted.reason)
    if wanted.helps:
        statement = statement.where(
            Reason.effort.is_not(None) if wanted.helps == "yes" else Reason.effort.is_(None)
        )
    return statement.order_by(*_order(wanted.sort), School.name_en, VisitRequest.id)


def _order(sort: str) -> Iterable[Any]:
    down, name = sort.startswith("-"), sort.removeprefix("-")
    column = {
        "school": School.name_en,
        "effort": Reason.effort,
        "reason": Reason.reason,
        "district": School.district,
    }.get(name, School.district)
    # Engines disagree on where NULL stands: what has no value comes last, whichever way.
    yield from (column.is_(None), column.desc() if down else column)


def reasons_for(visit_requests: Iterable[VisitRequest], study: Study | None) -> dict[int, Reason]:
    """The reasons of these requests in one study, by the request's number."""
    if study is None:
        return {}
    numbers = [visit_request.id for visit_request in visit_requests]
    rows = db.session.scalars(
        select(Reason).where(Reason.study_id == study.id, Reason.visit_request_id.in_(numbers))
    )
    return {reason.visit_request_id: reason for reason in rows.unique()}


def named_requests(numbers: Collection[int]) -> dict[int, VisitRequest]:
    """Requests by their number: those who hold what others could have had."""
    if not numbers:
        return {}
    rows = db.session.scalars(select(VisitRequest).where(VisitRequest.id.in_(numbers))).unique()
    return {row.id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Known:
    """What a teacher may know of why a request has no place.

    `reason` is None while `study` works on it or where it has failed. `trial`: of a proposal that binds nobody, seen while the
    round collects again. `changed`: the answers are others than those that were judged."""

    study: Study | None
    reason: Reason | None
    trial: bool
    changed: bool


def known_of(visit_request: VisitRequest) -> Known | None:
    """Of the published proposal once there is one; of the newest one while the round collects again; else nothing: what is
    in review binds nobody and may still change."""
    if visit_request.state is not RequestState.SUBMITTED:
        return None
    proposal = _proposal_known(visit_request.round_)
    if proposal is None:
        return None
    trial = visit_request.round_.state is RoundState.COLLECTING
    answered = answered_study(proposal.id)
    if answered is None:
        left_out = visit_request.id in left_out_by(proposal)
        return Known(newest_study(proposal), None, trial, False) if left_out else None
    reason = reasons_for([visit_request], answered).get(visit_request.id)
    if reason is None:
        return None
    return Known(answered, reason, trial, trial and _changed_since(visit_request, proposal))


def _proposal_known(round_: Round) -> Proposal | None:
    found = select(Proposal).where(Proposal.round_id == round_.id).order_by(Proposal.id.desc()).limit(1)
    if round_.state in (*IN_FORCE, RoundState.ARCHIVED):
        # Later versions repair the first one and have no proposal of their own.
        found = found.join(Publication, Publication.proposal_id == Proposal.id)
    elif round_.state is not RoundState.COLLECTING:
        return None
    return db.session.scalars(found).first()


def _changed_since(visit_request: VisitRequest, proposal: Proposal) -> bool:
    """Whether the answers were changed after the run had read them. Nothing but the audit log tells when."""
    changed = select(AuditEntry.id).where(
        AuditEntry.thing == VisitRequest.__tablename__,
        AuditEntry.thing_id == visit_request.id,
        AuditEntry.action.in_(("request.edit", "request.hand_in", "request.adopt")),
        AuditEntry.at > (proposal.solve_run.started_at or proposal.created_at),
    )
    return db.session.scalar(changed.limit(1)) is not None


def is_working(study: Study | None) -> bool:
    """Whether the answer is still being worked out."""
    return study is not None and study.state in ALIVE
