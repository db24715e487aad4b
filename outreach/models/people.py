"""Who signs in: users, what they may act for, their sessions, their one-use links."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from outreach.models.base import Base, Id, Name, known, states
from outreach.models.companies import Company, Hub
from outreach.models.schools import School
from outreach.models.words import LOCALES


class Role(enum.StrEnum):
    """What a membership lets its holder act as."""

    TEACHER = "teacher"
    COORDINATOR = "coordinator"
    HUB = "hub"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


# What a role acts for; the two that are missing act for the programme itself.
BODIES: dict[Role, type[School | Company | Hub]] = {
    Role.TEACHER: School,
    Role.COORDINATOR: Company,
    Role.HUB: Hub,
}


class User(Base):
    """A person with an account. Personal columns: e-mail, name, phone (class: contact; kept while the account is active,
    erased two years after the last sign-in), password hash (class: secret)."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name="email_normal"),
        known("language", LOCALES, "language_known"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[Name]
    phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(12), default="en_HK")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]

    # Small (one to three rows) and needed by every permission question, so it comes with the user.
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="user", lazy="selectin", order_by="Membership.id"
    )

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """A disabled account cannot sign in and loses its open sessions."""
        return self.active

    def get_id(self) -> str:
        """Flask-Login's key."""
        return str(self.id)

    def holds(self, *roles: Role) -> bool:
        """One of the memberships has one of these roles."""
        return any(membership.role in roles for membership in self.memberships)

    @property
    def is_staff(self) -> bool:
        """Programme staff; administrators may do all that staff may."""
        return self.holds(Role.STAFF, Role.ADMINISTRATOR)

    @property
    def school_ids(self) -> frozenset[int]:
        """The schools this person teaches at."""
        return frozenset(m.school_id for m in self.memberships if m.school_id is not None)

    @property
    def company_ids(self) -> frozenset[int]:
        """The companies this person coordinates directly (not through a hub)."""
        return frozenset(m.company_id for m in self.memberships if m.company_id is not None)

    @property
    def hub_ids(self) -> frozenset[int]:
        """The hubs this person belongs to."""
        return frozenset(m.hub_id for m in self.memberships if m.hub_id is not None)


ONE_BODY = (
    "(role = 'teacher' AND school_id IS NOT NULL AND company_id IS NULL AND hub_id IS NULL)"
    " OR (role = 'coordinator' AND company_id IS NOT NULL AND school_id IS NULL AND hub_id IS NULL)"
    " OR (role = 'hub' AND hub_id IS NOT NULL AND school_id IS NULL AND company_id IS NULL)"
    " OR (role IN ('staff', 'administrator') AND school_id IS NULL AND company_id IS NULL AND hub_id IS NULL)"
)


class Acting:
    """A role with the one body it acts for: what a membership is, and what an invitation offers."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(states(Role))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    hub_id: Mapped[int | None] = mapped_column(ForeignKey("hub.id"), index=True)

    @declared_attr
    @classmethod
    def school(cls) -> Mapped[School | None]:
        """The school of a teacher."""
        return relationship(lazy="joined")

    @declared_attr
    @classmethod
    def company(cls) -> Mapped[Company | None]:
        """The company of a coordinator."""
        return relationship(lazy="joined")

    @declared_attr
    @classmethod
    def hub(cls) -> Mapped[Hub | None]:
        """The hub of its member."""
        return relationship(lazy="joined")

    @property
    def body(self) -> School | Company | Hub | None:
        """For whom one acts; the programme office's own people act for none."""
        return self.school or self.company or self.hub


class Membership(Acting, Base):
    """One role of one user, with the one body it acts for."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(ONE_BODY, name="one_body"),
        UniqueConstraint("user_id", "school_id"),
        UniqueConstraint("user_id", "company_id"),
        UniqueConstraint("user_id", "hub_id"),
    )

    id: Mapped[Id]

    user: Mapped[User] = relationship(back_populates="memberships", lazy="raise_on_sql")


class Invitation(Acting, Base):
    """A role that is offered and not yet accepted; the row goes when it is answered or withdrawn, and can be offered anew
    when it has expired. `name` is what the
    inviter typed (class: contact; goes with the row): the account's own is not theirs to read before it accepts."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(ONE_BODY, name="one_body"),
        UniqueConstraint("user_id", "school_id"),
        UniqueConstraint("user_id", "company_id"),
        UniqueConstraint("user_id", "hub_id"),
    )

    id: Mapped[Id]
    name: Mapped[Name]
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    # Counted from the last letter; after it the role is no longer there to be taken.
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship(foreign_keys="Invitation.user_id", lazy="joined")
    invited_by: Mapped[User] = relationship(foreign_keys="Invitation.invited_by_id", lazy="joined")


class UserSession(Base):
    """A signed-in browser. The cookie holds a random key, this row its hash: signing out here ends every copy."""

    __tablename__ = "user_session"

    id: Mapped[Id]
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class TokenPurpose(enum.StrEnum):
    """What a one-use link is for."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"


class Token(Base):
    """A one-use link, hashed at rest, used up by a POST."""

    __tablename__ = "token"

    id: Mapped[Id]
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[TokenPurpose] = mapped_column(states(TokenPurpose))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Allowance(Base):
    """How often something guarded (signing in, asking for a reset link) was tried in one stretch of time.

    Reserved by one conditional upsert before the guarded work, so parallel tries cannot all slip through."""

    __tablename__ = "allowance"
    __table_args__ = (
        UniqueConstraint("subject", "stretch"),
        CheckConstraint("used > 0", name="used_positive"),
        Index("ix_allowance_stretch", "stretch"),
    )

    id: Mapped[Id]
    subject: Mapped[str] = mapped_column(String(120))
    stretch: Mapped[datetime]
    used: Mapped[int]
