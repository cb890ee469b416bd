"""Published known answers, and the padding."""

import pytest

from laneside.cardcrypto.ciphers import Suite, decrypt, encrypt, pad

TDES, SM4 = Suite.TDES, Suite.SM4
HEX = bytes.fromhex
each_suite = pytest.mark.parametrize("suite", [TDES, SM4])


def test_published_known_answers_check_the_ciphers() -> None:
    data = HEX("0123456789ABCDEFFEDCBA9876543210")
    assert encrypt(SM4, data, data) == HEX("681EDF34D206965E86B3E94F536E4246")
    key, plain, cipher = HEX("133457799BBCDFF1"), HEX("0123456789ABCDEF"), HEX("85E813540F0AB405")
    assert encrypt(TDES, key, plain) == cipher
    assert decrypt(TDES, key, cipher) == plain
    assert encrypt(TDES, key + key, plain) == cipher


@each_suite
@pytest.mark.parametrize("length", [0, 1, 7, 8, 15, 16, 17])
def test_padding_always_adds_at_least_the_80(suite: Suite, length: int) -> None:
    padded = pad(suite, b"\x11" * length)
    assert padded[: length + 1] == b"\x11" * length + b"\x80"
    assert not any(padded[length + 1 :])
    assert len(padded) % suite.block_length == 0
    assert len(padded) - length <= suite.block_length
