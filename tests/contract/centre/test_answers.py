"""Each refusal has its status, and 401 is about the terminal, not the request."""

from __future__ import annotations

import pytest

from laneside.centre.api.answers import answer_receipt, refuse
from laneside.contract.exchange import Receipt, Refusal, Stored
from laneside.contract.signing import canonical


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("revoked", 401),
        ("clock", 401),
        ("enrolment-code", 403),
        ("too-large", 413),
        ("other-subject", 422),
        ("new", 400),
    ],
)
def test_a_refusal_is_answered_with_its_status(code: str, status: int) -> None:
    refusal = Refusal(code=code, text="t", remedy="r")
    answer = refuse(refusal)
    assert (answer.status_code, answer.body) == (status, canonical(refusal))


@pytest.mark.parametrize(("stored", "status"), [(Stored.CREATED, 201), (Stored.EXISTS, 200), (Stored.CONFLICT, 409)])
def test_a_receipt_is_answered_with_how_it_was_stored(clock, stored: Stored, status: int) -> None:
    receipt = Receipt(terminal_id="T1", subject="R1", digest="ab" * 32, stored=stored, at=clock.now())
    assert answer_receipt(receipt).status_code == status
