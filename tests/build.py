"""Rows for tests, each with believable defaults; a test names only what it is about.

    offer = build.offer(cast.company(), grades=("P5",))
    slot = build.slot(offer, day=date(2027, 3, 4))

Call inside an application context; each call commits, as a deed would have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from outreach.clock import to_utc
from outreach.models import (
    Company,
    Offer,
    OfferKind,
    OfferState,
    RequestChoice,
    RequestState,
    RequestWindow,
    Round,
    RoundState,
    School,
    Slot,
    Team,
    TeamOffer,
    TeamWindow,
    User,
    VisitRequest,
    db,
)
from outreach.services.transaction import one_transaction

# A quiet Monday; the rounds of tests lie in the spring after it.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2027, 3, 1), date(2027, 5, 28)
SCIENCE_PARK = (114.2133, 22.4267)
ALL_GRADES = tuple(f"{level}{year}" for level in "PS" for year in range(1, 7))


def kept(row: Any) -> Any:
    """Write a row as a deed would."""
    with one_transaction():
        db.session.add(row)
    return row


def round_(state: RoundState = RoundState.COLLECTING, **facts: Any) -> Round:
    """A round of spring visits."""
    usual = {
        "name_en": "Spring 2027",
        "name_zh": "2027年春季",
        "closes_on": date(2027, 1, 15),
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "created_at": NOW,
    }
    return kept(Round(state=state, **{**usual, **facts}))


def offer(company: Company, kind: OfferKind = OfferKind.FIELD_VISIT, **facts: Any) -> Offer:
    """A posted offer for every grade, in Cantonese, at the Science Park."""
    usual: dict[str, Any] = {
        "title_en": "A morning with robots",
        "title_zh": "與機械人共度早上",
        "summary_en": "Pupils program a robot arm.",
        "summary_zh": "學生為機械臂編寫程式。",
        "grades": ALL_GRADES,
        "languages": ("yue",),
        "topics": ("robotics",),
        "longitude": SCIENCE_PARK[0],
        "latitude": SCIENCE_PARK[1],
        "district": "P",
        "state": OfferState.POSTED,
        "created_at": NOW,
    }
    return kept(Offer(company_id=company.id, kind=kind, **{**usual, **facts}))


def slot(
    offer: Offer, day: date = date(2027, 3, 4), start: time = time(10), end: time = time(12), **facts: Any
) -> Slot:
    """A slot with the offer's limits."""
    usual = {
        "min_pupils": offer.min_pupils,
        "max_pupils": offer.max_pupils,
        "max_groups": offer.max_groups,
        "starts_at": to_utc(day, start),
        "ends_at": to_utc(day, end),
        "created_at": NOW,
    }
    return kept(Slot(offer_id=offer.id, day=day, start_time=start, end_time=end, **{**usual, **facts}))


def team(company: Company, offers: list[Offer], days: list[date], **facts: Any) -> Team:
    """Trainers who are free from nine to five on `days`, at home in the Science Park."""
    usual = {
        "name_en": "Training team",
        "name_zh": "培訓隊",
        "district": "P",
        "longitude": SCIENCE_PARK[0],
        "latitude": SCIENCE_PARK[1],
        "created_at": NOW,
    }
    row = kept(Team(company_id=company.id, **{**usual, **facts}))
    with one_transaction():
        db.session.add_all([TeamOffer(team_id=row.id, offer_id=given.id) for given in offers])
        db.session.add_all(
            [TeamWindow(team_id=row.id, day=day, start_time=time(9), end_time=time(17)) for day in days]
        )
    return row


def visit_request(
    round_: Round, school: School, by: User, wishes: list[Offer | Company] | None = None, **facts: Any
) -> VisitRequest:
    """A handed-in request of a class of thirty, free Monday to Friday from eight to four."""
    usual: dict[str, Any] = {
        "state": RequestState.SUBMITTED,
        "group_label": "P5A" if school.level == "primary" else "S2A",
        "grade": "P5" if school.level == "primary" else "S2",
        "pupils": 30,
        "staff": 2,
        "kinds": ("field_visit", "coding_session"),
        "languages": ("yue",),
        "topics": ("robotics",),
        "max_travel_minutes": 90,
        "submitted_at": NOW,
        "created_at": NOW,
    }
    weekdays = [RequestWindow(weekday=day, start_time=time(8), end_time=time(16)) for day in range(5)]
    facts = {"windows": weekdays, **usual, **facts}
    row = VisitRequest(round_id=round_.id, school_id=school.id, created_by_id=by.id, **facts)
    row.choices = [
        RequestChoice(
            rank=rank,
            offer_id=wish.id if isinstance(wish, Offer) else None,
            company_id=wish.id if isinstance(wish, Company) else None,
        )
        for rank, wish in enumerate(wishes or [])
    ]
    return kept(row)
