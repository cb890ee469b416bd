"""Open the database, bring its schema up to date, begin transactions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text

NEWEST: Final = "head"
_REVISION: Final = re.compile(r"\bv(\d{4})_\w+\.py\b")
"""A migration's file is named by its revision, so that the newest is known without loading any."""


class Database:
    """Transactions on one engine. A writing one takes SQLite's lock at once, so that it never fails half-way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = engine.execution_options(laneside_begin="BEGIN IMMEDIATE")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection in a transaction that only reads."""
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection in a transaction; it is durable on disk when this returns, and gone if it raises."""
        with self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def sqlite_url(path: Path) -> URL:
    """Return the address of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def open_database(url: URL | str, *, revision: str = NEWEST) -> Database:
    """Open a database and bring its schema to the newest version, or up to the one that is named."""
    engine = create_engine(make_url(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    database = Database(engine)
    try:
        migrate(database, revision)
    except BaseException:
        database.close()
        raise
    return database


def migrate(database: Database, revision: str = NEWEST) -> None:
    """Run the migrations that are still missing, all in one transaction."""
    if revision == NEWEST and _is_newest(database):
        return
    from alembic import command  # noqa: PLC0415 - takes a third of the centre's start, and most starts migrate nothing
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    folder = str(files("laneside.centre.storage") / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _is_newest(database: Database) -> bool:
    """Return whether the schema is the newest; no table of Alembic's is a database that is still empty."""
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found == [max(_REVISION.findall(" ".join(each.name for each in _versions().iterdir())))]


def _versions() -> Traversable:
    return files("laneside.centre.storage") / "migrations" / "versions"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Set what each SQLite connection needs; FULL, as NORMAL in WAL can lose committed rows when the power goes."""
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("laneside_begin", "BEGIN"))
