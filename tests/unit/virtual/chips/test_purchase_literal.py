"""The composite purchase of spec/icc.md 8.2 as literal hex against virtual card and PSAM, every byte compared.

Nothing here is computed by our own code: what goes out and what comes back is written down, so that an error
shared by both sides of our crypto or codec cannot hide.
"""

import re

import pytest

from laneside.cardcrypto.ciphers import Suite
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.memory import RamMemory
from laneside.virtual.chips.profiles import AuthorisationNeed, CardProfile, PsamProfile, Purpose, VirtualKeys
from laneside.virtual.chips.psam import VirtualPsam

HEX = bytes.fromhex
KEYS = (
    VirtualKeys()
    .with_root(Purpose.PURCHASE, HEX("00112233445566778899AABBCCDDEEFF"))
    .with_root(Purpose.TAC, HEX("0F1E2D3C4B5A69788796A5B4C3D2E1F0"))
)
ISSUE_3DES = HEX(
    "B8CACBE062010001 16 40 6201 2219230200000001 20200101 20300101 B8CA41313233343500000000 00 00 01 00000000000000"
)
ISSUE_SM4 = HEX(
    "B8CACBE062010001 16 50 6201 2219230200000001 20200101 20300101 B8CA41313233343500000000 00 00 01 00000000000000"
)
PASSAGE = "AA290062010A0B11663878F7010600000000000000B8CA413132333435000000000000000000FF000004E2"
FREE_PASSAGE = "AA290062010A0B11663878F7010600000000000000B8CA413132333435000000000000000000FF00000000"


def card_of(issue_info: bytes) -> VirtualCard:
    profile = CardProfile(issue_info=issue_info, balance_fen=100000, counter=0x0123, keys=KEYS)
    card = VirtualCard.personalise(profile, memory=RamMemory(), random_bytes=lambda count: HEX("1A2B3C4D")[:count])
    card.power_on()
    return card


def psam_of() -> VirtualPsam:
    profile = PsamProfile(
        serial=HEX("62010123456789ABCDEF"),
        terminal_number=HEX("620100001234"),
        issuer=HEX("B8CACBE062010001"),
        next_transaction_number=0x0000ABCD,
        keys=KEYS,
    )
    psam = VirtualPsam.personalise(profile, memory=RamMemory(), random_bytes=bytes)
    psam.power_on()
    return psam


def play(card: VirtualCard, psam: VirtualPsam, exchange: str) -> None:
    """Send what stands before each arrow and compare the whole answer with what stands behind it."""
    steps = re.findall(r"(card|psam) ([0-9A-F\s]+)→([0-9A-F\s]+)", exchange)
    assert len(steps) == exchange.count("→"), "each arrow is a step"
    for to, command, expected in steps:
        answer = {"card": card, "psam": psam}[to].transmit(HEX(command))
        assert answer == HEX(expected), f"{to} {command}: {answer.hex().upper()}"


EXCHANGE_3DES = f"""
psam 00A4000002 3F00 → 9000
psam 00B095000E → 62010123456789ABCDEF 05 01 0000 9000
psam 00B0960006 → 620100001234 9000
psam 00A4000002 DF01 → 9000
psam 00B0970019 → 01 B8CACBE062010001 B8CACBE0B8CACBE0 20200101 20491231 9000
card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000
card 805C000204 → 000186A0 9000
card 805003020B 01 000004E2 620100001234 0F → 000186A0 0123 000000 01 00 1A2B3C4D 9000
psam 8070000024 1A2B3C4D 0123 000004E2 09 20240506 143015 01 00
     2219230200000001 B8CACBE0B8CACBE0 08 → 0000ABCD DF03B304 9000
card 80DCAAC82B {PASSAGE} → 9000
card 805401000F 0000ABCD 20240506 143015 DF03B304 08 → 079F3D94 FA87A5EE 9000
psam 8072000004 FA87A5EE → 9000
card 805A000902 0124 08 → FA87A5EE 079F3D94 9000
card 805C000204 → 000181BE 9000
card 00B201CC2B → {PASSAGE} 9000
card 00B201C417 → 0124 000000 000004E2 09 620100001234 20240506 143015 9000
card 00B202C417 → 6A83
card 805003020B 01 00000000 620100001234 0F → 000181BE 0124 000000 01 00 1A2B3C4D 9000
"""

