"""Roles that end singly, and accounts that are closed and opened again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from outreach.models import AuditEntry, Membership, OutboxMessage, Role, UserSession, db
from outreach.services.accounts import open_session
from outreach.services.invitations import MayNotGrant, invite
from outreach.services.letter_facts import told
from outreach.services.people import LastAdministrator, disable_account, enable_account, end_membership
from outreach.services.transaction import one_transaction
from tests.build import NOW
from tests.cast import PEOPLE, Cast
from tests.simplified import simplified_in
from tests.smtp_server import PostOffice
from tests.visit_rows import walk


@pytest.fixture(autouse=True)
def context(app: Flask, cast: Cast) -> Iterator[None]:
    """Deeds need the application."""
    with app.app_context():
        yield


def role_of(cast: Cast, name: str) -> int:
    """The number of somebody's one role."""
    return db.session.query(Membership).filter_by(user_id=cast.people[name]).one().id


def second_administrator() -> int:
    """Alan, let in at the command line; he has chosen a password."""
    user = invite(email="alan@example.org", name="Alan", role=Role.ADMINISTRATOR, by=None, now=NOW).user
    with one_transaction():
        user.password_hash = "x"
    return user.id


def letters() -> list[OutboxMessage]:
    """The letters about roles that ended."""
    return db.session.query(OutboxMessage).filter_by(template="role_ended").all()


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("en_HK", ["Your account at Outreach is closed", "Your account at Outreach is open again"]),
        ("zh_Hant_HK", ["你的「科技同行」帳戶已停用", "你的「科技同行」帳戶已重新啟用"]),
    ],
)
def test_the_owner_of_an_account_is_told_that_it_is_closed_and_open_again(
    cast: Cast, post_office: PostOffice, language: str, subjects: list[str]
) -> None:
    with one_transaction():
        cast.user("cora").language = language
    for deed in (disable_account, enable_account):
        for _time in range(2):
            deed(user_id=cast.people["cora"], by=cast.user("ada"), now=NOW)
        assert walk(post_office, now=NOW) == {"sent": 1}
    assert post_office.subjects == subjects
    for delivered in post_office.delivered:
        assert ("Ada" in delivered.text(), simplified_in(delivered.text())) == (True, [])


def test_an_account_that_was_opened_meanwhile_is_not_called_closed(
    cast: Cast, post_office: PostOffice
) -> None:
    for deed in (disable_account, enable_account):
        deed(user_id=cast.people["cora"], by=cast.user("ada"), now=NOW)
    assert walk(post_office, now=NOW) == {"dropped": 1, "sent": 1}
    assert post_office.subjects == ["Your account at Outreach is open again"]


def test_whoever_never_chose_a_password_gets_no_letter_about_the_account(cast: Cast) -> None:
    for deed in (disable_account, enable_account):
        deed(user_id=cast.unopened("cora").id, by=cast.user("ada"), now=NOW)
    assert db.session.query(OutboxMessage).all() == []


# Whose role each may end, by hand; Alan is a second administrator.
ENDS = {
    "tess": set(),
    "theo": set(),
    "tom": set(),
    "cora": set(),
    "cole": set(),
    "hana": {"cora"},
    "stan": {"tess", "theo", "tom", "cora", "cole", "hana"},
    "ada": set(PEOPLE),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_whose_role_each_may_end(cast: Cast, name: str) -> None:
    second_administrator()
    ended = set()
    # One's own at last: an administrator without the role ends nothing more.
    for victim in sorted(PEOPLE, key=lambda person: person == name):
        try:
            end_membership(membership_id=role_of(cast, victim), by=cast.user(name), now=NOW)
        except MayNotGrant:
            continue
        ended.add(victim)
    assert ended == ENDS[name]
    assert {person for person in PEOPLE if not cast.user(person).memberships} == ended


def test_one_role_ends_and_the_rest_of_the_account_goes_on(cast: Cast) -> None:
    cora, number = cast.people["cora"], role_of(cast, "cora")
    with one_transaction():
        db.session.add(Membership(user_id=cora, role=Role.TEACHER, school_id=cast.primary))
    open_session(user_id=cora, hours=1, now=NOW)
    for _time in range(2):
        end_membership(membership_id=number, by=cast.user("hana"), now=NOW)
    user = cast.user("cora")
    assert (user.company_ids, user.school_ids, user.active) == (set(), {cast.primary}, True)
    assert db.session.query(UserSession).count() == 1
    (entry,) = db.session.query(AuditEntry).filter_by(action="people.end_membership")
    assert (entry.user_id, entry.thing_id) == (cast.people["hana"], cora)
    assert entry.detail == {"role": "coordinator", "body": cast.robo}


def test_whoever_loses_a_role_is_told_once_in_their_language(cast: Cast, post_office: PostOffice) -> None:
    with one_transaction():
        cast.user("cora").language = "zh_Hant_HK"
    number = role_of(cast, "cora")
    for _time in range(2):
        end_membership(membership_id=number, by=cast.user("hana"), now=NOW)
    walk(post_office, now=NOW)
    assert post_office.subjects == ["你的角色已終止：機械工房公司聯絡人"]
    words = post_office.delivered[0].text()
    assert "Hana已終止你在「科技同行」的一個角色。" in words
    assert "http://outreach.test/account" in words


def test_nobody_is_told_what_they_did_themselves_or_what_is_true_no_longer(cast: Cast) -> None:
    second_administrator()
    end_membership(membership_id=role_of(cast, "ada"), by=cast.user("ada"), now=NOW)
    assert letters() == []
    end_membership(membership_id=role_of(cast, "cora"), by=cast.user("hana"), now=NOW)
    (letter,) = letters()
    assert told(letter, now=NOW) is not None
    with one_transaction():
        db.session.add(Membership(user_id=cast.people["cora"], role=Role.COORDINATOR, company_id=cast.robo))
    db.session.expire_all()
    assert told(letter, now=NOW) is None


def test_the_last_administrator_stays(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        end_membership(membership_id=role_of(cast, "ada"), by=cast.user("ada"), now=NOW)
    # Whoever has not chosen a password yet could not let anybody in.
    invite(email="alan@example.org", name="Alan", role=Role.ADMINISTRATOR, by=None, now=NOW)
    with pytest.raises(LastAdministrator):
        end_membership(membership_id=role_of(cast, "ada"), by=cast.user("ada"), now=NOW)
    second_administrator()
    end_membership(membership_id=role_of(cast, "ada"), by=cast.user("ada"), now=NOW)
    assert cast.user("ada").memberships == []


def test_a_closed_account_has_no_session(cast: Cast) -> None:
    number = cast.people["cora"]
    open_session(user_id=number, hours=1, now=NOW)
    disable_account(user_id=number, by=cast.user("ada"), now=NOW)
    assert (cast.user("cora").active, db.session.query(UserSession).count()) == (False, 0)
    enable_account(user_id=number, by=cast.user("ada"), now=NOW)
    assert cast.user("cora").active is True


def test_nobody_closes_their_own_account(cast: Cast) -> None:
    with pytest.raises(MayNotGrant):
        disable_account(user_id=cast.people["ada"], by=cast.user("ada"), now=NOW)
    assert cast.user("ada").active is True
