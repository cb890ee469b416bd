"""The composite purchase (复合消费): prepare it up to the debit, debit, let the SAM verify (spec/icc.md 8.2).

The debit is a draft until the SAM has signed it: only :meth:`DebitDraft.finalise` makes the command that can be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec

from laneside.card.apdu import AnswerLostError, ChipFlow, Command, Device, Reply, ask
from laneside.card.status import ChipRefusedError, Meaning, StatusTable, statuses

COMPOSITE_PURCHASE: Final = 0x09
TDES_KEY_INDEX: Final = 0x01
SM4_KEY_INDEX: Final = 0x41
ALGORITHM_TDES: Final = 0x00
ALGORITHM_SM4: Final = 0x04


class PurchaseTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What is bought from whom. ``card_number`` and ``region`` are the diversification factors, eight bytes each.

    ``purchase_time`` is seven BCD bytes; the key indexes are tried in their order (spec/unknowns.md 7).
    """

    amount_fen: int
    purchase_time: bytes
    terminal_number: bytes
    card_number: bytes
    region: bytes
    capp_after: bytes
    key_indexes: tuple[int, ...]
    key_version_from_index: bool = False

    def __post_init__(self) -> None:
        """Hold every field inside its place in the APDUs."""
        assert 0 <= self.amount_fen <= 0xFFFFFFFF, "four bytes of fen"
        lengths = [len(part) for part in (self.purchase_time, self.terminal_number, self.card_number, self.region)]
        assert lengths == [7, 6, 8, 8], "time, terminal number, two factors"
        assert len(self.capp_after) == 43, "record 1 of 0019"
        assert self.key_indexes, "at least one key index"

    @property
    def amount(self) -> bytes:
        """The amount as it travels."""
        return self.amount_fen.to_bytes(4, "big")


class InitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The card's answer to INITIALIZE, 15 bytes; ``counter`` is N, before the increment."""

    balance_fen: int
    counter: int
    overdraft_fen: int
    key_version: int
    algorithm: int
    random: bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> InitAnswer:
        """Split the 15 bytes."""
        return cls(
            balance_fen=int.from_bytes(data[0:4], "big"),
            counter=int.from_bytes(data[4:6], "big"),
            overdraft_fen=int.from_bytes(data[6:9], "big"),
            key_version=data[9],
            algorithm=data[10],
            random=data[11:15],
        )


class SamSignature(msgspec.Struct, frozen=True, kw_only=True):
    """The SAM's share of a debit: its transaction number (never used again) and MAC1."""

    transaction_number: bytes
    mac1: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialisePurchase(Command):
    """INITIALIZE FOR CAPP PURCHASE (复合消费初始化)."""

    NAME: ClassVar[str] = "8050 initialise"
    STATUSES: ClassVar[StatusTable] = statuses(
        {
            0x9301: Meaning.BALANCE_SHORT,
            0x9401: Meaning.BALANCE_SHORT,
            0x9402: Meaning.COUNTER_AT_MAXIMUM,
            0x9403: Meaning.KEY_INDEX_UNKNOWN,
        },
    )
    key_index: int
    terms: PurchaseTerms

    @property
    def header(self) -> bytes:
        """``80 50 03 02``."""
        return bytes.fromhex("80500302")

    @property
    def data(self) -> bytes:
        """Key index, amount, terminal number."""
        return bytes((self.key_index,)) + self.terms.amount + self.terms.terminal_number

    @property
    def le(self) -> int | None:
        """The answer has 15 bytes."""
        return 0x0F


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialiseSam(Command):
    """INIT SAM FOR PURCHASE: the SAM takes a new transaction number and answers it with MAC1."""

    NAME: ClassVar[str] = "8070 PSAM initialise"
    STATUSES: ClassVar[StatusTable] = statuses({0x6985: Meaning.NOT_AUTHORISED})
    terms: PurchaseTerms
    answer: InitAnswer
    key_version: int

    @property
    def header(self) -> bytes:
        """``80 70 00 00``."""
        return bytes.fromhex("80700000")

    @property
    def data(self) -> bytes:
        """The 36 bytes that MAC1 and its key are made of."""
        return b"".join(
            (
                self.answer.random,
                self.answer.counter.to_bytes(2, "big"),
                self.terms.amount,
                bytes((COMPOSITE_PURCHASE,)),
                self.terms.purchase_time,
                bytes((self.key_version, self.answer.algorithm)),
                self.terms.card_number,
                self.terms.region,
            ),
        )

    @property
    def le(self) -> int | None:
        """The answer has 8 bytes."""
        return 8


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCappCache(Command):
    """UPDATE CAPP DATA CACHE: hand over the record that the debit will write; P1 repeats its id."""

    NAME: ClassVar[str] = "80DC update cache"
    STATUSES: ClassVar[StatusTable] = statuses({0x6985: Meaning.OUT_OF_SESSION})
    capp: bytes

    @property
    def header(self) -> bytes:
        """``80 DC``, record id, ``C8``."""
        return bytes((0x80, 0xDC, self.capp[0], 0xC8))

    @property
    def data(self) -> bytes:
        """The whole record, 43 bytes."""
        return self.capp


