"""User card and PSAM in PC/SC readers: two channels, each behind a supervised worker of its own.

Two workers, because a hung card reader is cured by killing its worker, and that must not take the power from the
PSAM: its authorisation would be lost. There is no tag here; what a card alone may do is the passage's policy.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any, Final, Self

from laneside.devices.child import Child, ChildError, ChildFault
from laneside.devices.pcsc_troubles import PcscCause, PcscError, PcscTrouble, cause_of
from laneside.errors import SettingError

WORKER = Path(__file__).with_name("pcsc_worker.py")
START_TIMEOUT_S: Final = 10.0
ANSWER_TIMEOUT_S: Final = 5.0
OPEN_TIMEOUT_S: Final = 5.0
CLOSE_TIMEOUT_S: Final = 2.0


class PcscWorker(Child):
    """One child process that speaks to one reader. Raises ChildError when it does not come up."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-I", str(WORKER)])
        self.ask("hello", timeout_s=START_TIMEOUT_S)


class PcscSlot:
    """One reader, chosen by its name or a part of it. Not thread-safe; ``where`` names the slot in messages."""

    def __init__(self, where: str, reader: str, *, answer_timeout_s: float, open_timeout_s: float) -> None:
        self.where = where
        self._reader = reader
        self.answer_timeout_s = answer_timeout_s
        self._open_timeout_s = open_timeout_s
        self._worker: PcscWorker | None = None
        self._held: PcscChannel | None = None

    def open(self) -> PcscChannel:
        """Power the chip. Raises NoChipError where none answers, PcscError where the way to it is broken."""
        answer = self.ask("open", timeout_s=self._open_timeout_s, reader=self._reader)
        trouble = self.trouble_in(answer)
        if trouble is not None:
            raise trouble.at_opening()
        self._held = PcscChannel(self, answer)
        return self._held

    def holds(self, channel: PcscChannel) -> bool:
        """Return whether this channel still has the chip's power: a newer one takes it over."""
        return self._held is channel

    def release(self) -> None:
        """Take the power away; a reader that hangs at this too loses its worker, which ends its hold as well."""
        self._held = None
        with contextlib.suppress(PcscError):
            self.ask("close", timeout_s=CLOSE_TIMEOUT_S)

    def ask(self, op: str, *, timeout_s: float, **arguments: str) -> dict[str, Any]:
        """Ask the worker, starting one where it is missing. Raises PcscError when it does not answer."""
        try:
            if self._worker is None:
                self._worker = PcscWorker()
            return self._worker.ask(op, timeout_s=timeout_s, **arguments)
        except ChildError as error:
            self._worker = self._held = None
            cause = PcscCause.HUNG if error.fault is ChildFault.HUNG else PcscCause.WORKER_LOST
            raise PcscError(PcscTrouble(cause=cause, where=self.where, detail=str(error))) from error

    def trouble_in(self, answer: dict[str, Any]) -> PcscTrouble | None:
        """Read a refusal out of the worker's answer."""
        match answer.get("failed"):
            case None:
                return None
            case "import":
                self.close()  # it has ended, and a later one may find the library
                return PcscTrouble(cause=PcscCause.NO_LIBRARY, where=self.where, detail=answer["text"])
            case "choose":
                return self._not_one_reader(answer["found"], answer["readers"])
            case _:
                where = f"{self.where} in {answer['reader']}" if "reader" in answer else self.where
                return PcscTrouble(cause=cause_of(answer["code"]), where=where, code=answer["code"])

    def close(self) -> None:
        """End the worker and so take the power away; twice is harmless."""
        worker, self._worker, self._held = self._worker, None, None
        if worker is not None:
            worker.end()

    def _not_one_reader(self, found: list[str], readers: list[str]) -> PcscTrouble:
        cause = PcscCause.AMBIGUOUS_READER if found else PcscCause.NO_READER
        there = ", ".join(found or readers) or "none"
        return PcscTrouble(cause=cause, where=self.where, detail=f"asked for {self._reader!r}, there: {there}")


class PcscChannel:
    """One powered chip (a :class:`laneside.card.channel.CardChannel`), held exclusively until it is closed."""

    def __init__(self, slot: PcscSlot, opened: dict[str, Any]) -> None:
        self._slot = slot
        self.reader: str = opened["reader"]
        self.atr = bytes.fromhex(opened["atr"])
        self.protocol: int = opened["protocol"]

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU. Raises PcscError (a LinkLostError): the chip may or may not have acted."""
        if not self._slot.holds(self):
            raise PcscError(self._no_answer("closed"))
        sent = command if self.protocol else as_t0(command)
        answer = self._slot.ask("transmit", timeout_s=self._slot.answer_timeout_s, apdu=sent.hex())
        trouble = self._slot.trouble_in(answer)
        if trouble is None and len(answer["answer"]) < 4:
            trouble = self._no_answer("no status word")
        if trouble is not None:
            self.close()
            raise PcscError(trouble)
        return bytes.fromhex(answer["answer"])

    def close(self) -> None:
        """Disconnect and remove power; twice is harmless."""
        if self._slot.holds(self):
            self._slot.release()

    def _no_answer(self, detail: str) -> PcscTrouble:
        return PcscTrouble(cause=PcscCause.NO_ANSWER, where=self._slot.where, detail=detail)


class PcscLink:
    """User card and PSAM in two readers. ``card_reader`` and ``psam_reader`` are names, or parts that fit only one.

    A call never lasts longer than its time-out and some two seconds for a worker that has to be ended or made.
    """

    def __init__(
        self,
        *,
        card_reader: str,
        psam_reader: str,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        open_timeout_s: float = OPEN_TIMEOUT_S,
    ) -> None:
        """Remember the names; raises SettingError where they can't mean two readers."""
        if not card_reader or not psam_reader or card_reader.casefold() == psam_reader.casefold():
            raise SettingError("user card and PSAM need two readers with different names")
        limits = {"answer_timeout_s": answer_timeout_s, "open_timeout_s": open_timeout_s}
        self._card = PcscSlot("card", card_reader, **limits)
        self._psam = PcscSlot("psam", psam_reader, **limits)

    def open_card(self) -> PcscChannel:
        """Power the user card. Raises NoChipError (a NothingPresentedError), PcscError (a LinkLostError)."""
        return self._card.open()

    def open_psam(self) -> PcscChannel:
        """Power the PSAM; keep the channel, its authorisation lasts as long. Raises as ``open_card``."""
        return self._psam.open()

    def close(self) -> None:
        """End both workers."""
        with contextlib.ExitStack() as both:
            both.callback(self._psam.close)
            both.callback(self._card.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def list_readers() -> tuple[str, ...]:
    """Name the readers that the PC/SC service knows now. Raises PcscError."""
    slot = PcscSlot("PC/SC", "", answer_timeout_s=ANSWER_TIMEOUT_S, open_timeout_s=OPEN_TIMEOUT_S)
    try:
        answer = slot.ask("list", timeout_s=OPEN_TIMEOUT_S)
        trouble = slot.trouble_in(answer)
    finally:
        slot.close()
    if trouble is not None:
        raise PcscError(trouble)
    return tuple(answer["readers"])


def as_t0(command: bytes) -> bytes:
    """Shape a short APDU for T=0, which has one length byte: no Le behind data, and 00 where there is nothing.

    The answer then comes with ``61xx`` and is fetched by GET RESPONSE, which the card flows do.
    """
    if len(command) == 4:
        return command + b"\x00"
    if len(command) > 5 and len(command) == 6 + command[4]:
        return command[:-1]
    return command
