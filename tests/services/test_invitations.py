"""Invitations: who may send them, how a role begins, and that an inviter learns of nobody whether they have an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from outreach.models import (
    AuditEntry,
    Invitation,
    Membership,
    OutboxMessage,
    Role,
    Token,
    TokenPurpose,
    User,
    db,
)
from outreach.services.accounts import set_password
from outreach.services.invitations import (
    ANSWER_WITHIN,
    InvitationDoesNotHold,
    InvitationOver,
    Invited,
    MayNotGrant,
    accept_invitation,
    decline_invitation,
    invite,
    send_again,
    withdraw_invitation,
)
from outreach.services.letter_facts import told
from outreach.services.people import disable_account
from outreach.services.tokens import LinkUsedUp, issue_token, spend_token
from outreach.services.transaction import one_transaction
from tests.build import NOW
from tests.cast import PEOPLE, Cast

LITTLE = timedelta(seconds=1)
LATER = NOW.replace(hour=NOW.hour + 1)


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    """Deeds need the application."""
    with app.app_context():
        yield


def invites(
    cast: Cast, by: str | None, role: Role, body_id: int | None, email: str = "new@example.org"
) -> Invited:
    """Somebody of the cast (or the owner of the server) invites a person."""
    user = None if by is None else cast.user(by)
    return invite(email=email, name="New", role=role, body_id=body_id, by=user, now=NOW)


def asked(cast: Cast, by: str, role: Role, body_id: int | None, email: str = "new@example.org") -> int:
    """The number of the invitation that waits."""
    invitation = invites(cast, by, role, body_id, email).invitation
    assert invitation is not None
    return invitation.id


def letters() -> list[tuple[str, int]]:
    """The queued letters: template and reader."""
    return [(row.template, row.user_id) for row in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


def waiting() -> int:
    """How many invitations have no answer."""
    return db.session.query(Invitation).count()


def audited() -> list[str]:
    """What was done, in order."""
    return [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]


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


def test_a_new_person_gets_an_account_without_password_and_role_and_one_letter(cast: Cast) -> None:
    user = invites(cast, "hana", Role.COORDINATOR, cast.robo, " New@Example.org ").user
    assert (user.email, user.password_hash, user.memberships) == ("new@example.org", None, [])
    assert (letters(), waiting()) == ([("invitation", user.id)], 1)


def test_a_new_person_accepts_by_choosing_a_password(cast: Cast) -> None:
    user = invites(cast, "hana", Role.COORDINATOR, cast.robo).user
    invites(cast, "stan", Role.TEACHER, cast.primary)
    key = issue_token(user_id=user.id, purpose=TokenPurpose.INVITATION, now=NOW)
    set_password(key=key, purpose=TokenPurpose.INVITATION, password="seven green ferries", now=NOW)
    assert (user.company_ids, user.school_ids, waiting()) == ({cast.robo}, {cast.primary}, 0)
    assert audited() == ["people.invite"] * 2 + ["people.accept"] * 2 + ["account.set_password"]


def test_a_new_password_of_an_open_account_accepts_nothing(cast: Cast) -> None:
    invites(cast, "stan", Role.COORDINATOR, cast.harbour, "cora@example.org")
    key = issue_token(user_id=cast.people["cora"], purpose=TokenPurpose.PASSWORD_RESET, now=NOW)
    set_password(key=key, purpose=TokenPurpose.PASSWORD_RESET, password="seven green ferries", now=NOW)
    assert (cast.user("cora").company_ids, waiting()) == ({cast.robo}, 1)


def test_an_open_account_is_asked_and_has_no_role_before_it_accepts(cast: Cast) -> None:
    number = asked(cast, "hana", Role.COORDINATOR, cast.robo, "cole@example.org")
    cole = cast.user("cole")
    assert (cole.name, cole.company_ids) == ("Cole", {cast.harbour})
    assert letters() == [("role_offered", cole.id)]
    accept_invitation(invitation_id=number, by=cole, now=NOW)
    assert (cole.company_ids, waiting()) == ({cast.robo, cast.harbour}, 0)
    with pytest.raises(InvitationOver):
        accept_invitation(invitation_id=number, by=cole, now=NOW)


def test_the_office_has_no_body(cast: Cast) -> None:
    number = asked(cast, "ada", Role.STAFF, None, "tess@example.org")
    assert cast.user("tess").is_staff is False
    accept_invitation(invitation_id=number, by=cast.user("tess"), now=NOW)
    assert cast.user("tess").is_staff is True


def test_an_invitation_is_answered_by_the_person_alone(cast: Cast) -> None:
    number = asked(cast, "hana", Role.COORDINATOR, cast.robo, "cole@example.org")
    for answer in (accept_invitation, decline_invitation):
        with pytest.raises(MayNotGrant):
            answer(invitation_id=number, by=cast.user("hana"), now=NOW)
    assert waiting() == 1
    decline_invitation(invitation_id=number, by=cast.user("cole"), now=NOW)
    assert (cast.user("cole").company_ids, waiting()) == ({cast.harbour}, 0)
    assert audited() == ["people.invite", "people.decline"]


def test_a_withdrawn_invitation_can_no_longer_be_accepted(cast: Cast) -> None:
    number = asked(cast, "hana", Role.COORDINATOR, cast.robo, "cole@example.org")
    for _time in range(2):
        withdraw_invitation(invitation_id=number, by=cast.user("hana"), now=NOW)
    with pytest.raises(InvitationOver):
        accept_invitation(invitation_id=number, by=cast.user("cole"), now=NOW)
    assert cast.user("cole").company_ids == {cast.harbour}
    assert audited() == ["people.invite", "people.withdraw_invitation"]


@pytest.mark.parametrize(("role", "body"), [(Role.COORDINATOR, "robo"), (Role.STAFF, None)])
@pytest.mark.parametrize("email", ["new@example.org", "cole@example.org"])
def test_the_same_invitation_twice_is_one_and_one_letter(
    cast: Cast, role: Role, body: str | None, email: str
) -> None:
    body_id = None if body is None else getattr(cast, body)
    first = asked(cast, "ada", role, body_id, email)
    assert asked(cast, "ada", role, body_id, email) == first
    assert (waiting(), len(letters())) == (1, 1)


def test_who_acts_so_already_is_not_asked(cast: Cast) -> None:
    with pytest.raises(InvitationDoesNotHold) as refusal:
        invites(cast, "hana", Role.COORDINATOR, cast.robo, "cora@example.org")
    assert refusal.value.field == "email"
    assert (letters(), waiting(), audited()) == ([], 0, [])


def test_the_owner_of_the_server_lets_the_first_administrator_in(cast: Cast) -> None:
    invited = invites(cast, None, Role.ADMINISTRATOR, None)
    assert (invited.user.holds(Role.ADMINISTRATOR), invited.invitation) == (True, None)
    assert db.session.query(Membership).filter_by(user_id=invited.user.id).count() == 1


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


def test_sending_again_ends_the_links_of_earlier_letters(cast: Cast) -> None:
    invited = invites(cast, "hana", Role.COORDINATOR, cast.robo)
    assert invited.invitation is not None
    key = issue_token(user_id=invited.user.id, purpose=TokenPurpose.INVITATION, now=NOW)
    send_again(invitation_id=invited.invitation.id, by=cast.user("hana"), now=LATER)
    assert letters() == [("invitation", invited.user.id)] * 2
    with pytest.raises(LinkUsedUp), one_transaction():
        spend_token(key=key, purpose=TokenPurpose.INVITATION, now=LATER)


def test_sending_again_in_the_same_minute_sends_no_letter_and_kills_no_link(cast: Cast) -> None:
    invited = invites(cast, "hana", Role.COORDINATOR, cast.robo)
    assert invited.invitation is not None
    key = issue_token(user_id=invited.user.id, purpose=TokenPurpose.INVITATION, now=NOW)
    send_again(invitation_id=invited.invitation.id, by=cast.user("hana"), now=NOW)
    assert letters() == [("invitation", invited.user.id)]
    with one_transaction():
        assert spend_token(key=key, purpose=TokenPurpose.INVITATION, now=NOW).id == invited.user.id


def test_sending_again_to_an_open_account_leaves_its_links_alone(cast: Cast) -> None:
    number = asked(cast, "hana", Role.COORDINATOR, cast.robo, "cole@example.org")
    key = issue_token(user_id=cast.people["cole"], purpose=TokenPurpose.PASSWORD_RESET, now=NOW)
    send_again(invitation_id=number, by=cast.user("hana"), now=LATER)
    assert letters() == [("role_offered", cast.people["cole"])] * 2
    with one_transaction():
        assert spend_token(key=key, purpose=TokenPurpose.PASSWORD_RESET, now=LATER).id == cast.people["cole"]


EXPIRED = NOW + ANSWER_WITHIN


def test_an_invitation_expires_a_fortnight_after_its_last_letter(cast: Cast) -> None:
    number = asked(cast, "hana", Role.COORDINATOR, cast.robo, "cole@example.org")
    assert timedelta(days=14) == ANSWER_WITHIN
    with pytest.raises(InvitationOver) as refusal:
        accept_invitation(invitation_id=number, by=cast.user("cole"), now=EXPIRED)
    assert str(refusal.value.words) == (
        "This invitation was open until 7 December 2026 (Monday), 10:00 am. Ask Hana to send it again."
    )
    assert (cast.user("cole").company_ids, waiting()) == ({cast.harbour}, 1)
    send_again(invitation_id=number, by=cast.user("hana"), now=EXPIRED)
    accept_invitation(invitation_id=number, by=cast.user("cole"), now=EXPIRED + ANSWER_WITHIN - LITTLE)
    assert cast.user("cole").company_ids == {cast.robo, cast.harbour}


def test_inviting_once_more_gives_time_anew(cast: Cast) -> None:
    number = asked(cast, "hana", Role.COORDINATOR, cast.robo, "cole@example.org")
    again = {"email": "cole@example.org", "name": "Cole", "role": Role.COORDINATOR, "body_id": cast.robo}
    invite(**again, by=cast.user("stan"), now=EXPIRED)  # type: ignore[arg-type]
    accept_invitation(invitation_id=number, by=cast.user("cole"), now=EXPIRED)
    assert cast.user("cole").company_ids == {cast.robo, cast.harbour}


def test_a_new_password_does_not_revive_what_has_expired(cast: Cast) -> None:
    """Neither the invitation's own link nor "forgotten password" is a way around the fortnight."""
    user = invites(cast, "hana", Role.COORDINATOR, cast.robo).user
    key = issue_token(user_id=user.id, purpose=TokenPurpose.PASSWORD_RESET, now=EXPIRED)
    set_password(key=key, purpose=TokenPurpose.PASSWORD_RESET, password="seven green ferries", now=EXPIRED)
    assert (user.memberships, waiting()) == ([], 1)


def test_the_letter_of_an_expired_invitation_is_not_written(cast: Cast) -> None:
    for email in ("new@example.org", "cole@example.org"):
        invites(cast, "hana", Role.COORDINATOR, cast.robo, email)
    queued = db.session.query(OutboxMessage).all()
    assert [told(row, now=EXPIRED) for row in queued] == [None, None]
    with one_transaction():
        links = [told(row, now=EXPIRED - LITTLE) for row in queued]
    # Written late, the link of a new account works no longer than the invitation.
    assert [link.facts["expires"] for link in links if link] == [EXPIRED, EXPIRED]
    assert db.session.query(Token).one().expires_at == EXPIRED


def test_only_the_office_learns_that_an_account_is_closed(cast: Cast) -> None:
    disable_account(user_id=cast.people["cole"], by=cast.user("ada"), now=NOW)
    with pytest.raises(InvitationDoesNotHold):
        invites(cast, "stan", Role.COORDINATOR, cast.robo, "cole@example.org")
    assert waiting() == 0
    invites(cast, "hana", Role.COORDINATOR, cast.robo, "cole@example.org")
    assert waiting() == 1
