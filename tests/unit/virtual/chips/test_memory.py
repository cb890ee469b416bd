"""A cut between any two writes, or inside one, leaves the old or the new state of a chip, never a mixture."""

from collections.abc import Callable
from pathlib import Path

import pytest

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import external_authenticate, secure_message_mac
from laneside.cardcrypto.purchase import diversify_chain
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.memory import FileMemory, RamMemory, StoreError, TwoSlotStore
from laneside.virtual.chips.profiles import (
    AuthorisationNeed,
    CardProfile,
    ProofLife,
    ProofRule,
    PsamProfile,
    Purpose,
    TagProfile,
    VirtualKeys,
)
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag

HEX = bytes.fromhex


class PowerCutError(Exception):
    """The power went."""


class CuttingMedium(RamMemory):
    """Lose the power at a chosen write, after a chosen number of its bytes."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(data)
        self.writes: list[int] = []
        self.cut_at: tuple[int, int] | None = None

    def write(self, offset: int, data: bytes) -> None:
        self.writes.append(len(data))
        if self.cut_at is not None and len(self.writes) > self.cut_at[0]:
            super().write(offset, data[: self.cut_at[1]])
            raise PowerCutError
        super().write(offset, data)


def test_every_byte_of_a_commit_may_be_the_last() -> None:
    old, new = bytes(range(60)), bytes(range(60, 120))
    clean = CuttingMedium()
    store = TwoSlotStore.create(clean, bytes(60))
    store.commit(old)
    before, clean.writes = clean.read(), []
    store.commit(new)
    lengths = clean.writes
    assert len(lengths) == 2, "the image, then the header that makes it valid"
    for index, length in enumerate(lengths):
        for survived in range(length + 1):
            medium = CuttingMedium(before)
            torn = TwoSlotStore(medium)
            medium.cut_at = (index, survived)
            with pytest.raises(PowerCutError):
                torn.commit(new)
            complete = index == len(lengths) - 1 and survived == length
            after = TwoSlotStore(RamMemory(medium.read()))
            assert after.image == (new if complete else old)
            after.commit(new)
            after.commit(old)
            assert TwoSlotStore(RamMemory(medium.read())).image in {old, new}
            assert after.image == old


def test_an_open_store_goes_on_after_a_failed_write() -> None:
    medium = CuttingMedium()
    store = TwoSlotStore.create(medium, b"old.")
    medium.cut_at = (len(medium.writes) + 1, 3)
    with pytest.raises(PowerCutError):
        store.commit(b"new.")
    medium.cut_at = None
    assert store.image == b"old."
    store.commit(b"next")
    store.reload()
    assert store.image == b"next"


def test_an_unchanged_image_is_not_written() -> None:
    medium = CuttingMedium()
    store = TwoSlotStore.create(medium, b"same")
    count = len(medium.writes)
    store.commit(b"same")
    assert len(medium.writes) == count


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(48), b"LSV1" * 12])
def test_a_medium_without_a_whole_slot_is_told(data: bytes) -> None:
    with pytest.raises(StoreError):
        TwoSlotStore(RamMemory(data))


def test_one_rotten_slot_leaves_the_other() -> None:
    medium = RamMemory()
    store = TwoSlotStore.create(medium, b"first")
    store.commit(b"2nd..")
    for position in range(len(medium.read())):
        rotten = bytearray(medium.read())
        rotten[position] ^= 0x01
        assert TwoSlotStore(RamMemory(bytes(rotten))).image in {b"first", b"2nd.."}


def test_a_file_keeps_a_chip(tmp_path: Path) -> None:
    path = tmp_path / "card.bin"
    card = VirtualCard.personalise(CARD, memory=FileMemory(path), random_bytes=bytes)
    image = card.image
    assert VirtualCard.load(FileMemory(path), random_bytes=bytes).image == image
    store = TwoSlotStore(FileMemory(path))
    changed = bytes(byte ^ 0xFF for byte in image)
    store.commit(changed)
    assert TwoSlotStore(FileMemory(path)).image == changed
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileNotFoundError):
        TwoSlotStore(FileMemory(tmp_path / "none.bin"))


# Every command that changes a chip.

ISSUE = HEX("B8CACBE062010001 16 40 6201 2219230200000001 20200101 20300101 B8CA41313233343500000000 00 00 01") + bytes(
    7
)
CAPP = HEX("AA290062010A0B11663878F7010600000000000000B8CA413132333435000000000000000000FF000004E2")
REGION, NUMBER, CONTRACT = HEX("B8CACBE0B8CACBE0"), HEX("2219230200000001"), HEX("6201000000000042")
CHALLENGE = HEX("1122334455667788")
KEYS = VirtualKeys()
CARD = CardProfile(
    issue_info=ISSUE,
    balance_fen=100000,
    counter=7,
    log=(HEX("0007000000000000010962010000999920240506143000"),),
    proof=ProofRule(counter=7, mac2=HEX("01020304"), tac=HEX("05060708")),
    proof_life=ProofLife.NEXT_INIT,
)
PSAM = PsamProfile(
    serial=HEX("62010123456789ABCDEF"),
    terminal_number=HEX("620100001234"),
    issuer=HEX("B8CACBE062010001"),
    authorisation=AuthorisationNeed.REQUIRED,
)
TAG = TagProfile(system=HEX("B8CACBE06201000100406201000000000042") + bytes(81), vehicle=bytes(79), mac_id=bytes(4))


def random_bytes(count: int) -> bytes:
    return CHALLENGE[:count]


def send(chip: Chip, *commands: str) -> bytes:
    answer = b""
    for command in commands:
        answer = chip.transmit(HEX(command))
    return answer


def secured(purpose: Purpose, factors: tuple[bytes, bytes], message: str) -> str:
    key = diversify_chain(Suite.TDES, KEYS.root(purpose, Suite.TDES), *factors)
    return message + secure_message_mac(Suite.TDES, key, CHALLENGE[:4], HEX(message)).hex()


def opened_purchase(card: Chip, *, plain: bool = False) -> str:
    """Bring a card to the point before `8054`; return that command."""
    init = send(card, "00A40000021001", f"8050{'01' if plain else '03'}020B01000004E26201000012340F")
    if not plain:
        send(card, f"80DCAAC82B{CAPP.hex()}")
    free = PsamProfile(serial=PSAM.serial, terminal_number=PSAM.terminal_number, issuer=PSAM.issuer)
    psam = VirtualPsam.personalise(free, memory=RamMemory(), random_bytes=random_bytes)
    psam.power_on()
    kind = "06" if plain else "09"
    order = f"8070000024{init[11:15].hex()}{init[4:6].hex()}000004E2{kind}202405061430150100{(NUMBER + REGION).hex()}08"
    answer = send(psam, "00A4000002DF01", order)
    return f"805401000F{answer[:4].hex()}20240506143015{answer[4:8].hex()}08"


def authenticated(card: Chip) -> str:
    key = diversify_chain(Suite.TDES, KEYS.root(Purpose.CARD_AUTHENTICATION, Suite.TDES), REGION, NUMBER)
    send(card, "00A40000021001", "0084000008")
    return "0082000108" + external_authenticate(Suite.TDES, key, CHALLENGE).hex()


def authorised(psam: Chip) -> str:
    root = KEYS.root(Purpose.PSAM_AUTHORISATION, Suite.SM4)
    key = diversify_chain(Suite.SM4, root, REGION, PSAM.serial[2:])
    send(psam, "0084000008")
    return "0082004108" + external_authenticate(Suite.SM4, key, CHALLENGE).hex()


def after(*commands: str, then: str) -> Callable[[Chip], str]:
    """Prepare with plain commands, then cut one."""

    def prepare(chip: Chip) -> str:
        send(chip, *commands)
        return then

    return prepare


def right_after_wrong(prepare: Callable[[Chip], str]) -> Callable[[Chip], str]:
    """Use up a try first, so that the right answer changes the image."""

    def prepared(chip: Chip) -> str:
        right = prepare(chip)
        send(chip, right[:10] + "00" * (len(HEX(right)) - 5))
        return prepare(chip)

    return prepared


def open_init(psam: Chip) -> str:
    send(psam, authorised(psam), "00A4000002DF01")
    return f"80700000241A2B3C4D0123000004E209202405061430150100{(NUMBER + REGION).hex()}08"


def open_0008(card: Chip) -> str:
    send(card, authenticated(card))
    return "00D6880003010203"


REGIONAL_CARD, REGIONAL_TAG = (REGION, NUMBER), (REGION, CONTRACT)


def card_on(medium: CuttingMedium) -> Chip:
    return VirtualCard.personalise(CARD, memory=medium, random_bytes=random_bytes)


def psam_on(medium: CuttingMedium) -> Chip:
    return VirtualPsam.personalise(PSAM, memory=medium, random_bytes=random_bytes)


def tag_on(medium: CuttingMedium) -> Chip:
    return VirtualTag.personalise(TAG, memory=medium, random_bytes=random_bytes)


CHANGES: dict[str, tuple[Callable[[CuttingMedium], Chip], Callable[[Chip], str], str]] = {
    "card-8054": (card_on, opened_purchase, "9000"),
    "card-8054-plain": (card_on, lambda card: opened_purchase(card, plain=True), "9000"),
    "card-8050-ends-the-proof": (card_on, after("00A40000021001", then="805003020B01000004E26201000012340F"), "9000"),
    "card-0082-wrong": (card_on, after("00A40000021001", "0084000008", then="0082000108" + "00" * 8), "63CE"),
    "card-0082-right-after-wrong": (card_on, right_after_wrong(authenticated), "9000"),
    "card-0020-wrong": (card_on, after(then="0020000006" + "00" * 6), "63C2"),
    "card-0020-right-after-wrong": (
        card_on,
        right_after_wrong(after(then="0020000006313233343536")),
        "9000",
    ),
    "card-00D6-0008": (card_on, open_0008, "9000"),
    "card-04D6-0015": (
        card_on,
        after(
            "00A40000021001",
            "0084000004",
            then=secured(Purpose.CARD_MAINTENANCE, REGIONAL_CARD, "04D695180820310101"),
        ),
        "9000",
    ),
    "card-04D6-0016": (
        card_on,
        after("0084000004", then=secured(Purpose.CARD_MAINTENANCE, REGIONAL_CARD, "04D6960006AABB")),
        "9000",
    ),
    "psam-8070": (psam_on, open_init, "9000"),
    "psam-0082-wrong": (psam_on, after("0084000008", then="0082004108" + "00" * 8), "63CE"),
    "psam-0082-right-after-wrong": (psam_on, right_after_wrong(authorised), "9000"),
    "tag-00D6-EF04": (tag_on, after("00A4000002DF01", "00A4000002EF04", then="00D6013F27" + "AA" * 39), "9000"),
    "tag-04D6-flag": (
        tag_on,
        after("0084000004", then=secured(Purpose.TAG_MAINTENANCE, REGIONAL_TAG, "04D6811A0501")),
        "9000",
    ),
    "tag-04D6-vehicle": (
        tag_on,
        after(
            "00A4000002DF01",
            "0084000004",
            then=secured(Purpose.VEHICLE_MAINTENANCE, REGIONAL_TAG, "04D6810053" + "11" * 79),
        ),
        "9000",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_cut_in_any_mutating_command_leaves_the_old_or_the_new_state(name: str) -> None:
    make, prepare, status = CHANGES[name]
    medium = CuttingMedium()
    chip = make(medium)
    chip.power_on()
    command = prepare(chip)
    old, medium.writes = chip.image, []
    assert send(chip, command)[-2:] == HEX(status)
    new, lengths = chip.image, medium.writes
    assert old != new
    assert len(lengths) == 2, "one command, one commit"
    seen = set()
    for index, length in enumerate(lengths):
        for survived in sorted({0, 1, 8, 12, 19, length // 2, length - 1, length}):
            left = cut(make, prepare, index, min(survived, length))
            seen.add(left)
            assert left in {old, new}
    assert seen == {old, new}


def cut(make: Callable[[CuttingMedium], Chip], prepare: Callable[[Chip], str], index: int, survived: int) -> bytes:
    """Play again with a cut; return the image that a fresh chip finds."""
    medium = CuttingMedium()
    chip = make(medium)
    chip.power_on()
    command = prepare(chip)
    medium.writes, medium.cut_at = [], (index, survived)
    with pytest.raises(PowerCutError):
        send(chip, command)
    again = type(chip).load(RamMemory(medium.read()), random_bytes=random_bytes)
    again.power_on()
    return again.image


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("whole", [False, True])
def test_a_torn_debit_as_the_next_reader_sees_it(index: int, whole: bool) -> None:
    medium = CuttingMedium()
    card = card_on(medium)
    card.power_on()
    command = opened_purchase(card)
    medium.writes, medium.cut_at = [], (index, 10_000 if whole else 5)
    with pytest.raises(PowerCutError):
        send(card, command)
    again = VirtualCard.load(RamMemory(medium.read()), random_bytes=random_bytes)
    again.power_on()
    happened = index == 1 and whole
    facts = (
        send(again, "00A40000021001", "805C000204"),
        send(again, "00B201CC2B"),
        send(again, "00B201C417")[:2],
        send(again, "805A000902000808")[-2:],
    )
    if happened:
        assert facts == (HEX("000181BE9000"), CAPP + HEX("9000"), HEX("0008"), HEX("9000"))
    else:
        assert facts == (HEX("000186A09000"), CARD.capp + HEX("9000"), HEX("0007"), HEX("9406"))
