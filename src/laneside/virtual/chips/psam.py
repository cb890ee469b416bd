"""The virtual PSAM: purchase MACs, derived keys, authorisation, and a transaction number that is never used twice.

Source: spec/psam-and-crypto.md sections 1 to 4 and spec/virtual-and-defaults.md section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec

from laneside.cardcrypto.ciphers import MAC_LENGTH, Suite, decrypt, encrypt, last_block
from laneside.cardcrypto.messaging import external_authenticate
from laneside.cardcrypto.purchase import diversify_chain, mac1, mac1_data, mac2, mac2_data, session_key
from laneside.virtual.chips import apdu
from laneside.virtual.chips.apdu import OK, ReceivedCommand
from laneside.virtual.chips.chip import MASTER_FILE, Act, Chip, Directory, ElementaryFile
from laneside.virtual.chips.memory import ChipMemory, Image, SlotLayout, TwoSlotStore
from laneside.virtual.chips.profiles import AuthorisationNeed, PsamProfile, Purpose

APPLICATION = 0xDF01
AUTHORISATION_KEY = 0x41
AUTHORISATION_TRIES = 15
VERSION, KEY_CARD_TYPE, PURCHASE_KEY_INDEX, SM4_DECRYPT_KEY = 0x05, 0x01, 0x01, 0x43
PURCHASE_TYPES = frozenset({0x06, 0x09})

# Algorithm id of `8070` → suite and the key versions or indices that go with it.
_ALGORITHMS = {
    0x00: (Suite.TDES, frozenset({0x01, 0x02})),
    0x04: (Suite.SM4, frozenset({0x41, 0x42})),
}
# `801A` P1 (levels << 5 | usage) → key id in P2 (bit 6 chooses SM4) → purpose and suite.
_AUTHENTICATION = {
    0x01: (Purpose.CARD_AUTHENTICATION, Suite.TDES),
    0x41: (Purpose.CARD_AUTHENTICATION, Suite.SM4),
    0x44: (Purpose.CPC_AUTHENTICATION, Suite.SM4),
}
_DECRYPTION = {
    0x03: (Purpose.VEHICLE_DECRYPTION, Suite.TDES),
    SM4_DECRYPT_KEY: (Purpose.VEHICLE_DECRYPTION, Suite.SM4),
}
_DERIVATIONS = {0x48: _AUTHENTICATION, 0x59: _DECRYPTION, 0x39: _DECRYPTION}
_ROOTS = {
    (purpose, suite): f"root-{purpose.value}-{suite.value}"
    for purpose, suite in (
        (Purpose.PURCHASE, Suite.TDES),
        (Purpose.PURCHASE, Suite.SM4),
        *_AUTHENTICATION.values(),
        *_DECRYPTION.values(),
    )
}


class _Derived(msgspec.Struct, frozen=True, kw_only=True):
    """The key that `801A` made."""

    suite: Suite
    key: bytes

    def __repr__(self) -> str:
        return f"_Derived({self.suite})"


class VirtualPsam(Chip):
    """A PSAM in software. It starts without power; ``power_on`` first."""

    LAYOUT: ClassVar[SlotLayout] = SlotLayout(
        (
            ("0015", 14),
            ("0016", 6),
            ("0017", 27),
            ("length-0017", 1),
            ("0018", 4),
            ("authorisation-required", 1),
            ("authorisation-tries", 1),
            ("authorisation-key", 16),
            *((name, 16) for name in _ROOTS.values()),
        )
    )
    DIRECTORIES: ClassVar[tuple[Directory, ...]] = (
        Directory(
            file_id=MASTER_FILE,
            files=(ElementaryFile(file_id=0x0015, field="0015"), ElementaryFile(file_id=0x0016, field="0016")),
        ),
        Directory(
            file_id=APPLICATION,
            files=(ElementaryFile(file_id=0x0017, field="0017", length_field="length-0017"),),
        ),
    )

    @classmethod
    def personalise(
        cls, profile: PsamProfile, *, memory: ChipMemory, random_bytes: Callable[[int], bytes]
    ) -> VirtualPsam:
        """Make a new PSAM in a memory."""
        return cls(TwoSlotStore.create(memory, personalised(profile)), random_bytes=random_bytes)

    def _instruction_set(self) -> dict[tuple[int, int], Act]:
        common = super()._instruction_set()
        return {
            **{place: act for place, act in common.items() if place[1] != 0xD6},
            (0x00, 0x82): self._authorise,
            (0x80, 0x1A): self._derive_key,
            (0x80, 0xFA): self._use_key,
            (0x80, 0x70): self._initialise_purchase,
            (0x80, 0x72): self._verify_mac2,
        }

    def _forget(self) -> None:
        super()._forget()
        self._authorised = False
        self._derived: _Derived | None = None
        self._awaited_mac2: bytes | None = None

    def _select(self, command: ReceivedCommand) -> bytes:
        self._derived = self._awaited_mac2 = None
        return super()._select(command)

    def _refuse_use(self) -> bytes | None:
        """Return 6985 outside the application, and before an authorisation that is required (special event 97)."""
        required = bool(self._image().number("authorisation-required"))
        ready = self._directory.file_id == APPLICATION and (self._authorised or not required)
        return None if ready else apdu.CONDITIONS

    # --- authorisation

    def _authorise(self, command: ReceivedCommand) -> bytes:
        """`0082004108` under the MF: check the centre's answer to the challenge; it is valid until power-off."""
        if command.p1 or command.p2 != AUTHORISATION_KEY:
            return apdu.WRONG_P1_P2 if command.p1 else apdu.NO_KEY
        if len(command.data) != 8:
            return apdu.WRONG_LENGTH
        image = self._image()
        if self._directory.file_id != MASTER_FILE:
            return apdu.CONDITIONS
        if not image.number("authorisation-tries"):
            return apdu.BLOCKED
        challenge = self._spend_challenge()
        if not challenge:
            return apdu.NO_CHALLENGE
        expected = external_authenticate(Suite.SM4, image["authorisation-key"], challenge.ljust(8, b"\x00"))
        return self._count_authorisation(image, right=command.data == expected)

    def _count_authorisation(self, draft: Image, *, right: bool) -> bytes:
        """Store the tries that are left, then answer."""
        left = AUTHORISATION_TRIES if right else draft.number("authorisation-tries") - 1
        draft.put_number("authorisation-tries", left)
        self._commit(draft)
        self._authorised = self._authorised or right
        return OK if right else apdu.tries_left(left)

    # --- derived keys

    def _derive_key(self, command: ReceivedCommand) -> bytes:
        """`801A`: derive a key; the data carry the last factor first."""
        self._derived = None
        table = _DERIVATIONS.get(command.p1)
        if table is None:
            return apdu.WRONG_P1_P2
        if command.p2 not in table:
            return apdu.NO_KEY
        if len(command.data) != 8 * (command.p1 >> 5):
            return apdu.WRONG_LENGTH
        refused = self._refuse_use()
        if refused is not None:
            return refused
        purpose, suite = table[command.p2]
        factors = [command.data[at : at + 8] for at in range(0, len(command.data), 8)]
        root = self._image()[_ROOTS[purpose, suite]]
        self._derived = _Derived(suite=suite, key=diversify_chain(suite, root, *reversed(factors)))
        return OK

    def _use_key(self, command: ReceivedCommand) -> bytes:
        """`80FA`: encrypt (00), decrypt (80) or make a MAC from a start value (05, 08) with the derived key."""
        if command.p1 not in {0x00, 0x80, 0x05, 0x08} or command.p2:
            return apdu.WRONG_P1_P2
        refused = self._refuse_use()
        if refused is not None:
            return refused
        if self._derived is None:
            return apdu.CONDITIONS
        suite, key, data = self._derived.suite, self._derived.key, command.data
        if command.p1 in {0x05, 0x08}:
            return self._mac(suite, key, data)
        if not data or len(data) % suite.block_length:
            return apdu.WRONG_LENGTH
        turn = decrypt if command.p1 & 0x80 else encrypt
        return command.wants(len(data)) or turn(suite, key, data) + OK

    def _mac(self, suite: Suite, key: bytes, data: bytes) -> bytes:
        """Make the MAC of spec/psam-and-crypto.md section 6; the chip pads."""
        initial, message = data[: suite.block_length], data[suite.block_length :]
        if not message:
            return apdu.WRONG_LENGTH
        if suite is Suite.SM4:
            return last_block(suite, key, message, initial)[:MAC_LENGTH] + OK
        chained = last_block(suite, key[:8], message, initial)
        return encrypt(suite, key[:8], decrypt(suite, key[8:], chained))[:MAC_LENGTH] + OK

    # --- purchase

    def _initialise_purchase(self, command: ReceivedCommand) -> bytes:
        """`8070`: answer a new transaction number and MAC1; the number is stored first, so that none is used twice."""
        self._derived = self._awaited_mac2 = None
        if command.p1 or command.p2:
            return apdu.WRONG_P1_P2
        if len(command.data) != 36:
            return apdu.WRONG_LENGTH
        refused = self._refuse_use() or _refuse_purchase(command.data) or command.wants(8)
        if refused is not None:
            return refused
        draft = self._image()
        number = draft["0018"]
        if draft.number("0018") == 0xFFFFFFFF:
            return apdu.COUNTER_FULL
        draft.put_number("0018", draft.number("0018") + 1)
        self._commit(draft)
        return number + self._order(draft, command.data, number) + OK

    def _order(self, image: Image, data: bytes, number: bytes) -> bytes:
        """Return MAC1 and remember which MAC2 must come back."""
        random_and_counter, amount, kind, purchase_time = data[:6], data[6:10], data[10], data[11:18]
        suite, _ = _ALGORITHMS[data[19]]
        card_number, region = data[20:28], data[28:36]
        key = diversify_chain(suite, image[_ROOTS[Purpose.PURCHASE, suite]], region, card_number)
        session = session_key(suite, key, random_and_counter + number[2:])
        self._awaited_mac2 = mac2(suite, session, mac2_data(amount=amount))
        ordered = mac1_data(amount=amount, transaction_type=kind, terminal=image["0016"], purchase_time=purchase_time)
        return mac1(suite, session, ordered)

    def _verify_mac2(self, command: ReceivedCommand) -> bytes:
        """`8072`: check the card's MAC2; the purchase ends whatever the result."""
        awaited, self._awaited_mac2 = self._awaited_mac2, None
        if command.p1 or command.p2:
            return apdu.WRONG_P1_P2
        if len(command.data) != 4:
            return apdu.WRONG_LENGTH
        if awaited is None:
            return apdu.CONDITIONS
        return OK if command.data == awaited else apdu.PURCHASE_MAC_WRONG


