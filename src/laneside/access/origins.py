"""Keep requests that another site made a browser send away from pages and sessions.

A form of another site is refused. A link from another site opens the page: a browser sends no ``SameSite=Strict``
cookie with it, so it first gets a page of a few bytes that loads the same address again, this time as our own. Without
that page a link would show the login to someone who is logged in, and a new session would take the place of theirs.
"""

from __future__ import annotations

import html
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Scope

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES: Final = frozenset({"same-origin", "none"})
_SAME_PAGE: Final = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={path}">'
    '<title>Laneside</title><p><a href="{path}">继续 / Continue</a></p></html>'
)


def answer_to_stranger(scope: Scope) -> Response | None:
    """Return the answer to a request that another site caused; None for one of our own pages or of a program.

    Today's browsers say in ``Sec-Fetch-Site`` who caused it; where that is missing, ``Origin`` and ``Referer`` count.
    """
    headers = Headers(scope=scope)
    own = f"{scope['scheme']}://{headers.get('host', '')}"
    if scope["method"] not in SAFE_METHODS:
        return None if _is_own_form(headers, own) else _refused()
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site in _OWN_SITES:
            return None
        return _page_again(scope) if _opens_a_page(headers) else _refused()
    if headers.get("origin", own) != own:
        return _refused()
    referer = headers.get("referer")
    return None if referer is None or _origin(referer) == own else _page_again(scope)


def _refused() -> Response:
    return PlainTextResponse(
        "请求来自其他网站，未执行 / This came from another site: nothing was done", status_code=403
    )


def _is_own_form(headers: Headers, own: str) -> bool:
    # A browser names its origin on every POST; a program that names none has no cookies of ours to misuse.
    return headers.get("sec-fetch-site", "none") in _OWN_SITES and headers.get("origin", own) == own


def _opens_a_page(headers: Headers) -> bool:
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _page_again(scope: Scope) -> Response:
    query = scope["query_string"].decode("ascii", "replace")
    # Without its leading slashes doubled: ``//name`` would be another host.
    path = "/" + scope["raw_path"].decode("ascii", "replace").lstrip("/\\") + (f"?{query}" if query else "")
    return HTMLResponse(_SAME_PAGE.format(path=html.escape(path)), headers={"cache-control": "no-store"})


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
