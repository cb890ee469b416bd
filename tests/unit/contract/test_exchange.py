"""Messages between terminal and centre: their names on the wire, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from laneside.contract.exchange import EnrolmentReply, Receipt, Stored
from laneside.contract.signing import canonical, parse
from laneside.errors import ContractError

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_a_receipt_has_these_names_and_comes_back() -> None:
    receipt = Receipt(terminal_id="T1", subject="R1", digest="ab" * 32, stored=Stored.EXISTS, at=AT, signature=b"\x01")
    wire = msgspec.json.decode(canonical(receipt))
    assert set(wire) >= {"terminalId", "subject", "digest", "stored", "at", "signature"}
    assert wire["stored"] == "exists"
    assert parse(canonical(receipt), Receipt) == receipt


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"terminalId": 1}', b"<html>", b"\xff\xfe"])
def test_what_is_no_message_is_a_contract_error(body: bytes) -> None:
    with pytest.raises(ContractError):
        parse(body, EnrolmentReply)
