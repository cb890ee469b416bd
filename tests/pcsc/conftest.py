"""A real pcscd with vpcd in namespaces of its own, and the virtual chips in its readers."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
from collections.abc import Iterator

import pytest
from pcsc_table import Table

from laneside.devices.machine import SystemClock
from laneside.virtual.chip_store import RamChipStore
from laneside.virtual.pcsc import VpcdSlot
from laneside.virtual.pcsc_daemon import SOCKET_VARIABLE, IsolatedPcscd, missing_parts
from laneside.virtual.world import World


def _missing() -> list[str]:
    missing = list(missing_parts())
    if shutil.which("opensc-tool") is None:
        missing.append("opensc")
    if importlib.util.find_spec("smartcard") is None:
        missing.append("the extra pcsc (pyscard)")
    return missing


@pytest.fixture(scope="session")
def daemon() -> Iterator[IsolatedPcscd]:
    """Run one daemon for all tests; what it needs may be missing on a user's machine, never in CI."""
    missing = _missing()
    if missing:
        reason = f"PC/SC tests need: {', '.join(missing)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with IsolatedPcscd() as running:
        yield running


@pytest.fixture(scope="session")
def slots(daemon: IsolatedPcscd) -> tuple[VpcdSlot, VpcdSlot]:
    """Keep the slots over all tests: they know when their last chip was pulled."""
    return VpcdSlot(lambda: daemon.dial(0), channel="card"), VpcdSlot(lambda: daemon.dial(1), channel="psam")


@pytest.fixture
def table(daemon: IsolatedPcscd, slots: tuple[VpcdSlot, VpcdSlot], monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setenv(SOCKET_VARIABLE, daemon.socket_name)
    world = World(store=RamChipStore(), clock=SystemClock(), random_bytes=secrets.token_bytes)
    world.place("car-3des")
    made = Table(daemon=daemon, world=world, card_slot=slots[0], psam_slot=slots[1])
    yield made
    made.close()
