"""One-use links and random keys. Only hashes are stored; the key itself travels in the letter or the cookie."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, update

from outreach.models import Token, TokenPurpose, User, db
from outreach.services.transaction import Refusal, changed_rows, deed

LIFETIME = {TokenPurpose.INVITATION: timedelta(days=14), TokenPurpose.PASSWORD_RESET: timedelta(hours=2)}


USED_UP = {
    TokenPurpose.INVITATION: _l(
        "This invitation has been used or is too old, or a newer one has been sent. If you have chosen a password already, sign in."
        " If not, ask whoever invited you to send the invitation again."
    ),
    TokenPurpose.PASSWORD_RESET: _l("This link has been used or is too old. Ask for a new one."),
}


class LinkUsedUp(Refusal):
    """The link is unknown, used or too old."""

    status = 410


def new_key() -> str:
    """256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """What is stored of a key. A plain hash is enough: the key has more entropy than any guess."""
    return hashlib.sha256(key.encode()).hexdigest()


@deed
def issue_token(
    *, user_id: int, purpose: TokenPurpose, now: datetime, expires_at: datetime | None = None
) -> str:
    """Make a link's key. Called when the letter is written, so that no key ever lies in the outbox.

    `expires_at` is for a link that opens no longer than what it leads to; without it the purpose's lifetime counts."""
    key = new_key()
    expires_at = expires_at or now + LIFETIME[purpose]
    db.session.add(
        Token(key_hash=key_hash(key), purpose=purpose, user_id=user_id, created_at=now, expires_at=expires_at)
    )
    return key


def token_holder(*, key: str, purpose: TokenPurpose, now: datetime) -> User:
    """Whose link this is, while it can still be used; it is not used up."""
    token = db.session.scalar(select(Token).where(*_usable(key, purpose, now)))
    if token is None:
        raise LinkUsedUp(USED_UP[purpose])
    return _open_account(token.user_id)


def end_tokens(*, user_id: int, now: datetime) -> None:
    """No link of this account works any more, inside the caller's deed."""
    db.session.execute(
        update(Token)
        .where(Token.user_id == user_id, Token.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def spend_token(*, key: str, purpose: TokenPurpose, now: datetime) -> User:
    """Use a link up, inside the caller's deed: of many parallel tries one gets the user, the others a Refusal."""
    spent = changed_rows(update(Token).where(*_usable(key, purpose, now)).values(used_at=now))
    if spent != 1:
        raise LinkUsedUp(USED_UP[purpose])
    token = db.session.query(Token).filter_by(key_hash=key_hash(key)).one()
    return _open_account(token.user_id)


def _usable(key: str, purpose: TokenPurpose, now: datetime) -> tuple[ColumnElement[bool], ...]:
    usable = (
        Token.key_hash == key_hash(key),
        Token.purpose == purpose,
        Token.used_at.is_(None),
        Token.expires_at > now,
    )
    if purpose is not TokenPurpose.INVITATION:
        return usable
    # An invitation opens an account that has no password yet. To change one is the business of a reset link, which holds
    # for hours: a key of a fortnight that came late would be a way past the password.
    opened = select(User.id).where(User.id == Token.user_id, User.password_hash.is_not(None))
    return (*usable, ~opened.exists())


def _open_account(user_id: int) -> User:
    user = db.session.get_one(User, user_id)
    if not user.active:
        raise LinkUsedUp(_l("This account is closed. Ask the programme office."))
    return user
