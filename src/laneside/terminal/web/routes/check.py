"""班前检查: before a shift, also before anybody has logged in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laneside.terminal.services import Checks
from laneside.terminal.web.exchange import Web


class CheckRoutes:
    """``/check``; it tells nothing of any vehicle or person."""

    def __init__(self, web: Web, checks: Checks) -> None:
        self._web = web
        self._checks = checks

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [Route("/check", self.check, methods=["GET"])]

    async def check(self, request: Request) -> Response:
        """Look at everything and show it."""
        visit = await self._web.receive(request)
        report = await visit.ask(self._checks.examine)
        if visit.wants_json:
            return visit.json({"level": report.level, "at": report.at, "items": report.items})
        return await visit.page("check.html", {"report": report})
