"""Questions about offers: the catalogue that everybody searches, the dates of one offer, a company's own list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from outreach.models import (
    IN_FORCE,
    LIVE,
    Booking,
    Company,
    Offer,
    OfferKind,
    OfferState,
    Round,
    Slot,
    SlotState,
    Team,
    TeamOffer,
    db,
    has_code,
)
from outreach.queries.paging import Page, page_of
from outreach.queries.schools import search_words

CATALOGUE_PAGE = 24
# Fewer than in the catalogue: they stand in the middle of a form.
WISHES_PAGE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for in the catalogue; empty is "any"."""

    words: str = ""
    kind: str = ""
    topic: str = ""
    grade: str = ""
    language: str = ""
    district: str = ""
    free_only: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of an offer still to come: how many, how many of them can be booked at once, and the first of those."""

    slots: int = 0
    free: int = 0
    first_free: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """A slot as teachers see it. `round_` is the round in force that it belongs to: only then it can be booked directly."""

    slot: Slot
    round_: Round | None

    @property
    def seats(self) -> int:
        """Places left."""
        return self.slot.max_pupils - self.slot.pupils_taken if self.groups else 0

    @property
    def groups(self) -> int:
        """Groups that may still come."""
        return self.slot.max_groups - self.slot.groups_taken

    @property
    def bookable(self) -> bool:
        """A group may take a place now."""
        return self.round_ is not None and self.seats > 0


@dataclass(frozen=True, slots=True)
class OwnOffer:
    """An offer in its company's list, with what hangs on it."""

    offer: Offer
    slots: int
    teams: int
    bookings: int


def catalogue(wanted: Wanted, *, number: int, now: datetime) -> Page[Offer]:
    """The posted offers that fit, those with free places first, then the newest."""
    found = select(Offer).join(Company).where(Offer.state == OfferState.POSTED, *_conditions(wanted))
    free = _free_slot(now).where(Slot.offer_id == Offer.id).exists()
    if wanted.free_only:
        found = found.where(free)
    order = found.order_by(free.desc(), Offer.created_at.desc(), Offer.id.desc())
    return page_of(order, number=number, size=CATALOGUE_PAGE)


def to_wish_for(wanted: Wanted, *, grades: Iterable[str], number: int) -> Page[Offer]:
    """The posted offers that fit and are for one of these grades, the newest first."""
    for_them = or_(false(), *(has_code(Offer.grades, grade) for grade in grades))
    found = (
        select(Offer).join(Company).where(Offer.state == OfferState.POSTED, for_them, *_conditions(wanted))
    )
    order = found.order_by(Offer.created_at.desc(), Offer.id.desc())
    return page_of(order, number=number, size=WISHES_PAGE)


def dates_of(offers: Sequence[Offer], *, now: datetime) -> dict[int, Dates]:
    """For each of these offers its dates still to come, in two questions for all."""
    ids = [offer.id for offer in offers]
    coming = (
        select(Slot.offer_id, func.count())
        .where(Slot.offer_id.in_(ids), Slot.state == SlotState.OPEN, Slot.starts_at > now)
        .group_by(Slot.offer_id)
    )
    free = (
        _free_slot(now)
        .with_only_columns(Slot.offer_id, func.count(), func.min(Slot.starts_at))
        .where(Slot.offer_id.in_(ids))
        .group_by(Slot.offer_id)
    )
    slots = {row[0]: row[1] for row in db.session.execute(coming)}
    frees = {offer_id: (number, first) for offer_id, number, first in db.session.execute(free)}
    return {number: Dates(slots.get(number, 0), *frees.get(number, (0, None))) for number in ids}


def slots_of(offer: Offer, *, now: datetime) -> list[OfferedSlot]:
    """The open slots of an offer still to come, each with its round where that is in force."""
    of_its_day = and_(Round.first_day <= Slot.day, Slot.day <= Round.last_day, Round.state.in_(IN_FORCE))
    found = (
        select(Slot, Round)
        .outerjoin(Round, of_its_day)
        .where(Slot.offer_id == offer.id, Slot.state == SlotState.OPEN, Slot.starts_at > now)
        .order_by(Slot.starts_at)
    )
    return [OfferedSlot(slot, round_) for slot, round_ in db.session.execute(found).unique()]


def all_slots_of(offer: Offer) -> list[Slot]:
    """Every slot of an offer, past and cancelled ones too, the latest first: what its company looks through."""
    found = select(Slot).where(Slot.offer_id == offer.id).order_by(Slot.starts_at.desc())
    return list(db.session.scalars(found))


def live_in_slot(slot: Slot) -> int:
    """How many bookings hold seats in the slot."""
    held = select(func.count()).where(Booking.slot_id == slot.id, Booking.state.in_(LIVE))
    return db.session.scalars(held).one()


def posted_offers(company: Company) -> list[Offer]:
    """What a company shows everybody."""
    found = select(Offer).where(Offer.company_id == company.id, Offer.state == OfferState.POSTED)
    return list(db.session.scalars(found.order_by(Offer.id)))


def offers_by_company(companies: Iterable[Company], *, now: datetime) -> dict[Company, list[OwnOffer]]:
    """The offers of these companies, drafts too; a company without offers is listed too."""
    slots = select(func.count()).where(
        Slot.offer_id == Offer.id, Slot.state == SlotState.OPEN, Slot.starts_at > now
    )
    teams = select(func.count()).where(TeamOffer.offer_id == Offer.id)
    held = select(func.count()).where(Booking.offer_id == Offer.id, Booking.state.in_(LIVE))
    counts = (each.correlate(Offer).scalar_subquery() for each in (slots, teams, held))
    listed: dict[Company, list[OwnOffer]] = {company: [] for company in companies}
    theirs = Offer.company_id.in_([company.id for company in listed])
    found = select(Offer, *counts).where(theirs).order_by(Offer.id)
    for offer, *numbers in db.session.execute(found):
        listed[offer.company].append(OwnOffer(offer, *numbers))
    return listed


def teams_of_offer(offer: Offer) -> list[Team]:
    """The teams that can give an offer."""
    found = select(Team).join(TeamOffer, TeamOffer.team_id == Team.id).where(TeamOffer.offer_id == offer.id)
    return list(db.session.scalars(found.order_by(Team.id)))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [_mentions(word) for word in search_words(wanted.words)]
    for column, code in (
        (Offer.topics, wanted.topic),
        (Offer.grades, wanted.grade),
        (Offer.languages, wanted.language),
    ):
        if code:
            conditions.append(has_code(column, code))
    if wanted.kind:
        conditions.append(Offer.kind == OfferKind(wanted.kind))
    if wanted.district:
        # Trainers come to every district.
        conditions.append(or_(Offer.district == wanted.district, Offer.kind == OfferKind.CODING_SESSION))
    return conditions


def _mentions(word: str) -> ColumnElement[bool]:
    columns = (
        Offer.title_en,
        Offer.title_zh,
        Offer.summary_en,
        Offer.summary_zh,
        Company.name_en,
        Company.name_zh,
    )
    return or_(*(func.lower(column).contains(word, autoescape=True) for column in columns))


def _free_slot(now: datetime) -> Any:
    """Slots with a free place in a round that is in force."""
    in_force = exists().where(
        Round.state.in_(IN_FORCE), Round.first_day <= Slot.day, Slot.day <= Round.last_day
    )
    return select(Slot.id).where(
        Slot.state == SlotState.OPEN,
        Slot.starts_at > now,
        Slot.pupils_taken < Slot.max_pupils,
        Slot.groups_taken < Slot.max_groups,
        in_force,
    )
