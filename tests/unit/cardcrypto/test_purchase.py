"""The vectors of spec/psam-and-crypto.md 8 for diversification, session key, MAC1, MAC2 and TAC."""

import pytest

from laneside.cardcrypto.ciphers import Suite, last_block, xor
from laneside.cardcrypto.purchase import (
    diversify,
    diversify_chain,
    mac1,
    mac1_data,
    mac2,
    mac2_data,
    session_key,
    tac,
    tac_data,
)

TDES, SM4 = Suite.TDES, Suite.SM4
HEX = bytes.fromhex

DPK_ROOT = HEX("00112233445566778899AABBCCDDEEFF")
DTK_ROOT = HEX("0F1E2D3C4B5A69788796A5B4C3D2E1F0")
F1, F2 = HEX("B8CACBE0B8CACBE0"), HEX("2219230200000001")
SEED = HEX("1A2B3C4D0123ABCD")
MAC1_DATA = HEX("000004E20962010000123420240506143015")
TAC_DATA = HEX("000004E2096201000012340000ABCD20240506143015")

PURCHASE = {
    TDES: {
        "k1": "DC1C8C8422404F2B58FF83D6A1319B98",
        "dpk": "34486F2EEDB270009C04DA8B96CFB576",
        "dtk": "3A3AACB86A43E78AE490481F3CE3EF73",
        "sespk": "116EDECDF3210852",
        "block": "DF03B30452EEC064",
        "mac1": "DF03B304",
        "mac2": "FA87A5EE",
        "tac": "079F3D94",
        "mac1_zero": "CD969C7B",
        "mac2_zero": "6B3C36FE",
        "tac_zero": "24FBE53E",
    },
    SM4: {
        "k1": "C262722AF355471AC39C42EBDCD5D5C1",
        "dpk": "0F8CC55A4CA9DF00BC9BFA61B85CE6CC",
        "dtk": "49D39B30EE76FD2C7F1FE0FCC0B132DB",
        "sespk": "0DCDED1468056BA2AC0BE164ED247642",
        "block": "59504B43411F8A45884AD72EE4FA2EC2",
        "mac1": "59504B43",
        "mac2": "64FBB059",
        "tac": "BD01E16B",
        "mac1_zero": "63DC54CC",
        "mac2_zero": "52D62BFA",
        "tac_zero": "E42A1B52",
    },
}
each_suite = pytest.mark.parametrize("suite", [TDES, SM4])


@each_suite
def test_diversification(suite: Suite) -> None:
    expected = PURCHASE[suite]
    assert diversify(suite, DPK_ROOT, F1) == HEX(expected["k1"])
    assert diversify_chain(suite, DPK_ROOT, F1, F2) == HEX(expected["dpk"])
    assert diversify_chain(suite, DTK_ROOT, F1, F2) == HEX(expected["dtk"])


@each_suite
def test_session_key(suite: Suite) -> None:
    assert session_key(suite, HEX(PURCHASE[suite]["dpk"]), SEED) == HEX(PURCHASE[suite]["sespk"])


@each_suite
def test_mac1_mac2_and_tac(suite: Suite) -> None:
    expected = PURCHASE[suite]
    session, dtk = HEX(expected["sespk"]), HEX(expected["dtk"])
    assert last_block(suite, session, MAC1_DATA, bytes(suite.block_length)) == HEX(expected["block"])
    assert mac1(suite, session, MAC1_DATA) == HEX(expected["mac1"])
    assert mac2(suite, session, HEX("000004E2")) == HEX(expected["mac2"])
    assert tac(suite, dtk, TAC_DATA) == HEX(expected["tac"])


@each_suite
def test_amount_zero(suite: Suite) -> None:
    expected = PURCHASE[suite]
    session, dtk = HEX(expected["sespk"]), HEX(expected["dtk"])
    assert mac1(suite, session, bytes(4) + MAC1_DATA[4:]) == HEX(expected["mac1_zero"])
    assert mac2(suite, session, bytes(4)) == HEX(expected["mac2_zero"])
    assert tac(suite, dtk, bytes(4) + TAC_DATA[4:]) == HEX(expected["tac_zero"])


def test_tac_key_of_3des_is_the_sum_of_the_halves() -> None:
    dtk = HEX(PURCHASE[TDES]["dtk"])
    assert xor(dtk[:8], dtk[8:]) == HEX("DEAAE4A756A008F9")


def test_field_lists_join_to_the_data_of_the_vectors() -> None:
    amount, terminal, moment = HEX("000004E2"), HEX("620100001234"), HEX("20240506143015")
    assert mac1_data(amount=amount, transaction_type=9, terminal=terminal, purchase_time=moment) == MAC1_DATA
    assert mac2_data(amount=amount) == HEX("000004E2")
    joined = tac_data(
        amount=amount,
        transaction_type=9,
        terminal=terminal,
        transaction_number=HEX("0000ABCD"),
        purchase_time=moment,
    )
    assert joined == TAC_DATA


def test_wrong_lengths_are_named() -> None:
    with pytest.raises(ValueError, match="root: 16 bytes are needed, 15 given"):
        diversify(TDES, bytes(15), F1)
    with pytest.raises(ValueError, match="session key: 8 bytes are needed, 16 given"):
        mac1(TDES, bytes(16), MAC1_DATA)
    with pytest.raises(ValueError, match="factor: 8 bytes are needed, 7 given"):
        diversify(SM4, bytes(16), bytes(7))
