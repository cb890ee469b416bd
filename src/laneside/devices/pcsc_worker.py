"""The PC/SC worker: the calls to one reader, one after the other, in a process that can be killed.

``SCardTransmit`` has no time-out and a thread inside it can't be ended, so these calls live in a child of their own.
It is started by its path and imports nothing of laneside: it is up within some 50 ms and holds no secret and no rule.
One JSON object per line comes in on stdin, one goes out on stdout; bytes travel as hex. An ``op`` that PC/SC refuses
is answered ``{"failed": step, "code": n}``. The alarm ends a worker that hangs even when its parent is gone.
"""

from __future__ import annotations

import json
import signal
import sys
from importlib import import_module
from typing import Any

Json = dict[str, Any]

ALARM_AFTER_S = 2.0
"""How much later than the parent's own time-out the alarm ends the worker."""


class FailedError(Exception):
    """One call did not give what was asked of it. ``code`` is the PC/SC error code, 0 where it was not PC/SC."""

    def __init__(self, step: str, code: int, **facts: Any) -> None:
        super().__init__(step)
        self.answer: Json = {"failed": step, "code": code & 0xFFFFFFFF, **facts}


class Reader:
    """One reader and at most one powered chip in it."""

    def __init__(self, scard: Any) -> None:
        self._scard = scard
        self._context: Any = None
        self._card: Any = None
        self._pci: Any = None

    def names(self) -> Json:
        """Name the readers that the service knows."""
        try:
            self._connect_service()
            return {"readers": self._readers()}
        finally:
            self.close()

    def open(self, wanted: str) -> Json:
        """Power the chip in the reader with this name and keep it for us alone."""
        self.close()
        try:
            self._connect_service()
            name = _chosen(self._readers(), wanted)
            return self._connect_chip(name)
        except FailedError:
            self.close()
            raise

    def transmit(self, apdu: str) -> Json:
        """Exchange one APDU."""
        if self._card is None:
            raise FailedError("transmit", self._scard.SCARD_E_INVALID_HANDLE)
        code, answer = self._scard.SCardTransmit(self._card, self._pci, list(bytes.fromhex(apdu)))
        self._check("transmit", code)
        return {"answer": bytes(answer).hex()}

    def close(self) -> Json:
        """Take the power away and leave the service; nothing here can fail in a way that matters."""
        if self._card is not None:
            self._scard.SCardDisconnect(self._card, self._scard.SCARD_UNPOWER_CARD)
        if self._context is not None:
            self._scard.SCardReleaseContext(self._context)
        self._card = self._context = None
        return {}

    def _connect_service(self) -> None:
        code, self._context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_SYSTEM)
        if code != self._scard.SCARD_S_SUCCESS:
            self._context = None
        self._check("service", code)

    def _readers(self) -> list[str]:
        code, readers = self._scard.SCardListReaders(self._context, [])
        if code & 0xFFFFFFFF == self._scard.SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFF:
            return []
        self._check("readers", code)
        return list(readers)

    def _connect_chip(self, name: str) -> Json:
        scard = self._scard
        both = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, card, protocol = scard.SCardConnect(self._context, name, scard.SCARD_SHARE_EXCLUSIVE, both)
        self._check("connect", code, reader=name)
        self._card = card
        t0 = protocol == scard.SCARD_PROTOCOL_T0
        self._pci = scard.SCARD_PCI_T0 if t0 else scard.SCARD_PCI_T1
        code, _, _, _, atr = scard.SCardStatus(card)
        self._check("status", code, reader=name)
        return {"reader": name, "atr": bytes(atr).hex(), "protocol": 0 if t0 else 1}

    def _check(self, step: str, code: int, **facts: Any) -> None:
        if code != self._scard.SCARD_S_SUCCESS:
            raise FailedError(step, code, **facts)


def _chosen(readers: list[str], wanted: str) -> str:
    """Find the one reader whose name is, or else contains, what was asked for; capitals don't matter."""
    name = wanted.casefold()
    whole = [reader for reader in readers if reader.casefold() == name]
    found = whole or [reader for reader in readers if name in reader.casefold()]
    if len(found) != 1:
        raise FailedError("choose", 0, found=found, readers=readers)
    return found[0]


def _reader() -> Reader | Json:
    """Take up the library; without it every request gets the same answer."""
    try:
        return Reader(import_module("smartcard.scard"))
    except ImportError as error:
        return {"failed": "import", "code": 0, "text": str(error)}


def _answer(reader: Reader, request: Json) -> Json:
    try:
        return _carried_out(reader, request)
    except FailedError as failed:
        return failed.answer


def _carried_out(reader: Reader, request: Json) -> Json:
    match request["op"]:
        case "hello":
            return {}
        case "list":
            return reader.names()
        case "open":
            return reader.open(request["reader"])
        case "transmit":
            return reader.transmit(request["apdu"])
        case "close":
            return reader.close()
        case other:
            raise FailedError(f"unknown op {other}", 0)


def _say(answer: Json) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until stdin ends; then leave the reader as it was found."""
    reader = _reader()
    for line in sys.stdin:
        request: Json = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, request["timeout_s"] + ALARM_AFTER_S)
        answer = _answer(reader, request) if isinstance(reader, Reader) else reader
        signal.setitimer(signal.ITIMER_REAL, 0)
        _say(answer)
    if isinstance(reader, Reader):
        signal.setitimer(signal.ITIMER_REAL, ALARM_AFTER_S)
        reader.close()


if __name__ == "__main__":
    main()
