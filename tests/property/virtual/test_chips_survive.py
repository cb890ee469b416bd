"""Whatever is sent, a chip answers with a status word, changes in one commit at most, and serves only its image."""

from hypothesis import given, settings
from hypothesis import strategies as st

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import decrypt_vehicle_file, encrypt_vehicle_file, vehicle_check_code
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.memory import RamMemory, TwoSlotStore
from laneside.virtual.chips.profiles import CardProfile, PsamProfile, TagProfile
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag

HEX = bytes.fromhex
ISSUE = HEX("B8CACBE062010001 16 50 6201 2219230200000001 20200101 20300101 B8CA41313233343500000000 00 00 01") + bytes(
    7
)


class CountingMedium(RamMemory):
    """Count the writes."""

    writes = 0

    def write(self, offset: int, data: bytes) -> None:
        self.writes += 1
        super().write(offset, data)


def card_on(medium: RamMemory) -> Chip:
    profile = CardProfile(issue_info=ISSUE, balance_fen=5000, counter=3)
    return VirtualCard.personalise(profile, memory=medium, random_bytes=bytes)


def psam_on(medium: RamMemory) -> Chip:
    profile = PsamProfile(serial=bytes(10), terminal_number=bytes(6), issuer=ISSUE[:8])
    return VirtualPsam.personalise(profile, memory=medium, random_bytes=bytes)


def tag_on(medium: RamMemory) -> Chip:
    return VirtualTag.personalise(
        TagProfile(system=bytes(99), vehicle=bytes(79), mac_id=bytes(4)), memory=medium, random_bytes=bytes
    )


KNOWN_CLASSES, KNOWN_INSTRUCTIONS = [0x00, 0x04, 0x80], [
    *(0x1A, 0x20, 0x50, 0x54, 0x5A, 0x5C, 0x70, 0x72, 0x82, 0x84),
    *(0xA4, 0xB0, 0xB2, 0xB4, 0xC0, 0xD6, 0xDC, 0xF6, 0xFA),
]  # fmt: skip
near = st.tuples(
    st.sampled_from(KNOWN_CLASSES),
    st.sampled_from(KNOWN_INSTRUCTIONS),
    st.sampled_from([0x00, 0x01, 0x03, 0x04, 0x48, 0x59, 0x80, 0x81, 0x84, 0x88, 0x95, 0x99, 0xAA])
    | st.integers(0, 255),
    st.sampled_from([0x00, 0x01, 0x02, 0x03, 0x09, 0x41, 0x43, 0xC4, 0xC8, 0xCC]) | st.integers(0, 255),
    st.binary(max_size=60),
    st.none() | st.integers(0, 255),
).map(
    lambda parts: (
        bytes(parts[:4])
        + (bytes((len(parts[4]),)) + parts[4] if parts[4] else b"")
        + (bytes((parts[5],)) if parts[5] is not None else b"")
    )
)
selecting = st.sampled_from(
    [
        "00A40000021001",
        "00A4000002DF01",
        "00A40000023F00",
        "00A4000002EF04",
        "00A40000020015",
        "0084000004",
        "0084000008",
    ]
).map(HEX)
opening = st.sampled_from(
    [
        "805003020B01000004E26201000012340F",
        "805001020B41000000016201000012340F",
        "8070000024000000000003000004E20920240506143015010022192302000000" + "01B8CACBE0B8CACBE008",
        "80DCAAC82BAA2900" + "11" * 40,
        "801A4801102219230200000001B8CACBE0B8CACBE0",
    ]
).map(HEX)  # fmt: skip
anything = st.lists(st.binary(max_size=300) | near | selecting | opening, max_size=12)


@settings(max_examples=400, deadline=None)
@given(make=st.sampled_from([card_on, psam_on, tag_on]), commands=anything)
def test_any_bytes_get_a_status_word(make, commands: list[bytes]) -> None:
    medium = CountingMedium()
    chip = make(medium)
    chip.power_on()
    for command in commands:
        before, writes = chip.image, medium.writes
        answer = chip.transmit(command)
        assert 2 <= len(answer) <= 258
        assert answer[-2] & 0xF0 in {0x60, 0x90}
        assert medium.writes - writes == (0 if chip.image == before else 2)
        if answer[-2] in {0x67, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x93, 0x94}:
            assert chip.image == before, "a refusal changes nothing"
            assert len(answer) == 2
    assert TwoSlotStore(RamMemory(medium.read())).image == chip.image
    if isinstance(chip, VirtualCard):
        chip.power_on()
        chip.transmit(HEX("00A40000021001"))
        assert chip.transmit(HEX("805C000204")) == HEX("000013889000"), "no debit without a right MAC1"


@settings(max_examples=150, deadline=None)
@given(
    suite=st.sampled_from(Suite),
    key=st.binary(min_size=16, max_size=16),
    challenge=st.binary(min_size=8, max_size=8),
    file=st.binary(min_size=1, max_size=79),
)
def test_vehicle_read_comes_back(suite: Suite, key: bytes, challenge: bytes, file: bytes) -> None:
    check_code = vehicle_check_code(suite, challenge)
    cipher = encrypt_vehicle_file(suite, key, check_code, file)
    plain = decrypt_vehicle_file(suite, key, cipher)
    assert (plain.check_code, plain.file) == (check_code, file)
    assert len(cipher) - suite.block_length < 1 + len(check_code) + len(file) <= len(cipher)
