"""A published round in which a slot with two groups is about to be cancelled: what tests of repairs start from.

`worked_out` has the real core answer; `answered` answers by hand, so that a test says what the repair is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from outreach.clock import to_utc
from outreach.models import (
    AuditEntry,
    Booking,
    Offer,
    OutboxMessage,
    Publication,
    Round,
    RoundState,
    RunState,
    Slot,
    Study,
    Team,
    User,
    VisitRequest,
    db,
)
from outreach.queries.repairs import Repair, repairs_of
from outreach.services.answers import claim_study, finish_study
from outreach.services.carrying_out import carry_out_repair
from outreach.services.claims import Task
from outreach.services.places import Group, take_place
from outreach.services.slots import cancel_slot
from outreach.services.transaction import one_transaction
from outreach.worker.solving import study_next
from tests import build
from tests.build import NOW
from tests.cast import Cast

THURSDAY, FRIDAY, MONDAY = date(2027, 3, 4), date(2027, 3, 5), date(2027, 3, 8)


@dataclass
class RepairStage:
    """Numbers of rows; each question reads them anew."""

    cast: Cast
    round_: int
    offer: int
    other: int

    def user(self, name: str) -> User:
        """One of the cast."""
        db.session.rollback()
        return self.cast.user(name)

    def slot(self, offer: int, day: date, **facts: Any) -> int:
        """A slot of an offer."""
        number: int = build.slot(db.session.get_one(Offer, offer), day=day, **facts).id
        return number

    def ask(self, name: str, wishes: list[int], **facts: Any) -> int:
        """A handed-in request of tess' or theo's school."""
        school = self.cast.school("primary" if name == "tess" else "secondary")
        round_, offers = (
            db.session.get_one(Round, self.round_),
            [db.session.get_one(Offer, n) for n in wishes],
        )
        number: int = build.visit_request(round_, school, self.cast.user(name), offers, **facts).id
        return number

    def book(self, request: int, slot: int | None = None, *, confirmed: bool = True, **place: Any) -> int:
        """Give a request a place in a slot, or with a team (`team`, `offer`, `day`, `start_time`, `end_time`)."""
        with one_transaction():
            asked = db.session.get_one(VisitRequest, request)
            if slot is not None:
                row = db.session.get_one(Slot, slot)
                place |= {"slot": row, "offer": row.offer, "day": row.day}
                place |= {"start_time": row.start_time, "end_time": row.end_time}
            else:
                place["team"] = db.session.get_one(Team, place["team"])
                place["offer"] = db.session.get_one(Offer, place["offer"])
            return take_place(
                group=Group.of(asked),
                round_=db.session.get_one(Round, self.round_),
                **place,
                travel_minutes=20,
                confirm_by=to_utc(THURSDAY, time(1)),
                visit_request=asked,
                confirmed=confirmed,
                minimum_applies=False,
                by=self.cast.user("stan"),
                now=NOW,
            ).id

    def cancel(self, slot: int, now: datetime = NOW) -> None:
        """Cora cancels, or Stan where it is not her company's."""
        cancel_slot(slot_id=slot, reason="The room is flooded", by=self.user("cora"), now=now)

    def carry_out(self, study: int, policy: str, *, by: str = "stan", now: datetime = NOW) -> Publication:
        """Stan carries one of the repairs out."""
        return carry_out_repair(study_id=study, policy=policy, by=self.user(by), now=now)


def make_stage(cast: Cast) -> RepairStage:
    """The round, an offer of Robo Works for all grades, and one of Harbour Data."""
    round_ = build.round_(RoundState.PUBLISHED)
    offer = build.offer(cast.company(), max_groups=3, max_pupils=100)
    other = build.offer(cast.company("harbour"), title_en="A look at the cloud", max_groups=1, max_pupils=40)
    return RepairStage(cast, round_.id, offer.id, other.id)


def worked_out(now: datetime = NOW) -> Study:
    """The worker carries out the question that waits."""
    number = study_next(clock=lambda: now, ending=lambda: False)
    db.session.rollback()
    assert number is not None, [one.fault for one in db.session.query(Study)]
    study = db.session.get_one(Study, number, populate_existing=True)
    assert (study.state, study.fault) == (RunState.DONE, "")
    return study


def repairs(study: Study) -> dict[str, Repair]:
    """The answers by their policies."""
    return {one.policy: one for one in repairs_of(study)}


def live_of(request: int) -> Booking | None:
    """The booking that stands for a request."""
    db.session.rollback()
    found = db.session.query(Booking).filter_by(visit_request_id=request).order_by(Booking.id)
    return next((one for one in found if one.live), None)


def asked_file(study: Study) -> dict[str, Any]:
    """What the study keeps of its question."""
    return json.loads(study.question or "{}")


def answer_to(task: Task, moves: dict[int | str, dict[str, str] | None]) -> dict[str, Any]:
    """A plan in which some requests are elsewhere (None: nowhere), as the core would answer under every policy."""
    named = {f"request-{one}" if isinstance(one, int) else one: to for one, to in moves.items()}
    plan = json.loads(task.files["plan.json"])["assignments"]
    kept = [one for one in plan if one["request"] not in named]
    placed = [{"request": name, **to} for name, to in named.items() if to is not None]
    proof = [{"measure": "schools", "value": 1, "bound": 1, "proven": True}]
    told = {"proven": True, "proof": proof, "assignments": kept + placed}
    policies = ("fewest-schools", "same-dates", "most-served")
    return {"format": "outreach-repair/1", "answers": [{"policy": name, **told} for name in policies]}


def answered(moves: Mapping[Any, int | dict[str, str] | None], now: datetime = NOW) -> int:
    """Answer the waiting question by hand: each request goes to a slot, or to a place in the core's words, or nowhere.

    A booking without a request goes by its name in the problem, `booking-3`."""
    task = claim_study(now=now)
    assert task is not None, [one.fault for one in db.session.query(Study)]
    places = {number: {"slot": f"slot-{to}"} if isinstance(to, int) else to for number, to in moves.items()}
    result = json.dumps(answer_to(task, places))
    finish_study(task, state=RunState.DONE, result=result, fault="", now=now)
    db.session.rollback()
    study = db.session.get_one(Study, task.number, populate_existing=True)
    assert (study.state, study.fault) == (RunState.DONE, "")
    return study.id


def make_chain(stage: RepairStage) -> dict[str, int]:
    """Tess' group lost its place; it could have Theo's, for whom there is another one. Cole's company has both."""
    struck = stage.slot(stage.offer, THURSDAY)
    near, far = stage.slot(stage.other, FRIDAY), stage.slot(stage.other, MONDAY)
    fell, holds = stage.ask("tess", [stage.offer, stage.other]), stage.ask("theo", [stage.other])
    found = {"struck": struck, "near": near, "far": far, "fell": fell, "holds": holds}
    found |= {"lost": stage.book(fell, struck), "held": stage.book(holds, near)}
    stage.cancel(struck)
    found["study"] = answered({fell: near, holds: far})
    return found


def everything() -> tuple[Any, ...]:
    """What a refusal must leave as it was."""
    db.session.rollback()
    return (
        [(one.id, one.state, one.version) for one in db.session.query(Booking).order_by(Booking.id)],
        db.session.query(OutboxMessage).count(),
        db.session.query(Publication).count(),
        [(one.id, one.pupils_taken, one.groups_taken) for one in db.session.query(Slot).order_by(Slot.id)],
        db.session.query(AuditEntry).count(),
    )
