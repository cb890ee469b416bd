"""Reports of bytes that are no frame."""

import pytest

from laneside.rsu import BadFrame, Flaw, SerialDecoder


def test_noise_is_reported_in_bounded_pieces_with_its_first_bytes():
    decoder = SerialDecoder()
    found = decoder.feed(b"\x01" * 600) + decoder.idle()
    assert [(each.flaw, each.dropped) for each in found] == [(Flaw.NOISE, 256), (Flaw.NOISE, 256), (Flaw.NOISE, 88)]
    assert all(each.head == b"\x01" * 16 for each in found)


@pytest.mark.parametrize(
    "wrong", [{"dropped": 0}, {"dropped": 1, "head": b"\x00\x00"}, {"dropped": 99, "head": bytes(17)}]
)
def test_a_report_that_does_not_agree_with_itself_cannot_exist(wrong):
    with pytest.raises(AssertionError):
        BadFrame(flaw=Flaw.NOISE, **wrong)