@dataclass(frozen=True, slots=True, kw_only=True)
class Debit(Command):
    """DEBIT FOR CAPP PURCHASE, signed: balance and 0019 change together, here and nowhere else."""

    NAME: ClassVar[str] = "8054 debit"
    STATUSES: ClassVar[StatusTable] = statuses(
        {
            0x6985: Meaning.OUT_OF_SESSION,
            0x9301: Meaning.BALANCE_SHORT,
            0x9302: Meaning.MAC_WRONG,
            0x9401: Meaning.BALANCE_SHORT,
        },
    )
    purchase_time: bytes
    signature: SamSignature

    @property
    def header(self) -> bytes:
        """``80 54 01 00``."""
        return bytes.fromhex("80540100")

    @property
    def data(self) -> bytes:
        """SAM number, date and time, MAC1: 15 bytes."""
        return self.signature.transaction_number + self.purchase_time + self.signature.mac1

    @property
    def le(self) -> int | None:
        """TAC and MAC2."""
        return 8


class DebitDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A debit without signature. It is no command, so it can't be sent."""

    purchase_time: bytes

    def finalise(self, signature: SamSignature) -> Debit:
        """Make the command with what the SAM signed."""
        return Debit(purchase_time=self.purchase_time, signature=signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSam(Command):
    """CREDIT SAM FOR PURCHASE: the SAM verifies MAC2 and closes its session."""

    NAME: ClassVar[str] = "8072 PSAM verify"
    STATUSES: ClassVar[StatusTable] = statuses({0x9302: Meaning.MAC_WRONG, 0x6985: Meaning.OUT_OF_SESSION})
    mac2: bytes

    @property
    def header(self) -> bytes:
        """``80 72 00 00``."""
        return bytes.fromhex("80720000")

    @property
    def data(self) -> bytes:
        """MAC2, four bytes."""
        return self.mac2


class ReadyDebit(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase at the point of its debit; ``debit`` is signed and may be sent once."""

    answer: InitAnswer
    key_index: int
    key_version: int
    signature: SamSignature
    debit: Debit


class PurchaseRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A chip refused a step before the debit, or the debit itself; the card is as before."""

    device: Device
    reply: Reply


class DebitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the card answers to its debit."""

    tac: bytes
    mac2: bytes


def key_indexes(*, sm4_card: bool) -> tuple[int, ...]:
    """Order the purchase key indexes: ``41`` first for a card of version 5x, the other one on ``9403``."""
    return (SM4_KEY_INDEX, TDES_KEY_INDEX) if sm4_card else (TDES_KEY_INDEX, SM4_KEY_INDEX)


def prepare_debit(terms: PurchaseTerms) -> ChipFlow[ReadyDebit | PurchaseRefused]:
    """Run ``8050``, ``8070``, ``80DC`` on a card with its application selected. Raises ChipRefusedError."""
    draft = DebitDraft(purchase_time=terms.purchase_time)
    key_index, reply = yield from _initialise(terms)
    if not reply.ok:
        return PurchaseRefused(device=Device.CARD, reply=reply)
    answer = InitAnswer.from_bytes(reply.expect(15))
    if answer.algorithm not in (ALGORITHM_TDES, ALGORITHM_SM4):
        raise ChipRefusedError(step=f"algorithm id {answer.algorithm:02X}", sw=reply.sw, meaning=Meaning.UNDEFINED)
    key_version = key_index if terms.key_version_from_index else answer.key_version
    reply = yield from ask(Device.PSAM, InitialiseSam(terms=terms, answer=answer, key_version=key_version))
    if not reply.ok:
        return PurchaseRefused(device=Device.PSAM, reply=reply)
    signed = reply.expect(8)
    reply = yield from ask(Device.CARD, UpdateCappCache(capp=terms.capp_after))
    if not reply.ok:
        return PurchaseRefused(device=Device.CARD, reply=reply)
    signature = SamSignature(transaction_number=signed[:4], mac1=signed[4:])
    return ReadyDebit(
        answer=answer,
        key_index=key_index,
        key_version=key_version,
        signature=signature,
        debit=draft.finalise(signature),
    )


def _initialise(terms: PurchaseTerms) -> ChipFlow[tuple[int, Reply]]:
    """Try the key indexes in order until the card knows one."""
    first, *others = terms.key_indexes
    key_index = first
    reply = yield from ask(Device.CARD, InitialisePurchase(key_index=first, terms=terms))
    for other in others:
        if reply.meaning is not Meaning.KEY_INDEX_UNKNOWN:
            break
        key_index = other
        reply = yield from ask(Device.CARD, InitialisePurchase(key_index=other, terms=terms))
    return key_index, reply


def debit(command: Debit) -> ChipFlow[DebitAnswer | PurchaseRefused]:
    """Debit: send it exactly once. Raises AnswerLostError whenever the answer does not say clearly what the card did.

    A known error word means an unchanged card (spec/recovery.md step 2). A warning, a memory failure, a general error
    or a word that is not defined may come from a chip that got further than checking, so only a proof may decide.
    """
    reply = yield from ask(Device.CARD, command, repeat=False)
    unclear = reply.sw >> 8 in (0x62, 0x63, 0x65, 0x6C) or reply.meaning in (Meaning.UNDEFINED, Meaning.GENERAL_ERROR)
    if unclear or (reply.ok and len(reply.data) != 8):
        reason = f"{len(reply.data)} bytes, {reply.sw:04X} {reply.meaning.value}"
        raise AnswerLostError(device=Device.CARD, step=command.NAME, reason=reason)
    if not reply.ok:
        return PurchaseRefused(device=Device.CARD, reply=reply)
    return DebitAnswer(tac=reply.data[:4], mac2=reply.data[4:])


def verify_mac2(mac2: bytes) -> ChipFlow[bool]:
    """Let the SAM verify MAC2 in the session of its ``8070``; a failure does not undo the debit."""
    reply = yield from ask(Device.PSAM, CreditSam(mac2=mac2))
    return reply.ok
