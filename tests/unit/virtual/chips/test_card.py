"""The virtual card outside the worked purchase: file tree, records, wallet, authentication, MACs, status words."""

from collections.abc import Callable

import pytest

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import external_authenticate, secure_message_mac
from laneside.cardcrypto.purchase import diversify_chain
from laneside.virtual.chips import card_files
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import ATR
from laneside.virtual.chips.memory import Image, RamMemory, TwoSlotStore
from laneside.virtual.chips.profiles import CardProfile, ProofLife, ProofRule, PsamProfile, Purpose, VirtualKeys
from laneside.virtual.chips.psam import VirtualPsam

HEX = bytes.fromhex
ISSUE_50 = HEX(
    "B8CACBE062010001 16 40 6201 2219230200000001 20200101 20300101 B8CA41313233343500000000 00 00 01 FFFFFFFFFFFFFF"
)
ISSUE_SM4 = ISSUE_50[:9] + b"\x53" + ISSUE_50[10:]
CAPP = HEX("AA290062010A0B11663878F7010600000000000000B8CA413132333435000000000000000000FF000004E2")
LOG = tuple(HEX(f"{number:04X}000000000004E20962010000123420240506143015") for number in range(9, 4, -1))
APPLICATION = "00A4000002 1001"
FACTORS = (HEX("B8CACBE0B8CACBE0"), HEX("2219230200000001"))
KEYS = VirtualKeys()


def made(
    *, random: Callable[[int], bytes] = lambda count: HEX("1122334455667788")[:count], **facts: object
) -> VirtualCard:
    profile = CardProfile(
        **{"issue_info": ISSUE_50, "balance_fen": 100000, "counter": 9, "log": LOG, "capp": CAPP} | facts
    )
    card = VirtualCard.personalise(profile, memory=RamMemory(), random_bytes=random)
    card.power_on()
    return card


def psam() -> VirtualPsam:
    profile = PsamProfile(serial=bytes(10), terminal_number=HEX("620100001234"), issuer=HEX("B8CACBE062010001"))
    chip = VirtualPsam.personalise(profile, memory=RamMemory(), random_bytes=bytes)
    chip.power_on()
    assert chip.transmit(HEX("00A4000002DF01")) == HEX("9000")
    return chip


def ask(card: VirtualCard, command: str) -> str:
    return card.transmit(HEX(command)).hex().upper()


def opened(**facts: object) -> VirtualCard:
    card = made(**facts)
    assert ask(card, APPLICATION) == "6F108409A00000000386980701A5038801159000"
    return card


def debit(card: VirtualCard, sam: VirtualPsam, *, amount: int = 1, plain: bool = False) -> str:
    """Buy once with a 3DES key; the terminal's number and MAC1 come from the PSAM."""
    money, kind = f"{amount:08X}", "06" if plain else "09"
    init = ask(card, f"8050{'01' if plain else '03'}020B01{money}6201000012340F")
    assert init.endswith("9000"), init
    order = f"8070000024{init[22:30]}{init[8:12]}{money}{kind}202405061430150100{'2219230200000001B8CACBE0B8CACBE0'}08"
    answer = ask(sam, order)
    assert answer.endswith("9000"), answer
    if not plain:
        assert ask(card, f"80DCAAC82B{CAPP.hex()}") == "9000"
    return ask(card, f"805401000F{answer[:8]}20240506143015{answer[8:16]}08")


def test_atr_marks_a_virtual_card() -> None:
    assert HEX("3B888001") + b"LANESIDE" == ATR[:-1]
    check = 0
    for byte in ATR[1:]:
        check ^= byte
    assert check == 0


