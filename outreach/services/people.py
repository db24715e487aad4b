"""Who is let in: invitations, memberships, closed accounts. Who may grant what stands in `permissions.may_grant`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from outreach.models import Company, Hub, Membership, Role, School, Token, User, UserSession, db
from outreach.models.words import LOCALES
from outreach.permissions import may_grant
from outreach.services.accounts import normal_email
from outreach.services.outbox import queue
from outreach.services.transaction import Refusal, audit, changed_rows, deed, insert_or_ignore

BODIES: dict[Role, type[School | Company | Hub]] = {
    Role.TEACHER: School,
    Role.COORDINATOR: Company,
    Role.HUB: Hub,
}


class MayNotGrant(Refusal):
    """This role, or this body, is not theirs to give."""

    status = 403


class InvitationDoesNotHold(Refusal):
    """An invitation without a body to act for, or to somebody whose account is closed."""


class HasPassword(Refusal):
    """The account is open already; there is nothing to invite to."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of an invitation: `new` for a new account, else the role was added to the one that was there."""

    user: User
    new: bool


@deed
def invite(
    *,
    email: str,
    name: str,
    role: Role,
    body_id: int | None = None,
    language: str = "en_HK",
    phone: str = "",
    by: User | None,
    now: datetime,
) -> Invited:
    """Let somebody act as `role` for a body (a school's, company's or hub's id; none for staff and administrators).

    One account for one e-mail: whoever has one gets the role added. `by` is None at the command line of the server,
    whose owner may grant anything: that is how the first administrator comes in."""
    email = normal_email(email)
    _refuse_shape(email, name, language)
    body = _body(role, body_id)
    if by is not None and not may_grant(by, role, body):
        raise MayNotGrant(_l("You cannot give this role."), field="role")
    new = insert_or_ignore(
        User,
        email=email,
        name=name.strip(),
        phone=phone.strip(),
        language=language,
        active=True,
        created_at=now,
    )
    user = db.session.scalars(select(User).where(User.email == email)).one()
    if not user.active:
        raise InvitationDoesNotHold(
            _l("This person's account is closed. Ask an administrator to open it."), field="email"
        )
    _add_membership(user, role, body_id)
    audit("people.invite", user, by=by, now=now, role=role.value, body=body_id)
    if user.password_hash is None:
        _queue_invitation(user, now=now)
    return Invited(user, new)


@deed
def resend_invitation(*, user_id: int, by: User, now: datetime) -> None:
    """Send the invitation again with a new link; the links of earlier letters stop working."""
    user = db.session.get_one(User, user_id)
    if user.password_hash is not None:
        raise HasPassword(_l("This person has chosen a password already."))
    if not user.active:
        raise InvitationDoesNotHold(_l("This account is closed."))
    _end_links(user, now=now)
    _queue_invitation(user, now=now)
    audit("people.resend_invitation", user, by=by, now=now)


@deed
def disable_account(*, user_id: int, by: User, now: datetime) -> None:
    """Close an account: its sessions end at once, its open links stop working. Its name stays on what it did."""
    if user_id == by.id:
        raise MayNotGrant(_l("You cannot close your own account."))
    user = db.session.get_one(User, user_id)
    closed = changed_rows(
        update(User)
        .where(User.id == user_id, User.active)
        .values(active=False)
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(delete(UserSession).where(UserSession.user_id == user_id))
    _end_links(user, now=now)
    if closed:
        audit("people.disable", user, by=by, now=now)


@deed
def enable_account(*, user_id: int, by: User, now: datetime) -> None:
    """Open a closed account again; its password still holds."""
    user = db.session.get_one(User, user_id)
    if not user.active:
        user.active = True
        audit("people.enable", user, by=by, now=now)


def _refuse_shape(email: str, name: str, language: str) -> None:
    if not name.strip():
        raise InvitationDoesNotHold(_l("Enter the person's name."), field="name")
    before, at, after = email.partition("@")
    if not (before and at and "." in after) or len(email) > 254 or any(sign.isspace() for sign in email):
        raise InvitationDoesNotHold(_l("This is no e-mail address."), field="email")
    if language not in LOCALES:
        raise InvitationDoesNotHold(_l("Choose English or Chinese."), field="language")


def _body(role: Role, body_id: int | None) -> School | Company | Hub | None:
    table = BODIES.get(role)
    if table is None:
        return None
    body = None if body_id is None else db.session.get(table, body_id)
    if not isinstance(body, School | Company | Hub):
        raise InvitationDoesNotHold(_l("Say for whom this person acts."), field="body_id")
    return body


def _add_membership(user: User, role: Role, body_id: int | None) -> None:
    """Once only: the UNIQUE of the table decides for bodies, a look under the user's lock for the two roles without one."""
    table = BODIES.get(role)
    if table is not None:
        column = f"{table.__tablename__}_id"
        insert_or_ignore(Membership, user_id=user.id, role=role, **{column: body_id})
    else:
        db.session.get_one(User, user.id, with_for_update={"of": User})
        held = select(Membership.id).where(Membership.user_id == user.id, Membership.role == role)
        if db.session.scalar(held.limit(1)) is None:
            db.session.add(Membership(user_id=user.id, role=role))
    db.session.flush()
    db.session.expire(user, ["memberships"])


def _queue_invitation(user: User, *, now: datetime) -> None:
    # To the minute: a second press sends no second letter.
    dedupe = f"invitation:{user.id}:{now:%Y%m%d%H%M}"
    queue("invitation", user=user, dedupe=dedupe, now=now)


def _end_links(user: User, *, now: datetime) -> None:
    db.session.execute(
        update(Token)
        .where(Token.user_id == user.id, Token.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
