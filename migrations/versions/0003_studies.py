"""studies of plans, reasons, versions that repair"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach.models.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ALIVE = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    """Forwards."""
    _make_study()
    _make_reason()
    with op.batch_alter_table("publication") as batch_op:
        batch_op.alter_column("proposal_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("study_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("policy", sa.String(length=20), nullable=True))
        batch_op.create_foreign_key(op.f("fk_publication_study_id"), "study", ["study_id"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_publication_study_id"), ["study_id"])
        batch_op.create_check_constraint(
            op.f("ck_publication_proposal_or_repair"),
            "(proposal_id IS NULL) <> (study_id IS NULL) AND (study_id IS NULL) = (policy IS NULL)",
        )


def _make_study() -> None:
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("stop_asked_at", UtcDateTime(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("seconds_limit", sa.Integer(), nullable=False),
        sa.Column("workers", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_sha256", sa.String(length=64), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('explain', 'repair', 'recruit')", name=op.f("ck_study_studykind")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'stopped', 'failed', 'contradictory')",
            name=op.f("ck_study_runstate"),
        ),
        sa.CheckConstraint("seconds_limit BETWEEN 1 AND 3600", name=op.f("ck_study_limit_range")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_study_proposal_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user.id"], name=op.f("fk_study_requested_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_study_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
    )
    op.create_index(op.f("ix_study_proposal_id"), "study", ["proposal_id"])
    op.create_index(op.f("ix_study_round_id"), "study", ["round_id"])
    op.create_index(
        "uq_study_alive",
        "study",
        ["round_id", "kind", "subject"],
        unique=True,
        sqlite_where=ALIVE,
        postgresql_where=ALIVE,
    )


def _make_reason() -> None:
    op.create_table(
        "reason",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("visit_request_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("effort", sa.Double(), nullable=True),
        sa.Column("funnel", sa.JSON(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_reason_study_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["visit_request_id"], ["visit_request.id"], name=op.f("fk_reason_visit_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason")),
        sa.UniqueConstraint("study_id", "visit_request_id", name=op.f("uq_reason_study_id_visit_request_id")),
    )
    op.create_index(op.f("ix_reason_visit_request_id"), "reason", ["visit_request_id"])


def downgrade() -> None:
    """Backwards: what a repair has booked belongs to its round's first version again."""
    _count_repairs_as_the_first_version()
    with op.batch_alter_table("publication") as batch_op:
        batch_op.drop_constraint(op.f("ck_publication_proposal_or_repair"), type_="check")
        batch_op.drop_constraint(op.f("uq_publication_study_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_publication_study_id"), type_="foreignkey")
        batch_op.drop_column("policy")
        batch_op.drop_column("study_id")
        batch_op.alter_column("proposal_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("reason")
    op.drop_table("study")


def _count_repairs_as_the_first_version() -> None:
    publication = sa.table(
        "publication",
        sa.column("id", sa.Integer()),
        sa.column("round_id", sa.Integer()),
        sa.column("study_id", sa.Integer()),
        sa.column("number", sa.Integer()),
    )
    booking = sa.table(
        "booking", sa.column("publication_id", sa.Integer()), sa.column("round_id", sa.Integer())
    )
    first = sa.select(publication.c.id).where(
        publication.c.round_id == booking.c.round_id, publication.c.number == 1
    )
    repairs = sa.select(publication.c.id).where(publication.c.study_id.is_not(None))
    moved = sa.update(booking).where(booking.c.publication_id.in_(repairs))
    op.execute(moved.values(publication_id=first.scalar_subquery()))
    op.execute(sa.delete(publication).where(publication.c.study_id.is_not(None)))
