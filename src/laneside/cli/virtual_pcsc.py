"""What ``laneside virtual pcsc`` does: two chips in two readers, for as long as they are needed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack

import typer

from laneside.errors import SettingError
from laneside.virtual.pcsc import VpcdSlot
from laneside.virtual.pcsc_daemon import READERS, SOCKET_VARIABLE, IsolatedPcscd
from laneside.virtual.world import World

CHANNELS = ("card", "psam")
DIAL_S = 2.0
NOTICE_S_MAX = 5.0
SETTLE_S = 0.1

Dial = Callable[[int], socket.socket]


def run(world: World, *, vpcd: str | None, command: tuple[str, ...]) -> int:
    """Insert the chips of the world and run the command, or wait for a signal; the exit code comes back.

    Raises SettingError where the daemon can't be had, OSError where the command can't be started.
    """
    with ExitStack() as stack:
        dial, environment = _own_daemon(stack) if vpcd is None else (_dialler(vpcd), {})
        slots = [_insert(stack, world, dial, number, channel) for number, channel in enumerate(CHANNELS)]
        _wait_until_noticed([slot for slot in slots if slot.inserted])
        if command:
            return subprocess.run(command, check=False, env={**os.environ, **environment}).returncode  # noqa: S603 - the user's own command
        _tell(world, environment)
        _wait_for_a_signal()
    return 0


def _own_daemon(stack: ExitStack) -> tuple[Dial, dict[str, str]]:
    daemon = stack.enter_context(IsolatedPcscd())
    return daemon.dial, {SOCKET_VARIABLE: daemon.socket_name}


def _insert(stack: ExitStack, world: World, dial: Dial, number: int, channel: str) -> VpcdSlot:
    slot = VpcdSlot(lambda: dial(number), channel=channel)
    chip = world.chip(channel)
    if chip is not None:
        stack.callback(slot.remove)
        slot.insert(chip)
    return slot


def _wait_until_noticed(slots: list[VpcdSlot]) -> None:
    """Wait until the readers show their chips. Raises SettingError."""
    for slot in slots:
        if not slot.await_noticed(NOTICE_S_MAX):
            raise SettingError("no reader notices the chips: does vpcd listen there?")
    time.sleep(SETTLE_S)  # the chip has power; the daemon has yet to say so to its clients


def _dialler(address: str) -> Dial:
    """Reach the slots of a vpcd that runs already; their ports follow one another."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise typer.BadParameter("expected HOST:PORT", param_hint="--vpcd")

    def dial(slot: int) -> socket.socket:
        link = socket.create_connection((host, int(port) + slot), DIAL_S)
        link.settimeout(None)
        return link

    return dial


def _tell(world: World, environment: dict[str, str]) -> None:
    assert world.vehicle is not None, "a vehicle was placed"
    print(f"{READERS[0]}: card of {world.vehicle.name}" if world.card_inserted else f"{READERS[0]}: empty")
    print(f"{READERS[1]}: PSAM")
    for name, value in environment.items():
        print(f"export {name}={value}")
    print("ready", flush=True)


def _wait_for_a_signal() -> None:
    """Return at Ctrl-C or SIGTERM."""
    wanted = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    signal.sigwait(wanted)
