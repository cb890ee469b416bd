"""PSAM authorisation through the centre (spec/psam-and-crypto.md section 3): challenge up, APDU down, result up.

Chips' bytes travel as upper-case hex. The answer is signed and bound to terminal, PSAM and challenge: a wrong APDU
costs a PSAM one of its few tries, so a terminal hands on only what its own centre said to this very challenge.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import field

from laneside.contract.signing import canonical

INSTRUCTION_BYTES: Final = 13
_HEX: Final = frozenset("0123456789ABCDEF")


class PsamAuthorisationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a PSAM and its place say of themselves. ``area_code`` has 16 hex digits, in the old reader dialect 8.

    ``lane_id`` is the GB code of the lane, empty where none is enabled yet.
    """

    terminal_number: str = field(name="terminalNo")
    psam_number: str = field(name="psamNo")
    psam_version: str = field(name="psamVersion")
    key_type: str = field(name="keyType")
    area_code: str = field(name="areaCode")
    random: str = field(name="random")
    lane_id: str = field(name="laneId", default="")

    def __post_init__(self) -> None:
        """Hold the lengths of the spec's table; ValueError names the field."""
        _hold_hex("terminalNo", self.terminal_number, 6)
        _hold_hex("psamNo", self.psam_number, 10)
        _hold_hex("psamVersion", self.psam_version, 1)
        _hold_hex("keyType", self.key_type, 1)
        _hold_hex("areaCode", self.area_code, 8, 4)
        _hold_hex("random", self.random, 8)
        if len(self.lane_id) > 40:
            raise ValueError("laneId: longer than 40 characters")


class PsamAuthorisationReply(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's list number and the 13-byte APDU for one challenge, signed by the centre's key."""

    terminal_id: str = field(name="terminalId")
    psam_number: str = field(name="psamNo")
    random: str = field(name="random")
    list_number: str = field(name="listNo")
    instruction: str = field(name="authInstruction")
    signature: bytes = field(name="signature", default=b"")

    def __post_init__(self) -> None:
        """Let nothing else through than an EXTERNAL AUTHENTICATE of thirteen bytes."""
        _hold_hex("authInstruction", self.instruction, INSTRUCTION_BYTES)
        if not self.instruction.startswith("0082"):
            raise ValueError("authInstruction: not 00 82")


class PsamAuthorisationResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an APDU: the PSAM's status word, empty where it was not sent or not answered."""

    list_number: str = field(name="listNo")
    status_word: str = field(name="sw")
    detail: str = field(name="detail", default="")

    def __post_init__(self) -> None:
        """Hold the lengths that the centre keeps."""
        if self.status_word:
            _hold_hex("sw", self.status_word, 2)
        if len(self.detail) > 200:
            raise ValueError("detail: longer than 200 characters")


def authorisation_bytes(reply: PsamAuthorisationReply) -> bytes:
    """Return what the centre signs for an authorisation."""
    return b"laneside-psam-authorisation-1\n" + canonical(msgspec.structs.replace(reply, signature=b""))


def _hold_hex(name: str, text: str, *lengths: int) -> None:
    if len(text) not in {2 * length for length in lengths} or not set(text) <= _HEX:
        raise ValueError(f"{name}: not {lengths[0]} bytes as upper-case hex")
