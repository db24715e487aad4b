"""A round whose proposal left requests out, with reasons written by hand: what tests of reasons start from, without a solver.

The changes that a test names are the core's own (`outreach-why/1`); what the real core says is tested in tests/worker.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from outreach.clock import days, wall
from outreach.models import (
    Offer,
    Proposal,
    Publication,
    Reason,
    Round,
    RoundState,
    RunState,
    Slot,
    SolveRun,
    Study,
    StudyKind,
    VisitRequest,
    db,
)
from outreach.services.transaction import one_transaction
from tests import build
from tests.build import FIRST_DAY, LAST_DAY, NOW
from tests.cast import Cast

FUNNEL = [
    {"rule": rule, "slots": left, "team_windows": 0}
    for rule, left in (
        *(("all", 200), ("kind", 180), ("grade", 160), ("language", 160), ("pupils", 150)),
        *(("wheelchair", 150), ("ban", 150), ("interest", 143), ("travel", 140), ("time", 12)),
    )
]
OUTCOMPETED: dict[str, Any] = {"goal": "equity", "loss": 100, "proven": True, "instead": [], "losing": []}


@dataclass
class ReasonStage:
    """Numbers of rows; `reasons` as they were told."""

    cast: Cast
    round_: int
    offer: int
    proposal: int
    study: int
    asked: list[int] = field(default_factory=list)

    def leave_out(self, school: str = "primary", **facts: Any) -> int:
        """One more request that the proposal has left out; its number."""
        teacher = "tess" if school == "primary" else "theo"
        row = build.visit_request(
            db.session.get_one(Round, self.round_), self.cast.school(school), self.cast.user(teacher), **facts
        )
        with one_transaction():
            proposal = db.session.get_one(Proposal, self.proposal)
            left = [*json.loads(proposal.plan)["unplaced"], {"request": f"request-{row.id}", "reason": "x"}]
            proposal.plan = json.dumps({"unplaced": left})
        self.asked.append(row.id)
        return row.id

    def tell(self, asked: int, *changes: dict[str, Any], reason: str = "outcompeted", **facts: Any) -> int:
        """The reason of a request; its number."""
        effort = min((one["effort"] for one in changes), default=None)
        usual = {"funnel": FUNNEL, "because": OUTCOMPETED if reason == "outcompeted" else None, "holders": []}
        given = {"changes": list(changes), "effort": effort, "reason": reason, **usual, **facts}
        return build.kept(Reason(study_id=self.study, visit_request_id=asked, **given)).id

    def slot(self, **facts: Any) -> int:
        """A slot of the offer."""
        return build.slot(db.session.get_one(Offer, self.offer), **facts).id

    def move(self, state: RoundState) -> None:
        """The round in another state; published with the proposal where it is in force."""
        with one_transaction():
            db.session.get_one(Round, self.round_).state = state
            if state in (RoundState.PUBLISHED, RoundState.RUNNING, RoundState.ARCHIVED):
                staff = self.cast.people["stan"]
                db.session.add(
                    Publication(
                        round_id=self.round_,
                        number=1,
                        proposal_id=self.proposal,
                        published_by_id=staff,
                        published_at=NOW,
                    )
                )

    def set_study(self, state: RunState, fault: str = "") -> None:
        """The study in another state; its answer is gone unless it is done."""
        with one_transaction():
            study = db.session.get_one(Study, self.study)
            study.state, study.fault = state, fault
            study.answer = "{}" if state is RunState.DONE else None


def make_reason_stage(cast: Cast, state: RoundState = RoundState.REVIEW, **offer: Any) -> ReasonStage:
    """The round in `state`, an offer of Robo Works, a proposal that places nobody, and a study that is done."""
    round_ = build.round_(RoundState.REVIEW)
    asked = {"round_id": round_.id, "requested_at": NOW, "seconds_limit": 5, "workers": 1}
    run = build.kept(
        SolveRun(requested_by_id=cast.people["stan"], state=RunState.DONE, started_at=NOW, **asked)
    )
    facts = {"objectives": [], "plan": '{"unplaced": []}', "status": "optimal", "created_at": NOW}
    proposal = build.kept(Proposal(solve_run_id=run.id, round_id=round_.id, **facts))
    study = Study(
        kind=StudyKind.EXPLAIN,
        subject=f"proposal-{proposal.id}",
        proposal_id=proposal.id,
        state=RunState.DONE,
        ended_at=NOW,
        answer="{}",
        **asked,
    )
    stage = ReasonStage(
        cast, round_.id, build.offer(cast.company(), **offer).id, proposal.id, build.kept(study).id
    )
    if state is not RoundState.REVIEW:
        stage.move(state)
    return stage


def change(
    name: str, before: Any, after: Any, *witness: dict[str, str], effort: float = 1.0
) -> dict[str, Any]:
    """One change in the core's form."""
    facts = {"effort": effort, "verified": True, "witness": list(witness)}
    return {"field": name, "from": before, "to": after, **facts}


def to_slot(asked: int | str, slot: int) -> dict[str, str]:
    """An assignment in the core's form."""
    return {"request": f"request-{asked}", "slot": f"slot-{slot}"}


def weekly(
    weekdays: dict[int, tuple[time, time]], first: date = FIRST_DAY, last: date = LAST_DAY
) -> list[list[str]]:
    """Free windows in the core's form: these hours on every such weekday of the round."""
    return [
        [wall(day, weekdays[day.weekday()][0]), wall(day, weekdays[day.weekday()][1])]
        for day in days(first, last)
        if day.weekday() in weekdays
    ]


def seats(slot: int) -> tuple[int, int]:
    """Pupils and groups that hold seats in a slot."""
    db.session.rollback()
    row = db.session.get_one(Slot, slot, populate_existing=True)
    return row.pupils_taken, row.groups_taken


def answers_of(asked: int) -> VisitRequest:
    """The request as it is now."""
    db.session.rollback()
    return db.session.get_one(VisitRequest, asked, populate_existing=True)
