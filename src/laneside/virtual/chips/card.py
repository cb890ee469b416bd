"""The virtual ETC card: files, balance, composite purchase and proof, byte for byte (spec/icc.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import external_authenticate
from laneside.cardcrypto.purchase import mac1, mac1_data, mac2, mac2_data, session_key, tac, tac_data
from laneside.virtual.chips import apdu, card_files
from laneside.virtual.chips.apdu import OK, ReceivedCommand
from laneside.virtual.chips.card_files import KEY_FIELDS, TRIES_FIELDS, record_place
from laneside.virtual.chips.chip import Act, Chip, Directory, ElementaryFile, FileKind, Update
from laneside.virtual.chips.memory import ChipMemory, Image, SlotLayout, TwoSlotStore
from laneside.virtual.chips.profiles import LOG_LENGTH, LOG_RECORDS, CardProfile, Purpose

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
_AUTHENTICATION_KEYS = {0x01: Suite.TDES, 0x41: Suite.SM4}


class PurchaseSession(msgspec.Struct, kw_only=True):
    """What the card remembers between `8050` and `8054`, in volatile memory."""

    transaction_type: int
    suite: Suite
    key_version: int
    amount: bytes
    terminal: bytes
    balance: bytes
    counter: bytes
    random: bytes
    cached: dict[tuple[int, int], bytes] = msgspec.field(default_factory=dict)

    def answer(self) -> bytes:
        """Return the 15 bytes that `8050` answers."""
        tail = bytes((self.key_version, self.suite.algorithm_id)) + self.random
        return self.balance + self.counter + NO_OVERDRAFT + tail

    @property
    def complete(self) -> bool:
        """Whether `8054` may come: a composite purchase has something to write."""
        return self.transaction_type != COMPOSITE_PURCHASE or bool(self.cached)


class DebitOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The 15 data bytes of `8054`."""

    transaction_number: bytes
    purchase_time: bytes
    mac1: bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> DebitOrder:
        """Split the data bytes."""
        assert len(data) == 15, "the caller checks Lc"
        return cls(transaction_number=data[:4], purchase_time=data[4:11], mac1=data[11:])


