"""Accounts and roles that end: a membership ended singly, an account closed and opened again. `invitations.py` lets people in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update

from outreach.models import Membership, Role, User, UserSession, db
from outreach.permissions import may_grant
from outreach.services.invitations import MayNotGrant
from outreach.services.outbox import queue
from outreach.services.tokens import end_tokens
from outreach.services.transaction import Refusal, audit, changed_rows, deed, one_at_a_time


class LastAdministrator(Refusal):
    """Without an administrator nobody could let the next one in."""


@deed
def end_membership(*, membership_id: int, by: User, now: datetime) -> None:
    """End one role of one person. The account and its sessions go on; what the role allowed ends at once.

    A role that has ended already stays ended. The last administrator keeps the role."""
    # Before anything is read: of two administrators who end each other's roles, the second finds theirs ended.
    one_at_a_time("administrators", now=now)
    held = db.session.get(Membership, membership_id, populate_existing=True)
    if held is None:
        return
    if not may_grant(by, held.role, held.body):
        raise MayNotGrant(_l("This role is not yours to end."))
    user, role, body = db.session.get_one(User, held.user_id), held.role, held.body
    if role is Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    ended = changed_rows(delete(Membership).where(Membership.id == membership_id))
    db.session.expire(user, ["memberships"])
    if ended:
        facts: dict[str, Any] = {"role": role.value, "body": None if body is None else body.id}
        audit("people.end_membership", user, by=by, now=now, **facts)
        if user.id != by.id:
            _tell(user, role, facts["body"], by=by, now=now)


@deed
def disable_account(*, user_id: int, by: User, now: datetime) -> None:
    """Close an account: its sessions end at once, its open links stop working. Its name stays on what it did.

    The owner is told: whoever cannot sign in would otherwise take it for a forgotten password."""
    if user_id == by.id:
        raise MayNotGrant(_l("You cannot close your own account."))
    one_at_a_time("administrators", now=now)
    user = db.session.get_one(User, user_id, populate_existing=True)
    if user.holds(Role.ADMINISTRATOR):
        _keep_an_administrator(user)
    closed = changed_rows(
        update(User)
        .where(User.id == user_id, User.active)
        .values(active=False)
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(delete(UserSession).where(UserSession.user_id == user_id))
    end_tokens(user_id=user_id, now=now)
    if closed:
        audit("people.disable", user, by=by, now=now)
        _tell_of_account("account_closed", user, by=by, now=now)


@deed
def enable_account(*, user_id: int, by: User, now: datetime) -> None:
    """Open a closed account again; its password still holds."""
    user = db.session.get_one(User, user_id)
    if not user.active:
        user.active = True
        audit("people.enable", user, by=by, now=now)
        _tell_of_account("account_opened", user, by=by, now=now)


def _tell(user: User, role: Role, body_id: Any, *, by: User, now: datetime) -> None:
    # A number may come again after its row has gone, so the moment makes the key.
    key = f"role-ended:{user.id}:{role.value}:{body_id}:{now.isoformat()}"
    queue("role_ended", user=user, dedupe=key, now=now, role=role.value, body_id=body_id, by_id=by.id)


def _tell_of_account(template: str, user: User, *, by: User, now: datetime) -> None:
    # Whoever never came in learns it from the link of their invitation.
    if user.password_hash is not None:
        queue(template, user=user, dedupe=f"{template}:{user.id}:{now.isoformat()}", now=now, by_id=by.id)


def _keep_an_administrator(leaving: User) -> None:
    """Refuse where nobody else could sign in as an administrator; the caller holds the name "administrators"."""
    others = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.role == Role.ADMINISTRATOR,
            User.id != leaving.id,
            User.active,
            User.password_hash.is_not(None),
        )
    )
    if db.session.scalar(others) == 0:
        raise LastAdministrator(_l("This is the last administrator. Let another one in first."))