EXCHANGE_SM4 = f"""
card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000
psam 00A4000002 DF01 → 9000
psam 00B097001B → 01 B8CACBE062010001 B8CACBE0B8CACBE0 20200101 20491231 00 43 9000
card 805003020B 41 000004E2 620100001234 0F → 000186A0 0123 000000 41 04 1A2B3C4D 9000
card 80DCAAC82B {PASSAGE} → 9000
psam 8070000024 1A2B3C4D 0123 000004E2 09 20240506 143015 41 04
     2219230200000001 B8CACBE0B8CACBE0 08 → 0000ABCD 59504B43 9000
card 805401000F 0000ABCD 20240506 143015 59504B43 08 → BD01E16B 64FBB059 9000
psam 8072000004 64FBB059 → 9000
card 805A000902 0124 08 → 64FBB059 BD01E16B 9000
card 805C000204 → 000181BE 9000
card 00B201CC2B → {PASSAGE} 9000
card 00B201C417 → 0124 000000 000004E2 09 620100001234 20240506 143015 9000
"""

EXCHANGE_FREE_3DES = f"""
card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000
psam 00A4000002 DF01 → 9000
card 805003020B 01 00000000 620100001234 0F → 000186A0 0123 000000 01 00 1A2B3C4D 9000
psam 8070000024 1A2B3C4D 0123 00000000 09 20240506 143015 01 00
     2219230200000001 B8CACBE0B8CACBE0 08 → 0000ABCD CD969C7B 9000
card 80DCAAC82B {FREE_PASSAGE} → 9000
card 805401000F 0000ABCD 20240506 143015 CD969C7B 08 → 24FBE53E 6B3C36FE 9000
psam 8072000004 6B3C36FE → 9000
card 805A000902 0124 08 → 6B3C36FE 24FBE53E 9000
card 805C000204 → 000186A0 9000
card 00B201CC2B → {FREE_PASSAGE} 9000
card 00B201C417 → 0124 000000 00000000 09 620100001234 20240506 143015 9000
"""

EXCHANGE_FREE_SM4 = f"""
card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000
psam 00A4000002 DF01 → 9000
card 805003020B 41 00000000 620100001234 0F → 000186A0 0123 000000 41 04 1A2B3C4D 9000
psam 8070000024 1A2B3C4D 0123 00000000 09 20240506 143015 41 04
     2219230200000001 B8CACBE0B8CACBE0 08 → 0000ABCD 63DC54CC 9000
card 80DCAAC82B {FREE_PASSAGE} → 9000
card 805401000F 0000ABCD 20240506 143015 63DC54CC 08 → E42A1B52 52D62BFA 9000
psam 8072000004 52D62BFA → 9000
card 805A000902 0124 08 → 52D62BFA E42A1B52 9000
card 805C000204 → 000186A0 9000
card 00B201CC2B → {FREE_PASSAGE} 9000
"""


@pytest.mark.parametrize(
    ("issue_info", "exchange"),
    [
        pytest.param(ISSUE_3DES, EXCHANGE_3DES, id="3des"),
        pytest.param(ISSUE_SM4, EXCHANGE_SM4, id="sm4"),
        pytest.param(ISSUE_3DES, EXCHANGE_FREE_3DES, id="3des-amount-zero"),
        pytest.param(ISSUE_SM4, EXCHANGE_FREE_SM4, id="sm4-amount-zero"),
        pytest.param(ISSUE_SM4, EXCHANGE_3DES, id="3des-on-a-version-5x-card"),
    ],
)
def test_the_worked_exchange(issue_info: bytes, exchange: str) -> None:
    play(card_of(issue_info), psam_of(), exchange)


