"""The virtual chips in a PC/SC reader: the card's side of vpcd, the virtual reader that Debian packs for pcscd.

vpcd speaks two length bytes and a body over TCP. A body of one byte is a control: 0 power off, 1 power on, 2 reset,
4 asks for the ATR; anything longer is an APDU. A card is inserted by connecting and pulled by hanging up.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from threading import Condition, Event, Thread
from typing import Final, Protocol

from laneside.virtual.chips import apdu
from laneside.virtual.faults import Fault, FaultKind, FaultPlan, Place, When

FIRST_PORT: Final = 0x8C7B
POWER_OFF, POWER_ON, RESET, GET_ATR = 0, 1, 2, 4

# vpcd looks for a card every 0.4 s: what comes back sooner was never gone.
ABSENCE_S: Final = 0.5
REDIAL_S: Final = 0.1

# Linux forgets the option after a while, so it is set again with every message; other systems have no such option.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Insertable(Protocol):
    """What fits into a slot: any chip of this room, or a foreign one of a test."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def power_on(self) -> None:
        """Reset."""
        ...

    def power_off(self) -> None:
        """Take the power away."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Answer one command; empty bytes are no answer."""
        ...


class Contacts:
    """A chip as a reader sees it over contacts: controls, and T=0's way to fetch an answer to a command with data."""

    def __init__(self, chip: Insertable) -> None:
        self._chip = chip
        self._waiting = b""

    def control(self, code: int) -> bytes | None:
        """Carry out a control; only the question for the ATR has an answer."""
        match code:
            case 0:
                self._chip.power_off()
            case 1 | 2:
                self._chip.power_on()
            case 4:
                return self._chip.atr
            case _:
                pass  # vpcd has no other; a chip would not see it
        self._waiting = self._waiting if code == GET_ATR else b""
        return None

    def transmit(self, command: bytes) -> bytes:
        """Answer one APDU. Behind a command with data and no Le the answer waits for GET RESPONSE (ISO 7816-3)."""
        waiting, self._waiting = self._waiting, b""
        if waiting and command[:2] == b"\x00\xc0":
            return self._fetched(waiting, command)
        answer = self._chip.transmit(command)
        without_le = len(command) > 5 and len(command) == 5 + command[4]
        if not without_le or len(answer) <= 2 or answer[-2:] != apdu.OK:
            return answer
        self._waiting = answer[:-2]
        return bytes((0x61, len(self._waiting) & 0xFF))

    def _fetched(self, waiting: bytes, command: bytes) -> bytes:
        length = (command[4] if len(command) > 4 else 0) or 256
        if length not in {256, len(waiting)}:
            self._waiting = waiting
            return apdu.wrong_le(len(waiting))
        return waiting + apdu.OK


class VpcdSlot:
    """One slot of vpcd. ``dial`` connects to its port; a thread serves the chip until it is pulled.

    ``channel`` is the name under which faults are planned. The methods may be called from any thread.
    """

    def __init__(self, dial: Callable[[], socket.socket], *, channel: str = "card") -> None:
        self._dial = dial
        self._channel = channel
        self._plan = FaultPlan()
        self._changed = Condition()
        self._kept = False
        self._let_go = False
        self._noticed = Event()
        self._pulled = Event()
        self._pulled.set()
        self._link: socket.socket | None = None
        self._thread: Thread | None = None
        self._gone_s = -ABSENCE_S

    @property
    def inserted(self) -> bool:
        """Whether a chip is in the slot."""
        return not self._pulled.is_set()

    def insert(self, chip: Insertable) -> None:
        """Push a chip in; the reader notices within 0.4 s. One that was pulled just now is waited for."""
        self.remove()
        time.sleep(max(0.0, self._gone_s + ABSENCE_S - time.monotonic()))
        self._pulled.clear()
        self._noticed.clear()
        self._thread = Thread(target=self._stay, args=(chip,), name=f"vpcd-{self._channel}", daemon=True)
        self._thread.start()

    def await_noticed(self, timeout_s: float) -> bool:
        """Wait until the reader has powered what was inserted; False when the time is over first."""
        return self._noticed.wait(timeout_s)

    def remove(self) -> None:
        """Pull the chip; an answer that is kept back is lost. Twice is harmless."""
        self._pull()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def plan(self, kind: FaultKind, *, ins: str = "", when: When = When.AFTER, skip: int = 0) -> None:
        """Plan one fault. CUT and WITHDRAW_CARD are one thing here: the card is out."""
        with self._changed:
            self._plan.add(Fault(kind=kind, place=Place(self._channel), code=ins, when=when, skip=skip))

    def clear_faults(self) -> None:
        """Forget the faults that have not fired."""
        with self._changed:
            self._plan.clear()

    def await_held(self, timeout_s: float) -> bool:
        """Wait until an answer is kept back; False when the time is over first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._kept, timeout_s)

    def release(self) -> None:
        """Let a kept answer go."""
        with self._changed:
            self._let_go = True
            self._changed.notify_all()

    # --- the thread of one chip

    def _stay(self, chip: Insertable) -> None:
        """Be in the slot until pulled, also when the daemon goes and comes back."""
        contacts = Contacts(chip)
        while not self._pulled.is_set():
            try:
                link = self._dial()
            except OSError:
                self._pulled.wait(REDIAL_S)
                continue
            self._serve(link, contacts)
            chip.power_off()
            self._pulled.wait(REDIAL_S)

    def _serve(self, link: socket.socket, contacts: Contacts) -> None:
        """Answer until either side hangs up."""
        with link, contextlib.suppress(OSError):  # an end of the connection is how a card leaves
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._link = link
            while not self._pulled.is_set() and (message := _receive(link)) is not None:
                answer = self._control(contacts, message[0]) if len(message) == 1 else self._exchange(contacts, message)
                if answer == b"":
                    return
                if answer is not None:
                    link.sendall(len(answer).to_bytes(2, "big") + answer)

    def _control(self, contacts: Contacts, code: int) -> bytes | None:
        if code == POWER_ON:
            self._noticed.set()
        return contacts.control(code)

    def _exchange(self, contacts: Contacts, command: bytes) -> bytes:
        """Answer one APDU unless a fault fires; empty when the card is out."""
        with self._changed:
            fired = self._plan.take(Place(self._channel), command[1:2].hex())
        if not self._survived(fired.get(When.BEFORE)):
            return b""
        answer = contacts.transmit(command)
        return answer if self._survived(fired.get(When.AFTER)) else b""

    def _survived(self, fault: Fault | None) -> bool:
        if fault is None:
            return True
        if fault.kind is not FaultKind.HOLD:
            self._pull()
            return False
        self._keep()
        return not self._pulled.is_set()

    def _keep(self) -> None:
        """Keep the answer back until it is released or the card is pulled."""
        with self._changed:
            self._kept, self._let_go = True, False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._let_go or self._pulled.is_set())
            self._kept = False

    def _pull(self) -> None:
        if self._pulled.is_set():
            return
        with self._changed:
            self._pulled.set()
            self._changed.notify_all()
        self._gone_s = time.monotonic()
        if self._link is not None:
            with contextlib.suppress(OSError):  # it may have ended already
                self._link.shutdown(socket.SHUT_RDWR)


def _receive(link: socket.socket) -> bytes | None:
    """Receive one message; None when the reader hung up."""
    length = _exactly(link, 2)
    return None if length is None else _exactly(link, int.from_bytes(length, "big"))


def _exactly(link: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        if _QUICKACK is not None:
            link.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        part = link.recv(count - len(data))
        if not part:
            return None
        data += part
    return bytes(data)
