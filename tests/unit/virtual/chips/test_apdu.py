"""The four short cases of a command, by every length that a chip may be sent (ISO 7816-3)."""

from __future__ import annotations

import pytest

from laneside.virtual.chips.apdu import ReceivedCommand, tries_left, wrong_le


@pytest.mark.parametrize(
    ("raw", "data", "le"),
    [("00840000", "", None), ("0084000004", "", 4), ("0084000000", "", 256), ("00A40000021001", "1001", None),
     ("00A4000002100100", "1001", 256), ("00A400000210010A", "1001", 10)],
)  # fmt: skip
def test_data_and_le_are_told_apart(raw: str, data: str, le: int | None) -> None:
    command = ReceivedCommand.parse(bytes.fromhex(raw))
    assert command is not None
    assert (command.data.hex(), command.le) == (data, le)


def test_lengths_that_do_not_add_up_are_no_command() -> None:
    wrong = ["", "00", "008400", "00A4000003" + "1001", "00A4000001" + "1001FF", "00A400000000" + "00"]
    assert [ReceivedCommand.parse(bytes.fromhex(raw)) for raw in wrong] == [None] * len(wrong)


def test_a_mac_covers_the_head_with_the_datas_length() -> None:
    command = ReceivedCommand.parse(bytes.fromhex("04D6013F04" + "01020304"))
    assert command is not None
    assert command.head.hex() == "04d6013f04"


def test_an_answer_of_another_length_is_refused_with_the_right_one() -> None:
    command = ReceivedCommand.parse(bytes.fromhex("00B0950032"))
    assert command is not None
    assert (command.wants(50), command.wants(43)) == (None, b"\x6c\x2b")
    assert (wrong_le(256), tries_left(3)) == (b"\x6c\x00", b"\x63\xc3")
