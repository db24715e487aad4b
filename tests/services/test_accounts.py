"""Signing in, and what guards it."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from outreach.models import Allowance, OutboxMessage, Token, TokenPurpose, User, UserSession, db
from outreach.models.database import WRITING
from outreach.services import accounts
from outreach.services.accounts import HASHER, TRIES_PER_ACCOUNT, CannotSignIn, TooManyTries, WeakPassword
from outreach.services.tokens import LinkUsedUp, issue_token, key_hash
from tests.build import NOW, kept
from tests.cast import PASSWORD

NEW_PASSWORD = "seven green ferries"


@pytest.fixture
def tess(app, cast):
    with app.app_context():
        yield cast.user("tess")


def sign_in(email="tess@example.org", password=PASSWORD, now=NOW):
    return accounts.sign_in(email=email, password=password, address="192.0.2.1", hours=12, now=now)


def test_the_right_password_opens_a_session(tess):
    user, key = sign_in(email=" Tess@Example.ORG ")
    row = db.session.scalars(select(UserSession)).one()
    assert (user.id, row.user_id, row.key_hash) == (tess.id, tess.id, key_hash(key))
    assert key not in row.key_hash
    assert row.expires_at == NOW + timedelta(hours=12)


@pytest.mark.parametrize(
    ("email", "password"),
    [("tess@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", ""), ("tess@example.org", "")],
)
def test_whatever_is_wrong_the_answer_is_the_same(tess, email, password):
    with pytest.raises(CannotSignIn) as refused:
        sign_in(email, password)
    assert str(refused.value.words) == "The e-mail address or the password is not right."


def test_a_closed_account_cannot_sign_in(tess):
    tess_row = db.session.get_one(User, tess.id)
    tess_row.active = False
    db.session.commit()
    with pytest.raises(CannotSignIn):
        sign_in()


def test_of_forty_parallel_guesses_ten_are_evaluated(app, cast):
    evaluated, refused = [], []

    def guess(number):
        with app.app_context():
            try:
                sign_in(password=f"guess {number}")
            except CannotSignIn:
                evaluated.append(number)
            except TooManyTries:
                refused.append(number)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(evaluated), len(refused)) == (TRIES_PER_ACCOUNT, 40 - TRIES_PER_ACCOUNT)


def tries():
    """How many tries are used up, of the account and of the address."""
    db.session.rollback()
    return list(db.session.scalars(select(Allowance.used).order_by(Allowance.id)))


def test_the_right_password_uses_no_try_up(tess):
    for _ in range(TRIES_PER_ACCOUNT + 1):
        sign_in()
    assert tries() == []


def test_the_right_password_gives_back_its_own_try_and_no_other(tess):
    for _ in range(TRIES_PER_ACCOUNT - 1):
        with pytest.raises(CannotSignIn):
            sign_in(password="wrong")
    sign_in()
    assert tries() == [TRIES_PER_ACCOUNT - 1] * 2
    with pytest.raises(CannotSignIn):
        sign_in(password="wrong")
    with pytest.raises(TooManyTries):
        sign_in()


def test_after_a_quarter_of_an_hour_one_may_try_again(tess):
    for _ in range(TRIES_PER_ACCOUNT):
        with pytest.raises(CannotSignIn):
            sign_in(password="wrong")
    with pytest.raises(TooManyTries):
        sign_in()
    assert sign_in(now=NOW + timedelta(minutes=15))[0].id == tess.id


def test_a_link_sets_a_password_once_and_ends_every_session(tess):
    sign_in()
    key = issue_token(user_id=tess.id, purpose=TokenPurpose.PASSWORD_RESET, now=NOW)
    accounts.set_password(key=key, purpose=TokenPurpose.PASSWORD_RESET, password=NEW_PASSWORD, now=NOW)
    assert db.session.scalar(select(func.count(UserSession.id))) == 0
    assert sign_in(password=NEW_PASSWORD)[0].id == tess.id
    with pytest.raises(LinkUsedUp):
        accounts.set_password(key=key, purpose=TokenPurpose.PASSWORD_RESET, password=NEW_PASSWORD, now=NOW)


def test_a_new_password_ends_every_other_link_of_the_account_and_no_other(tess, cast):
    first, second = (
        issue_token(user_id=tess.id, purpose=TokenPurpose.PASSWORD_RESET, now=NOW) for _ in range(2)
    )
    toms = issue_token(user_id=cast.unopened("tom").id, purpose=TokenPurpose.INVITATION, now=NOW)
    accounts.set_password(key=first, purpose=TokenPurpose.PASSWORD_RESET, password=NEW_PASSWORD, now=NOW)
    with pytest.raises(LinkUsedUp):
        accounts.set_password(key=second, purpose=TokenPurpose.PASSWORD_RESET, password=NEW_PASSWORD, now=NOW)
    accounts.set_password(key=toms, purpose=TokenPurpose.INVITATION, password=NEW_PASSWORD, now=NOW)


def test_the_slow_hash_of_a_new_password_holds_nobody_up(tess, monkeypatch):
    writing = []

    class Watched:
        def hash(self, password):
            writing.append(db.session.info.get(WRITING, False))
            return HASHER.hash(password)

    monkeypatch.setattr(accounts, "HASHER", Watched())
    key = issue_token(user_id=tess.id, purpose=TokenPurpose.PASSWORD_RESET, now=NOW)
    for _ in range(2):
        with contextlib.suppress(LinkUsedUp):
            accounts.set_password(
                key=key, purpose=TokenPurpose.PASSWORD_RESET, password=NEW_PASSWORD, now=NOW
            )
    assert writing == [False]


@pytest.mark.parametrize("password", ["short", "tess@example.org", "x" * 201])
def test_a_weak_password_does_not_use_the_link_up(tess, cast, password):
    cast.unopened("tess")
    key = issue_token(user_id=tess.id, purpose=TokenPurpose.INVITATION, now=NOW)
    with pytest.raises(WeakPassword):
        accounts.set_password(key=key, purpose=TokenPurpose.INVITATION, password=password, now=NOW)
    assert (
        accounts.set_password(key=key, purpose=TokenPurpose.INVITATION, password=NEW_PASSWORD, now=NOW).id
        == tess.id
    )


def test_an_invitation_is_no_way_past_a_password(tess):
    key = issue_token(user_id=tess.id, purpose=TokenPurpose.INVITATION, now=NOW)
    with pytest.raises(LinkUsedUp):
        accounts.set_password(key=key, purpose=TokenPurpose.INVITATION, password=NEW_PASSWORD, now=NOW)
    assert sign_in()[0].id == tess.id


def test_a_link_is_for_one_purpose_and_not_for_ever(tess):
    key = issue_token(user_id=tess.id, purpose=TokenPurpose.PASSWORD_RESET, now=NOW)
    for purpose, now in [
        (TokenPurpose.INVITATION, NOW),
        (TokenPurpose.PASSWORD_RESET, NOW + timedelta(hours=2)),
    ]:
        with pytest.raises(LinkUsedUp):
            accounts.set_password(key=key, purpose=purpose, password=NEW_PASSWORD, now=now)
    assert db.session.scalars(select(Token)).one().used_at is None


def test_of_parallel_uses_of_one_link_one_succeeds(app, cast):
    with app.app_context():
        key = issue_token(user_id=cast.people["tess"], purpose=TokenPurpose.PASSWORD_RESET, now=NOW)
    done, refused = [], []

    def use():
        with app.app_context():
            try:
                accounts.set_password(
                    key=key, purpose=TokenPurpose.PASSWORD_RESET, password=NEW_PASSWORD, now=NOW
                )
                done.append(1)
            except LinkUsedUp:
                refused.append(1)

    threads = [threading.Thread(target=use) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 11)


@pytest.mark.parametrize(("email", "letters"), [("tess@example.org", 1), ("nobody@example.org", 0)])
def test_a_reset_letter_goes_to_accounts_only(tess, email, letters):
    accounts.ask_for_reset(email=email, address="192.0.2.1", now=NOW)
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == letters


def test_expired_sessions_are_forgotten(tess):
    kept(UserSession(key_hash="old", user_id=tess.id, created_at=NOW, expires_at=NOW))
    sign_in(now=NOW + timedelta(minutes=1))
    assert db.session.scalar(select(func.count(UserSession.id)).where(UserSession.key_hash == "old")) == 0