OPEN_3DES = """
card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000
card 805003020B 01 000004E2 620100001234 0F → 000186A0 0123 000000 01 00 1A2B3C4D 9000
"""
CACHED = f"card 80DCAAC82B {PASSAGE} → 9000\n"
REFUSALS = {
    "wrong-mac1": OPEN_3DES + CACHED + "card 805401000F 0000ABCD 20240506 143015 DF03B305 08 → 9302",
    "another-time": OPEN_3DES + CACHED + "card 805401000F 0000ABCD 20240506 143016 DF03B304 08 → 9302",
    "another-number": OPEN_3DES + CACHED + "card 805401000F 0000ABCE 20240506 143015 DF03B304 08 → 9302",
    "without-80dc": OPEN_3DES + "card 805401000F 0000ABCD 20240506 143015 DF03B304 08 → 6985",
    "without-init": "card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000\n"
    "card 805401000F 0000ABCD 20240506 143015 DF03B304 08 → 6985",
    "cache-without-init": "card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000\n"
    f"card 80DCAAC82B {PASSAGE} → 6985",
    "cache-another-id": OPEN_3DES + f"card 80DCABC82B AB{PASSAGE[2:]} → 6A80",
    "cache-another-header": OPEN_3DES + f"card 80DCAAC82B AB{PASSAGE[2:]} → 6A80",
    "cache-another-length-byte": OPEN_3DES + f"card 80DCAAC82B AA2A{PASSAGE[4:]} → 6A80",
    "cache-one-byte-less": OPEN_3DES + f"card 80DCAAC82A {PASSAGE[:-2]} → 6A80",
    "balance-short": "card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000\n"
    "card 805003020B 01 000186A1 620100001234 0F → 9401",
    "key-index": "card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000\n"
    "card 805003020B 41 000004E2 620100001234 0F → 9403\n"
    "card 805003020B 03 000004E2 620100001234 0F → 9403",
    "no-proof-yet": "card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000\n"
    "card 805A000902 0123 08 → 9406\ncard 805A000902 0124 08 → 9406",
}


@pytest.mark.parametrize("exchange", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_leaves_the_card_as_it_was(exchange: str) -> None:
    card, psam = card_of(ISSUE_3DES), psam_of()
    before = card.image
    play(card, psam, exchange)
    assert card.image == before
    # The session is over, so that the right MAC1 comes too late now.
    play(card, psam, "card 805C000204 → 000186A0 9000")
    if "8054" in exchange:
        play(card, psam, "card 805401000F 0000ABCD 20240506 143015 DF03B304 08 → 6985")


def test_proof_answers_n_plus_1_only_and_lives_until_the_next_debit() -> None:
    card, psam = card_of(ISSUE_3DES), psam_of()
    play(card, psam, EXCHANGE_3DES)
    play(
        card,
        psam,
        """
        card 805A000902 0123 08 → 9406
        card 805A000902 0125 08 → 9406
        card 805A000602 0124 08 → 9406
        card 805A000902 0124 08 → FA87A5EE 079F3D94 9000
        """,
    )
    card.power_off()
    card.power_on()
    play(
        card,
        psam,
        """
        card 00A4000002 1001 → 6F10 8409A00000000386980701 A503880115 9000
        card 805A000902 0124 08 → FA87A5EE 079F3D94 9000
        """,
    )


def test_wrong_mac2_ends_the_sam_session_and_the_number_is_burnt() -> None:
    card, psam = card_of(ISSUE_3DES), psam_of()
    init = "8070000024 1A2B3C4D 0123 000004E2 09 20240506 143015 01 00 2219230200000001 B8CACBE0B8CACBE0 08"
    play(
        card,
        psam,
        f"""
        psam 00A4000002 DF01 → 9000
        psam {init} → 0000ABCD DF03B304 9000
        psam 8072000004 FA87A5EF → 9302
        psam 8072000004 FA87A5EE → 6985
        """,
    )
    assert psam.transmit(HEX(init))[:4] == HEX("0000ABCE")


def test_the_psam_in_its_required_variant_as_literal_hex() -> None:
    root = VirtualKeys().with_root(Purpose.PSAM_AUTHORISATION, HEX("00112233445566778899AABBCCDDEEFF"), Suite.SM4)
    profile = PsamProfile(
        serial=HEX("62010123456789ABCDEF"),
        terminal_number=HEX("620100001234"),
        issuer=HEX("B8CACBE062010001"),
        authorisation=AuthorisationNeed.REQUIRED,
        keys=root,
    )
    psam = VirtualPsam.personalise(
        profile, memory=RamMemory(), random_bytes=lambda count: HEX("0102030405060708")[:count]
    )
    psam.power_on()
    play(
        card_of(ISSUE_3DES),
        psam,
        """
        psam 00A4000002 DF01 → 9000
        psam 801A480110 2219230200000001 B8CACBE0B8CACBE0 → 6985
        psam 8070000024 1A2B3C4D 0123 000004E2 09 20240506 143015 01 00 2219230200000001 B8CACBE0B8CACBE0 08 → 6985
        psam 00A4000002 3F00 → 9000
        psam 0084000008 → 0102030405060708 9000
        psam 0082004108 11A8F17B1A378D36 → 9000
        psam 00A4000002 DF01 → 9000
        psam 801A480110 2219230200000001 B8CACBE0B8CACBE0 → 9000
        """,
    )
