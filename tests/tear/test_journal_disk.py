"""The journal on a disk that is cut, loses what was not synced, tears a write, fails or fills up at every operation.

A child process writes a journal under a small preloaded library that sees each write, truncation and sync of its
files. Once it only writes them down: from that trace the disk is rebuilt as a power loss at each moment could have left
it. Then it spoils every one of them for real: EIO, a full disk, half a write and what may follow it, death. The child
acknowledges each transaction as ``append`` returns; whatever happened, the journal opens, its chain holds, every
acknowledged entry is in it, and no transaction is there by half.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from laneside.journal import schema
from laneside.journal.journal import Journal

SOURCE = Path(__file__).with_suffix(".c")
CHILD = r"""
import os, sqlite3, sys
from datetime import UTC, datetime
from laneside.errors import JournalError
from laneside.journal.entry import Draft
from laneside.journal.journal import Journal
from laneside.journal import schema

class Clock:
    def now(self): return datetime(2026, 7, 1, tzinfo=UTC)
    def monotonic_s(self): return 0.0

def write(folder):
    told = os.open(folder + "/acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    connection = sqlite3.connect(folder + "/journal.sqlite", check_same_thread=False)
    try:
        schema.prepare(connection)
    except JournalError:
        connection.close()
        return 3
    connection.execute("PRAGMA wal_autocheckpoint = 12")
    journal = Journal(connection, clock=Clock(), terminal_id="T")
    for number in range(10):
        drafts = [Draft(kind="step", payload=b"%d/%d" % (number, part) + bytes(900)) for part in range(1 + number % 3)]
        try:
            journal.append_all(drafts)
        except JournalError:
            continue
        os.write(told, b"%d\n" % number)
    connection.close()
    os.close(told)
    return 0

for line in sys.stdin:  # each run in a process of its own: a folder and what is to go wrong there
    folder, *settings = line.split()
    child = os.fork()
    if not child:
        os.environ["DISK_FOLDER"] = folder
        os.environ.update(setting.split("=") for setting in settings)
        os._exit(write(folder))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""
GROUPS = {number: {f"{number}/{part}" for part in range(1 + number % 3)} for number in range(10)}

FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None  # its syncs cost nothing; the order of writes is the same

pytestmark = pytest.mark.skipif(
    shutil.which("cc") is None or not sys.platform.startswith("linux"), reason="the shim needs a C compiler and Linux"
)


class Clock:
    def now(self):
        return datetime(2026, 7, 2, tzinfo=UTC)

    def monotonic_s(self):
        return 0.0


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


class Writer:
    """Writes journals under the shim, one after the other."""

    def __init__(self, shim):
        environment = {**os.environ, "LD_PRELOAD": str(shim)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def write(self, folder, **settings):
        folder.mkdir()
        words = [str(folder), *(f"{name}={value}" for name, value in settings.items())]
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        assert status in {0, 3, -9}
        return status

    def close(self):
        self._process.communicate()
        assert self._process.returncode == 0


@pytest.fixture
def disk():
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def writer(shim):
    writer = Writer(shim)
    yield writer
    writer.close()


def acknowledged(folder):
    return {int(line) for line in (folder / "acknowledged").read_text().split()}


def check(folder, acknowledged_groups):
    """Open what is left of a disk; return which transactions are in the journal."""
    with closing(sqlite3.connect(folder / "journal.sqlite", check_same_thread=False)) as connection:
        schema.prepare(connection)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        journal = Journal(connection, clock=Clock(), terminal_id="T")
        journal.verify()
        found = {entry.payload.rstrip(b"\0").decode() for entry in journal.since(0, 1000)}
        whole = {number for number, parts in GROUPS.items() if parts <= found}
        assert found == set().union(*(GROUPS[number] for number in whole)), "a transaction is there by half"
        assert acknowledged_groups <= whole, "an acknowledged entry is lost"
        journal.append("step", b"after")
        journal.verify()
    return whole


# --- power loss, rebuilt from a trace


@dataclass(frozen=True)
class Op:
    what: str
    name: str
    at: int
    data: bytes


def read_trace(path):
    raw, ops, place = path.read_bytes(), [], 0
    while place < len(raw):
        what, length = struct.unpack_from("<cI", raw, place)
        name = raw[place + 5 : place + 5 + length].decode()
        at, size = struct.unpack_from("<qI", raw, place + 5 + length)
        start = place + 17 + length
        ops.append(Op(what.decode(), name, at, raw[start : start + size]))
        place = start + size
    return ops


def apply(ops):
    body = bytearray()
    for op in ops:
        if op.what == "t":
            body = body[: op.at].ljust(op.at, b"\0")
        elif op.what == "w":
            body = body.ljust(op.at + len(op.data), b"\0")
            body[op.at : op.at + len(op.data)] = op.data
    return bytes(body)


def torn(op):
    """Only the first sector of a write, or its first half if it is smaller, has reached the disk."""
    return Op(op.what, op.name, op.at, op.data[: min(512, len(op.data) // 2)])


def what_may_be_left(ops):
    """Yield what one file may hold after a power loss: all, what was synced, the last write torn, or out of order."""
    synced = max((place for place, op in enumerate(ops, start=1) if op.what == "s"), default=0)
    loose = [op for op in ops[synced:] if op.what != "s"]
    yield ops
    yield ops[:synced]
    if loose and loose[-1].what == "w":
        yield [*ops[:-1], torn(loose[-1])]
    yield [*ops[:synced], *loose[1::2]]


def disks(ops):
    """Yield the folder's files as a power loss after these operations may have left them."""
    names = ("journal.sqlite", "journal.sqlite-wal")
    variants = [list(what_may_be_left([op for op in ops if op.name == name])) for name in names]
    for choice in range(max(map(len, variants))):
        yield {name: apply(left[choice % len(left)]) for name, left in zip(names, variants, strict=True)}


def test_a_power_loss_at_any_moment_loses_nothing_acknowledged(writer, disk):
    writer.write(disk / "written", DISK_TRACE=disk / "trace")
    ops = read_trace(disk / "trace")
    marks = [op for op in ops if op.name == "acknowledged"]
    assert [int(op.data) for op in marks] == list(range(10)), "the child wrote everything"
    assert any(op.name == "journal.sqlite" and op.what == "w" and op.at > 0 for op in ops[60:]), "it checkpointed too"
    seen = set()
    for cut in range(len(ops) + 1):
        told = {int(op.data) for op in ops[:cut] if op.name == "acknowledged"}
        for files in disks(ops[:cut]):
            picture = (tuple(files.values()), frozenset(told))
            if picture in seen:
                continue
            seen.add(picture)
            folder = disk / f"{cut}"
            folder.mkdir(exist_ok=True)
            for name, body in files.items():
                (folder / name).write_bytes(body)
            (folder / "journal.sqlite-shm").unlink(missing_ok=True)
            check(folder, told)
            shutil.rmtree(folder)
    assert len(seen) > 100


# --- a disk that fails, a process that dies


def operations(writer, disk):
    writer.write(disk / "counted", DISK_TRACE=disk / "trace")
    return sum(op.name != "acknowledged" for op in read_trace(disk / "trace"))


@pytest.mark.parametrize(
    ("fault", "in_a_row"),
    [
        ("kill", 1), ("eio", 1), ("full", 6), ("short", 1), ("short-full", 6), ("short-kill", 1),
    ],
)  # fmt: skip
def test_a_fault_at_every_write_and_sync_leaves_whole_transactions(writer, disk, fault, in_a_row):
    total = operations(writer, disk)
    assert total > 80
    failed = 0
    for at in range(1, total + 1):
        folder = disk / f"{fault}-{at}"
        status = writer.write(folder, DISK_FAULT=fault, DISK_FAULT_AT=at, DISK_FAULT_OPS=in_a_row)
        told = acknowledged(folder)
        failed += status != 0 or len(told) < 10
        assert (status == -9) == fault.endswith("kill")
        check(folder, told)
        shutil.rmtree(folder)
    assert (failed > 30) == (fault != "short"), "faults are felt, and half a write is finished"
