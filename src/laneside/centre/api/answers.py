"""Make HTTP answers of messages. A refusal's code decides its status."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from laneside.contract.exchange import Receipt, Refusal, Stored
from laneside.contract.signing import canonical

# 401 is about the terminal: everything it sends will get the same answer. 4xx of other kinds is about this one request.
_STATUS: Final = {
    "not-signed": 401,
    "unknown-terminal": 401,
    "signature": 401,
    "revoked": 401,
    "clock": 401,
    "enrolment-code": 403,
    "psam-signer-off": 403,
    "slots-exhausted": 409,
    "document-unknown": 409,
    "not-found": 404,
    "method": 405,
    "too-large": 413,
    "photo-form": 415,
    "foreign-terminal": 422,
    "other-subject": 422,
    "photo-digest": 422,
}
_STORED_STATUS: Final = {Stored.CREATED: 201, Stored.EXISTS: 200, Stored.CONFLICT: 409}


def answer(message: Any, *, status: int = 200) -> Response:
    """Answer with a message in its canonical form."""
    return Response(canonical(message), status_code=status, media_type="application/json")


def refuse(refusal: Refusal) -> Response:
    """Answer no; 400 where the code has no status of its own."""
    return answer(refusal, status=_STATUS.get(refusal.code, 400))


def answer_receipt(receipt: Receipt | Refusal) -> Response:
    """Answer an upload: 201 created, 200 exists, 409 conflict (with a receipt, too), or a refusal."""
    match receipt:
        case Receipt():
            return answer(receipt, status=_STORED_STATUS[receipt.stored])
        case Refusal():
            return refuse(receipt)
