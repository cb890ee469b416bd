"""Commands on files as the bytes that go to a chip (spec/icc.md 8.1, 8.5; spec/obu.md 5.2)."""

from __future__ import annotations

import pytest
from scripts import played

from laneside.card.apdu import Device
from laneside.card.files import ReadBinary, ReadRecord, Select, UpdateBinary, select
from laneside.card.status import ChipRefusedError, Meaning


@pytest.mark.parametrize(
    ("command", "apdu"),
    [
        (Select(file_id=bytes.fromhex("1001")), "00A40000021001"),
        (ReadBinary(sfi=0x15, length=50), "00B0950032"),
        (ReadBinary(offset=0x013F, length=39), "00B0013F27"),
        (ReadRecord(sfi=0x18, number=1, length=23), "00B201C417"),
        (UpdateBinary(offset=0x013F, content=b"\x01\x02"), "00D6013F020102"),
    ],
)
def test_a_command_is_these_bytes(command, apdu) -> None:
    assert bytes(command).hex().upper() == apdu


def test_a_locked_file_is_selected_and_refused_with_its_meaning() -> None:
    with pytest.raises(ChipRefusedError, match="SELECT: 6283") as refused:
        played(select(Device.CARD, bytes.fromhex("1001")), "card > 00A4000002 1001 < 6283")
    assert refused.value.meaning is Meaning.FILE_INVALID