def test_without_power_there_is_no_answer() -> None:
    card = made()
    card.power_off()
    assert card.transmit(HEX("0084000004")) == b""


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00B0950032", ISSUE_50.hex() + "9000"),
        ("00B095002B", ISSUE_50[:43].hex() + "9000"),
        ("00B0950C08", "22192302000000019000"),
        ("00B0950000", ISSUE_50.hex() + "9000"),
        ("00B0950033", "6C32"),
        ("00B0951032", "6C22"),
        ("00B0953201", "6B00"),
        ("00B095", "6700"),
        ("00B09500", "6700"),
        ("00B0B50032", "6A86"),
        ("00B09F0032", "6A82"),
        ("00B0960037", "6A82"),
        ("00B0000004", "6986"),
        ("00B0990004", "6981"),
        ("00B0820004", "6981"),
        ("00B2 01 CC 2B", CAPP.hex() + "9000"),
        ("00B2 01 CC 00", CAPP.hex() + "9000"),
        ("00B2 01 CC 2C", "6C2B"),
        ("00B2 02 CC 2B", "B129" + "00" * 41 + "9000"),
        ("00B2 07 CC 3F", "C13D" + "00" * 61 + "9000"),
        ("00B2 0A CC 60", "D25E" + "00" * 94 + "9000"),
        ("00B2 0B CC 60", "6A83"),
        ("00B2 00 CC 2B", "6A83"),
        ("00B2 01 D4 1E", "111C" + "00" * 28 + "9000"),
        ("00B2 0A DC 1E", "321C" + "00" * 28 + "9000"),
        ("00B2 01 C4 17", LOG[0].hex() + "9000"),
        ("00B2 05 C4 17", LOG[4].hex() + "9000"),
        ("00B2 06 C4 17", "6A83"),
        ("00B2 01 C8 2B", "6A86"),
        ("00B2 01 AC 2B", "6981"),
        ("00B2 01 FC 2B", "6A82"),
        ("00B0880080", "00" * 128 + "9000"),
        ("00B0890000", "00" * 256 + "9000"),
        ("00B0920028", "00" * 40 + "9000"),
        ("00B08E0046", "00" * 70 + "9000"),
        ("805C000204", "000186A09000"),
        ("805C000200", "000186A09000"),
        ("805C000205", "6C04"),
        ("805C0002", "6700"),
        ("805C000104", "6A86"),
        ("0084000004", "112233449000"),
        ("0084000008", "11223344556677889000"),
        ("0084000010", "6700"),
        ("0084010004", "6A86"),
        ("00C0000010", "6985"),
        ("00A4000002 2002", "6A82"),
        ("00A4020002 1001", "6A86"),
        ("00A4000003 100100", "6700"),
        ("00A4040009 A00000000386980701", "6F108409A00000000386980701A5038801159000"),
        ("00A4040009 A00000000386980702", "6A82"),
        ("00A404000E 315041592E5359532E4444463031", "9000"),
        ("00A4000002 1001 00", "6F108409A00000000386980701A5038801159000"),
        ("8050 0302 0A 01000004E26201000012", "6700"),
        ("8050 0402 0B 01000004E2620100001234 0F", "6A86"),
        ("8050 0302 0B 01000004E2620100001234 10", "6C0F"),
        ("8054 0100 0F 0000ABCD20240506143015DF03B304 08", "6985"),
        ("805A 0009 02 0009 08", "9406"),
        ("805A 0009 01 09 08", "6700"),
        ("00D6 9500 01 00", "6987"),
        ("00D6 8800 01 00", "6982"),
        ("00D6 9200 01 00", "6982"),
        ("04D6 9500 05 00 00000000", "6984"),
        ("04D6 8800 05 00 00000000", "6986"),
        ("00820001 08 0000000000000000", "6984"),
        ("00820041 08 0000000000000000", "6A88"),
        ("00820003 08 0000000000000000", "6A88"),
        ("0020000006 313233343536", "9000"),
        ("0020000006 313233343537", "63C2"),
        ("00200000 08 0000000000000000", "6700"),
        ("00FF0000", "6D00"),
        ("80FF0000", "6D00"),
        ("90500302", "6E00"),
        ("00500302", "6E00"),
        ("80B0950032", "6E00"),
        ("FF", "6700"),
        ("", "6700"),
        ("00A4000005 1001", "6700"),
        ("00A40000000010001001", "6700"),
    ],
)  # fmt: skip
def test_answers_in_the_application(command: str, answer: str) -> None:
    assert ask(opened(), command) == answer.upper()


def test_a_file_of_43_bytes_answers_6c2b() -> None:
    card = opened(issue_info=ISSUE_50[:43])
    assert ask(card, "00B0950032") == "6C2B"
    assert ask(card, "00B095002B") == ISSUE_50[:43].hex().upper() + "9000"


def test_what_lies_under_the_master_file() -> None:
    card = made()
    assert ask(card, "00B0960037") == "00" * 55 + "9000"
    assert ask(card, "00B0810028") == "00" * 40 + "9000"
    assert ask(card, "00B0950032") == "6A82"
    assert ask(card, "805C000204") == "6985"
    assert ask(card, "805003020B01000004E26201000012340F") == "6985"
    assert ask(card, "805A000902000908") == "6985"
    assert ask(card, "0082000108" + "00" * 8) == "6A88"


def test_a_file_can_be_selected_and_read_without_its_short_id() -> None:
    card = opened()
    assert ask(card, "00A4000002 0015") == "9000"
    assert ask(card, "00B0000C08") == "22192302000000019000"
    assert ask(card, "00A4000002 0018") == "9000"
    assert ask(card, "00B2010417") == LOG[0].hex().upper() + "9000"
    assert ask(card, "00B0000008") == "6981"
    assert ask(card, "00A4000002 3F00") == "9000"
    assert ask(card, "00A4000002 0015") == "6A82"


