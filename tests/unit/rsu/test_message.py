"""Values that no message can hold."""

import pytest

from laneside import rsu
from laneside.errors import CodecError
from laneside.rsu import replies, requests

OBU = bytes.fromhex("01A2B3C4")


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (requests.Continue, {"obu_id": b"\x01"}),
        (requests.Continue, {"obu_id": OBU, "factor": bytes(7)}),
        (requests.Stop, {"obu_id": OBU, "stop_type": 256}),
        (requests.SerialTacRequest, {"obu_id": OBU, "ef04_length": 3, "ef04": b"\x01"}),
        (replies.SerialAmounts, {"obu_id": OBU, "error": 0, "amounts": bytes(99)}),
        (requests.TcpPsamAuthorise, {"psams": (requests.Authorisation(channel=1, apdu=bytes(12)),)}),
        (replies.TagPosition, {"obu_id": OBU, "place": bytes(3)}),
        (rsu.Opaque, {"number": 256}),
    ],
)
def test_a_message_that_could_not_be_sent_cannot_exist(kind, wrong):
    with pytest.raises(CodecError):
        kind(**wrong)
