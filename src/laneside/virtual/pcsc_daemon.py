"""A pcscd of our own with vpcd inside, shut away in a network and a mount namespace.

vpcd listens on all interfaces at fixed ports and pcscd at one fixed path, so on the machine itself there is room for
one of them, open to everyone. In namespaces each run has its own, seen by no one else, and all of it ends with us:
a shell inside obeys a pipe from here and ends the daemon when that pipe breaks.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Self

from laneside.errors import SettingError
from laneside.virtual.pcsc import FIRST_PORT

DRIVER: Final = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PROGRAMS: Final = {
    "pcscd": "pcscd",
    "unshare": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
}
READERS: Final = ("Virtual PCD 00 00", "Virtual PCD 00 01")
SOCKET_VARIABLE: Final = "PCSCLITE_CSOCK_NAME"
"""Where a client of PC/SC finds the daemon's socket; read by pcsc-lite's own library."""

START_S_MAX: Final = 10.0
DIAL_S: Final = 2.0
_CLONE_NEWNET: Final = 0x40000000

# The real drivers are hidden, so that this daemon takes no reader of the machine.
_SHELL: Final = r"""
set -e
ip link set lo up
mkdir -p /run/pcscd
mount -t tmpfs pcscd /run/pcscd
cp "$DRIVER" /run/pcscd/vpcd.so
mount -t tmpfs drivers /usr/lib/pcsc/drivers
cat >/run/pcscd/reader.conf <<END
FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:$PORT
LIBPATH /run/pcscd/vpcd.so
CHANNELID $PORT
END
set +e
echo ready
daemon=
while read -r order; do
    if [ -n "$daemon" ]; then
        kill -9 "$daemon"
        wait "$daemon" 2>/dev/null
        daemon=
    fi
    rm -f /run/pcscd/pcscd.*
    if [ "$order" = start ]; then
        pcscd --foreground --config /run/pcscd/reader.conf >/run/pcscd/log 2>&1 &
        daemon=$!
    fi
    echo done
done
[ -z "$daemon" ] || kill -9 "$daemon"
"""


def missing_parts() -> tuple[str, ...]:
    """Name what this machine lacks for an isolated daemon, the Debian package where there is one."""
    lacking = [package for program, package in PROGRAMS.items() if shutil.which(program, path=_path()) is None]
    if not DRIVER.exists():
        lacking.append("vsmartcard-vpcd")
    if os.geteuid() != 0:
        lacking.append("root rights (for the namespaces)")
    return tuple(lacking)


class IsolatedPcscd:
    """One daemon with two empty readers, ``READERS``; entering it starts the daemon, leaving ends everything."""

    def __init__(self) -> None:
        lacking = missing_parts()
        if lacking:
            raise SettingError(f"an isolated PC/SC service needs: {', '.join(lacking)}")
        self._shell = subprocess.Popen(  # noqa: S603 - our own script
            ["unshare", "--net", "--mount", "sh", "-c", _SHELL],  # noqa: S607 - looked for where the system keeps it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PATH": _path(), "DRIVER": str(DRIVER), "PORT": hex(FIRST_PORT)},
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        try:
            self._expect("ready")
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def socket_name(self) -> str:
        """The path under which clients outside of the namespace reach the daemon (``SOCKET_VARIABLE``)."""
        return f"/proc/{self._shell.pid}/root/run/pcscd/pcscd.comm"

    def start(self) -> None:
        """Start the daemon, ending one that runs; it answers when this returns. Raises SettingError."""
        self._order("start")
        deadline_s = time.monotonic() + START_S_MAX
        while not self._answers():
            if time.monotonic() > deadline_s:
                raise SettingError("pcscd does not answer")
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill the daemon at once."""
        self._order("kill")

    def dial(self, slot: int) -> socket.socket:
        """Connect to a slot of vpcd, inside the namespace. Raises OSError."""
        with ThreadPoolExecutor(1) as other:  # a thread of its own, because the namespace is a thread's
            return other.submit(self._dial, slot).result()

    def close(self) -> None:
        """End the daemon and the namespaces."""
        assert self._shell.stdin is not None and self._shell.stdout is not None
        with contextlib.suppress(OSError):  # a shell that has ended is what we want
            self._shell.stdin.close()
        self._shell.wait()
        self._shell.stdout.close()

    def _dial(self, slot: int) -> socket.socket:
        with Path(f"/proc/{self._shell.pid}/ns/net").open("rb") as namespace:
            libc = ctypes.CDLL(None, use_errno=True)  # os.setns came with Python 3.12
            if libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
                error = ctypes.get_errno()
                raise OSError(error, os.strerror(error))
        link = socket.create_connection(("127.0.0.1", FIRST_PORT + slot), DIAL_S)
        link.settimeout(None)
        return link

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(self.socket_name)
            except OSError:
                return False
        return True

    def _order(self, order: str) -> None:
        assert self._shell.stdin is not None
        try:
            self._shell.stdin.write(f"{order}\n".encode("ascii"))
            self._shell.stdin.flush()
        except OSError as error:
            raise SettingError("the PC/SC namespace has ended") from error
        self._expect("done")

    def _expect(self, word: str) -> None:
        assert self._shell.stdout is not None
        if self._shell.stdout.readline().decode("ascii", "replace").strip() != word:
            raise SettingError("the PC/SC namespace could not be made: its shell ended")


def _path() -> str:
    """Look where the system keeps its daemons too; a root shell made by su may not."""
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/sbin:/bin"
