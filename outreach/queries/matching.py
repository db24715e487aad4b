"""All rows that one round's problem is made of, read in a handful of statements whatever the size of the city."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from outreach.clock import local, to_utc
from outreach.models import (
    BlockedDays,
    Company,
    Offer,
    OfferState,
    RequestState,
    Round,
    School,
    Slot,
    SlotState,
    Team,
    TeamOffer,
    TeamWindow,
    VisitRequest,
    db,
)
from outreach.queries.ledger import Counts, counts_of, rounds_before


@dataclass(frozen=True, slots=True)
class MatchingRows:
    """What the bridge turns into a problem. Lists are in the order of their row numbers."""

    round_: Round
    schools: list[School]
    companies: list[Company]
    offers: list[Offer]
    slots: list[Slot]
    teams: list[Team]
    visit_requests: list[VisitRequest]
    team_offers: dict[int, list[int]] = field(default_factory=dict)
    team_windows: dict[int, list[TeamWindow]] = field(default_factory=dict)
    blocked: dict[int, list[BlockedDays]] = field(default_factory=dict)
    ledger: Counts = field(default_factory=dict)


def matching_rows(round_: Round, *, now: datetime, asked: list[VisitRequest] | None = None) -> MatchingRows:
    """The handed-in requests of a round (or those in `asked`) and everything posted that could serve them after `now`."""
    requests = submitted_requests(round_.id) if asked is None else asked
    offers = list(
        db.session.scalars(select(Offer).where(Offer.state == OfferState.POSTED).order_by(Offer.id))
    )
    team_offers: dict[int, list[int]] = defaultdict(list)
    posted = {offer.id for offer in offers}
    for pair in db.session.scalars(select(TeamOffer).order_by(TeamOffer.team_id, TeamOffer.offer_id)):
        if pair.offer_id in posted:
            team_offers[pair.team_id].append(pair.offer_id)
    team_windows = _windows(round_, now)
    teams = db.session.scalars(select(Team).where(Team.active).order_by(Team.id))
    schools = {visit_request.school_id: visit_request.school for visit_request in requests}
    return MatchingRows(
        round_=round_,
        schools=[schools[number] for number in sorted(schools)],
        companies=list(db.session.scalars(select(Company).order_by(Company.id))),
        offers=offers,
        slots=open_slots(round_, now=now),
        teams=[team for team in teams if team_offers[team.id] and team_windows[team.id]],
        visit_requests=requests,
        team_offers=team_offers,
        team_windows=team_windows,
        blocked=blocked_days(list(schools), round_.first_day, round_.last_day),
        # Weights decide between requests; a single one that is still being typed fits as well without them.
        ledger=ledger_before(round_, now=now) if asked is None else {},
    )


def ledger_before(round_: Round, *, now: datetime) -> Counts:
    """The fairness ledger as this round reads it: earlier rounds, as they stood when its requests closed.

    Not as they stand now: every run of a round weighs the schools alike, and publishing finds the problem that was solved."""
    closed = to_utc(round_.closes_on + timedelta(days=1), time(0))
    moment = min(now, closed)
    earlier = rounds_before(moment=moment, first_day=round_.first_day)
    return counts_of(earlier, moment=moment)


def submitted_requests(round_id: int) -> list[VisitRequest]:
    """The requests that a run of this round would place."""
    return list(
        db.session.scalars(
            select(VisitRequest)
            .where(VisitRequest.round_id == round_id, VisitRequest.state == RequestState.SUBMITTED)
            .order_by(VisitRequest.id)
        ).unique()
    )


def open_slots(round_: Round, *, now: datetime) -> list[Slot]:
    """Slots of posted offers within the round's days that have not begun."""
    return list(
        db.session.scalars(
            select(Slot)
            .join(Offer, Offer.id == Slot.offer_id)
            .where(
                Slot.state == SlotState.OPEN,
                Offer.state == OfferState.POSTED,
                Slot.day.between(round_.first_day, round_.last_day),
                Slot.starts_at > now,
            )
            .order_by(Slot.id)
        ).unique()
    )


def _windows(round_: Round, now: datetime) -> dict[int, list[TeamWindow]]:
    found: dict[int, list[TeamWindow]] = defaultdict(list)
    rows = db.session.scalars(
        select(TeamWindow)
        .where(TeamWindow.day.between(round_.first_day, round_.last_day), TeamWindow.day > local(now).date())
        .order_by(TeamWindow.team_id, TeamWindow.day, TeamWindow.start_time)
    )
    for window in rows:
        found[window.team_id].append(window)
    return found


def blocked_days(school_ids: list[int], first: date, last: date) -> dict[int, list[BlockedDays]]:
    """The blocked days of some schools that touch a stretch of days."""
    found: dict[int, list[BlockedDays]] = defaultdict(list)
    rows = db.session.scalars(
        select(BlockedDays)
        .where(BlockedDays.first_day <= last, BlockedDays.last_day >= first)
        .order_by(BlockedDays.school_id, BlockedDays.first_day)
    )
    wanted = set(school_ids)
    for row in rows:
        if row.school_id in wanted:
            found[row.school_id].append(row)
    return found
