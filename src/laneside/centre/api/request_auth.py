"""Let in what an enrolled, unrevoked device has signed a short time ago; read no body beyond its limit."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime, timedelta
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from laneside.centre.terminals.registry import EnrolledTerminal, Registry
from laneside.clock import Clock
from laneside.contract.exchange import SIGNATURE_HEADER, TERMINAL_HEADER, TIME_HEADER, Refusal
from laneside.contract.signing import request_bytes, verify
from laneside.errors import SignatureError

NOT_SIGNED: Final = Refusal(code="not-signed", text="请求没有终端签名 / the request carries no terminal's signature")
UNKNOWN: Final = Refusal(
    code="unknown-terminal", text="终端未登记 / no such terminal", remedy="用登记码重新登记 / enrol with a new code"
)
BAD_SIGNATURE: Final = Refusal(code="signature", text="请求签名不符 / the request's signature does not verify")
REVOKED: Final = Refusal(
    code="revoked", text="终端密钥已注销 / the terminal's key is revoked", remedy="联系中心 / ask the centre"
)
CLOCK: Final = Refusal(
    code="clock",
    text="请求时间与中心相差过大 / the request was signed too long ago or in the future",
    remedy="校准终端时钟 / set the terminal's clock",
)
TOO_LARGE: Final = Refusal(code="too-large", text="内容过大 / the body is larger than allowed")

_DRAINED: Final = 8
"""How many times the limit is still read and thrown away, so that a sender gets the refusal and is not cut off."""


class SignedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a terminal has signed; ``sent_at`` and ``signature`` are as they came."""

    terminal: EnrolledTerminal
    body: bytes
    sent_at: str
    signature: bytes


class RequestAuth:
    """Check requests. ``age_s_max`` is how far a request's time may be from the centre's."""

    def __init__(self, registry: Registry, clock: Clock, *, age_s_max: int) -> None:
        self._registry = registry
        self._clock = clock
        self._age_max = timedelta(seconds=age_s_max)

    async def admit(self, request: Request, *, body_max: int, any_time: bool = False) -> SignedRequest | Refusal:
        """Return the request with its terminal, or why not; ``any_time`` where a repeated request can do nothing."""
        names = (TERMINAL_HEADER, TIME_HEADER, SIGNATURE_HEADER)
        terminal_id, sent_at, signature = (request.headers.get(name, "") for name in names)
        moment, raw_signature = _moment(sent_at), _base64(signature)
        if moment is None or raw_signature is None or not terminal_id:
            return NOT_SIGNED
        terminal = await run_in_threadpool(self._registry.find, terminal_id)
        if terminal is None:
            return UNKNOWN
        body = await read_body(request, body_max)
        if isinstance(body, Refusal):
            return body
        signed = SignedRequest(terminal=terminal, body=body, sent_at=sent_at, signature=raw_signature)
        refusal = _check_signature(request, signed) or (REVOKED if terminal.revoked_at is not None else None)
        if refusal is None and not any_time and abs(self._clock.now() - moment) > self._age_max:
            refusal = CLOCK
        return refusal or signed


async def read_body(request: Request, limit: int) -> bytes | Refusal:
    """Read a body of at most ``limit`` bytes."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            body += chunk
        elif size > _DRAINED * limit:
            break
    return bytes(body) if size <= limit else TOO_LARGE


def request_target(request: Request) -> str:
    """Return path and query as they were sent."""
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _check_signature(request: Request, signed: SignedRequest) -> Refusal | None:
    message = request_bytes(
        method=request.method,
        path=request_target(request),
        terminal_id=signed.terminal.terminal_id,
        sent_at=signed.sent_at,
        body=signed.body,
    )
    try:
        verify(signed.terminal.device_key, signed.signature, message)
    except SignatureError:
        return BAD_SIGNATURE
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _base64(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True) or None
    except ValueError:
        return None
