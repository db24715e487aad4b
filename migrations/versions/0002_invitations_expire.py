"""invitations expire"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from outreach.models.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite copies the table and does not read its CHECKs back: they are said again.
CHECKS = (
    sa.CheckConstraint(
        "role IN ('teacher', 'coordinator', 'hub', 'staff', 'administrator')", name=op.f("ck_invitation_role")
    ),
    sa.CheckConstraint(
        "(role = 'teacher' AND school_id IS NOT NULL AND company_id IS NULL AND hub_id IS NULL)"
        " OR (role = 'coordinator' AND company_id IS NOT NULL AND school_id IS NULL AND hub_id IS NULL)"
        " OR (role = 'hub' AND hub_id IS NOT NULL AND school_id IS NULL AND company_id IS NULL)"
        " OR (role IN ('staff', 'administrator') AND school_id IS NULL AND company_id IS NULL AND hub_id IS NULL)",
        name=op.f("ck_invitation_one_body"),
    ),
)


def upgrade() -> None:
    """Forwards: what waits for an answer today may be answered for a fortnight from the last letter to the person."""
    with op.batch_alter_table("invitation", table_args=CHECKS) as batch_op:
        batch_op.add_column(sa.Column("expires_at", UtcDateTime(), nullable=True))
    _count_from_the_last_letter()
    with op.batch_alter_table("invitation", table_args=CHECKS) as batch_op:
        batch_op.alter_column("expires_at", existing_type=UtcDateTime(), nullable=False)


def _count_from_the_last_letter() -> None:
    # Sending again left `created_at` as it was; a link that went out yesterday is not to lead to what has expired.
    wrote = sa.table(
        "outbox_message",
        sa.column("user_id", sa.Integer()),
        sa.column("template", sa.String()),
        sa.column("created_at", UtcDateTime()),
    )
    invitation = sa.table(
        "invitation",
        sa.column("id", sa.Integer()),
        sa.column("user_id", sa.Integer()),
        sa.column("created_at", UtcDateTime()),
        sa.column("expires_at", UtcDateTime()),
    )
    connection = op.get_bind()
    asked = connection.execute(
        sa.select(invitation.c.id, invitation.c.user_id, invitation.c.created_at)
    ).all()
    for number, user_id, created_at in asked:
        letters = wrote.c.user_id == user_id, wrote.c.template.in_(("invitation", "role_offered"))
        sent = connection.scalars(sa.select(wrote.c.created_at).where(*letters)).all()
        until = max((created_at, *sent)) + timedelta(days=14)
        connection.execute(sa.update(invitation).where(invitation.c.id == number).values(expires_at=until))


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("invitation", table_args=CHECKS) as batch_op:
        batch_op.drop_column("expires_at")
