"""The forms in which replies occur."""

import pytest

from laneside import rsu
from laneside.errors import CodecError
from laneside.rsu import TCP, replies

OBU = bytes.fromhex("01A2B3C4")


def test_a_b2_has_antenna_or_device():
    rest = {"obu_id": OBU, "error": 0, "system": bytes(26), "equipment_version": 0, "status": 0}
    with pytest.raises(CodecError, match="at least one"):
        replies.TcpTag(**rest)


def test_the_count_of_psams_is_held():
    with pytest.raises(CodecError, match="rsu-B0"):
        rsu.parse(
            TCP,
            rsu.Direction.FROM_READER,
            bytes.fromhex("B0 00 02 01 05 00 620100001234 04 A1 000102 2001 00 000000 03040000"),
        )
