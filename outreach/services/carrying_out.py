"""Carrying out a repair: one policy's answer becomes the round's next version, in one transaction, or nothing happens at all.

What others did since the question was asked is not overwritten: a row that the repair touches must still have the version that was
seen, and the round as it is now, with the repair in it, must break no rule. What the repair does not touch may have moved on: in a
round with a thousand schools somebody always has. Every place is taken like any other, so a seat that is gone refuses the whole.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from outreach.models import (
    IN_FORCE,
    Booking,
    Publication,
    Round,
    Slot,
    Study,
    StudyKind,
    Team,
    User,
    VisitRequest,
    db,
)
from outreach.queries.repairs import (
    Asked,
    Change,
    Repair,
    asked_of,
    publication_of,
    repairs_of,
    versions_seen,
)
from outreach.queries.standing import standing_of
from outreach.services.bridge import Unreadable, name_of
from outreach.services.bridge_repairs import assigned, changed_by
from outreach.services.bridge_standing import Scene, scene_of
from outreach.services.moving import Move, end_booking, place, tell
from outreach.services.repairing import ask_anew_in, events_of
from outreach.services.transaction import Refusal, audit, deed, locked
from outreach.services.waitlist import pass_on


class NoSuchRepair(Refusal):
    """The study has no answer under this policy, or its round is over."""


class CarriedOut(Refusal):
    """Somebody has carried out another of its answers."""


class StaleRepair(Refusal):
    """What the repair would change has changed meanwhile."""

    def __init__(self) -> None:
        words = _l(
            "Bookings or dates have changed since this repair was worked out, so nothing was done. Look for repairs anew."
        )
        super().__init__(words)


@deed
def carry_out_repair(*, study_id: int, policy: str, by: User, now: datetime) -> Publication:
    """Make the answer under `policy` the round's next version: bookings, letters and reminders follow. Twice is harmless."""
    study = db.session.get_one(Study, study_id)
    # Everybody who books in this round, or carries out a repair of it, waits here.
    round_ = locked(Round, study.round_id)
    made = publication_of(study)
    if made is not None:
        if made.policy != policy:
            raise CarriedOut(_l("Another of these repairs has been carried out already."))
        return made
    repair = next((one for one in repairs_of(study) if one.policy == policy), None)
    if repair is None or round_.state not in IN_FORCE:
        raise NoSuchRepair(_l("This repair can no longer be carried out."))
    bookings = _held_bookings(repair)
    _refuse_changed(study, repair, bookings)
    _refuse_broken(study, repair, now=now)
    publication = Publication(
        round_id=round_.id,
        number=_next_number(round_),
        study_id=study.id,
        policy=policy,
        published_by_id=by.id,
        published_at=now,
    )
    db.session.add(publication)
    db.session.flush()
    _move_all(repair, bookings, publication, round_, asked_of(study), by=by, now=now)
    return publication


@deed
def look_anew(*, study_id: int, by: User, now: datetime) -> Study:
    """Ask the same question about the round as it is now; one that is at work already is found."""
    study = db.session.get_one(Study, study_id)
    if study.kind is not StudyKind.REPAIR or study.round_.state not in IN_FORCE:
        raise NoSuchRepair(_l("This round is over: there is nothing to repair."))
    return ask_anew_in(study, by=by, now=now)


def _next_number(round_: Round) -> int:
    newest = select(func.max(Publication.number)).where(Publication.round_id == round_.id)
    return (db.session.scalar(newest) or 0) + 1


def _held_bookings(repair: Repair) -> dict[int, Booking]:
    """The bookings that the repair touches, as they are now and until the deed ends."""
    numbers = sorted(one.booking_id for one in repair.changes if one.booking_id is not None)
    held = select(Booking).where(Booking.id.in_(numbers)).order_by(Booking.id).with_for_update(of=Booking)
    rows = db.session.scalars(held.execution_options(populate_existing=True)).unique()
    return {one.id: one for one in rows}


def _refuse_changed(study: Study, repair: Repair, bookings: dict[int, Booking]) -> None:
    seen = versions_seen(study)
    touched: list[tuple[str, Booking | VisitRequest | Slot | Team | None]] = []
    for one in repair.changes:
        if one.booking_id is not None:
            touched.append(("booking", bookings.get(one.booking_id)))
        if one.request_id is not None:
            touched.append(("visit_request", db.session.get(VisitRequest, one.request_id)))
        if one.to is not None and one.to.slot_id is not None:
            touched.append(("slot", db.session.get(Slot, one.to.slot_id)))
        elif one.to is not None and one.to.team_id is not None:
            touched.append(("team", db.session.get(Team, one.to.team_id)))
    for table, row in touched:
        if row is None or seen.get(table, {}).get(row.id) != row.version:
            raise StaleRepair


def _refuse_broken(study: Study, repair: Repair, *, now: datetime) -> None:
    """Judge the round as it is now with the repair in it: school calendars, free windows of teams, the notice, all rules."""
    asked = asked_of(study)
    try:
        scene = scene_of(standing_of(study.round_, asked.struck, now=now), now=now)
        events = events_of(scene, asked, study.round_, now=now)
        changed = changed_by(scene.problem, scene.plan, events)
    except Unreadable as refused:
        raise StaleRepair from refused
    after = dict(scene.plan)
    for one in repair.changes:
        name = _name(one)
        if _standing_booking(scene, name) != one.booking_id:
            raise StaleRepair
        after.pop(name, None)
        if one.to is not None:
            after[name] = assigned(name, one.to)
    if changed.faults(after):
        raise StaleRepair


def _standing_booking(scene: Scene, name: str) -> int | None:
    booking = scene.booking_of.get(name)
    return None if booking is None else booking.id


def _name(one: Change) -> str:
    if one.request_id is not None:
        return name_of("request", one.request_id)
    return name_of("booking", one.booking_id or 0)


def _move(change: Change, old: Booking | None, asked: Asked) -> Move:
    struck = old is not None and asked.strikes(old)
    return Move(change, old, cancelled_by="weather" if struck else "programme")


def _move_all(
    repair: Repair,
    bookings: dict[int, Booking],
    publication: Publication,
    round_: Round,
    asked: Asked,
    *,
    by: User,
    now: datetime,
) -> None:
    """First all places that are given up, then all that are taken: two groups may change places."""
    moves = [_move(one, bookings.get(one.booking_id or 0), asked) for one in repair.changes]
    freed = {}
    for move in moves:
        if move.old is not None and not move.change.fell:
            end_booking(move, by=by, now=now)
            freed[move.old.slot_id] = move.old.slot
    for move in moves:
        place(move, publication, round_, by=by, now=now)
    for move in moves:
        tell(move, now=now)
    for slot in freed.values():
        pass_on(slot=slot, now=now)
    counts = {"moved": len(repair.moves), "lost": len(repair.losses), "gained": len(repair.gains)}
    audit(
        "round.repaired", round_, by=by, now=now, study=publication.study_id, policy=repair.policy, **counts
    )
