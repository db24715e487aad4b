"""Requests: what a class group asks for in a round that is collecting; written, changed, handed in, withdrawn.

`RequestFacts` (in `request_facts.py`) is what a teacher decides; start there. Two teachers of a school may have one request
open: its row is locked, its version compared, and sending the same answers twice changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from outreach.models import (
    RequestChoice,
    RequestException,
    RequestState,
    RequestWindow,
    Round,
    RoundState,
    User,
    VisitRequest,
    db,
)
from outreach.services.request_facts import RequestFacts, facts_of, plain_answers, refuse_wrong, tidy
from outreach.services.suitability import LABEL_LENGTH, own_school
from outreach.services.transaction import ChangedMeanwhile, Refusal, audit, deed, insert_or_ignore

# Until the plan binds, a school may say that it no longer wants to come.
NOT_YET_BINDING = (RoundState.COLLECTING, RoundState.CLOSED, RoundState.REVIEW)


class RoundNotCollecting(Refusal):
    """Requests are written and changed only while their round collects them."""


class FormUsed(Refusal):
    """The form has written a request already; its answers were changed since."""

    status = 422


class RequestWithdrawn(Refusal):
    """The request is withdrawn, or its round is published."""


@deed
def write_request(
    *,
    round_id: int,
    school_id: int,
    facts: RequestFacts,
    form_key: str,
    hand_in: bool,
    by: User,
    now: datetime,
) -> VisitRequest:
    """Keep a new request as a draft, or hand it in at once. The same form sent twice writes one request."""
    school = own_school(by, school_id)
    facts = tidy(facts)
    key = f"{by.id}:{form_key}"[:80]
    made = db.session.scalar(select(VisitRequest).where(VisitRequest.form_key == key))
    if made is not None:
        return _same_request(made, facts)
    _hold_collecting(round_id)
    refuse_wrong(school, facts, complete=hand_in)
    ours = insert_or_ignore(
        VisitRequest,
        round_id=round_id,
        school_id=school.id,
        created_by_id=by.id,
        form_key=key,
        state=RequestState.SUBMITTED if hand_in else RequestState.DRAFT,
        submitted_at=now if hand_in else None,
        created_at=now,
        **plain_answers(facts),
    )
    visit_request = db.session.scalars(select(VisitRequest).where(VisitRequest.form_key == key)).one()
    if not ours:
        return _same_request(visit_request, facts)
    _write_lists(visit_request, facts)
    audit("request.write", visit_request, by=by, now=now, handed_in=hand_in)
    return visit_request


@deed
def edit_request(
    *, request_id: int, seen_version: int, facts: RequestFacts, hand_in: bool, by: User, now: datetime
) -> VisitRequest:
    """Change the answers. What was handed in stays handed in; a draft, or what was withdrawn, is handed in if asked to."""
    facts = tidy(facts)
    visit_request = held_request(request_id)
    _hold_collecting(visit_request.round_id)
    hand_in = hand_in or visit_request.state is RequestState.SUBMITTED
    if visit_request.version != seen_version:
        if facts_of(visit_request) == facts and (
            not hand_in or visit_request.state is RequestState.SUBMITTED
        ):
            return visit_request
        raise ChangedMeanwhile
    amend(visit_request, facts, complete=hand_in)
    if hand_in and visit_request.state is not RequestState.SUBMITTED:
        visit_request.state, visit_request.submitted_at = RequestState.SUBMITTED, now
    audit("request.edit", visit_request, by=by, now=now, state=visit_request.state.value)
    return visit_request


def amend(visit_request: VisitRequest, facts: RequestFacts, *, complete: bool) -> None:
    """Inside the caller's deed, which holds the row: write the answers, if they make sense."""
    refuse_wrong(visit_request.school, facts, complete=complete)
    for name, value in plain_answers(facts).items():
        setattr(visit_request, name, value)
    # The row is written, and its version moves, also where only the lists change.
    flag_modified(visit_request, "note")
    _write_lists(visit_request, facts)


