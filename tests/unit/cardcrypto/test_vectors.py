"""All vectors of spec/psam-and-crypto.md section 8, and the published known answers that check the engine."""

import pytest

from laneside.cardcrypto import (
    Suite,
    decrypt_vehicle_file,
    diversify,
    diversify_chain,
    encrypt_vehicle_file,
    external_authenticate,
    mac1,
    mac1_data,
    mac2,
    mac2_data,
    psam_authorisation_cryptogram,
    secure_message_mac,
    session_key,
    tac,
    tac_data,
    vehicle_check_code,
)
from laneside.cardcrypto.engine import decrypt, encrypt, fold, last_block, pad, xor

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


def test_published_known_answers_check_the_engine() -> None:
    data = HEX("0123456789ABCDEFFEDCBA9876543210")
    assert encrypt(SM4, data, data) == HEX("681EDF34D206965E86B3E94F536E4246")
    key, plain, cipher = HEX("133457799BBCDFF1"), HEX("0123456789ABCDEF"), HEX("85E813540F0AB405")
    assert encrypt(TDES, key, plain) == cipher
    assert decrypt(TDES, key, cipher) == plain
    assert encrypt(TDES, key + key, plain) == cipher


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


MESSAGE_KEY = HEX("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF")


@pytest.mark.parametrize(
    ("suite", "message", "expected"),
    [
        (TDES, "04D6811A0501", "725E2617"),
        (SM4, "04D6811A0501", "CC3D3AD7"),
        (TDES, "04D695180820300101", "22D2A252"),
        (SM4, "04D695180820300101", "BEA5FB5B"),
    ],
)
def test_secure_messaging(suite: Suite, message: str, expected: str) -> None:
    assert secure_message_mac(suite, MESSAGE_KEY, HEX("11223344"), HEX(message)) == HEX(expected)


def test_external_authentication() -> None:
    challenge = HEX("0102030405060708")
    assert external_authenticate(TDES, MESSAGE_KEY, challenge) == HEX("3E16735DC1A92796")
    block = HEX("8B35C9E93D16A3FBCD0FE0F239E3C592")
    assert encrypt(SM4, MESSAGE_KEY, challenge + bytes(8)) == block
    assert fold(block) == HEX("463A291B04F56669")
    assert external_authenticate(SM4, MESSAGE_KEY, challenge) == HEX("463A291B04F56669")


def test_psam_authorisation() -> None:
    region, serial = HEX("B8CACBE0B8CACBE0"), HEX("62010123456789ABCDEF")
    key = diversify_chain(SM4, DPK_ROOT, region, serial[2:])
    assert key == HEX("C328CAFE074E8DAC2EE62EB055A1B5D6")
    answer = psam_authorisation_cryptogram(DPK_ROOT, region=region, serial=serial, challenge=HEX("0102030405060708"))
    assert answer == HEX("11A8F17B1A378D36")


VEHICLE = HEX(
    "B8CA41313233343500000000 0000 01 00 01F4 14 12 04 02 001B 000005"
    "B2E2CAD4000000000000000000000000 54455354454E47494E45000000000000"
)
CHECK_8 = HEX("0102030405060708")
VEHICLE_READS = [
    (
        TDES,
        VEHICLE,
        (
            "4519C96B087E591BC8E3BE69D9AA909CE3F651F92FCBE1751C6A6A1875BE80F6CAFE91941538998BF10D322252BE9ED0"
            "AC414084AD770DE5738CB4C114A8A3307F4F3F88B1AFE572"
        ),
    ),
    (
        TDES,
        VEHICLE + bytes(20),
        (
            "88864F8CF84890D3C8E3BE69D9AA909CE3F651F92FCBE1751C6A6A1875BE80F6CAFE91941538998BF10D322252BE9ED0"
            "AC414084AD770DE5738CB4C114A8A330F10D322252BE9ED0F10D322252BE9ED0F10D322252BE9ED0"
        ),
    ),
    (TDES, VEHICLE[:16], "76E680B5EB07885BC8E3BE69D9AA909CE3F651F92FCBE175B9A4878B7C769596"),
    (
        SM4,
        VEHICLE + bytes(20),
        (
            "C6B24B9B43DC5056846C3830A5036E83355BF427E16A41AC6F906F11875C14578C1EBDB0FA57709C78E6B601B419A203"
            "5DAFAE68AC789C74CCBAD150DE79DF6DBF8DFC1333C8A5D095033772742BD84C0ADE4D5B0E06404169B471060A6D9B98"
        ),
    ),
]


@pytest.mark.parametrize(("suite", "file", "cipher"), VEHICLE_READS)
def test_vehicle_file(suite: Suite, file: bytes, cipher: str) -> None:
    check_code = vehicle_check_code(suite, CHECK_8)
    assert check_code[:8] == CHECK_8
    assert encrypt_vehicle_file(suite, MESSAGE_KEY, check_code, file) == HEX(cipher)
    plain = decrypt_vehicle_file(suite, MESSAGE_KEY, HEX(cipher))
    assert plain.file == file
    assert plain.check_code == check_code


def test_vehicle_file_under_sm4_with_the_short_check_code() -> None:
    cipher = encrypt_vehicle_file(SM4, MESSAGE_KEY, CHECK_8, VEHICLE + bytes(20))
    assert len(cipher) == 96
    assert decrypt_vehicle_file(SM4, MESSAGE_KEY, cipher, check_length=8).file == VEHICLE + bytes(20)


@each_suite
@pytest.mark.parametrize("length", [0, 1, 7, 8, 15, 16, 17])
def test_padding_always_adds_at_least_the_80(suite: Suite, length: int) -> None:
    padded = pad(suite, b"\x11" * length)
    assert padded[: length + 1] == b"\x11" * length + b"\x80"
    assert not any(padded[length + 1 :])
    assert len(padded) % suite.block_length == 0
    assert len(padded) - length <= suite.block_length


def test_wrong_lengths_are_named_without_showing_the_key() -> None:
    with pytest.raises(ValueError, match="root: 16 bytes are needed, 15 given"):
        diversify(TDES, bytes(15), F1)
    with pytest.raises(ValueError, match="session key: 8 bytes are needed, 16 given"):
        mac1(TDES, bytes(16), MAC1_DATA)
    with pytest.raises(ValueError, match="factor: 8 bytes are needed, 7 given"):
        diversify(SM4, bytes(16), bytes(7))
    with pytest.raises(ValueError, match="whole blocks of 8"):
        decrypt_vehicle_file(TDES, MESSAGE_KEY, bytes(9))
    with pytest.raises(ValueError, match="length byte") as caught:
        decrypt_vehicle_file(SM4, MESSAGE_KEY, bytes(16))
    assert MESSAGE_KEY.hex().upper() not in str(caught.value).upper()
