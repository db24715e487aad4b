"""Rounds: written, opened, closed, reopened, run and archived by staff. Publishing has a file of its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from outreach.models import ALIVE, ROUND_MOVES, Round, RoundState, SolveRun, User, db
from outreach.models.rounds import GOALS, USUAL_GOALS
from outreach.services.transaction import ChangedMeanwhile, Refusal, audit, changed_rows, deed, one_at_a_time

LONGEST = timedelta(days=366)


class RoundRefused(Refusal):
    """The facts of a round do not make sense together."""


class NoSuchMove(Refusal):
    """A round cannot go from this state to that one."""


@deed
def create_round(
    *,
    name_en: str,
    name_zh: str,
    closes_on: date,
    first_day: date,
    last_day: date,
    confirm_days: int = 10,
    goals: tuple[str, ...] = USUAL_GOALS,
    by: User,
    now: datetime,
) -> Round:
    """Write a new round; it stays a draft until it is opened."""
    round_ = Round(created_at=now)
    _write(round_, name_en, name_zh, closes_on, first_day, last_day, confirm_days, goals, now=now)
    db.session.add(round_)
    audit("round.create", round_, by=by, now=now)
    return round_


@deed
def edit_round(
    *,
    round_id: int,
    seen_version: int,
    name_en: str,
    name_zh: str,
    closes_on: date,
    first_day: date,
    last_day: date,
    confirm_days: int,
    goals: tuple[str, ...],
    by: User,
    now: datetime,
) -> Round:
    """Change a round that has not been published."""
    round_ = db.session.get_one(Round, round_id)
    if round_.version != seen_version:
        raise ChangedMeanwhile
    if round_.state in (RoundState.PUBLISHED, RoundState.RUNNING, RoundState.ARCHIVED):
        raise RoundRefused(_l("A published round can no longer be changed."))
    _write(round_, name_en, name_zh, closes_on, first_day, last_day, confirm_days, goals, now=now)
    audit("round.edit", round_, by=by, now=now)
    return round_


def _write(
    round_: Round,
    name_en: str,
    name_zh: str,
    closes_on: date,
    first_day: date,
    last_day: date,
    confirm_days: int,
    goals: tuple[str, ...],
    *,
    now: datetime,
) -> None:
    if not name_en.strip() or not name_zh.strip():
        raise RoundRefused(
            _l("Name the round in both languages."), field="name_zh" if name_en.strip() else "name_en"
        )
    if last_day < first_day:
        raise RoundRefused(_l("The last day of visits lies before the first."), field="last_day")
    if last_day - first_day > LONGEST:
        raise RoundRefused(_l("A round lasts a year at most."), field="last_day")
    if closes_on >= first_day:
        raise RoundRefused(_l("Requests must close before the first day of visits."), field="closes_on")
    if not goals or len(set(goals)) != len(goals) or not set(goals) <= set(GOALS):
        raise RoundRefused(_l("Name each goal once, the most important first."), field="goals")
    _refuse_overlap(round_, first_day, last_day, now=now)
    round_.name_en, round_.name_zh = name_en.strip(), name_zh.strip()
    round_.closes_on, round_.first_day, round_.last_day = closes_on, first_day, last_day
    round_.confirm_days, round_.goals = confirm_days, tuple(goals)


def _refuse_overlap(round_: Round, first_day: date, last_day: date, *, now: datetime) -> None:
    # Two staff members may write rounds at once: the second waits here until the first has committed.
    one_at_a_time("rounds", now=now)
    with db.session.no_autoflush:
        other = db.session.scalar(
            select(Round)
            .where(Round.first_day <= last_day, Round.last_day >= first_day, Round.id != (round_.id or 0))
            .limit(1)
        )
    if other is not None:
        words = _l("Its days overlap with “%(name)s”: a day belongs to one round.", name=other.name_en)
        raise RoundRefused(words, field="first_day")


@deed
def move_round(*, round_id: int, to: RoundState, seen_version: int, by: User | None, now: datetime) -> Round:
    """Open, close, reopen, start or archive a round; publishing is `publish_proposal`'s.

    State and version stand in the WHERE: of two people who press at once, one moves it."""
    round_ = db.session.get_one(Round, round_id)
    before = round_.state
    if to not in ROUND_MOVES[before] or to is RoundState.PUBLISHED:
        raise NoSuchMove(_l("The round cannot take this step now. Load the page again."))
    if to is RoundState.COLLECTING and _is_solving(round_id):
        raise NoSuchMove(_l("The scheduler is at work on this round. Stop it first."))
    moved = changed_rows(
        update(Round)
        .where(Round.id == round_id, Round.state == before, Round.version == seen_version)
        .values(state=to, version=Round.version + 1)
    )
    if moved != 1:
        raise ChangedMeanwhile
    db.session.refresh(round_)
    audit(f"round.{to}", round_, by=by, now=now, before=str(before))
    return round_


def _is_solving(round_id: int) -> bool:
    alive = select(SolveRun.id).where(SolveRun.round_id == round_id, SolveRun.state.in_(ALIVE))
    return db.session.scalar(alive.limit(1)) is not None
