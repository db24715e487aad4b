"""Companies and hubs: entering them, and what a company says about itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from outreach.models import Company, Hub, User, db
from outreach.services.transaction import ChangedMeanwhile, Refusal, audit, deed


class CompanyDoesNotHold(Refusal):
    """A company or a hub without a name, with a name that is taken, or with limits that are none."""


class NotYourHub(Refusal):
    """A hub member enters companies under their own hub only."""

    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """What a company says about itself. Its limits bound every plan; None is no limit."""

    name_en: str = ""
    name_zh: str = ""
    profile_en: str = ""
    profile_zh: str = ""
    website: str = ""
    max_sessions_per_week: int | None = None
    max_sessions: int | None = None


@deed
def add_hub(*, name_en: str, name_zh: str, by: User, now: datetime) -> Hub:
    """A body that acts for companies."""
    _refuse_names(Hub, name_en, name_zh, None)
    hub = Hub(name_en=name_en, name_zh=name_zh, created_at=now)
    db.session.add(hub)
    audit("hub.create", hub, by=by, now=now)
    return hub


@deed
def add_company(*, facts: CompanyFacts, hub_id: int | None = None, by: User, now: datetime) -> Company:
    """Enter a company: staff under any hub or none, a hub member under their own hub."""
    if not by.is_staff and hub_id not in by.hub_ids:
        raise NotYourHub(_l("Choose your own hub."), field="hub_id")
    _refuse_contradictions(facts, None)
    hub = None if hub_id is None else db.session.get_one(Hub, hub_id)
    company = Company(hub=hub, created_at=now, **asdict(facts))
    db.session.add(company)
    audit("company.create", company, by=by, now=now)
    return company


@deed
def edit_company(
    *, company_id: int, facts: CompanyFacts, seen_version: int, by: User, now: datetime
) -> Company:
    """Change the profile and the limits. Bookings that exceed a new limit stand; no further ones are made."""
    company = db.session.get_one(Company, company_id)
    if company.version != seen_version:
        raise ChangedMeanwhile
    _refuse_contradictions(facts, company.id)
    for name, value in asdict(facts).items():
        setattr(company, name, value)
    audit("company.edit", company, by=by, now=now)
    return company


def _refuse_contradictions(facts: CompanyFacts, company_id: int | None) -> None:
    _refuse_names(Company, facts.name_en, facts.name_zh, company_id)
    for field in ("max_sessions_per_week", "max_sessions"):
        limit = getattr(facts, field)
        if limit is not None and limit < 1:
            raise CompanyDoesNotHold(_l("A limit is at least 1; leave it empty for none."), field=field)
    if facts.website and not facts.website.startswith(("https://", "http://")):
        raise CompanyDoesNotHold(_l("A web address begins with https://"), field="website")


def _refuse_names(table: type[Company | Hub], name_en: str, name_zh: str, own_id: int | None) -> None:
    if not (name_en or name_zh):
        raise CompanyDoesNotHold(_l("Give a name in at least one language."), field="name_en")
    namesake = select(table.id).where(
        table.name_en == name_en, table.name_zh == name_zh, table.id != (own_id or 0)
    )
    if db.session.scalar(namesake) is not None:
        raise CompanyDoesNotHold(_l("This name is entered already."), field="name_en")
