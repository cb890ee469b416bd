"""The virtual tag: system file, encrypted vehicle read, EF04, removal flag, serial, and what the radio knows."""

import pytest

from laneside.card.channel import TagPresence
from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import secure_message_mac
from laneside.cardcrypto.purchase import diversify_chain
from laneside.virtual.chips.memory import Image, RamMemory, TwoSlotStore
from laneside.virtual.chips.profiles import PsamProfile, Purpose, TagProfile, VirtualKeys, passage_file
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag, personalised

HEX = bytes.fromhex
SYSTEM_3DES = HEX("B8CACBE062010001 00 40 6201000000000042 20200101 20300101 01") + bytes(72)
SYSTEM_SM4 = SYSTEM_3DES[:9] + b"\x50" + SYSTEM_3DES[10:]
VEHICLE = HEX(
    "B8CA41313233343500000000 0000 01 00 01F4 14 12 04 02 001B 000005"
    "B2E2CAD4000000000000000000000000 54455354454E47494E45000000000000"
) + bytes(20)
ISSUE = HEX("B8CACBE062010001164062012219230200000001")
CAPP = HEX("AA290062010A0B11663878F7010600000000000000B8CA413132333435000000000000000000FF000004E2")
MAC_ID = HEX("01020304")
RANDOM = "0102030405060708"
FACTORS = (HEX("B8CACBE0B8CACBE0"), HEX("6201000000000042"))
KEYS = VirtualKeys()


def made(**facts: object) -> VirtualTag:
    profile = TagProfile(
        **{"system": SYSTEM_3DES, "vehicle": VEHICLE, "mac_id": MAC_ID, "ef04": passage_file(ISSUE, CAPP)} | facts
    )
    tag = VirtualTag.personalise(
        profile, memory=RamMemory(), random_bytes=lambda count: HEX("1122334455667788")[:count]
    )
    tag.power_on()
    return tag


def ask(chip: VirtualTag | VirtualPsam, command: str) -> str:
    return chip.transmit(HEX(command)).hex().upper()


def in_application(**facts: object) -> VirtualTag:
    tag = made(**facts)
    assert ask(tag, "00A4000002 DF01") == "9000"
    return tag


def test_system_file() -> None:
    tag = made()
    assert ask(tag, "00A4000002 3F00") == "9000"
    assert ask(tag, "00B081001B") == SYSTEM_3DES[:27].hex().upper() + "9000"
    assert ask(tag, "00B0810063") == SYSTEM_3DES.hex().upper() + "9000"
    assert ask(tag, "00B0810064") == "6C63"
    assert ask(tag, "00A4000002 EF01") == "9000"
    assert ask(tag, "00B0001A01") == "019000"


def test_chip_serial_and_challenge() -> None:
    tag = made(chip_serial=HEX("AABBCCDD"))
    assert ask(tag, "80F6000304") == "AABBCCDD9000"
    assert ask(tag, "80F6000305") == "6C04"
    assert ask(tag, "80F6000204") == "6A86"
    assert ask(tag, "0084000004") == "112233449000"


# The literal reads of spec/psam-and-crypto.md 8.4: the tag's key is diversified, so the image gets the vector's key.
READS_3DES_59 = (
    "4519C96B087E591BC8E3BE69D9AA909CE3F651F92FCBE1751C6A6A1875BE80F6CAFE91941538998BF10D322252BE9ED0"
    "AC414084AD770DE5738CB4C114A8A3307F4F3F88B1AFE572"
)
READS_3DES_79 = (
    "88864F8CF84890D3C8E3BE69D9AA909CE3F651F92FCBE1751C6A6A1875BE80F6CAFE91941538998BF10D322252BE9ED0"
    "AC414084AD770DE5738CB4C114A8A330F10D322252BE9ED0F10D322252BE9ED0F10D322252BE9ED0"
)
READS_3DES_16 = "76E680B5EB07885BC8E3BE69D9AA909CE3F651F92FCBE175B9A4878B7C769596"
READS_SM4_79 = (
    "C6B24B9B43DC5056846C3830A5036E83355BF427E16A41AC6F906F11875C14578C1EBDB0FA57709C78E6B601B419A203"
    "5DAFAE68AC789C74CCBAD150DE79DF6DBF8DFC1333C8A5D095033772742BD84C0ADE4D5B0E06404169B471060A6D9B98"
)
READS = [
    (SYSTEM_3DES, "3B", "00", READS_3DES_59),
    (SYSTEM_3DES, "4F", "00", READS_3DES_79),
    (SYSTEM_3DES, "10", "00", READS_3DES_16),
    (SYSTEM_SM4, "4F", "40", READS_SM4_79),
]


