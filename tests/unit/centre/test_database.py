"""The schema, how it grows, and how durable a commit is."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from timeouts import scaled

from laneside.centre.storage.database import open_database, sqlite_url
from laneside.centre.storage.durable import make_folder_durably, write_durably
from laneside.centre.storage.tables import accounts, metadata, photos, records, terminals


def test_an_empty_file_gets_the_schema_that_the_tables_say(database):
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["0005"]


def test_records_of_an_older_schema_stay_and_keep_their_keys(database_file, clock):
    """0004 makes SQLite's table anew."""

    def record(number, serial):
        return {
            "record_id": f"G{number:036d}", "card_id": "6" * 20, "icc_pay_serial": serial, "terminal_number": "1",
            "terminal_transaction_number": f"{number}", "terminal_id": "T", "passage_id": "P", "digest": "d",
            "body": b"b", "sent_at": "s", "signature": b"s", "received_at": clock.now(),
        }  # fmt: skip

    old = open_database(sqlite_url(database_file), revision="0003")
    with pytest.raises(IntegrityError), old.writing() as connection:
        connection.execute(insert(records), [record(1, None)])
    with old.writing() as connection:
        connection.execute(insert(records), [record(1, 7), record(2, 8)])
    old.close()
    new = open_database(sqlite_url(database_file))
    with new.writing() as connection:
        connection.execute(insert(records), [record(3, None), record(4, None)])
    with pytest.raises(IntegrityError), new.writing() as connection:
        connection.execute(insert(records), [record(5, 7)])
    with new.reading() as connection:
        kept = connection.execute(select(records.c.seq, records.c.icc_pay_serial).order_by(records.c.seq)).all()
        made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'records'")).scalar_one()
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert kept == [(1, 7), (2, 8), (3, None), (4, None)]
    assert "AUTOINCREMENT" in made, "numbers are never given twice"
    new.close()


def test_opening_again_changes_nothing_and_loses_nothing(database, database_file):
    with database.writing() as connection:
        connection.execute(insert(accounts).values(name="a", password_hash="h", failures=0))
    database.close()
    again = open_database(sqlite_url(database_file))
    with again.reading() as connection:
        assert connection.execute(select(accounts.c.name)).scalars().all() == ["a"]
    again.close()


def test_two_processes_may_open_an_empty_folder_at_once(database_file):
    opened, threads = [], []
    for _ in range(4):
        threads.append(Thread(target=lambda: opened.append(open_database(sqlite_url(database_file)))))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for database in opened:
        database.close()


def test_every_connection_syncs_each_commit(database):
    for lend in (database.reading, database.writing):
        with lend() as connection:
            settings = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size")
            ]
            assert settings == ["wal", 2, 1, 0]


def test_what_raises_leaves_nothing(database):
    row = {"name": "a", "password_hash": "h", "failures": 0}
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(accounts), [row, row])
    with database.reading() as connection:
        assert connection.execute(select(accounts)).all() == []


def test_a_reader_is_not_held_up_by_a_writer(database):
    with database.writing() as writing:
        writing.execute(insert(accounts).values(name="a", password_hash="h", failures=0))
        with database.reading() as reading:
            assert reading.execute(select(accounts)).all() == []


def test_a_moment_comes_back_aware_in_utc_to_the_microsecond(database, database_file):
    beijing = datetime(2026, 3, 4, 13, 6, 7, 123456, tzinfo=timezone(timedelta(hours=8)))
    with database.writing() as connection:
        connection.execute(insert(photos).values(sha256="0" * 64, size=1, terminal_id="T", received_at=beijing))
    with database.reading() as connection:
        moment = connection.execute(select(photos.c.received_at)).scalar_one()
    assert (moment, moment.tzinfo) == (beijing, UTC)
    with closing(sqlite3.connect(database_file)) as plain:
        assert plain.execute("SELECT received_at FROM photos").fetchone() == ("2026-03-04 05:06:07.123456",)


def test_a_naive_moment_is_a_mistake(database):
    row = {"sha256": "0" * 64, "size": 1, "terminal_id": "T", "received_at": datetime(2026, 3, 4)}  # noqa: DTZ001 - meant.
    with pytest.raises((AssertionError, StatementError)), database.writing() as connection:
        connection.execute(insert(photos).values(**row))


def test_two_living_terminals_cannot_share_a_slot(database, clock):
    def row(terminal_id, revoked_at):
        shared = {"name": "n", "station_hex": "62010A0B", "slot": 1, "device_key": b"k" * 32}
        return {"terminal_id": terminal_id, "enrolled_at": clock.now(), "revoked_at": revoked_at, **shared}

    with database.writing() as connection:
        connection.execute(insert(terminals).values(**row("A", clock.now())))
        connection.execute(insert(terminals).values(**row("B", None)))
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(terminals).values(**row("C", None)))


def test_a_durable_file_is_whole_and_leaves_no_other(tmp_path):
    path = tmp_path / "f"
    write_durably(path, b"one", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["f"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "f"
    write_durably(path, b"one")
    with pytest.raises(TypeError):
        write_durably(path, "not bytes")
    assert path.read_bytes() == b"one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["f"]


def test_a_folder_is_made_once(tmp_path):
    make_folder_durably(tmp_path / "d")
    make_folder_durably(tmp_path / "d")
    assert (tmp_path / "d").is_dir()


def test_a_database_that_is_up_to_date_is_opened_without_the_library_that_migrates(database_file):
    open_database(sqlite_url(database_file)).close()
    script = (
        "import sys; from laneside.centre.storage.database import open_database, sqlite_url; from pathlib import Path;"
        " open_database(sqlite_url(Path(sys.argv[1]))).close(); print('alembic' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(database_file)],
        capture_output=True,
        text=True,
        check=True,
        timeout=scaled(60),
    )
    assert run.stdout.strip() == "False"


def test_one_that_is_older_is_still_brought_up_to_date(database_file):
    open_database(sqlite_url(database_file), revision="0004").close()
    opened = open_database(sqlite_url(database_file))
    with opened.reading() as connection:
        assert inspect(connection).has_table("items")
    opened.close()
