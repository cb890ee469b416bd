"""Frames of integrated readers: two framings, the messages of both dialects, and what their codes mean.

Pure: bytes in, values out, and back (spec/rsu-frames.md, docs/frames.md). No link, no timer, no key and no decision of
the passage belongs here; what the spec gives no layout for stays ``Opaque``.

From bytes to a message: a decoder (``serial_frame``, ``tcp_frame``) takes frames out of the stream, ``commands.parse``
finds the message of the command byte, ``message.Message.read`` reads its fields, which ``requests`` and ``replies``
declare with the types of ``fields``. The way back: ``orders`` makes the request of the reader's dialect,
``Message.body`` its bytes, ``Dialect.frame`` the frame.
"""

from laneside.rsu import codes, orders
from laneside.rsu.commands import command_words, direction_of, is_heartbeat, kinds, parse
from laneside.rsu.debit_results import DebitAnswer, DebitState, ProofAnswer, debit_state, has_tac, proof_state
from laneside.rsu.dialect import (
    SERIAL,
    TCP,
    B2Form,
    C6Form,
    Dialect,
    DialectName,
    Direction,
    ErrorTable,
    FrameSet,
    InitForm,
    Timeouts,
    Trade,
)
from laneside.rsu.framing import BadFrame, Flaw
from laneside.rsu.message import Message, Opaque, ShortReply
from laneside.rsu.serial_frame import POWER_UP_RSCTL, READER_RSCTL, RsctlMode, SerialDecoder, SerialFrame, bcc
from laneside.rsu.settings import dialect_of
from laneside.rsu.tcp_frame import CrcMode, TcpDecoder, TcpFrame, crc16_x25
from laneside.rsu.view import frame_rows

__all__ = [
    "POWER_UP_RSCTL",
    "READER_RSCTL",
    "SERIAL",
    "TCP",
    "B2Form",
    "BadFrame",
    "C6Form",
    "CrcMode",
    "DebitAnswer",
    "DebitState",
    "Dialect",
    "DialectName",
    "Direction",
    "ErrorTable",
    "Flaw",
    "FrameSet",
    "InitForm",
    "Message",
    "Opaque",
    "ProofAnswer",
    "RsctlMode",
    "SerialDecoder",
    "SerialFrame",
    "ShortReply",
    "TcpDecoder",
    "TcpFrame",
    "Timeouts",
    "Trade",
    "bcc",
    "codes",
    "command_words",
    "crc16_x25",
    "debit_state",
    "dialect_of",
    "direction_of",
    "frame_rows",
    "has_tac",
    "is_heartbeat",
    "kinds",
    "orders",
    "parse",
    "proof_state",
]