class VirtualCard(Chip):
    """An ETC user card in software. It starts without power; ``power_on`` first."""

    LAYOUT: ClassVar[SlotLayout] = card_files.LAYOUT
    DIRECTORIES: ClassVar[tuple[Directory, ...]] = card_files.DIRECTORIES

    @classmethod
    def personalise(
        cls, profile: CardProfile, *, memory: ChipMemory, random_bytes: Callable[[int], bytes]
    ) -> VirtualCard:
        """Make a new card in a memory."""
        return cls(TwoSlotStore.create(memory, card_files.personalised(profile)), random_bytes=random_bytes)

    def _instruction_set(self) -> dict[tuple[int, int], Act]:
        return {
            **super()._instruction_set(),
            (0x00, 0x20): self._verify_pin,
            (0x00, 0x82): self._external_authenticate,
            (0x00, 0xB2): self._read_record,
            (0x80, 0x50): self._initialise_purchase,
            (0x80, 0x54): self._debit,
            (0x80, 0x5A): self._prove,
            (0x80, 0x5C): self._balance,
            (0x80, 0xDC): self._cache_record,
        }

    def _forget(self) -> None:
        super()._forget()
        self._session: PurchaseSession | None = None
        self._authenticated = False

    def _leave_directory(self) -> None:
        self._authenticated = False

    def _answer(self, command: ReceivedCommand) -> bytes:
        """Refuse everything but SELECT within a locked application."""
        selecting = (command.cla, command.ins) == (0x00, 0xA4)
        if self._in_application and self._locked and not selecting:
            return apdu.LOCKED
        return super()._answer(command)

    def _select(self, command: ReceivedCommand) -> bytes:
        """End the open purchase, then select; entering a locked application is answered with a warning."""
        self._session = None
        answer = super()._select(command)
        if answer.endswith(OK) and self._in_application and self._locked:
            return apdu.FILE_INVALID if self._selected is None else apdu.LOCKED
        return answer

    @property
    def _in_application(self) -> bool:
        return self._directory.file_id == card_files.APPLICATION

    @property
    def _locked(self) -> bool:
        return bool(self._image().number("flags") & card_files.FLAG_LOCKED)

    @property
    def _knows_sm4(self) -> bool:
        return self._image()["0015"][9] >> 4 == 5

    def _may_update(self, file: ElementaryFile) -> bool:
        return file.update is Update.AUTHENTICATED and self._authenticated

    def _maintenance_key(self, file: ElementaryFile) -> tuple[Suite, bytes]:
        assert file.update is Update.MAC
        suite = Suite.SM4 if self._knows_sm4 else Suite.TDES
        return suite, self._image()[KEY_FIELDS[Purpose.CARD_MAINTENANCE, suite]]

    # --- records

    def _read_record(self, command: ReceivedCommand) -> bytes:
        """`00B2`: record P1 of the file in P2; record 1 of the log is the newest."""
        if command.data or command.le is None:
            return apdu.WRONG_LENGTH
        if command.p2 & 0x07 != 0x04:
            return apdu.WRONG_P1_P2
        file = self._by_sfi(command.p2 >> 3)
        if file is None:
            return apdu.NO_FILE
        if file.kind not in {FileKind.CYCLIC, FileKind.RECORDS}:
            return apdu.WRONG_FILE_TYPE
        if file.kind is FileKind.CYCLIC:
            record = self._log_record(command.p1)
        else:
            record = self._composite_record(file.file_id, command.p1)
        if record is None:
            return apdu.NO_RECORD
        return record[: command.le] + OK if command.le in {256, *range(len(record) + 1)} else apdu.wrong_le(len(record))

    def _log_record(self, number: int) -> bytes | None:
        """Return a record of 0018 by its age, 1 the newest."""
        image = self._image()
        if not 1 <= number <= image.number("log-count"):
            return None
        ring = image["0018"]
        at = (image.number("log-newest") - (number - 1)) * LOG_LENGTH % len(ring)
        return ring[at : at + LOG_LENGTH]

    def _composite_record(self, sfi: int, number: int) -> bytes | None:
        """Return a record of a composite file by its number."""
        records = card_files.COMPOSITE_FILES[sfi]
        if not 1 <= number <= len(records):
            return None
        place = card_files.record_place(sfi, records[number - 1][0])
        assert place is not None
        return self._image()[f"{sfi:04X}"][place[0] : place[0] + place[1]]

    # --- balance and purchase

    def _balance(self, command: ReceivedCommand) -> bytes:
        """`805C000204`: the balance in fen, 4 bytes."""
        if (command.p1, command.p2) != (0x00, 0x02):
            return apdu.WRONG_P1_P2
        if command.data or command.le is None:
            return apdu.WRONG_LENGTH
        if not self._in_application:
            return apdu.CONDITIONS
        return command.wants(4) or self._image()["balance"] + OK

    def _initialise_purchase(self, command: ReceivedCommand) -> bytes:
        """`8050`: open a composite (03 02) or plain (01 02) purchase; whatever was open ends."""
        self._session = None
        kind = {0x03: COMPOSITE_PURCHASE, 0x01: PLAIN_PURCHASE}.get(command.p1)
        if kind is None or command.p2 != 0x02:
            return apdu.WRONG_P1_P2
        if len(command.data) != 11:
            return apdu.WRONG_LENGTH
        if not self._in_application:
            return apdu.CONDITIONS
        return command.wants(15) or self._refuse_purchase(command.data) or self._open_purchase(kind, command.data)

    def _refuse_purchase(self, data: bytes) -> bytes | None:
        """Check key index, counter and balance, in this order."""
        image = self._image()
        suite, _ = KEY_INDICES.get(data[0], (None, 0))
        if suite is None or (suite is Suite.SM4 and not self._knows_sm4):
            return apdu.KEY_INDEX_UNKNOWN
        if image.number("counter") == 0xFFFF:
            return apdu.COUNTER_FULL
        return apdu.BALANCE_SHORT if int.from_bytes(data[1:5], "big") > image.number("balance") else None

    def _open_purchase(self, kind: int, data: bytes) -> bytes:
        """Remember the purchase; on some cards the last proof ends here."""
        draft = self._image()
        if draft.number("flags") & card_files.FLAG_PROOF_UNTIL_INIT:
            draft.put_number("proof", 0)
            self._commit(draft)
        suite, key_version = KEY_INDICES[data[0]]
        self._session = PurchaseSession(
            transaction_type=kind,
            suite=suite,
            key_version=key_version,
            amount=data[1:5],
            terminal=data[5:11],
            balance=draft["balance"],
            counter=draft["counter"],
            random=self._random_bytes(4),
        )
        return self._session.answer() + OK

    def _cache_record(self, command: ReceivedCommand) -> bytes:
        """`80DC`: keep a composite record until `8054` writes it; P1 is its id, P2 the file."""
        if self._session is None or self._session.transaction_type != COMPOSITE_PURCHASE:
            return apdu.CONDITIONS
        sfi = command.p2 >> 3
        if command.p2 & 0x07:
            return apdu.WRONG_P1_P2
        if sfi not in card_files.COMPOSITE_FILES:
            return apdu.NO_FILE
        place = card_files.record_place(sfi, command.p1)
        if place is None or command.data[:2] != bytes((command.p1, place[1] - 2)) or len(command.data) != place[1]:
            return apdu.BAD_DATA
        self._session.cached[sfi, command.p1] = command.data
        return OK

    def _debit(self, command: ReceivedCommand) -> bytes:
        """`8054`: balance, counter, 0019, log and proof change together, or nothing does. The purchase ends here."""
        session, self._session = self._session, None
        if (command.p1, command.p2) != (0x01, 0x00):
            return apdu.WRONG_P1_P2
        if len(command.data) != 15:
            return apdu.WRONG_LENGTH
        if session is None or not session.complete:
            return apdu.CONDITIONS
        refused = command.wants(8)
        if refused is not None:
            return refused
        draft = self._image()
        answer = _debited(draft, session, DebitOrder.from_bytes(command.data))
        if answer is None:
            return apdu.PURCHASE_MAC_WRONG
        self._commit(draft)
        return answer + OK

    def _prove(self, command: ReceivedCommand) -> bytes:
        """`805A`: MAC2 and TAC of the purchase with counter N+1, while the card still has them."""
        if command.p1:
            return apdu.WRONG_P1_P2
        if len(command.data) != 2:
            return apdu.WRONG_LENGTH
        if not self._in_application:
            return apdu.CONDITIONS
        proof = self._image()["proof"]
        if not command.p2 or proof[:3] != bytes((command.p2,)) + command.data:
            return apdu.PROOF_GONE
        return command.wants(8) or proof[3:] + OK

    # --- authentication

    def _external_authenticate(self, command: ReceivedCommand) -> bytes:
        """`0082 00 kk`: check the answer to the challenge with key 01, or 41 on a card that knows SM4."""
        suite = _AUTHENTICATION_KEYS.get(command.p2)
        if command.p1:
            return apdu.WRONG_P1_P2
        if suite is None or not self._in_application or (suite is Suite.SM4 and not self._knows_sm4):
            return apdu.NO_KEY
        if len(command.data) != 8:
            return apdu.WRONG_LENGTH
        if not self._image().number(TRIES_FIELDS[suite]):
            return apdu.BLOCKED
        challenge = self._spend_challenge()
        if not challenge:
            return apdu.NO_CHALLENGE
        key = self._image()[KEY_FIELDS[Purpose.CARD_AUTHENTICATION, suite]]
        expected = external_authenticate(suite, key, challenge.ljust(8, b"\x00"))
        self._authenticated = command.data == expected
        return self._count_try(TRIES_FIELDS[suite], card_files.AUTHENTICATION_TRIES, right=self._authenticated)

    def _verify_pin(self, command: ReceivedCommand) -> bytes:
        """`0020000006`: verify the PIN, which no toll payment needs."""
        if command.p1 or command.p2:
            return apdu.WRONG_P1_P2
        if len(command.data) != 6:
            return apdu.WRONG_LENGTH
        image = self._image()
        if not image.number("tries-pin"):
            return apdu.BLOCKED
        return self._count_try("tries-pin", card_files.PIN_TRIES, right=command.data == image["pin"])

    def _count_try(self, field: str, most: int, *, right: bool) -> bytes:
        """Store the tries that are left, then answer: a cut can't give one back. A right answer restores all."""
        draft = self._image()
        left = most if right else draft.number(field) - 1
        draft.put_number(field, left)
        self._commit(draft)
        return OK if right else apdu.tries_left(left)


def _debited(image: Image, session: PurchaseSession, order: DebitOrder) -> bytes | None:
    """Change a draft image into the state after the debit (spec/icc.md section 8.2).

    Returns TAC and MAC2, or None when MAC1 is wrong; the draft is then unchanged.
    """
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
    """Write a record into the ring of 0018, over the oldest one when it is full."""
    assert len(record) == LOG_LENGTH
    count = image.number("log-count")
    newest = (image.number("log-newest") + 1) % LOG_RECORDS if count else 0
    image.put("0018", record, at=newest * LOG_LENGTH)
    image.put_number("log-newest", newest)
    image.put_number("log-count", min(count + 1, LOG_RECORDS))
