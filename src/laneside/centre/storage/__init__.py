"""The centre's database: its tables, its migrations, and how a transaction begins. No rule of any noun may enter."""

from laneside.centre.storage.database import Database, open_database

__all__ = ["Database", "open_database"]