def second_label(label: str) -> str:
    """What the second group of a split is called: 3A (2)."""
    return f"{label[: LABEL_LENGTH - 4]} (2)"


def twin_of(visit_request: VisitRequest, facts: RequestFacts, *, by: User, now: datetime) -> None:
    """Inside the caller's deed: hand in a second request of a group that is split. Splitting twice writes one."""
    key = f"second-of-{visit_request.id}-{facts.pupils}"
    facts = replace(facts, group_label=second_label(facts.group_label))
    ours = insert_or_ignore(
        VisitRequest,
        round_id=visit_request.round_id,
        school_id=visit_request.school_id,
        created_by_id=by.id,
        form_key=key,
        state=RequestState.SUBMITTED,
        submitted_at=now,
        created_at=now,
        **plain_answers(facts),
    )
    if ours:
        twin = db.session.scalars(select(VisitRequest).where(VisitRequest.form_key == key)).one()
        _write_lists(twin, facts)
        audit("request.write", twin, by=by, now=now, handed_in=True, split_from=visit_request.id)


@deed
def hand_in_request(*, request_id: int, by: User, now: datetime) -> VisitRequest:
    """Hand a draft in as it is, or again what was withdrawn. Pressing twice is harmless."""
    visit_request = held_request(request_id)
    if visit_request.state is RequestState.SUBMITTED:
        return visit_request
    _hold_collecting(visit_request.round_id)
    refuse_wrong(visit_request.school, facts_of(visit_request), complete=True)
    visit_request.state, visit_request.submitted_at = RequestState.SUBMITTED, now
    audit("request.hand_in", visit_request, by=by, now=now)
    return visit_request


@deed
def withdraw_request(*, request_id: int, by: User, now: datetime) -> VisitRequest:
    """The school no longer wants this, as long as nothing is published. Pressing twice is harmless."""
    visit_request = held_request(request_id)
    if visit_request.state is RequestState.WITHDRAWN:
        return visit_request
    hold_round(
        visit_request.round_id,
        NOT_YET_BINDING,
        RequestWithdrawn(_l("The round is published: decline or cancel the booking instead.")),
    )
    visit_request.state = RequestState.WITHDRAWN
    audit("request.withdraw", visit_request, by=by, now=now)
    return visit_request


def held_request(request_id: int) -> VisitRequest:
    """The row inside a deed, locked and read anew: two teachers of a school decide one after the other."""
    statement = select(VisitRequest).where(VisitRequest.id == request_id)
    statement = statement.with_for_update(of=VisitRequest, key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).unique().one()


def _hold_collecting(round_id: int) -> None:
    words = _l("This round no longer takes requests.")
    hold_round(round_id, (RoundState.COLLECTING,), RoundNotCollecting(words))


def hold_round(round_id: int, states: tuple[RoundState, ...], refusal: Refusal) -> None:
    """Refuse unless the round is in one of `states`, and keep it there until the deed ends."""
    # FOR SHARE: whoever closes the round waits for this request, or we see the round closed.
    held = select(Round.id).where(Round.id == round_id, Round.state.in_(states)).with_for_update(read=True)
    if db.session.scalar(held) is None:
        raise refusal


def _same_request(made: VisitRequest, facts: RequestFacts) -> VisitRequest:
    if facts_of(made) != facts:
        raise FormUsed(_l("This form was saved already. Open the request and change it there."))
    return made


def _write_lists(visit_request: VisitRequest, facts: RequestFacts) -> None:
    """Replace the rows that hang on a request. The old ones go first: ranks and days are UNIQUE."""
    visit_request.choices, visit_request.windows, visit_request.exceptions = [], [], []
    db.session.flush()
    visit_request.choices = [
        RequestChoice(
            rank=rank,
            offer_id=wish.number if wish.kind == "offer" else None,
            company_id=wish.number if wish.kind == "company" else None,
        )
        for rank, wish in enumerate(facts.wishes)
    ]
    visit_request.windows = [RequestWindow(**free_time._asdict()) for free_time in facts.free_times]
    visit_request.exceptions = [RequestException(day=day) for day in facts.exceptions]
    db.session.flush()
