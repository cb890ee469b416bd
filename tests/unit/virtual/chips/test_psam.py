"""The virtual PSAM outside the worked purchase: files, authorisation, derived keys, numbers never given twice."""

import pytest

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import encrypt_vehicle_file, psam_authorisation_cryptogram, secure_message_mac
from laneside.cardcrypto.purchase import diversify, diversify_chain
from laneside.virtual.chips.memory import RamMemory
from laneside.virtual.chips.profiles import AuthorisationNeed, PsamProfile, Purpose, VirtualKeys
from laneside.virtual.chips.psam import VirtualPsam

HEX = bytes.fromhex
SERIAL, TERMINAL, ISSUER = HEX("62010123456789ABCDEF"), HEX("620100001234"), HEX("B8CACBE062010001")
CARD, REGION, CONTRACT = HEX("2219230200000001"), HEX("B8CACBE0B8CACBE0"), HEX("6201000000000042")
INIT = "80700000241A2B3C4D0123000004E209202405061430150100" + (CARD + REGION).hex() + "08"
KEYS = VirtualKeys()


def made(medium: RamMemory | None = None, **facts: object) -> VirtualPsam:
    profile = PsamProfile(**{"serial": SERIAL, "terminal_number": TERMINAL, "issuer": ISSUER} | facts)
    psam = VirtualPsam.personalise(
        profile, memory=medium or RamMemory(), random_bytes=lambda count: HEX("0102030405060708")[:count]
    )
    psam.power_on()
    return psam


def ask(psam: VirtualPsam, command: str) -> str:
    return psam.transmit(HEX(command)).hex().upper()


def opened(**facts: object) -> VirtualPsam:
    psam = made(**facts)
    assert ask(psam, "00A4000002 DF01") == "9000"
    return psam


def test_files() -> None:
    psam = made()
    assert ask(psam, "00B095000E") == "62010123456789ABCDEF050100009000"
    assert ask(psam, "00B095000F") == "6C0E"
    assert ask(psam, "00B0960006") == "6201000012349000"
    assert ask(psam, "00B0970019") == "6A82"
    assert ask(psam, "00A4000002 DF01") == "9000"
    application = "01B8CACBE062010001B8CACBE0B8CACBE02020010120491231"
    assert ask(psam, "00B0970019") == application + "9000"
    assert ask(psam, "00B097001B") == application + "0043" + "9000"
    assert ask(psam, "00B0980004") == "6A82"
    assert ask(psam, "00B095000E") == "6A82"
    assert ask(opened(sm4_tail=False), "00B097001B") == "6C19"


def test_numbers_rise_and_survive_power_and_reload() -> None:
    medium = RamMemory()
    psam = made(medium, next_transaction_number=7)
    ask(psam, "00A4000002DF01")
    assert [ask(psam, INIT)[:8] for _ in range(3)] == ["00000007", "00000008", "00000009"]
    psam.power_off()
    psam.power_on()
    ask(psam, "00A4000002DF01")
    assert ask(psam, INIT)[:8] == "0000000A"
    again = VirtualPsam.load(medium, random_bytes=bytes)
    again.power_on()
    ask(again, "00A4000002DF01")
    assert ask(again, INIT)[:8] == "0000000B"


def test_the_number_is_stored_before_it_is_answered() -> None:
    medium = RamMemory()
    psam = made(medium)
    ask(psam, "00A4000002DF01")
    stored: list[str] = []
    write = medium.write

    def watched(offset: int, data: bytes) -> None:
        write(offset, data)
        stored.append("write")

    medium.write = watched
    answer = ask(psam, INIT)
    assert (answer[:8], stored) == ("00000001", ["write", "write"])
    survivor = VirtualPsam.load(RamMemory(medium.read()), random_bytes=bytes)
    survivor.power_on()
    ask(survivor, "00A4000002DF01")
    assert ask(survivor, INIT)[:8] == "00000002"


def test_the_last_number_is_never_given() -> None:
    psam = opened(next_transaction_number=0xFFFFFFFE)
    assert ask(psam, INIT)[:8] == "FFFFFFFE"
    assert ask(psam, INIT) == "9402"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (INIT[:8] + "23" + INIT[10:-4], "6700"),
        (INIT[:-2] + "07", "6C08"),
        ("80700100" + INIT[8:], "6A86"),
        (INIT.replace("0920240506", "0220240506"), "6A80"),
        (INIT.replace("1430150100", "1430150101"), "6A80"),
        (INIT.replace("1430150100", "1430150300"), "6A88"),
        ("807200000400000000", "6985"),
        ("8072000003000000", "6700"),
        ("8072010004FA87A5EE", "6A86"),
        ("80FA0000080102030405060708", "6985"),
        ("801A470108" + "00" * 8, "6A86"),
        ("801A480210" + "00" * 16, "6A88"),
        ("801A480108" + "00" * 8, "6700"),
        ("801A390310" + "00" * 16, "6700"),
        ("0082004108" + "00" * 8, "6985"),
        ("0082004208" + "00" * 8, "6A88"),
        ("0082014108" + "00" * 8, "6A86"),
        ("00D6950001" + "00", "6D00"),
        ("04D6950005" + "00" * 5, "6E00"),
        ("805C000204", "6D00"),
    ],
)
def test_refusals_change_nothing(command: str, answer: str) -> None:
    psam = opened()
    before = psam.image
    assert ask(psam, command) == answer
    assert psam.image == before


def test_purchase_and_derived_key_need_the_application() -> None:
    psam = made()
    assert ask(psam, INIT) == "6985"
    assert ask(psam, "801A480110" + (CARD + REGION).hex()) == "6985"


