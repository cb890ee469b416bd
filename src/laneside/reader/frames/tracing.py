"""Listen to an integrated reader: every frame, in both directions, is told and kept as it may be (spec/rsu-frames.md).

Hidden are TAC and MACs, the centre's cryptogram to the PSAM, the decrypted vehicle file, all but the last four digits
of card and tag numbers, and whatever has no layout. What was hidden once stays hidden where it turns up again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import structs

from laneside.card.redaction import CARD_0015, TAG_EF01, TAG_EF04, Secrets, number_at
from laneside.clock import Clock
from laneside.errors import CodecError, LinkLostError
from laneside.reader.frames.conversation import ByteLink
from laneside.reader.tracing import Tell, TraceLine, epoch_ms
from laneside.rsu import BadFrame, Dialect, Direction, Message, command_words, parse

CHANNEL: Final = "reader"
_LINK: Final = "link"

_SHOWN: Final = frozenset({
    "algorithm_id", "amount_fen", "amounts", "antenna_id", "area", "balance_after_fen", "balance_fen", "bst_interval",
    "capp", "capp_tail", "card_status", "channel", "counter", "date_time", "device_type", "ef04_length", "ef04_offset",
    "ef04_option", "ef04_status", "ef04_write_status", "equipment_version", "error", "factor", "flag_id",
    "interface_version", "key_version", "lane_mode", "listed", "maker_id", "mode", "obu_id", "obu_status",
    "pll_channel",
    "psam_authorised", "psam_channel", "psam_count", "psam_version", "purchase_time", "random", "read_length",
    "read_mode", "read_offset", "read_status", "reserved", "rsu_id", "rsu_id_mode", "serial", "state", "status",
    "status_word", "stop_type", "tear_down", "terminal_number", "trade_mode", "trans_mode", "transaction_number",
    "transaction_type", "tx_power", "unix_time_s", "version", "wait_time_ms", "work_status", "write_file_time_s",
    "write_length", "write_mode", "write_offset", "write_status", "zero",
})  # fmt: skip
_NUMBERS: Final = {"cpu_card_id": number_at(2), "issue": CARD_0015, "system": TAG_EF01}
_PSAMS_SHOWN: Final = frozenset({0xB0, 0xBA})
"""Entries of PSAMs hold numbers and challenges there, and the centre's APDU in CB."""


class FrameTracer:
    """What a frame reader's ``observer`` and its link tell. ``tell`` gets every frame."""

    def __init__(self, *, clock: Clock, tell: Tell, dialect: Dialect) -> None:
        self._clock = clock
        self._tell = tell
        self._dialect = dialect
        self._secrets = Secrets()
        self._asked_s = clock.monotonic_s()

    def opening(self, open_link: Callable[[], ByteLink]) -> Callable[[], ByteLink]:
        """Listen to a link that is opened by ``open_link``: to its coming and its loss."""

        def opened() -> ByteLink:
            self._asked_s = self._clock.monotonic_s()
            try:
                link = open_link()
            except LinkLostError as error:
                self.lost(error)
                raise
            self._say(name="connect", status="ok")
            return _TracedLink(self, link)

        return opened

    def frame(self, direction: Direction, body: bytes) -> None:
        """Take one frame's body."""
        if direction is Direction.TO_READER:
            self._asked_s = self._clock.monotonic_s()
        blank = self._exchanged(name="", status="")
        self._tell(lambda: self._filled_in(blank, direction, body))

    def dropped(self, bad: BadFrame) -> None:
        """Take bytes that were no frame; they are counted, not shown."""
        self._say(name="no frame", received=f"[{bad.dropped}]", status=str(bad.flaw))

    def lost(self, error: LinkLostError) -> None:
        """Take the loss of the link."""
        self._say(name=_LINK, status=f"{error.code}: {error}")

    def _written(self, direction: Direction, body: bytes) -> tuple[str, str]:
        """Return hex and status of a body; what this dialect has no layout for is a length."""
        try:
            message = parse(self._dialect, direction, body)
        except CodecError as error:
            return f"{body[0]:02X} [{len(body) - 1}]", f"{error.code}: {error.reason}"
        parts = [f"{body[0]:02X}", *self._fields(message, body)]
        return " ".join(part for part in parts if part), self._status(message, direction)

    def _fields(self, message: Message, body: bytes) -> list[str]:
        """Write each field by itself."""
        shown, at = [], 1
        for field in message.layout.fields:
            data = body[at : at + field.length]
            at += field.length
            hidden = self._hidden(message, field.attribute, body[0])
            shown.append(f"[{len(data)}]" if hidden is None else self._secrets.written(data, hidden))
            if hidden is None:
                self._secrets.remember(data)
        return shown

    def _hidden(self, message: Message, attribute: str, command: int) -> frozenset[int] | None:
        """Return the positions to hide in a field, None for all of it."""
        if attribute in _SHOWN or (attribute == "psams" and command in _PSAMS_SHOWN):
            return frozenset()
        if attribute == "ef04":
            start = getattr(message, "ef04_offset", self._dialect.ef04_offset)
            return frozenset(at - start for at in TAG_EF04 if at >= start)
        return _NUMBERS.get(attribute)

    def _status(self, message: Message, direction: Direction) -> str:
        """Return ``ok``, or the error that a reader's frame tells."""
        error = getattr(message, "error", 0) if direction is Direction.FROM_READER else 0
        if not error:
            return "ok"
        words = self._dialect.words(message.command(self._dialect), "error", error)
        return f"error {error:02X}" if words is None else f"error {error:02X} {words.en}"

    def _filled_in(self, blank: TraceLine, direction: Direction, body: bytes) -> TraceLine:
        command = body[0]
        name = f"{command:02X} {command_words(self._dialect, command).en}"
        shown, status = self._written(direction, body)
        if direction is Direction.TO_READER:
            return structs.replace(blank, name=name, sent=shown, status=status)
        return structs.replace(blank, name=name, received=shown, status=status)

    def _say(self, *, name: str, status: str, received: str = "") -> None:
        told = self._exchanged(name=name, status=status, received=received)
        self._tell(lambda: told)

    def _exchanged(self, *, name: str, status: str, received: str = "") -> TraceLine:
        took_ms = 1000 * (self._clock.monotonic_s() - self._asked_s)
        return TraceLine(CHANNEL, name, epoch_ms(self._clock.now()), took_ms, "", received, status)


class _TracedLink:
    """A link whose loss is told."""

    def __init__(self, tracer: FrameTracer, link: ByteLink) -> None:
        self._tracer = tracer
        self._link = link

    def write(self, data: bytes) -> None:
        """Send all bytes."""
        try:
            self._link.write(data)
        except LinkLostError as error:
            self._tracer.lost(error)
            raise

    def read(self, *, timeout_s: float) -> bytes:
        """Return what has arrived."""
        try:
            return self._link.read(timeout_s=timeout_s)
        except LinkLostError as error:
            self._tracer.lost(error)
            raise

    def close(self) -> None:
        """Hang up."""
        self._link.close()
