"""What a debit was meant to do and what became of it: the values that are journaled, sealed and shown as they are.

The names on disk are written beside each field. A changed shape gets a new tag (docs/architecture.md, The journal).
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field


class Algorithm(StrEnum):
    """The algorithm that the card used in its purchase (spec/psam-and-crypto.md section 5)."""

    TDES = "3des"
    SM4 = "sm4"


class TagWrite(StrEnum):
    """How the write of the tag's copy ended; kept apart from the debit's result."""

    WRITTEN = "written"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ASKED = "not-asked"


class Proof(StrEnum):
    """What a result rests on."""

    ANSWER = "answer"
    PROVE = "prove"
    WALLET_LOG = "wallet-log"
    IMAGE = "image"
    UNCHANGED = "unchanged"


class Intent(Struct, frozen=True, kw_only=True, tag_field="note", tag="intent"):
    """Everything that must be on disk before the debit (spec/recovery.md section 2).

    ``counter`` is N, the value *before* the increment; None where a frame reader does not tell it before the debit.
    ``capp_before`` is empty where it is not known. ``purchase_time`` is the seven BCD bytes, Beijing time, exactly as
    sent. ``taken_over``: the fixed lane sent this debit, this terminal only finds out what became of it.
    """

    record_id: str = field(name="record_id")
    card_id: str = field(name="card_id")
    contract_serial: str | None = field(name="contract_serial")
    mac_id: bytes | None = field(name="mac_id")
    counter: int | None = field(name="counter")
    balance_before_fen: int = field(name="balance_before_fen")
    amount_fen: int = field(name="amount_fen")
    capp_before: bytes = field(name="capp_before")
    capp_after: bytes = field(name="capp_after")
    write_tag: bool = field(name="write_tag")
    terminal_number: bytes = field(name="terminal_number")
    transaction_number: bytes | None = field(name="transaction_number")
    purchase_time: bytes = field(name="purchase_time")
    mac1: bytes | None = field(name="mac1")
    algorithm: Algorithm | None = field(name="algorithm")
    key_index: int | None = field(name="key_index")
    key_version: int | None = field(name="key_version")
    plate: str = field(name="plate")
    taken_over: bool = field(name="taken_over", default=False)

    @property
    def balance_after_fen(self) -> int:
        """The balance that the debit leaves."""
        return self.balance_before_fen - self.amount_fen

    @property
    def tag_unseen(self) -> TagWrite:
        """What can be said of the tag's copy before anyone has looked at it."""
        return TagWrite.UNKNOWN if self.write_tag else TagWrite.NOT_ASKED


class Debited(Struct, frozen=True, kw_only=True, tag_field="note", tag="debited"):
    """The card was debited. ``tac`` is None when it can't be had any more (spec/recovery.md step 4).

    ``counter`` is N, as in the intent: the value *before* the increment, which is also what the record carries; None
    where a frame reader could not tell it any more. ``mac2_verified`` is None when the SAM could not be asked.
    """

    record_id: str = field(name="record_id")
    tac: bytes | None = field(name="tac")
    mac2: bytes | None = field(name="mac2")
    balance_after_fen: int = field(name="balance_after_fen")
    counter: int | None = field(name="counter")
    transaction_number: bytes | None = field(name="transaction_number")
    mac2_verified: bool | None = field(name="mac2_verified")
    tag_write: TagWrite = field(name="tag_write")
    proof: Proof = field(name="proof")
    algorithm: Algorithm | None = field(name="algorithm")
    key_version: int | None = field(name="key_version")


class NotDebited(Struct, frozen=True, kw_only=True, tag_field="note", tag="not-debited"):
    """The card was certainly not debited; a new attempt takes a new PSAM number."""

    record_id: str = field(name="record_id")
    detail: str = field(name="detail")
    proof: Proof = field(name="proof")


class Unknown(Struct, frozen=True, kw_only=True, tag_field="note", tag="debit-unknown"):
    """It can't be told yet. Only a proof may follow, never another debit.

    ``counter`` and ``transaction_number`` are N and the SAM's number where a frame reader told them with its error: the
    proof needs N to fetch the TAC.
    """

    detail: str = field(name="detail")
    counter: int | None = field(name="counter", default=None)
    transaction_number: bytes | None = field(name="transaction_number", default=None)


Outcome = Debited | NotDebited | Unknown


def proved(
    intent: Intent,
    *,
    tac: bytes | None,
    mac2: bytes | None,
    counter: int | None,
    balance_fen: int,
    proof: Proof,
) -> Debited:
    """Return the debit of an intent that was found to have happened; what the tag holds is still to be seen."""
    return Debited(
        record_id=intent.record_id,
        tac=tac,
        mac2=mac2,
        balance_after_fen=balance_fen,
        counter=counter,
        transaction_number=intent.transaction_number,
        mac2_verified=None,
        tag_write=intent.tag_unseen,
        proof=proof,
        algorithm=intent.algorithm,
        key_version=intent.key_version,
    )
