"""Roles begin: a membership is written once, and an account that is opened takes up what it was prepared for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from outreach.models import BODIES, Invitation, Membership, Role, User, db
from outreach.services.transaction import audit, changed_rows, insert_or_ignore


def write_once(
    table: type[Membership | Invitation], user: User, role: Role, body_id: int | None, **facts: Any
) -> bool:
    """Write a role down for somebody, inside the caller's deed; False where it was there already.

    The UNIQUE of the table decides for bodies, a look under the user's lock for the two roles without one."""
    body = BODIES.get(role)
    if body is not None:
        column = f"{body.__tablename__}_id"
        return insert_or_ignore(table, user_id=user.id, role=role, **{column: body_id}, **facts)
    db.session.get_one(User, user.id, with_for_update={"of": User})
    if db.session.scalar(select(table.id).where(table.user_id == user.id, table.role == role).limit(1)):
        return False
    db.session.add(table(user_id=user.id, role=role, **facts))
    db.session.flush()
    return True


def begin_role(user: User, role: Role, body_id: int | None) -> None:
    """The role is theirs from now on, inside the caller's deed."""
    write_once(Membership, user, role, body_id)
    db.session.expire(user, ["memberships"])


def take_up(invitation: Invitation, *, now: datetime) -> bool:
    """Turn an invitation into the role it offers, inside the caller's deed; False where it is gone or has expired.

    The DELETE decides: of an answer and a withdrawal at the same moment one happens."""
    user, role, body = invitation.user, invitation.role, invitation.body
    body_id = None if body is None else body.id
    here = (Invitation.id == invitation.id, Invitation.expires_at > now)
    if changed_rows(delete(Invitation).where(*here)) != 1:
        return False
    begin_role(user, role, body_id)
    audit("people.accept", user, by=user, now=now, role=role.value, body=body_id)
    return True


def take_up_all(user: User, *, now: datetime) -> None:
    """What the account was prepared for begins, inside the caller's deed that opens it; what has expired waits until it is
    offered anew."""
    offered = select(Invitation).where(Invitation.user_id == user.id).order_by(Invitation.id)
    for invitation in db.session.scalars(offered).unique().all():
        take_up(invitation, now=now)
