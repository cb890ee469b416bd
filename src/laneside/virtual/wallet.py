"""A purchase inside the card: what `8050` opens and what `8054` changes at one stroke (spec/icc.md section 8.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from laneside.cardcrypto import Suite, mac1, mac1_data, mac2, mac2_data, session_key, tac, tac_data
from laneside.virtual.cardfiles import KEY_FIELDS, record_place
from laneside.virtual.image import Image
from laneside.virtual.keys import Purpose
from laneside.virtual.profiles import LOG_LENGTH, LOG_RECORDS

COMPOSITE_PURCHASE = 0x09
PLAIN_PURCHASE = 0x06
NO_OVERDRAFT = bytes(3)

# Key index of `8050` → suite and the key version that the card answers (spec/virtual-and-defaults.md section 1).
KEY_INDICES = {
    0x01: (Suite.TDES, 0x01),
    0x02: (Suite.TDES, 0x01),
    0x41: (Suite.SM4, 0x41),
    0x42: (Suite.SM4, 0x41),
}


@dataclass(slots=True, kw_only=True)
class PurchaseSession:
    """What the card remembers between `8050` and `8054`, in volatile memory."""

    transaction_type: int
    suite: Suite
    key_version: int
    amount: bytes
    terminal: bytes
    balance: bytes
    counter: bytes
    random: bytes
    cached: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def answer(self) -> bytes:
        """Return the 15 bytes that `8050` answers."""
        tail = bytes((self.key_version, self.suite.algorithm_id)) + self.random
        return self.balance + self.counter + NO_OVERDRAFT + tail

    @property
    def complete(self) -> bool:
        """Whether `8054` may come: a composite purchase has something to write."""
        return self.transaction_type != COMPOSITE_PURCHASE or bool(self.cached)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitOrder:
    """The data of `8054`."""

    transaction_number: bytes
    purchase_time: bytes
    mac1: bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> DebitOrder:
        """Split the 15 data bytes."""
        assert len(data) == 15, "the caller checks Lc"
        return cls(transaction_number=data[:4], purchase_time=data[4:11], mac1=data[11:])


def debited(image: Image, session: PurchaseSession, order: DebitOrder) -> bytes | None:
    """Change a draft image into the state after the debit; return TAC and MAC2, or None when MAC1 is wrong."""
    key = image[KEY_FIELDS[Purpose.PURCHASE, session.suite]]
    sespk = session_key(session.suite, key, session.random + session.counter + order.transaction_number[2:])
    if mac1(session.suite, sespk, _mac1_data(session, order)) != order.mac1:
        return None
    answer2 = mac2(session.suite, sespk, mac2_data(amount=session.amount))
    code = tac(session.suite, image[KEY_FIELDS[Purpose.TAC, session.suite]], _tac_data(session, order))
    counter = (int.from_bytes(session.counter, "big") + 1).to_bytes(2, "big")
    image.put_number("balance", image.number("balance") - int.from_bytes(session.amount, "big"))
    image.put("counter", counter)
    image.put("proof", bytes((session.transaction_type,)) + counter + answer2 + code)
    for (sfi, record_id), record in session.cached.items():
        _put_record(image, sfi, record_id, record)
    _log(image, counter + NO_OVERDRAFT + session.amount + _log_tail(session, order))
    return code + answer2


def _mac1_data(session: PurchaseSession, order: DebitOrder) -> bytes:
    """Join what MAC1 covers."""
    return mac1_data(
        amount=session.amount,
        transaction_type=session.transaction_type,
        terminal=session.terminal,
        purchase_time=order.purchase_time,
    )


def _tac_data(session: PurchaseSession, order: DebitOrder) -> bytes:
    """Join what the TAC covers."""
    return tac_data(
        amount=session.amount,
        transaction_type=session.transaction_type,
        terminal=session.terminal,
        transaction_number=order.transaction_number,
        purchase_time=order.purchase_time,
    )


def _log_tail(session: PurchaseSession, order: DebitOrder) -> bytes:
    """Join type, terminal, date and time of a log record."""
    return bytes((session.transaction_type,)) + session.terminal + order.purchase_time


def _put_record(image: Image, sfi: int, record_id: int, record: bytes) -> None:
    """Replace one composite record."""
    place = record_place(sfi, record_id)
    assert place is not None, "`80DC` keeps only records that exist"
    image.put(f"{sfi:04X}", record, at=place[0])


def _log(image: Image, record: bytes) -> None:
    """Put a record into the ring of 0018, over the oldest one when it is full."""
    assert len(record) == LOG_LENGTH
    count = image.number("log-count")
    newest = (image.number("log-newest") + 1) % LOG_RECORDS if count else 0
    image.put("0018", record, at=newest * LOG_LENGTH)
    image.put_number("log-newest", newest)
    image.put_number("log-count", min(count + 1, LOG_RECORDS))
