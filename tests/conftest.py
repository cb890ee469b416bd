"""What holds for every test: no process that it started outlives the run, and no login is computed twice."""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest
from timeouts import scale_the_product, scaled

MARK = "LANESIDE_TEST_RUN"
LAST_WORDS_S = scaled(5.0)

scale_the_product()

# Meant to be slow: the same login is computed once per run.
hashlib.scrypt = functools.lru_cache(hashlib.scrypt)
argon2._password_hasher.verify_secret = functools.lru_cache(argon2._password_hasher.verify_secret)


def _marked(mark: bytes) -> list[str]:
    """Find the processes of this run by their environment, whoever their parent is by now."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            theirs = mark in (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # it ended while we looked, or is somebody else's.
        if theirs and command and int(process.name) != os.getpid():
            found.append(f"{process.name} {command}")
    return found


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    """Mark everything that this run starts, and look for it at the end."""
    name = secrets.token_hex(8)
    os.environ[MARK] = name
    yield
    mark = f"{MARK}={name}".encode()
    deadline = time.monotonic() + LAST_WORDS_S
    while (left := _laneside(_marked(mark))) and time.monotonic() < deadline:
        time.sleep(0.1)
    for command in left:
        os.kill(int(command.split()[0]), signal.SIGKILL)
    assert not left, f"still running after the tests: {left}"


def _laneside(commands: list[str]) -> list[str]:
    return [command for command in commands if "laneside" in command]


BEGIN = ("ui", "process", "crash", "pcsc", "docs", "tear")
"""The tests' folders whose cases start processes or wait for timers, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that wait most."""
    items.sort(key=lambda item: _begins(item.path.relative_to(Path(__file__).parent).parts[0]))


def _begins(room: str) -> int:
    return BEGIN.index(room) if room in BEGIN else len(BEGIN)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep on one worker what shares a browser, processes or a module's set-up."""
    from xdist.scheduler import LoadScopeScheduling

    class SharedSetUp(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return shared_by(nodeid)

    return SharedSetUp(config, log)


def shared_by(nodeid: str) -> str:
    """Return what an item's set-up is shared by: all pages, one cell of the tear suite, or the cases of one file."""
    room = nodeid.split("/")[1]
    if room == "ui":
        return room
    return nodeid if room == "tear" else nodeid.partition("::")[0]