@pytest.mark.parametrize(("system", "length", "key_id", "cipher"), READS)
def test_encrypted_read_as_literal_hex(system: bytes, length: str, key_id: str, cipher: str) -> None:
    profile = TagProfile(system=system, vehicle=VEHICLE, mac_id=MAC_ID)
    image = Image(VirtualTag.LAYOUT, personalised(profile))
    image.put("key-decryption", HEX("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF"))
    tag = VirtualTag(TwoSlotStore.create(RamMemory(), bytes(image)), random_bytes=bytes)
    tag.power_on()
    assert ask(tag, "00A4000002DF01") == "9000"
    assert ask(tag, f"00B400000A{RANDOM}{length}{key_id}") == cipher + "9000"
    assert ask(tag, f"00B400000A{RANDOM}{length}{key_id}00") == cipher + "9000"


@pytest.mark.parametrize(
    ("system", "key_id", "psam_key", "head"), [(SYSTEM_3DES, "00", "03", 9), (SYSTEM_SM4, "40", "43", 17)]
)
def test_the_psam_decrypts_what_the_tag_gives(system: bytes, key_id: str, psam_key: str, head: int) -> None:
    tag = in_application(system=system)
    profile = PsamProfile(serial=bytes(10), terminal_number=bytes(6), issuer=HEX("B8CACBE062010001"))
    psam = VirtualPsam.personalise(profile, memory=RamMemory(), random_bytes=bytes)
    psam.power_on()
    ask(psam, "00A4000002DF01")
    cipher = tag.transmit(HEX(f"00B400000A{RANDOM}4F{key_id}"))[:-2]
    assert ask(psam, f"801A59{psam_key}106201000000000042B8CACBE0B8CACBE0") == "9000"
    plain = psam.transmit(HEX(f"80FA8000{len(cipher):02X}") + cipher)[:-2]
    assert plain[0] == head - 1 + 79
    assert plain[1:9] == HEX(RANDOM)
    assert plain[head : head + 79] == VEHICLE


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (f"00B400000A{RANDOM}4F40", "6A88"),
        (f"00B400000A{RANDOM}5000", "6A80"),
        (f"00B400000A{RANDOM}0000", "6A80"),
        (f"00B4000009{RANDOM}4F", "6700"),
        (f"00B400010A{RANDOM}4F00", "6B00"),
        (f"00B400000A{RANDOM}4F0010", "6C58"),
        ("00B081004F", "6982"),
        ("00A4000002EF05", "6A82"),
        ("00B0850001", "6A82"),
        ("00D6820001FF", "6982"),
        ("00D6810001FF", "6987"),
        ("805C000204", "6D00"),
        ("0082000108" + "00" * 8, "6D00"),
    ],
)
def test_refusals_change_nothing(command: str, answer: str) -> None:
    tag = in_application()
    before = tag.image
    assert ask(tag, command) == answer
    assert tag.image == before


def test_vehicle_read_needs_the_application() -> None:
    assert ask(made(), f"00B400000A{RANDOM}4F00") == "6985"


def test_ef04_by_15_bit_offset() -> None:
    tag = in_application()
    assert ask(tag, "00B0013A5B") == "6986", "nothing is selected yet"
    assert ask(tag, "00A4000002 EF04") == "9000"
    block = HEX("0001000000") + CAPP[:39] + ISSUE + bytes(27)
    assert ask(tag, "00B0013A5B") == block.hex().upper() + "9000"
    written = "AA2900 6201 0A0B 12" + "11" * 31
    assert ask(tag, f"00D6013F27{written}") == "9000"
    assert ask(tag, "00B0013F27") == HEX(written).hex().upper() + "9000"
    assert ask(tag, "00B0013A05") == "00010000009000"
    assert ask(tag, "00B0016614") == ISSUE.hex().upper() + "9000", "the neighbour is untouched"
    assert ask(tag, "00D6019550" + "00" * 80) == "9000"
    assert ask(tag, "00D601FF01AB") == "9000"
    assert ask(tag, "00B001FF01") == "AB9000"
    assert ask(tag, "00D601FF02ABCD") == "6A84"
    assert ask(tag, "00D6020001AB") == "6B00"
    assert ask(tag, "00B0020001") == "6B00"
    assert ask(tag, "00D601FF") == "6700"


