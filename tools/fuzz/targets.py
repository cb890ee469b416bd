"""What is fuzzed: each target takes any bytes, names what became of them, and fails where a promise does not hold."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from laneside import rsu
from laneside.codec.card import IssueInfo, WalletLogRecord, parse_capp
from laneside.codec.layout import ChipFile
from laneside.codec.psam import PsamApplication, PsamIssue, PsamTerminal
from laneside.codec.tag import SystemInfo, parse_passage_file, parse_vehicle
from laneside.errors import CodecError
from laneside.rsu import replies

Target = Callable[[bytes], str]

REFUSED = "refused"
_HELD_MAX = 8 + 1024 + 2 + 4096
_CHUNK_MAX = 64


def _decoder(make: Callable[[], rsu.SerialDecoder | rsu.TcpDecoder]) -> Target:
    def run(data: bytes) -> str:
        """Take chunks as large as the first byte says; every byte must end up in a frame or in a report, once."""
        size = 1 + data[0] % _CHUNK_MAX if data else 1
        decoder, stream = make(), data[1:]
        found: list[rsu.SerialFrame | rsu.TcpFrame | rsu.BadFrame] = []
        for place in range(0, len(stream), size):
            found.extend(decoder.feed(stream[place : place + size]))
            assert decoder.pending <= _HELD_MAX, "holds more than its bound"
        found.extend(decoder.idle())
        frames = [each for each in found if not isinstance(each, rsu.BadFrame)]
        lost = sum(each.dropped for each in found if isinstance(each, rsu.BadFrame))
        assert decoder.pending == 0, "holds bytes after silence"
        assert lost + sum(len(bytes(each)) for each in frames) == len(stream), "a byte is lost or counted twice"
        whole = make()
        again = [*whole.feed(stream), *whole.idle()]
        assert again == found, "chunks change what is found"
        return "frames" if frames else "no frame"

    return run


_ODD_TCP = replace(
    rsu.TCP,
    b2_form=rsu.B2Form.DEVICE_TYPE,
    devtype_swap=True,
    error_table=rsu.ErrorTable.SERIAL,
    frame_set=rsu.FrameSet(init=rsu.InitForm.GANTRY, amounts_length_size=1),
)


def _message(dialect: rsu.Dialect, odd: rsu.Dialect, direction: rsu.Direction) -> Target:
    def run(data: bytes) -> str:
        """Read with settings that the first byte chooses; a message must come back whole and be shown in full."""
        used, body = (odd if data[:1] > b"\x7f" else dialect), data[1:]
        try:
            message = rsu.parse(used, direction, body)
        except CodecError:
            return REFUSED
        assert message.body(used) == body, "does not come back"
        rows = message.rows(used)
        covered = [place for row in rows for place in range(row.offset, row.offset + row.length)]
        assert covered == list(range(len(body) - 1)), "rows do not cover the message"
        rsu.is_heartbeat(message)
        if isinstance(message, replies.SerialDebitResult | replies.TcpDebitResult):
            assert rsu.debit_state(used, message, rsu.Trade.CARD) in rsu.DebitState, "no such state"
        return type(message).__name__

    return run


def _shown_frame(data: bytes) -> str:
    """Do what ``laneside decode frame`` does with any bytes."""
    known = (None, rsu.SERIAL, rsu.TCP)
    body = data[1:]
    try:
        rows = rsu.frame_rows(body, known[data[0] % len(known)] if data else None)
    except CodecError:
        return REFUSED
    assert sum(row.length for row in rows) == len(body), "rows do not cover the frame"
    return "shown"


def _file(read: Callable[[bytes], ChipFile]) -> Target:
    def run(data: bytes) -> str:
        """Read a file; it must come back byte for byte and be shown in full."""
        try:
            value = read(data)
        except CodecError:
            return REFUSED
        assert bytes(value) == data, "does not come back"
        assert sum(row.length for row in value.rows()) == len(data), "rows do not cover the file"
        return type(value).__name__

    return run


_ODD_SERIAL = replace(rsu.SERIAL, frame_set=rsu.FrameSet(antenna_command=0xC4, factor_in_c1=True))

TARGETS: dict[str, Target] = {
    "serial decoder": _decoder(rsu.SerialDecoder),
    "tcp decoder": _decoder(rsu.TcpDecoder),
    "tcp decoder, log only": _decoder(lambda: rsu.TcpDecoder(crc_mode=rsu.CrcMode.LOG_ONLY)),
    "serial, to reader": _message(rsu.SERIAL, _ODD_SERIAL, rsu.Direction.TO_READER),
    "serial, from reader": _message(rsu.SERIAL, _ODD_SERIAL, rsu.Direction.FROM_READER),
    "tcp, to reader": _message(rsu.TCP, _ODD_TCP, rsu.Direction.TO_READER),
    "tcp, from reader": _message(rsu.TCP, _ODD_TCP, rsu.Direction.FROM_READER),
    "decode frame": _shown_frame,
    "decode icc-0015": _file(IssueInfo.from_bytes),
    "decode icc-0018": _file(WalletLogRecord.from_bytes),
    "decode icc-0019": _file(parse_capp),
    "decode icc-0019, old": _file(lambda data: parse_capp(data, "old")),
    "decode icc-0019, auto": _file(lambda data: parse_capp(data, "auto")),
    "decode obu-ef01": _file(SystemInfo.from_bytes),
    "decode obu-vehicle": _file(parse_vehicle),
    "decode obu-ef04": _file(parse_passage_file),
    "decode psam-0015": _file(PsamIssue.from_bytes),
    "decode psam-0016": _file(PsamTerminal.from_bytes),
    "decode psam-0017": _file(PsamApplication.from_bytes),
}
