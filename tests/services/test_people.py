"""Invitations, memberships, closed accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from outreach.models import Membership, OutboxMessage, Role, TokenPurpose, User, UserSession, db
from outreach.services.accounts import open_session
from outreach.services.people import (
    HasPassword,
    InvitationDoesNotHold,
    MayNotGrant,
    disable_account,
    enable_account,
    invite,
    resend_invitation,
)
from outreach.services.tokens import LinkUsedUp, issue_token, spend_token
from outreach.services.transaction import one_transaction
from tests.build import NOW
from tests.cast import PEOPLE, Cast


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    """Deeds need the application."""
    with app.app_context():
        yield


def invites(
    cast: Cast, by: str | None, role: Role, body_id: int | None, email: str = "new@example.org"
) -> User:
    """Somebody of the cast (or the owner of the server) invites a new person."""
    user = None if by is None else cast.user(by)
    return invite(email=email, name="New", role=role, body_id=body_id, by=user, now=NOW).user


def letters() -> list[tuple[str, int]]:
    """The queued letters: template and reader."""
    return [(row.template, row.user_id) for row in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


# Who may grant what, by hand: P primary school, R Robo Works (under Hana's hub), H Harbour Data, U the hub.
GRANTS = {
    "tess": set(),
    "theo": set(),
    "tom": set(),
    "cora": set(),
    "cole": set(),
    "hana": {"coordinator R"},
    "stan": {"teacher P", "coordinator R", "coordinator H", "hub U"},
    "ada": {"teacher P", "coordinator R", "coordinator H", "hub U", "staff -", "administrator -"},
}


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_grant_what(cast: Cast, name: str) -> None:
    bodies = {"P": cast.primary, "R": cast.robo, "H": cast.harbour, "U": cast.hub, "-": None}
    granted = set()
    for wish in ("teacher P", "coordinator R", "coordinator H", "hub U", "staff -", "administrator -"):
        role, body = wish.split()
        try:
            invites(cast, name, Role(role), bodies[body])
        except MayNotGrant:
            continue
        granted.add(wish)
    assert granted == GRANTS[name]
    assert db.session.query(User).count() == len(PEOPLE) + bool(granted)


def test_a_new_person_gets_an_account_without_password_and_one_letter(cast: Cast) -> None:
    user = invites(cast, "hana", Role.COORDINATOR, cast.robo, " New@Example.org ")
    assert (user.email, user.password_hash, user.company_ids) == ("new@example.org", None, {cast.robo})
    assert letters() == [("invitation", user.id)]


def test_a_second_role_joins_the_account_and_no_letter_asks_for_a_password_again(cast: Cast) -> None:
    user = invites(cast, "stan", Role.COORDINATOR, cast.harbour, "cora@example.org")
    assert user.id == cast.people["cora"]
    assert user.company_ids == {cast.robo, cast.harbour}
    assert letters() == []


@pytest.mark.parametrize(("role", "body"), [(Role.COORDINATOR, "robo"), (Role.STAFF, None)])
def test_the_same_invitation_twice_is_one_membership_and_one_letter(
    cast: Cast, role: Role, body: str | None
) -> None:
    body_id = None if body is None else getattr(cast, body)
    user = invites(cast, "ada", role, body_id)
    invites(cast, "ada", role, body_id)
    assert db.session.query(Membership).filter_by(user_id=user.id).count() == 1
    assert letters() == [("invitation", user.id)]


def test_the_owner_of_the_server_lets_the_first_administrator_in(cast: Cast) -> None:
    user = invites(cast, None, Role.ADMINISTRATOR, None)
    assert user.holds(Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a b@example.org"}, "email"),
        ({"email": "@example.org"}, "email"),
        ({"name": " "}, "name"),
        ({"language": "fr"}, "language"),
        ({"body_id": None}, "body_id"),
        ({"body_id": 999}, "body_id"),
    ],
)
def test_an_invitation_that_does_not_hold(cast: Cast, changes: dict[str, object], field: str) -> None:
    usual = {"email": "new@example.org", "name": "New", "role": Role.COORDINATOR, "body_id": cast.robo}
    with pytest.raises(InvitationDoesNotHold) as refusal:
        invite(**{**usual, **changes}, by=cast.user("stan"), now=NOW)  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert db.session.query(User).count() == len(PEOPLE)


def test_inviting_again_ends_the_links_of_earlier_letters(cast: Cast) -> None:
    user = invites(cast, "hana", Role.COORDINATOR, cast.robo)
    key = issue_token(user_id=user.id, purpose=TokenPurpose.INVITATION, now=NOW)
    later = NOW.replace(hour=NOW.hour + 1)
    resend_invitation(user_id=user.id, by=cast.user("cora"), now=later)
    assert letters() == [("invitation", user.id)] * 2
    with pytest.raises(LinkUsedUp), one_transaction():
        spend_token(key=key, purpose=TokenPurpose.INVITATION, now=later)


def test_who_has_a_password_is_not_invited_again(cast: Cast) -> None:
    with pytest.raises(HasPassword):
        resend_invitation(user_id=cast.people["cora"], by=cast.user("stan"), now=NOW)
    assert letters() == []


def test_a_closed_account_has_no_session_and_gets_no_invitation(cast: Cast) -> None:
    number = cast.people["cora"]
    open_session(user_id=number, hours=1, now=NOW)
    disable_account(user_id=number, by=cast.user("ada"), now=NOW)
    assert (cast.user("cora").active, db.session.query(UserSession).count()) == (False, 0)
    with pytest.raises(InvitationDoesNotHold):
        invites(cast, "stan", Role.COORDINATOR, cast.harbour, "cora@example.org")
    enable_account(user_id=number, by=cast.user("ada"), now=NOW)
    assert cast.user("cora").active is True


def test_nobody_closes_their_own_account(cast: Cast) -> None:
    with pytest.raises(MayNotGrant):
        disable_account(user_id=cast.people["ada"], by=cast.user("ada"), now=NOW)
    assert cast.user("ada").active is True
