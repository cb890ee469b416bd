"""Let a record come without N: an integrated reader that lost its power can't tell it of a debit that B4 proves.

Known numbers stay unique: two unknown ones are not the same number.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the NOT NULL; SQLite makes a new table for that and keeps rows, constraints and numbering."""
    with op.batch_alter_table("records", table_kwargs={"sqlite_autoincrement": True}) as records:
        records.alter_column("icc_pay_serial", existing_type=sa.Integer(), nullable=True)
