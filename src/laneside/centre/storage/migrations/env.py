"""Run the migrations on the connection that :func:`laneside.centre.storage.database.migrate` hands in."""

from __future__ import annotations

from alembic import context

from laneside.centre.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
