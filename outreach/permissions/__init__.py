"""The whole law of access on one screen: action -> who may ever do it, and to which thing.

`can(user, action, thing)` answers for one row, `visible(user, Table)` is the same law as an SQL condition for lists. Another
school's or company's row is not visible, so the page says 404; a visible row with a forbidden action says 403.
`user` is None for somebody who is not signed in. The predicates are in `judges.py`, the conditions in `lists.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from outreach.models import Base, User
from outreach.permissions.judges import (
    anyone,
    company_of,
    either_side,
    gives,
    host_or_staff,
    hub_or_staff,
    is_administrator,
    is_staff,
    is_teacher,
    school_of,
    sees_offer,
    sees_repair,
    sees_round,
    signed_in,
    teacher_or_staff,
)

Person = Callable[[User | None], bool]
Judge = Callable[[User, Any], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """`who` may ever do it; `thing` judges the row, where the action has one."""

    who: Person
    thing: Judge | None = None


RULES: dict[str, Rule] = {
    # everybody
    "public": Rule(anyone),
    "offer.list": Rule(anyone),
    "offer.view": Rule(anyone, lambda user, offer: sees_offer(user, offer)),
    "company.view": Rule(anyone, lambda user, company: True),
    # whoever is signed in
    "account.edit": Rule(signed_in),
    "invitation.answer": Rule(signed_in, lambda user, invitation: invitation.user_id == user.id),
    "round.view": Rule(signed_in, sees_round),
    "booking.list": Rule(signed_in),
    "booking.view": Rule(signed_in, either_side),
    "booking.cancel": Rule(signed_in, either_side),
    # schools
    "request.list": Rule(teacher_or_staff),
    "request.create": Rule(is_teacher, school_of),
    "request.view": Rule(teacher_or_staff, school_of),
    "request.edit": Rule(teacher_or_staff, school_of),
    "request.adopt": Rule(teacher_or_staff, school_of),
    "booking.create": Rule(is_teacher, sees_offer),
    "booking.decide": Rule(teacher_or_staff, school_of),
    "waitlist.join": Rule(is_teacher, sees_offer),
    "waitlist.leave": Rule(teacher_or_staff, school_of),
    "school.own": Rule(is_teacher),
    "school.view": Rule(teacher_or_staff, school_of),
    "school.edit": Rule(teacher_or_staff, school_of),
    "school.balance": Rule(teacher_or_staff, school_of),
    # companies
    "company.edit": Rule(host_or_staff, company_of),
    "company.list": Rule(host_or_staff),
    "company.create": Rule(hub_or_staff),
    "hub.create": Rule(is_staff),
    "offer.create": Rule(host_or_staff, company_of),
    "offer.edit": Rule(host_or_staff, company_of),
    "slot.create": Rule(host_or_staff, company_of),
    "slot.edit": Rule(host_or_staff, company_of),
    "slot.cancel": Rule(host_or_staff, company_of),
    "team.create": Rule(host_or_staff, company_of),
    "team.edit": Rule(host_or_staff, company_of),
    "booking.attend": Rule(host_or_staff, company_of),
    "roster.view": Rule(host_or_staff),
    # programme staff
    "school.list": Rule(is_staff),
    "school.import": Rule(is_staff),
    "ledger.view": Rule(is_staff),
    "round.list": Rule(is_staff),
    "round.create": Rule(is_staff),
    "round.edit": Rule(is_staff, lambda user, round_: True),
    "run.start": Rule(is_staff, lambda user, round_: True),
    "run.view": Rule(is_staff, lambda user, run: True),
    "run.stop": Rule(is_staff, lambda user, run: True),
    "proposal.view": Rule(is_staff, lambda user, proposal: True),
    "proposal.publish": Rule(is_staff, lambda user, proposal: True),
    "repair.view": Rule(host_or_staff, sees_repair),
    "repair.ask": Rule(is_staff, lambda user, round_: True),
    "repair.carry_out": Rule(is_staff, lambda user, study: True),
    "study.start": Rule(is_staff, lambda user, proposal: True),
    "study.stop": Rule(is_staff, lambda user, study: True),
    "outbox.view": Rule(is_staff),
    "outbox.read": Rule(is_staff, lambda user, message: True),
    "outbox.retry": Rule(is_staff, lambda user, message: True),
    "people.list": Rule(host_or_staff),
    "people.invite": Rule(hub_or_staff),
    "people.invite_again": Rule(hub_or_staff, gives),
    "people.end_role": Rule(hub_or_staff, gives),
    # administrators
    "people.disable": Rule(is_administrator, lambda user, person: person.id != user.id),
}


def can(user: User | None, action: str, thing: Base | None = None) -> bool:
    """May this person do this, to this thing? Without a thing: may they ever. An unknown action is a KeyError."""
    rule = RULES[action]
    if not rule.who(user):
        return False
    if thing is None or rule.thing is None:
        return True
    # A public rule judges its rows for people who are not signed in as well.
    return rule.thing(user, thing)  # type: ignore[arg-type]
