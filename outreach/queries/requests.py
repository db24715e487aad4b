"""What schools and staff ask about requests: their list, what became of each, what they wish for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from outreach.models import (
    Booking,
    Company,
    Offer,
    OfferState,
    RequestChoice,
    RequestState,
    Round,
    RoundState,
    School,
    User,
    VisitRequest,
    db,
)
from outreach.permissions import visible
from outreach.queries.paging import Page, containing, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A wish as a form shows it: an offer, or any offer of a company; neither where there is no such thing."""

    code: str = field(kw_only=False)
    offer: Offer | None = None
    company: Company | None = None

    @property
    def gone(self) -> bool:
        """Nobody can have it now."""
        if self.offer is not None:
            return self.offer.state is not OfferState.POSTED
        return self.company is None

    def suits(self, grades: Iterable[str]) -> bool:
        """It is for one of these grades, as far as that can be told."""
        return self.offer is None or not set(grades).isdisjoint(self.offer.grades)


def find_requests(
    *, reader: User | None, round_id: int | None, state: str = "", words: str = "", number: int = 1
) -> Page[VisitRequest]:
    """The requests that `reader` may know of, the newest round first; `words` is looked for in the school's names and the group."""
    found = (
        select(VisitRequest)
        .join(Round, Round.id == VisitRequest.round_id)
        .join(School, School.id == VisitRequest.school_id)
        .where(visible(reader, VisitRequest))
        .order_by(Round.first_day.desc(), VisitRequest.id.desc())
    )
    if round_id is not None:
        found = found.where(VisitRequest.round_id == round_id)
    if state in set(RequestState):
        found = found.where(VisitRequest.state == RequestState(state))
    if words:
        found = found.where(containing(words, School.name_en, School.name_zh, VisitRequest.group_label))
    return page_of(found, number=number)


def bookings_of(visit_requests: Iterable[VisitRequest]) -> dict[int, Booking]:
    """The newest booking of each request that has one, by the request's number."""
    numbers = [visit_request.id for visit_request in visit_requests]
    rows = db.session.scalars(
        select(Booking).where(Booking.visit_request_id.in_(numbers)).order_by(Booking.id)
    ).unique()
    return {booking.visit_request_id: booking for booking in rows if booking.visit_request_id is not None}


def things_wished(wishes: Iterable[tuple[str, int]], *, reader: User | None) -> list[Wished]:
    """Each wish with what it is for, in the same order; a withdrawn offer is known to whoever wished for it."""
    wishes = list(wishes)
    made = select(RequestChoice.offer_id).join(VisitRequest).where(visible(reader, VisitRequest))
    offers = select(Offer).where(
        Offer.id.in_([number for kind, number in wishes if kind == "offer"]),
        or_(visible(reader, Offer), Offer.id.in_(made)),
    )
    companies = select(Company).where(
        Company.id.in_([number for kind, number in wishes if kind == "company"]), visible(reader, Company)
    )
    known: dict[tuple[str, int], Any] = {
        **{("offer", offer.id): offer for offer in db.session.scalars(offers).unique()},
        **{("company", company.id): company for company in db.session.scalars(companies).unique()},
    }
    return [
        Wished(
            f"{kind}-{number}",
            offer=known.get((kind, number)) if kind == "offer" else None,
            company=known.get((kind, number)) if kind == "company" else None,
        )
        for kind, number in wishes
    ]


def changeable_requests(reader: User) -> list[VisitRequest]:
    """The requests that a teacher's schools can still change, the newest first."""
    found = (
        select(VisitRequest)
        .join(Round, Round.id == VisitRequest.round_id)
        .where(
            VisitRequest.school_id.in_(reader.school_ids),
            Round.state == RoundState.COLLECTING,
            VisitRequest.state != RequestState.WITHDRAWN,
        )
    )
    return list(db.session.scalars(found.order_by(VisitRequest.id.desc())).unique())
