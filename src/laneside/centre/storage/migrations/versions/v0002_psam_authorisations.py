"""PSAM authorisations: who asked, what was answered, what the PSAM said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "psam_authorisations",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("terminal_number", sa.String(length=12), nullable=False),
        sa.Column("psam_number", sa.String(length=20), nullable=False),
        sa.Column("psam_version", sa.String(length=2), nullable=False),
        sa.Column("key_type", sa.String(length=2), nullable=False),
        sa.Column("area_code", sa.String(length=16), nullable=False),
        sa.Column("random", sa.String(length=16), nullable=False),
        sa.Column("lane_id", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("status_word", sa.String(length=4), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_psam_authorisations")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_psam_authorisations_terminal_id_seq"), "psam_authorisations", ["terminal_id", "seq"], unique=False
    )