def test_reads_leave_the_purchase_open_and_select_ends_it() -> None:
    for between, expected in [
        ("805C000204", "9302"),
        ("00B201C417", "9302"),
        ("805A000902000908", "9302"),
        ("0084000004", "9302"),
        (APPLICATION, "6985"),
        ("00A40000020015", "6985"),
        ("805003020BFF000004E26201000012340F", "6985"),
    ]:
        card = opened()
        ask(card, "805003020B01000004E26201000012340F")
        ask(card, f"80DCAAC82B{CAPP.hex()}")
        ask(card, between)
        assert ask(card, "805401000F0000ABCD202405061430150000000008") == expected, between


def test_a_reset_ends_the_purchase() -> None:
    card = opened()
    ask(card, "805003020B01000004E26201000012340F")
    card.power_off()
    card.power_on()
    ask(card, APPLICATION)
    assert ask(card, f"80DCAAC82B{CAPP.hex()}") == "6985"


def test_any_answer_to_8054_ends_the_purchase() -> None:
    for refused in ("805401000E" + "00" * 14, "805402000F" + "00" * 15 + "08", "805401000F" + "00" * 15 + "04"):
        card = opened()
        ask(card, "805003020B01000004E26201000012340F")
        ask(card, f"80DCAAC82B{CAPP.hex()}")
        assert ask(card, refused) in {"6700", "6A86", "6C08"}
        assert ask(card, f"80DCAAC82B{CAPP.hex()}") == "6985"


def test_the_log_is_a_ring_of_fifty() -> None:
    card, sam = opened(counter=0, log=()), psam()
    for amount in range(1, 54):
        assert debit(card, sam, amount=amount).endswith("9000")
    for age in range(1, 51):
        counter = 54 - age
        expected = f"{counter:04X}000000{counter:08X}0962010000123420240506143015"
        assert ask(card, f"00B2{age:02X}C417") == expected + "9000"
    assert ask(card, "00B233C417") == "6A83"
    assert ask(card, "805C000204") == f"{100000 - sum(range(1, 54)):08X}9000"


def test_a_plain_purchase_needs_no_0019() -> None:
    card, sam = opened(), psam()
    answer = debit(card, sam, amount=100, plain=True)
    assert answer.endswith("9000")
    assert ask(card, "00B201C417") == "000A000000000000640662010000123420240506143015" + "9000"
    assert ask(card, "00B201CC2B") == CAPP.hex().upper() + "9000"
    assert ask(card, "805A000602000A08") == answer[8:16] + answer[:8] + "9000"
    assert ask(card, "805A000902000A08") == "9406"
    assert ask(card, "805C000204") == f"{99900:08X}9000"
    assert ask(card, "805001020B01000004E26201000012340F").endswith("9000")
    assert ask(card, f"80DCAAC82B{CAPP.hex()}") == "6985"


def test_the_whole_balance_can_be_spent_and_not_a_fen_more() -> None:
    card, sam = opened(balance_fen=5), psam()
    assert ask(card, "805003020B01000000066201000012340F") == "9401"
    assert debit(card, sam, amount=5).endswith("9000")
    assert ask(card, "805C000204") == "000000009000"
    assert ask(card, "805003020B01000000016201000012340F") == "9401"


def test_a_full_counter_refuses() -> None:
    assert ask(opened(counter=0xFFFF), "805003020B01000004E26201000012340F") == "9402"


@pytest.mark.parametrize(
    ("issue_info", "index", "tail"),
    [(ISSUE_50, "02", "0100"), (ISSUE_SM4, "01", "0100"), (ISSUE_SM4, "41", "4104"), (ISSUE_SM4, "42", "4104")],
)
def test_key_index_decides_version_and_algorithm(issue_info: bytes, index: str, tail: str) -> None:
    answer = ask(opened(issue_info=issue_info), f"805003020B{index}000004E26201000012340F")
    assert answer == f"000186A00009000000{tail}112233449000"


def test_proof_of_the_variant_that_loses_it_at_init() -> None:
    proof = ProofRule(counter=9, mac2=HEX("01020304"), tac=HEX("05060708"))
    for life, later in [(ProofLife.NEXT_DEBIT, "01020304050607089000"), (ProofLife.NEXT_INIT, "9406")]:
        card = opened(proof=proof, proof_life=life)
        assert ask(card, "805A000902000908") == "01020304050607089000"
        ask(card, "805003020B41000004E26201000012340F")  # Refused with 9403: nothing was opened.
        assert ask(card, "805A000902000908") == "01020304050607089000"
        ask(card, "805003020B01000004E26201000012340F")
        assert ask(card, "805A000902000908") == later


def test_a_locked_application_answers_6283_and_6a81() -> None:
    card = made(locked=True)
    assert ask(card, APPLICATION) == "6283"
    for command in ("00B0950032", "805C000204", "0084000004", "805003020B01000004E26201000012340F", "00FF0000"):
        assert ask(card, command) == "6A81"
    assert ask(card, APPLICATION) == "6283"
    assert ask(card, "00A4000002 3F00") == "9000"
    assert ask(card, "0084000004") == "112233449000"