def test_plain_purchase_and_key_index_in_place_of_the_version() -> None:
    psam = opened()
    same = ask(psam, INIT)
    other = opened()
    assert ask(other, INIT.replace("1430150100", "1430150200")) == same
    assert ask(other, INIT.replace("0920240506", "0620240506"))[8:16] != same[8:16]


def test_authorisation_required() -> None:
    psam = made(
        authorisation=AuthorisationNeed.REQUIRED,
        keys=KEYS.with_root(Purpose.PSAM_AUTHORISATION, HEX("00112233445566778899AABBCCDDEEFF")),
    )
    authorise = "0082004108 11A8F17B1A378D36"
    assert ask(psam, authorise) == "6984"
    assert ask(psam, "0084000008") == "01020304050607089000"
    assert ask(psam, "0082004108" + "00" * 8) == "63CE"
    assert ask(psam, authorise) == "6984", "one challenge, one answer"
    ask(psam, "0084000008")
    ask(psam, "00A4000002 3F00")
    assert ask(psam, authorise) == "9000", "the challenge outlives a selection: the centre takes its time"
    ask(psam, "00A4000002 DF01")
    assert ask(psam, INIT).endswith("9000")
    assert ask(psam, "801A480110" + (CARD + REGION).hex()) == "9000"
    psam.power_off()
    psam.power_on()
    ask(psam, "00A4000002 DF01")
    assert ask(psam, INIT) == "6985"
    assert ask(psam, "801A480110" + (CARD + REGION).hex()) == "6985"
    assert ask(psam, "80FA000008" + "00" * 8) == "6985"
    assert ask(psam, "00B0970001") == "019000", "files stay readable"


def test_authorisation_takes_a_short_challenge_filled_with_zeros() -> None:
    psam = made(authorisation=AuthorisationNeed.REQUIRED)
    root = KEYS.root(Purpose.PSAM_AUTHORISATION, Suite.SM4)
    assert ask(psam, "0084000004") == "010203049000"
    answer = psam_authorisation_cryptogram(root, region=REGION, serial=SERIAL, challenge=HEX("0102030400000000"))
    assert ask(psam, "0082004108" + answer.hex()) == "9000"


def test_fifteen_wrong_authorisations_block() -> None:
    psam = made(authorisation=AuthorisationNeed.REQUIRED)
    for left in range(14, -1, -1):
        ask(psam, "0084000008")
        assert ask(psam, "0082004108" + "00" * 8) == f"63C{left:X}"
    ask(psam, "0084000008")
    assert ask(psam, "0082004108" + "00" * 8) == "6983"


@pytest.mark.parametrize(("suite", "key_id"), [(Suite.TDES, "03"), (Suite.SM4, "43")])
def test_vehicle_decryption_takes_the_serial_first(suite: Suite, key_id: str) -> None:
    root = KEYS.root(Purpose.VEHICLE_DECRYPTION, suite)
    file = bytes(range(79))
    for p1, factors, key in (
        ("59", CONTRACT + REGION, diversify_chain(suite, root, REGION, CONTRACT)),
        ("39", CONTRACT, diversify(suite, root, CONTRACT)),
    ):
        psam = opened()
        cipher = encrypt_vehicle_file(suite, key, bytes(suite.block_length), file)
        assert ask(psam, f"801A{p1}{key_id}{len(factors):02X}{factors.hex()}") == "9000"
        plain = psam.transmit(HEX(f"80FA8000{len(cipher):02X}") + cipher)
        assert plain[-2:] == HEX("9000")
        assert plain[1 + suite.block_length : 1 + suite.block_length + 79] == file


def test_a_derived_key_ends_with_the_next_801a_8070_select_or_reset() -> None:
    for ending in (INIT, "801A480910" + "00" * 16, "801A470010" + "00" * 16, "00A40000023F00", "00A4000002DF01", None):
        psam = opened()
        assert ask(psam, "801A480110" + (CARD + REGION).hex()) == "9000"
        assert len(ask(psam, "80FA000010" + "00" * 16)) == 36
        if ending is None:
            psam.power_off()
            psam.power_on()
            ask(psam, "00A4000002DF01")
        else:
            ask(psam, ending)
        assert ask(psam, "80FA000008" + "00" * 8) == "6985", ending


def test_block_lengths_of_80fa() -> None:
    psam = opened()
    ask(psam, "801A480110" + (CARD + REGION).hex())
    assert ask(psam, "80FA000007" + "00" * 7) == "6700"
    assert ask(psam, "80FA0000") == "6700"
    assert ask(psam, "80FA010008" + "00" * 8) == "6A86"
    assert ask(psam, "80FA000008" + "00" * 8 + "07") == "6C08"
    ask(psam, "801A484410" + (CARD + REGION).hex())
    assert ask(psam, "80FA000008" + "00" * 8) == "6700"
    assert len(ask(psam, "80FA000010" + "00" * 16)) == 36


@pytest.mark.parametrize(("key_id", "suite"), [("01", Suite.TDES), ("41", Suite.SM4)])
def test_mac_with_a_leading_start_value(key_id: str, suite: Suite) -> None:
    key = diversify_chain(suite, KEYS.root(Purpose.CARD_AUTHENTICATION, suite), REGION, CARD)
    message, initial = HEX("04D6811A0501"), HEX("11223344").ljust(suite.block_length, b"\x00")
    expected = secure_message_mac(suite, key, HEX("11223344"), message).hex().upper()
    psam = opened()
    assert ask(psam, f"801A48{key_id}10" + (CARD + REGION).hex()) == "9000"
    data = (initial + message).hex()
    for p1 in ("05", "08"):
        assert ask(psam, f"80FA{p1}00{len(data) // 2:02X}{data}") == expected + "9000"
    assert ask(psam, f"80FA0500{len(initial):02X}{initial.hex()}") == "6700", "a start value alone"
