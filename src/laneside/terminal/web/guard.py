"""What every request must pass (loopback names, own origin, bounded bodies) and the headers of every answer."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from laneside.access.origins import answer_to_stranger

BODY_BYTES_MAX = 64 * 1024
PHOTO_BYTES_MAX = 12 * 1024 * 1024
LENGTH_DIGITS_MAX = 15
PHOTO_PATH = "/linkage/photo"
_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    # Not no-referrer: that turns the Origin of a form's POST into "null".
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class BodyTooLargeError(Exception):
    """More bytes arrived than the route takes."""


class Guard:
    """Refuse what does not come from this device's own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request and pass it on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = PHOTO_BYTES_MAX if scope["path"] == PHOTO_PATH else BODY_BYTES_MAX
        refusal = _refusal(scope, headers, limit)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        try:
            await self._app(scope, _counted(receive, limit), _with_headers(send))
        except BodyTooLargeError:
            await PlainTextResponse("body too large", status_code=413)(scope, receive, _with_headers(send))


def _refusal(scope: Scope, headers: Headers, limit: int) -> Response | None:
    host = headers.get("host", "")
    if _LOOPBACK.fullmatch(host) is None:
        return PlainTextResponse("unknown host", status_code=421)
    stranger = answer_to_stranger(scope)
    if stranger is not None:
        return stranger
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > LENGTH_DIGITS_MAX:
        return PlainTextResponse("bad length", status_code=400)
    if int(length) > limit:
        return PlainTextResponse("body too large", status_code=413)
    return None


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLargeError
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
