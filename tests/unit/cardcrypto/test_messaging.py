"""The vectors of spec/psam-and-crypto.md 8 for messages, authentication and vehicle files."""

import pytest

from laneside.cardcrypto.ciphers import Suite, encrypt, fold
from laneside.cardcrypto.messaging import (
    decrypt_vehicle_file,
    encrypt_vehicle_file,
    external_authenticate,
    psam_authorisation_cryptogram,
    secure_message_mac,
    vehicle_check_code,
)
from laneside.cardcrypto.purchase import diversify_chain

TDES, SM4 = Suite.TDES, Suite.SM4
HEX = bytes.fromhex
DPK_ROOT = HEX("00112233445566778899AABBCCDDEEFF")
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


def test_what_is_no_vehicle_file_is_refused_without_showing_the_key() -> None:
    with pytest.raises(ValueError, match="whole blocks of 8"):
        decrypt_vehicle_file(TDES, MESSAGE_KEY, bytes(9))
    with pytest.raises(ValueError, match="length byte") as caught:
        decrypt_vehicle_file(SM4, MESSAGE_KEY, bytes(16))
    assert MESSAGE_KEY.hex().upper() not in str(caught.value).upper()
