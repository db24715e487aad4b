"""Filling an empty database with the demonstration: last term played through, this term's requests collected.

Start at `fill`. It is one transaction from the first account to the last request, so that an interrupted filling leaves
nothing behind; the rule that nothing is solved or written to people inside a transaction has its exception here, where
the database is empty and nobody else can be at work in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from outreach.clock import to_utc
from outreach.models import Booking, Company, Hub, Proposal, Publication, Round, RoundState, School, User, db
from outreach.services.demo.asking import hand_in
from outreach.services.demo.city import CityPlan, RoundPlan, stream
from outreach.services.demo.entering import (
    Entered,
    enter_firms,
    enter_office,
    enter_schools,
    enter_supply,
    open_doors,
)
from outreach.services.demo.playing import LastTerm, post, settle
from outreach.services.publishing import publish_proposal
from outreach.services.rounds import create_round, move_round
from outreach.services.runs import start_run
from outreach.services.school_file import SchoolFile
from outreach.services.transaction import Refusal, one_transaction

# Carries out the run that waits, or the study, as at this moment: the worker's own way, which this room may not import.
Solve = Callable[[datetime], object]
Tell = Callable[[str], None]


class NotEmpty(Refusal):
    """There is something in the database already."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long, and on how many processors, the scheduler may work on last term's round."""

    seconds: int
    workers: int


@dataclass(frozen=True, slots=True)
class Filled:
    """What the demonstration holds: how last term's requests fared, and whose requests wait."""

    last_round: str
    placed: int
    asked: int
    this_round: str
    waiting: int


def fill(
    city: CityPlan,
    *,
    file: SchoolFile,
    password: str,
    effort: Effort,
    solve: Solve,
    study: Solve,
    tell: Tell,
) -> Filled:
    """Fill the empty database with `city`; raises NotEmpty, and then nothing is changed."""
    with one_transaction():
        _refuse_unless_empty()
        entered = _enter(city, file, password, tell)
        last = _play_last_term(entered, city, effort, solve, study, tell)
        tell("Collecting this term's requests")
        this = _collect(entered, city.this_term)
        # Later versions are repairs: who was moved by one was placed before.
        first = select(Publication.id).where(Publication.number == 1)
        placed = select(func.count()).select_from(Booking).where(Booking.publication_id.in_(first))
        return Filled(
            last_round=last.name_en,
            placed=db.session.scalars(placed).one(),
            asked=len(city.last_term.requests),
            this_round=this.name_en,
            waiting=len(city.this_term.requests),
        )


def is_empty() -> bool:
    """Nothing has been entered yet."""
    return all(db.session.scalar(select(t.id).limit(1)) is None for t in (User, School, Hub, Company, Round))


def _refuse_unless_empty() -> None:
    if not is_empty():
        raise NotEmpty(_l("The database is not empty, and the demonstration only fills an empty one."))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The moment at which Hong Kong's clocks show this hour."""
    return to_utc(day, time(hour, minute))


def _enter(city: CityPlan, file: SchoolFile, password: str, tell: Tell) -> Entered:
    entered = Entered()
    now = at(city.last_term.term.opens_on - timedelta(days=21), 10)
    tell(f"Entering {len(file.schools):,} schools and {len(city.companies):,} firms")
    enter_office(entered, now=now)
    enter_schools(entered, city, file, now=now)
    enter_firms(entered, city, now=now)
    open_doors(entered, password, now=now)
    for round_ in (city.last_term, city.this_term):
        enter_supply(entered, city, round_.supply, now=now + timedelta(days=7))
    post(now + timedelta(hours=1))
    return entered


def _play_last_term(
    entered: Entered, city: CityPlan, effort: Effort, solve: Solve, study: Solve, tell: Tell
) -> Round:
    plan = city.last_term
    tell("Collecting last term's requests")
    round_ = _collect(entered, plan)
    tell("Running the scheduler for last term")
    proposal = _solve(entered, round_, plan, effort, solve)
    # Before the round is published, as the worker would have done it within the hour.
    tell("Asking why it leaves out whom it leaves out")
    study(proposal.created_at)
    settle()
    tell("Publishing last term's round and living through it")
    publish_proposal(
        proposal_id=proposal.id,
        seen_version=round_.version,
        by=entered.staff,
        now=at(plan.term.publishes_on, 11),
    )
    settle()
    play = LastTerm(round_, entered.staff, stream(city.seed, "last term"), study)
    play.expect(plan.term.publishes_on)
    play.live(plan.term.publishes_on, plan.term.first_day - timedelta(days=1))
    _move(entered, round_, RoundState.RUNNING, now=at(plan.term.first_day, 6))
    play.live(plan.term.first_day, plan.term.last_day)
    return round_


def _collect(entered: Entered, plan: RoundPlan) -> Round:
    """Write the round, open it, hand in the requests over the weeks that it is open, close it."""
    term = plan.term
    round_ = create_round(
        name_en=term.name.en,
        name_zh=term.name.zh,
        closes_on=term.closes_on,
        first_day=term.first_day,
        last_day=term.last_day,
        by=entered.staff,
        now=at(term.opens_on - timedelta(days=3), 15),
    )
    settle()
    _move(entered, round_, RoundState.COLLECTING, now=at(term.opens_on, 9))
    opened, closed = at(term.opens_on, 10), at(term.closes_on, 17)
    pace = (closed - opened) / (len(plan.requests) + 1)
    for number, asked in enumerate(plan.requests, 1):
        hand_in(entered, round_, asked, now=opened + number * pace)
    settle()
    _move(entered, round_, RoundState.CLOSED, now=at(term.closes_on, 18))
    return round_


def _solve(entered: Entered, round_: Round, plan: RoundPlan, effort: Effort, solve: Solve) -> Proposal:
    now = at(plan.term.closes_on + timedelta(days=1), 10)
    run = start_run(
        round_id=round_.id, seconds=effort.seconds, workers=effort.workers, by=entered.staff, now=now
    )
    settle()
    solve(now)
    settle()
    db.session.refresh(run)
    proposal = db.session.scalar(select(Proposal).where(Proposal.solve_run_id == run.id))
    if proposal is None:
        raise RuntimeError(f"the scheduler made no proposal for last term: {run.state} {run.fault}")
    return proposal


def _move(entered: Entered, round_: Round, to: RoundState, *, now: datetime) -> None:
    move_round(round_id=round_.id, to=to, seen_version=round_.version, by=entered.staff, now=now)
    settle()
