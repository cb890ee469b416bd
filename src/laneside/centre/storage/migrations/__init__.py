"""Alembic's folder. A published migration is never edited; a change of ``tables`` comes with a new one."""
