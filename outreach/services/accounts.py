"""Signing in and out, passwords, one's own settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from outreach.models import Allowance, TokenPurpose, User, UserSession, db
from outreach.models.words import LOCALES
from outreach.services.outbox import queue
from outreach.services.roles import take_up_all
from outreach.services.tokens import end_tokens, key_hash, new_key, spend_token, token_holder
from outreach.services.transaction import Refusal, audit, changed_rows, deed, upsert

# OWASP's second recommendation for Argon2id: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when the account does not exist, so that the answer takes as long.
NOBODYS_HASH = HASHER.hash(new_key())

STRETCH = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 100
PASSWORD_LENGTH = 12


class CannotSignIn(Refusal):
    """Wrong e-mail or password; which of the two is not told."""

    status = 401


class TooManyTries(Refusal):
    """The allowance of this stretch of time is used up."""

    status = 429


class WeakPassword(Refusal):
    """Too short, or the account's own e-mail."""


def normal_email(text: str) -> str:
    """E-mail addresses are compared in lower case without spaces around."""
    return text.strip().lower()


@deed
def reserve(*, subject: str, limit: int, now: datetime) -> None:
    """Take one try out of the allowance of `subject`, committed before the guarded work begins.

    One conditional upsert decides, so of any number of parallel tries only `limit` go on in a quarter of an hour."""
    row = upsert(Allowance).values(subject=subject[:120], stretch=_stretch(now), used=1)
    row = row.on_conflict_do_update(
        index_elements=[Allowance.subject, Allowance.stretch],
        set_={"used": Allowance.used + 1},
        where=Allowance.used < limit,
    )
    if changed_rows(row) != 1:
        raise TooManyTries(_l("Too many tries. Wait a quarter of an hour, then try again."))


@deed
def give_back(*, subjects: tuple[str, ...], now: datetime) -> None:
    """Put one reserved try of each subject back: whoever knew the password has not guessed."""
    for subject in subjects:
        row = (Allowance.subject == subject[:120], Allowance.stretch == _stretch(now))
        # No row says nought; a try that comes in between these two keeps its own count.
        if changed_rows(delete(Allowance).where(*row, Allowance.used == 1)) != 1:
            changed_rows(update(Allowance).where(*row, Allowance.used > 1).values(used=Allowance.used - 1))


def _stretch(now: datetime) -> datetime:
    epoch = datetime(2020, 1, 1, tzinfo=UTC)
    return epoch + (now - epoch) // STRETCH * STRETCH


def sign_in(*, email: str, password: str, address: str, hours: int, now: datetime) -> tuple[User, str]:
    """Check the password and open a session; returns the user and the key for the cookie.

    Not one deed but four: the tries are reserved and committed first, the slow hash is computed in no transaction, and
    only a match gives the tries back: a school's thirty teachers behind one address do not shut each other out."""
    email = normal_email(email)
    account, place = f"sign-in:{key_hash(email)}", f"sign-in-from:{address}"
    reserve(subject=account, limit=TRIES_PER_ACCOUNT, now=now)
    reserve(subject=place, limit=TRIES_PER_ADDRESS, now=now)
    user = db.session.scalar(select(User).where(User.email == email))
    stored = user.password_hash if user is not None and user.active else None
    matches = _matches(stored or NOBODYS_HASH, password)
    if user is None or stored is None or not matches:
        raise CannotSignIn(_l("The e-mail address or the password is not right."))
    give_back(subjects=(account, place), now=now)
    return user, open_session(user_id=user.id, hours=hours, now=now)


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@deed
def open_session(*, user_id: int, hours: int, now: datetime) -> str:
    """Begin a signed-in session and forget the expired ones; returns the key for the cookie."""
    db.session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    key = new_key()
    row = UserSession(
        key_hash=key_hash(key), user_id=user_id, created_at=now, expires_at=now + timedelta(hours=hours)
    )
    db.session.add(row)
    user = db.session.get_one(User, user_id)
    user.last_sign_in_at = now
    audit("account.sign_in", user, by=user, now=now)
    return key


@deed
def close_session(*, key: str, by: User, now: datetime) -> None:
    """Sign out: every copy of the cookie is dead from now on."""
    db.session.execute(delete(UserSession).where(UserSession.key_hash == key_hash(key)))
    audit("account.sign_out", by, by=by, now=now)


def ask_for_reset(*, email: str, address: str, now: datetime) -> None:
    """Queue a reset letter where the account exists; the answer on screen is the same either way."""
    reserve(subject=f"reset:{key_hash(normal_email(email))}", limit=TRIES_PER_ACCOUNT, now=now)
    reserve(subject=f"reset-from:{address}", limit=TRIES_PER_ADDRESS, now=now)
    _queue_reset(email=email, now=now)


@deed
def _queue_reset(*, email: str, now: datetime) -> None:
    user = db.session.scalar(select(User).where(User.email == normal_email(email), User.active))
    if user is not None:
        dedupe = f"password-reset:{user.id}:{now:%Y%m%d%H%M}"
        queue("password_reset", user=user, dedupe=dedupe, now=now, expires=timedelta(hours=2))
        audit("account.ask_for_reset", user, by=None, now=now)


def set_password(*, key: str, purpose: TokenPurpose, password: str, now: datetime) -> User:
    """Use up an invitation or a reset link: the password is set; the account's open sessions and other links end.

    The slow hash is computed before the deed, in no write transaction, and only for a link that can be used."""
    refuse_weak(password, token_holder(key=key, purpose=purpose, now=now))
    return _set_password(key=key, purpose=purpose, password_hash=HASHER.hash(password), now=now)


@deed
def _set_password(*, key: str, purpose: TokenPurpose, password_hash: str, now: datetime) -> User:
    user = spend_token(key=key, purpose=purpose, now=now)
    if user.password_hash is None:
        take_up_all(user, now=now)
    user.password_hash = password_hash
    end_tokens(user_id=user.id, now=now)
    db.session.execute(delete(UserSession).where(UserSession.user_id == user.id))
    audit("account.set_password", user, by=user, now=now)
    return user


def refuse_weak(password: str, user: User) -> None:
    """Length is what counts; composition rules only make people write passwords down."""
    if len(password) < PASSWORD_LENGTH:
        raise WeakPassword(_l("Choose a password of at least 12 characters."), field="password")
    if len(password) > 200:
        raise WeakPassword(_l("Choose a password of at most 200 characters."), field="password")
    if normal_email(password) == user.email:
        raise WeakPassword(_l("Choose a password that is not your e-mail address."), field="password")


@deed
def change_settings(*, name: str, phone: str, language: str, by: User, now: datetime) -> None:
    """The account's own name, phone and language."""
    by.name, by.phone = name.strip(), phone.strip()
    by.language = language
    audit("account.change_settings", by, by=by, now=now)


@deed
def choose_language(*, language: str, by: User, now: datetime) -> None:
    """Pages and letters come in this language from now on."""
    if language not in LOCALES:
        raise Refusal(_l("Choose English or Chinese."))
    by.language = language
    audit("account.choose_language", by, by=by, now=now, language=language)
