"""Find events by their kind: the debits that are not settled yet are asked for with every page of events."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.create_index(op.f("ix_events_kind"), "events", ["kind"], unique=False)
