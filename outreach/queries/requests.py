"""What schools and staff ask about requests: their list, what became of each, and what can be wished for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from outreach.models import (
    Booking,
    Company,
    Offer,
    OfferState,
    RequestState,
    Round,
    User,
    VisitRequest,
    db,
)
from outreach.permissions import visible
from outreach.queries.paging import Page, page_of


@dataclass(frozen=True, slots=True)
class CompanyOffers:
    """A company and those of its offers that suit a school."""

    company: Company
    offers: list[Offer]


def find_requests(
    *, reader: User | None, round_id: int | None, state: str = "", number: int = 1
) -> Page[VisitRequest]:
    """The requests that `reader` may know of, the newest round first."""
    found = (
        select(VisitRequest)
        .join(Round, Round.id == VisitRequest.round_id)
        .where(visible(reader, VisitRequest))
        .order_by(Round.first_day.desc(), VisitRequest.id.desc())
    )
    if round_id is not None:
        found = found.where(VisitRequest.round_id == round_id)
    if state in set(RequestState):
        found = found.where(VisitRequest.state == RequestState(state))
    return page_of(found, number=number)


def bookings_of(visit_requests: Iterable[VisitRequest]) -> dict[int, Booking]:
    """The newest booking of each request that has one, by the request's number."""
    numbers = [visit_request.id for visit_request in visit_requests]
    rows = db.session.scalars(
        select(Booking).where(Booking.visit_request_id.in_(numbers)).order_by(Booking.id)
    ).unique()
    return {booking.visit_request_id: booking for booking in rows if booking.visit_request_id is not None}


def what_can_be_wished(grades: Iterable[str]) -> list[CompanyOffers]:
    """Companies with their posted offers for any of these grades, by the company's English name."""
    wanted = set(grades)
    found: dict[int, CompanyOffers] = {}
    rows = db.session.scalars(
        select(Offer)
        .join(Company, Company.id == Offer.company_id)
        .where(Offer.state == OfferState.POSTED)
        .order_by(Company.name_en, Company.name_zh, Company.id, Offer.title_en, Offer.id)
    ).unique()
    for offer in rows:
        if wanted.intersection(offer.grades):
            found.setdefault(offer.company_id, CompanyOffers(offer.company, [])).offers.append(offer)
    return list(found.values())
