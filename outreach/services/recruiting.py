"""Which extra slot would place most of those whom a proposal leaves waiting: asked by staff, answered by `outreach recruit`."""

from __future__ import annotations

import json
from datetime import datetime

from flask_babel import lazy_gettext as _l

from outreach.models import Proposal, Study, StudyKind, User, db
from outreach.queries.recruiting import FORMAT, Wanted, wanted_in
from outreach.services.studies import Question, Unanswerable, files_of, queue_about
from outreach.services.transaction import Refusal, deed

# What a city takes on two cores.
SECONDS = 90


class NobodyWaits(Refusal):
    """The proposal leaves nobody out: no slot is wanted."""


@deed
def ask_for_slots(*, proposal_id: int, by: User, now: datetime) -> Study:
    """Ask which slots to look for; while the same question is at work, that one."""
    proposal = db.session.get_one(Proposal, proposal_id)
    if not json.loads(proposal.plan).get("unplaced"):
        raise NobodyWaits(_l("Everybody has a place in this proposal: no more slots are wanted."))
    return queue_about(proposal, StudyKind.RECRUIT, seconds=SECONDS, by=by, now=now)


def question_slots(study: Study, *, now: datetime) -> Question:
    """The problem that the proposal's run was given, and its plan. Raises `Unanswerable` where either is gone."""
    command = (
        *("recruit", "problem.json", "plan.json", "--out", "slots.json", "--quiet"),
        *("--seconds", str(study.seconds_limit), "--workers", str(study.workers)),
    )
    return Question(files_of(study), command, "slots.json", patient=True)


def slots_in(answer: str) -> tuple[Wanted, ...]:
    """The slots of an answer. Raises `Unanswerable` where it is none."""
    try:
        return wanted_in(answer)
    except (ValueError, KeyError, TypeError) as fault:
        raise Unanswerable(f"The answer cannot be read as {FORMAT}: {fault!r}") from fault


def keep_slots(study: Study, slots: tuple[Wanted, ...]) -> None:
    """The answer itself is kept with the study; pages read it there."""