def test_ef04_by_short_id() -> None:
    tag = in_application()
    assert ask(tag, "00D6841002ABCD") == "9000"
    assert ask(tag, "00B0841002") == "ABCD9000"


def test_what_is_written_survives_power() -> None:
    medium = RamMemory()
    profile = TagProfile(system=SYSTEM_3DES, vehicle=VEHICLE, mac_id=MAC_ID)
    tag = VirtualTag.personalise(profile, memory=medium, random_bytes=bytes)
    tag.power_on()
    ask(tag, "00A4000002DF01")
    assert ask(tag, "00D6841002ABCD") == "9000"
    again = VirtualTag.load(medium, random_bytes=bytes)
    again.power_on()
    ask(again, "00A4000002DF01")
    assert ask(again, "00B0841002") == "ABCD9000"


@pytest.mark.parametrize(("system", "suite"), [(SYSTEM_3DES, Suite.TDES), (SYSTEM_SM4, Suite.SM4)])
def test_removal_flag_and_files_with_mac(system: bytes, suite: Suite) -> None:
    tag = made(system=system)
    key = diversify_chain(suite, KEYS.root(Purpose.TAG_MAINTENANCE, suite), *FACTORS)
    message = HEX("04D6811A0500")
    mac = secure_message_mac(suite, key, HEX("11223344"), message).hex()
    assert ask(tag, message.hex() + mac) == "6984"
    ask(tag, "0084000004")
    assert ask(tag, message.hex() + "00000000") == "6988"
    ask(tag, "0084000004")
    assert ask(tag, message.hex() + mac) == "9000"
    assert ask(tag, "00B0811A01") == "009000"
    assert ask(tag, "00D6811A0101") == "6987"
    whole = HEX("04D6810067") + SYSTEM_SM4
    ask(tag, "0084000004")
    assert ask(tag, (whole + secure_message_mac(suite, key, HEX("11223344"), whole)).hex()) == "9000"
    assert ask(tag, "00B0810063") == SYSTEM_SM4.hex().upper() + "9000"


def test_vehicle_file_with_mac_of_its_own_key() -> None:
    tag = in_application()
    key = diversify_chain(Suite.TDES, KEYS.root(Purpose.VEHICLE_MAINTENANCE, Suite.TDES), *FACTORS)
    message = HEX("04D6810053") + bytes(79)
    ask(tag, "0084000004")
    assert ask(tag, (message + secure_message_mac(Suite.TDES, key, HEX("11223344"), message)).hex()) == "9000"


@pytest.mark.parametrize(
    ("facts", "card_present", "status"),
    [
        ({}, True, 0x00),
        ({}, False, 0x80),
        ({"low_battery": True}, True, 0x01),
        ({"tampered": True}, True, 0x02),
        ({"locked": True}, True, 0x04),
        ({"contactless": True}, True, 0x20),
        ({"low_battery": True, "tampered": True, "locked": True}, False, 0x87),
    ],
)
def test_presence(facts: dict[str, object], card_present: bool, status: int) -> None:
    assert made(**facts).presence(card_present) == TagPresence(mac_id=MAC_ID, status=status)


def test_the_tag_tells_its_algorithm_by_contract_version() -> None:
    def suite(version: int) -> Suite:
        system = SYSTEM_3DES[:9] + bytes((version,)) + SYSTEM_3DES[10:]
        return TagProfile(system=system, vehicle=VEHICLE, mac_id=MAC_ID).suite

    assert [suite(version) for version in (0x00, 0x4F, 0x50, 0x60, 0xFE, 0xFF)] == [
        Suite.TDES,
        Suite.TDES,
        Suite.SM4,
        Suite.SM4,
        Suite.SM4,
        Suite.TDES,
    ]
