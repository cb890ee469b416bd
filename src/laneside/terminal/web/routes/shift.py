"""交班: the sums of the shift before it is closed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laneside.terminal.web.exchange import Web


class ShiftRoutes:
    """``/handover``; closing the shift itself is ``POST /logout``."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [Route("/handover", self.handover, methods=["GET"])]

    async def handover(self, request: Request) -> Response:
        """Show what the shift came to, and what it leaves open."""
        visit = await self._web.receive(request)
        if visit.on_duty is None:
            return visit.to_login()
        totals = await visit.ask(visit.services.duty.shift_totals)
        if visit.wants_json:
            return visit.json({"totals": totals})
        view = await visit.ask(visit.services.desk.view)
        return await visit.page("handover.html", {"totals": totals, "in_work": view is not None})
