"""The forms in which requests occur."""

import pytest

from laneside.errors import CodecError
from laneside.rsu import requests

OBU = bytes.fromhex("01A2B3C4")


def test_the_forms_of_c6_do_not_mix():
    rest = {"obu_id": OBU, "factor": bytes(8), "amount_fen": 1, "purchase_time": bytes(7), "capp": bytes(43)}
    for wrong in (
        {"ef04": bytes(91)},
        {"trade_mode": 0},
        {"second_part": bytes(5)},
        {"trade_mode": 0, "ef04": bytes(90)},
        {"trade_mode": 0, "ef04": bytes(91), "second_part": bytes(6)},
    ):
        with pytest.raises(CodecError, match="rsu-C6"):
            requests.TcpDebit(**rest, **wrong)
