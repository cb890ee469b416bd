"""Number each terminal's items, name the store and its generation: a centre that was put back must show.

What was taken before has no number yet; its terminal offers it again and it gets one then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; documents that are there have generation 0, which their signatures do not name."""
    op.create_table(
        "store",
        sa.Column("store_id", sa.String(length=32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store")),
    )
    op.create_table(
        "items",
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("terminal_id", "number", name=op.f("pk_items")),
        sa.UniqueConstraint("terminal_id", "kind", "subject", name=op.f("uq_items_terminal_id_kind_subject")),
    )
    with op.batch_alter_table("documents") as documents:
        documents.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("documents") as documents:
        documents.alter_column("generation", server_default=None)