def _refuse_purchase(data: bytes) -> bytes | None:
    """Check algorithm, key version and type of a purchase."""
    suite, versions = _ALGORITHMS.get(data[19], (None, frozenset[int]()))
    if suite is None or data[10] not in PURCHASE_TYPES:
        return apdu.BAD_DATA
    return None if data[18] in versions else apdu.NO_KEY


def personalised(profile: PsamProfile) -> bytes:
    """Write a profile into the image of a new PSAM."""
    image = Image(VirtualPsam.LAYOUT)
    image.put("0015", profile.serial + bytes((VERSION, KEY_CARD_TYPE, 0, 0)))
    image.put("0016", profile.terminal_number)
    application = bytes((PURCHASE_KEY_INDEX,)) + profile.issuer + profile.region + profile.start + profile.expiry
    application += bytes((0x00, SM4_DECRYPT_KEY)) if profile.sm4_tail else b""
    image.put("0017", application)
    image.put_number("length-0017", len(application))
    image.put_number("0018", profile.next_transaction_number)
    image.put_number("authorisation-required", profile.authorisation is AuthorisationNeed.REQUIRED)
    image.put_number("authorisation-tries", AUTHORISATION_TRIES)
    for (purpose, suite), name in _ROOTS.items():
        image.put(name, profile.keys.root(purpose, suite))
    root = profile.keys.root(Purpose.PSAM_AUTHORISATION, Suite.SM4)
    image.put("authorisation-key", diversify_chain(Suite.SM4, root, profile.region, profile.serial[2:]))
    return bytes(image)
