"""The fixed antenna of a lane, as far as a card's past needs one: it debits with a PSAM of its own and keeps no TAC.

Commands are written out here and not taken from ``laneside.card``, because that room is tested against the roadside
(spec/icc.md section 8.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from laneside.codec.bcd import purchase_time
from laneside.codec.card import IssueInfo
from laneside.virtual.chips.chip import Chip

COMPOSITE = 0x09
_SELECT_CARD_APPLICATION = bytes.fromhex("00A40000021001")
_SELECT_PSAM_APPLICATION = bytes.fromhex("00A4000002DF01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What the antenna knows after a purchase whose answer it never used."""

    terminal_number: bytes
    transaction_number: bytes
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAntenna:
    """A lane's reader with its powered PSAM."""

    psam: Chip
    terminal_number: bytes

    def buy(self, card: Chip, issue: IssueInfo, *, amount_fen: int, at: datetime, capp: bytes) -> Bought:
        """Debit a powered card and write 0019. The chips are our own, so a refusal is a programmer's error."""
        amount, moment = amount_fen.to_bytes(4, "big"), purchase_time(at)
        _sent(card, _SELECT_CARD_APPLICATION)
        key_index = 0x41 if issue.is_sm4 else 0x01
        opened = _sent(
            card, bytes.fromhex("805003020B") + bytes((key_index,)) + amount + self.terminal_number + b"\x0f"
        )
        number, mac1 = self._mac1(opened, issue, amount, moment)
        _sent(card, bytes.fromhex("80DCAAC82B") + capp)
        _sent(card, bytes.fromhex("805401000F") + number + moment + mac1 + b"\x08")
        return Bought(terminal_number=self.terminal_number, transaction_number=number, amount_fen=amount_fen, at=at)

    def _mac1(self, opened: bytes, issue: IssueInfo, amount: bytes, moment: bytes) -> tuple[bytes, bytes]:
        """Return the PSAM's number and MAC1 for a purchase that the card has opened."""
        counter, key_version, algorithm, challenge = opened[4:6], opened[9:10], opened[10:11], opened[11:15]
        _sent(self.psam, _SELECT_PSAM_APPLICATION)
        parts = (
            challenge,
            counter,
            amount,
            bytes((COMPOSITE,)),
            moment,
            key_version,
            algorithm,
            issue.factor,
            issue.region,
            b"\x08",
        )
        answer = _sent(self.psam, bytes.fromhex("8070000024") + b"".join(parts))
        return answer[:4], answer[4:8]


def _sent(chip: Chip, command: bytes) -> bytes:
    """Send a command that must succeed, and return its data."""
    answer = chip.transmit(command)
    assert answer[-2:] == b"\x90\x00", f"{command.hex()} was answered {answer.hex()}"
    return answer[:-2]
