"""Which address is which page, and the headers of every answer: a browser runs, frames and guesses nothing but ours."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from laneside.access.origins import answer_to_stranger
from laneside.centre.web import login_pages, record_pages, terminal_pages
from laneside.centre.web.pages import PageServices, action, page


def page_routes(services: PageServices) -> list[BaseRoute]:
    """Return every page and its style sheet."""
    return [
        Mount("/static", app=StaticFiles(directory=services.static)),
        Route("/login", login_pages.show_login(services), methods=["GET"]),
        Route("/login", login_pages.log_in(services), methods=["POST"]),
        Route("/logout", action(services, login_pages.log_out), methods=["POST"]),
        Route("/", page(services, record_pages.home), methods=["GET"]),
        Route("/records", page(services, record_pages.records), methods=["GET"]),
        Route("/records/{record_id}", page(services, record_pages.record), methods=["GET"]),
        Route("/records/{seq}/raw", page(services, record_pages.raw_record), methods=["GET"]),
        Route("/events", page(services, record_pages.events), methods=["GET"]),
        Route("/events/{event_id}", page(services, record_pages.event), methods=["GET"]),
        Route("/events/{seq}/raw", page(services, record_pages.raw_event), methods=["GET"]),
        Route("/photos/{sha256}.jpg", page(services, record_pages.photo), methods=["GET"]),
        Route("/terminals", page(services, terminal_pages.terminals), methods=["GET"]),
        Route("/terminals/codes", action(services, terminal_pages.new_code), methods=["POST"]),
        Route("/terminals/{terminal_id}/revoke", action(services, terminal_pages.revoke), methods=["POST"]),
        Route("/psams", page(services, terminal_pages.psams), methods=["GET"]),
        Route("/alarms", page(services, terminal_pages.alarms), methods=["GET"]),
        Route("/conflicts/{subject}", page(services, record_pages.conflicts), methods=["GET"]),
        Route("/alarms/{seq}/settle", action(services, terminal_pages.settle), methods=["POST"]),
    ]


_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SafetyHeaders:
    """Add the headers; an answer that sets no caching of its own is not to be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_safely)


class OwnPagesOnly:
    """Answer what another site made a browser send, before any page or session is asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        stranger = answer_to_stranger(scope) if scope["type"] == "http" else None
        await (self._app if stranger is None else stranger)(scope, receive, send)
