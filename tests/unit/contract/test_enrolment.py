"""The enrolment code as people carry it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laneside.contract.enrolment import CODE_BYTES, EnrolmentCode, key_fingerprint
from laneside.errors import ContractError

KEY = bytes(range(32))
CODE = EnrolmentCode.draw(random=b"\x00\x44\x32\x14\xc7\x42\x54\xb6", centre_key=KEY)


def test_the_code_spells_its_random_bits():
    assert CODE.code == "0123456789AB"


def test_printed_form_has_ten_groups_of_four():
    groups = CODE.format().split("-")
    assert [len(group) for group in groups] == [4] * 10
    assert "".join(groups[:3]) == CODE.code
    assert "".join(groups[3:9]) == CODE.fingerprint == key_fingerprint(KEY)


@given(random=st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES), key=st.binary(min_size=32, max_size=32))
@settings(max_examples=50)
def test_what_is_printed_reads_back_and_pins_its_key(random, key):
    code = EnrolmentCode.draw(random=random, centre_key=key)
    assert EnrolmentCode.parse(code.format()) == code
    assert code.pins(key)
    assert not code.pins(bytes([key[0] ^ 1]) + key[1:])


def test_typing_habits_are_forgiven():
    typed = " " + CODE.format().lower().replace("-", "  ").replace("0", "o").replace("1", "l") + "\n"
    assert EnrolmentCode.parse(typed) == CODE


@pytest.mark.parametrize("place", range(40))
def test_any_single_wrong_character_is_caught(place):
    letters = CODE.format().replace("-", "")
    other = "Z" if letters[place] != "Z" else "Y"
    with pytest.raises(ContractError):
        EnrolmentCode.parse(letters[:place] + other + letters[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "K7QF", "-" * 40, CODE.format() + "0", CODE.format()[:-1], CODE.format()[:-1] + "U", "汉" * 40]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(ContractError):
        EnrolmentCode.parse(text)
