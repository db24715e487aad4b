"""What staff look at before they publish: who is placed where, who is not, how good the whole is."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from outreach.models import Assignment, Company, Offer, Proposal, School, VisitRequest, db


@dataclass(frozen=True, slots=True)
class ProposalFilter:
    """What the table is narrowed to; empty means all."""

    words: str = ""
    district: str = ""
    kind: str = ""


def assignments_of(proposal: Proposal, wanted: ProposalFilter) -> Select[Assignment]:
    """The placed groups of a proposal in the order of their days."""
    statement = (
        select(Assignment)
        .join(VisitRequest, VisitRequest.id == Assignment.visit_request_id)
        .join(School, School.id == VisitRequest.school_id)
        .join(Offer, Offer.id == Assignment.offer_id)
        .join(Company, Company.id == Offer.company_id)
        .where(Assignment.proposal_id == proposal.id)
    )
    if wanted.words:
        statement = statement.where(
            or_(*(column.icontains(wanted.words, autoescape=True) for column in _named()))
        )
    if wanted.district:
        statement = statement.where(School.district == wanted.district)
    if wanted.kind:
        statement = statement.where(Offer.kind == wanted.kind)
    return statement.order_by(Assignment.day, Assignment.start_time, Assignment.id)


def _named() -> tuple[Any, ...]:
    return School.name_en, School.name_zh, Company.name_en, Company.name_zh, Offer.title_en, Offer.title_zh


def reasons_of(proposal: Proposal) -> dict[int, str]:
    """The requests that the proposal leaves out, each with the core's word for why (`no-candidate` or `not-examined`)."""
    return {
        int(left["request"].rpartition("-")[2]): str(left["reason"])
        for left in json.loads(proposal.plan).get("unplaced", [])
    }


def unplaced_of(reasons: Collection[int]) -> Select[VisitRequest]:
    """These requests, district by district."""
    return (
        select(VisitRequest)
        .join(School, School.id == VisitRequest.school_id)
        .where(VisitRequest.id.in_(reasons))
        .order_by(School.district, School.name_en, VisitRequest.id)
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """The whole of a proposal in four numbers."""

    groups: int
    schools: int
    pupils: int
    companies: int


def placed_in(proposal: Proposal) -> Placed:
    """How many groups, schools, pupils and companies a proposal brings together."""
    row = db.session.execute(
        select(
            func.count(Assignment.id),
            func.count(func.distinct(VisitRequest.school_id)),
            func.coalesce(func.sum(VisitRequest.pupils), 0),
            func.count(func.distinct(Offer.company_id)),
        )
        .join(VisitRequest, VisitRequest.id == Assignment.visit_request_id)
        .join(Offer, Offer.id == Assignment.offer_id)
        .where(Assignment.proposal_id == proposal.id)
    ).one()
    return Placed(*row)
