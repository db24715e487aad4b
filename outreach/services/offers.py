"""Writing, changing, posting and withdrawing an offer. `OfferFacts` is what a coordinator decides; start there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from outreach.models import (
    LIVE,
    Booking,
    Company,
    Offer,
    OfferKind,
    OfferState,
    Slot,
    TeamOffer,
    User,
    db,
)
from outreach.models.district import DISTRICT
from outreach.models.words import GRADES, LANGUAGES, TOPICS
from outreach.services.transaction import Refusal, audit, deed, locked

# The box around Hong Kong that the table's CHECK knows too.
LONGITUDES, LATITUDES = (113.8, 114.6), (22.1, 22.7)


# Where pupils travel to; what a letter tells the schools that have booked.
PLACE = ("address_en", "address_zh", "district", "longitude", "latitude")


class OfferDoesNotHold(Refusal):
    """What was written contradicts itself or leaves out what is needed."""


class OfferIsBooked(Refusal):
    """Schools have booked; what they booked must stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """What an offer says. Words in one language are enough; `minutes` is how long a session lasts that a team gives.

    The place (address, district, degrees) is where pupils travel to: needed for a field visit, dropped for the other kind."""

    kind: OfferKind
    title_en: str = ""
    title_zh: str = ""
    summary_en: str = ""
    summary_zh: str = ""
    address_en: str = ""
    address_zh: str = ""
    district: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    grades: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    wheelchair: bool = False
    minutes: int = 90
    min_pupils: int = 0
    max_pupils: int = 40
    max_groups: int = 1


@deed
def write_offer(*, company_id: int, facts: OfferFacts, by: User, now: datetime) -> Offer:
    """Keep a new offer as a draft; only its company sees it until it is posted."""
    _refuse_contradictions(facts)
    company = db.session.get_one(Company, company_id)
    offer = Offer(company=company, state=OfferState.DRAFT, created_at=now, **_columns(facts))
    db.session.add(offer)
    audit("offer.create", offer, by=by, now=now)
    return offer


@deed
def edit_offer(*, offer_id: int, facts: OfferFacts, seen_version: int, by: User, now: datetime) -> Offer:
    """Change what an offer says. Slots keep the limits they were made with; what schools booked stays where it is."""
    _refuse_contradictions(facts)
    offer = locked(Offer, offer_id, seen_version=seen_version)
    if offer.state is OfferState.POSTED:
        _refuse_unready(facts)
    if facts.kind is not offer.kind and _has_dates(offer):
        raise OfferDoesNotHold(
            _l("This offer has slots or teams, so its kind stays. Write a new offer for the other kind."),
            field="kind",
        )
    columns = _columns(facts)
    if any(getattr(offer, name) != columns[name] for name in PLACE):
        _refuse_booked(
            offer,
            _l("Schools have booked this offer, so its place stays. Cancel those slots first."),
            field="place",
        )
    for name, value in columns.items():
        setattr(offer, name, value)
    audit("offer.edit", offer, by=by, now=now)
    return offer


@deed
def post_offer(*, offer_id: int, by: User, now: datetime) -> Offer:
    """Show the offer to every school and to the scheduler. Posting a posted offer changes nothing."""
    offer = locked(Offer, offer_id)
    if offer.state is not OfferState.POSTED:
        _refuse_unready(offer)
        offer.state = OfferState.POSTED
        audit("offer.post", offer, by=by, now=now)
    return offer


@deed
def withdraw_offer(*, offer_id: int, by: User, now: datetime) -> Offer:
    """Take a posted offer back. Its slots stay as they are and return with it when it is posted again."""
    offer = locked(Offer, offer_id)
    if offer.state is OfferState.POSTED:
        _refuse_booked(
            offer,
            _l(
                "Schools have booked this offer, so it cannot be withdrawn. Cancel the slots they booked first."
            ),
        )
        offer.state = OfferState.WITHDRAWN
        audit("offer.withdraw", offer, by=by, now=now)
    return offer


def live_bookings(offer: Offer) -> int:
    """How many bookings of this offer hold their seats."""
    held = select(func.count()).where(Booking.offer_id == offer.id, Booking.state.in_(LIVE))
    return db.session.scalars(held).one()


def _refuse_booked(offer: Offer, words: str, field: str | None = None) -> None:
    if live_bookings(offer):
        raise OfferIsBooked(words, field=field)


def _has_dates(offer: Offer) -> bool:
    slot = select(Slot.id).where(Slot.offer_id == offer.id).limit(1)
    team = select(TeamOffer.team_id).where(TeamOffer.offer_id == offer.id).limit(1)
    return db.session.scalar(slot) is not None or db.session.scalar(team) is not None


def _columns(facts: OfferFacts) -> dict[str, object]:
    columns = asdict(facts)
    if facts.kind is OfferKind.CODING_SESSION:
        # The trainers travel: an address would only mislead a teacher.
        columns.update(address_en="", address_zh="", district=None, longitude=None, latitude=None)
    return columns


def _refuse_contradictions(facts: OfferFacts) -> None:
    """What no offer may say, draft or posted."""
    if not (facts.title_en or facts.title_zh):
        raise OfferDoesNotHold(_l("Give the offer a title in at least one language."), field="title_en")
    if facts.min_pupils > facts.max_pupils:
        raise OfferDoesNotHold(
            _l("The smallest number of pupils is larger than the largest one."), field="min_pupils"
        )
    if not 1 <= facts.max_pupils <= 1000 or facts.min_pupils < 0:
        raise OfferDoesNotHold(_l("Between 1 and 1,000 pupils can come."), field="max_pupils")
    if not 1 <= facts.max_groups <= 50:
        raise OfferDoesNotHold(_l("Between 1 and 50 groups can come at a time."), field="max_groups")
    if not 15 <= facts.minutes <= 600:
        raise OfferDoesNotHold(_l("A session lasts between 15 minutes and 10 hours."), field="minutes")
    for field, known in (("grades", GRADES), ("languages", LANGUAGES), ("topics", TOPICS)):
        if set(getattr(facts, field)) - set(known):
            raise OfferDoesNotHold(_l("Choose from the list."), field=field)
    if facts.kind is OfferKind.FIELD_VISIT:
        refuse_place(facts.district, facts.longitude, facts.latitude)


def refuse_place(district: str | None, longitude: float | None, latitude: float | None) -> None:
    """Refuse a place that is not given, or does not lie in Hong Kong."""
    if district not in DISTRICT or longitude is None or latitude is None:
        raise OfferDoesNotHold(_l("Say where it is: choose a place near by."), field="place")
    inside = LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
    if not inside:
        raise OfferDoesNotHold(_l("This point does not lie in Hong Kong."), field="longitude")


def _refuse_unready(offer: Offer | OfferFacts) -> None:
    """What a teacher and the scheduler need before an offer is shown; all that lacks is said at once."""
    needed = {
        "grades": (offer.grades, _l("Choose the grades that this offer suits.")),
        "languages": (offer.languages, _l("Choose the languages in which it can be given.")),
        "topics": (offer.topics, _l("Choose at least one topic: schools search by it.")),
        "summary_en": (
            offer.summary_en or offer.summary_zh,
            _l("Say in a few sentences what the pupils will do, in at least one language."),
        ),
    }
    lacking = [(field, words) for field, (given, words) in needed.items() if not given]
    if lacking:
        others = tuple(OfferDoesNotHold(words, field=field) for field, words in lacking[1:])
        raise OfferDoesNotHold(lacking[0][1], field=lacking[0][0], also=others)
