"""Who is let in: invitations, sent and answered. Who may grant what stands in `permissions.may_grant`.

A role begins when the person accepts it: a new account by choosing its password, an open one on the page behind the letter.
Until then both look alike to the inviter, who so learns of nobody whether they have an account. An invitation expires a
fortnight after its last letter; sent again, it holds for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from outreach.letters import moment
from outreach.models import BODIES, Company, Hub, Invitation, Role, School, TokenPurpose, User, db
from outreach.models.words import LOCALES
from outreach.permissions.judges import may_grant
from outreach.services.accounts import normal_email
from outreach.services.outbox import queue
from outreach.services.roles import begin_role, take_up, write_once
from outreach.services.tokens import LIFETIME, end_tokens
from outreach.services.transaction import (
    ChangedMeanwhile,
    Refusal,
    audit,
    changed_rows,
    deed,
    insert_or_ignore,
)

ANSWER_WITHIN = LIFETIME[TokenPurpose.INVITATION]


class MayNotGrant(Refusal):
    """This role, or this body, is not theirs to give."""

    status = 403


class InvitationDoesNotHold(Refusal):
    """An invitation without a body to act for, of somebody who acts so already, or to a closed account."""


class InvitationOver(Refusal):
    """It was answered or withdrawn, or nobody answered in time."""

    status = 410


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of an invitation: whom it is for, and the row that waits for an answer; none where the role has begun."""

    user: User
    invitation: Invitation | None


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
    """Ask somebody to act as `role` for a body (a school's, company's or hub's id; none for staff and administrators).

    One account for one e-mail. `by` is None at the command line of the server, whose owner may grant anything and whose
    word is enough: the role begins at once. That is how the first administrator comes in."""
    email = normal_email(email)
    _refuse_shape(email, name, language)
    body = _body(role, body_id)
    if by is not None and not may_grant(by, role, body):
        raise MayNotGrant(_l("You cannot give this role."), field="role")
    user = _account(email, name, phone, language, now=now)
    # Whoever is not of the programme office does not learn that there is a closed account: no letter leaves.
    if not user.active and (by is None or by.is_staff):
        raise InvitationDoesNotHold(
            _l("This person's account is closed. Ask an administrator to open it."), field="email"
        )
    audit("people.invite", user, by=by, now=now, role=role.value, body=body_id)
    if by is None:
        begin_role(user, role, body_id)
        if user.password_hash is None:
            _write_to(user, None, now=now)
        return Invited(user, None)
    if any(held.role is role and held.body is body for held in user.memberships):
        raise InvitationDoesNotHold(_l("This person acts in this role already."), field="email")
    facts = {"name": name.strip(), "invited_by_id": by.id, "created_at": now}
    write_once(Invitation, user, role, body_id, expires_at=now + ANSWER_WITHIN, **facts)
    invitation = _offered(user, role, body_id)
    if invitation is None:
        # The one that was there already has been answered or withdrawn since we looked.
        raise ChangedMeanwhile
    invitation.expires_at = now + ANSWER_WITHIN
    _write_to(user, invitation, now=now)
    return Invited(user, invitation)


@deed
def send_again(*, invitation_id: int, by: User, now: datetime) -> None:
    """Send the letter again, with as much time to answer as the first; the links of a new account's earlier letters stop
    working."""
    invitation = _waiting(invitation_id)
    user = invitation.user
    invitation.expires_at = now + ANSWER_WITHIN
    # Only a new letter ends the links of the old: pressed twice in a minute, the one that is on its way stays good.
    if _write_to(user, invitation, now=now) and user.password_hash is None:
        end_tokens(user_id=user.id, now=now)
    audit("people.invite_again", user, by=by, now=now, role=invitation.role.value)


@deed
def withdraw_invitation(*, invitation_id: int, by: User, now: datetime) -> None:
    """Take an invitation back before it is answered. One that is gone already stays gone."""
    _end(invitation_id, "people.withdraw_invitation", by=by, now=now)


@deed
def accept_invitation(*, invitation_id: int, by: User, now: datetime) -> None:
    """The person takes the role: it begins at once."""
    invitation = _own(invitation_id, by)
    if invitation.expires_at <= now:
        raise _late(invitation)
    if not take_up(invitation, now=now):
        raise _over()


@deed
def decline_invitation(*, invitation_id: int, by: User, now: datetime) -> None:
    """The person does not want the role; nothing of theirs changes."""
    _own(invitation_id, by)
    _end(invitation_id, "people.decline", by=by, now=now)


def _over() -> InvitationOver:
    return InvitationOver(_l("This invitation has been answered or withdrawn."))


def _late(invitation: Invitation) -> InvitationOver:
    words = _l(
        "This invitation was open until %(moment)s. Ask %(name)s to send it again.",
        moment=moment(invitation.expires_at),
        name=invitation.invited_by.name,
    )
    return InvitationOver(words)


def _waiting(invitation_id: int) -> Invitation:
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None:
        raise _over()
    return invitation


def _own(invitation_id: int, by: User) -> Invitation:
    invitation = _waiting(invitation_id)
    if invitation.user_id != by.id:
        raise MayNotGrant(_l("This invitation is for somebody else."))
    return invitation


def _end(invitation_id: int, action: str, *, by: User, now: datetime) -> None:
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None:
        return
    user, role = invitation.user, invitation.role
    ended = changed_rows(delete(Invitation).where(Invitation.id == invitation_id))
    if ended:
        audit(action, user, by=by, now=now, role=role.value)


def _account(email: str, name: str, phone: str, language: str, *, now: datetime) -> User:
    insert_or_ignore(
        User,
        email=email,
        name=name.strip(),
        phone=phone.strip(),
        language=language,
        active=True,
        created_at=now,
    )
    return db.session.scalars(select(User).where(User.email == email)).one()


def _offered(user: User, role: Role, body_id: int | None) -> Invitation | None:
    found = select(Invitation).where(Invitation.user_id == user.id, Invitation.role == role)
    table = BODIES.get(role)
    if table is not None:
        found = found.where(getattr(Invitation, f"{table.__tablename__}_id") == body_id)
    return db.session.scalars(found).unique().one_or_none()


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


def _write_to(user: User, invitation: Invitation | None, *, now: datetime) -> bool:
    # To the minute: a second press sends no second letter.
    minute = f"{now:%Y%m%d%H%M}"
    if invitation is None or user.password_hash is None:
        return queue("invitation", user=user, dedupe=f"invitation:{user.id}:{minute}", now=now)
    key = f"role-offered:{user.id}:{invitation.id}:{minute}"
    return queue("role_offered", user=user, dedupe=key, now=now, invitation_id=invitation.id)