def test_external_authentication_opens_0008() -> None:
    card = opened()
    key = diversify_chain(Suite.TDES, KEYS.root(Purpose.CARD_AUTHENTICATION, Suite.TDES), *FACTORS)
    challenge = card.transmit(HEX("0084000008"))[:8]
    answer = external_authenticate(Suite.TDES, key, challenge).hex()
    assert ask(card, f"0082000108{answer}") == "9000"
    assert ask(card, "00D6880003010203") == "9000"
    assert ask(card, "00B0880004") == "010203009000"
    assert ask(card, f"0082000108{answer}") == "6984", "a challenge is good for one answer"
    ask(card, APPLICATION)
    assert ask(card, "00D6880003010203") == "6982", "the right ends with the next selection"


def test_external_authentication_with_the_psam() -> None:
    for issue_info, key_index, psam_key in [(ISSUE_50, "01", "01"), (ISSUE_SM4, "41", "41")]:
        card, sam = opened(issue_info=issue_info), psam()
        challenge = ask(card, "0084000008")[:16]
        assert ask(sam, f"801A48{psam_key}102219230200000001B8CACBE0B8CACBE0") == "9000"
        if psam_key == "01":
            answer = ask(sam, f"80FA000008{challenge}")[:16]
        else:
            block = sam.transmit(HEX(f"80FA000010{challenge}{'00' * 8}"))
            answer = bytes(a ^ b for a, b in zip(block[:8], block[8:16], strict=True)).hex()
        assert ask(card, f"008200{key_index}08{answer}") == "9000"


def test_fifteen_wrong_answers_block_the_key_for_good() -> None:
    card = opened()
    for left in range(14, -1, -1):
        ask(card, "0084000008")
        assert ask(card, "0082000108" + "00" * 8) == f"63C{left:X}"
    ask(card, "0084000008")
    assert ask(card, "0082000108" + "00" * 8) == "6983"
    card.power_on()
    ask(card, APPLICATION)
    ask(card, "0084000008")
    assert ask(card, "0082000108" + "00" * 8) == "6983"


def test_three_wrong_pins_block_it_and_a_right_one_gives_the_tries_back() -> None:
    card = opened()
    assert [ask(card, "0020000006" + pin * 6) for pin in ("30", "31")] == ["63C2", "63C1"]
    assert ask(card, "0020000006313233343536") == "9000"
    assert [ask(card, "0020000006" + "30" * 6) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]


@pytest.mark.parametrize("issue_info", [ISSUE_50, ISSUE_SM4])
def test_update_with_mac(issue_info: bytes) -> None:
    suite = Suite.SM4 if issue_info is ISSUE_SM4 else Suite.TDES
    key = diversify_chain(suite, KEYS.root(Purpose.CARD_MAINTENANCE, suite), *FACTORS)
    card = opened(issue_info=issue_info)
    message = HEX("04D695180820310101")
    mac = secure_message_mac(suite, key, HEX("11223344"), message).hex()
    assert ask(card, "0084000004") == "112233449000"
    assert ask(card, message.hex() + "00000000") == "6988"
    assert ask(card, message.hex() + mac) == "6984", "a wrong MAC spends the challenge"
    ask(card, "0084000004")
    assert ask(card, message.hex() + mac) == "9000"
    assert ask(card, "00B0951804") == "203101019000"
    ask(card, "0084000004")
    assert ask(card, "04D6951804" + "00" * 4) == "6700"


def test_update_with_mac_as_literal_hex() -> None:
    # The vector of spec/psam-and-crypto.md 8.2 under its own key and random.
    image = Image(card_files.LAYOUT, card_files.personalised(CardProfile(issue_info=ISSUE_50)))
    image.put("key-card-maintenance-3des", HEX("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF"))
    store = TwoSlotStore.create(RamMemory(), bytes(image))
    card = VirtualCard(store, random_bytes=lambda count: HEX("11223344")[:count])
    card.power_on()
    assert ask(card, APPLICATION).endswith("9000")
    assert ask(card, "0084000004") == "112233449000"
    assert ask(card, "04D695180820300101 22D2A252") == "9000"
    assert ask(card, "00B0951804") == "203001019000"


def test_no_key_shows_in_a_repr() -> None:
    secret = KEYS.with_root(Purpose.PURCHASE, HEX("00112233445566778899AABBCCDDEEFF"))
    profile = CardProfile(issue_info=ISSUE_50, keys=secret)
    for shown in (repr(secret), repr(profile), repr(made(keys=secret))):
        assert "0011223344" not in shown.replace("\\x", "")
        assert "\\x11" not in shown
