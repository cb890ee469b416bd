"""The demo's panel: put a vehicle at the lane, move its card, look at barrier and fee display."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laneside.errors import LinkLostError
from laneside.passage.answers import Answer, Rejected, rejected
from laneside.terminal.demo_panel import DemoRoadside
from laneside.terminal.web.exchange import Visit, Web

ROADSIDE_GONE = rejected("", "路侧演示未应答", "The virtual roadside does not answer")


class DemoRoutes:
    """``/demo``; exists only when the demo brought its panel."""

    def __init__(self, web: Web, panel: DemoRoadside) -> None:
        self._web = web
        self._panel = panel

    def routes(self) -> list[Route]:
        """Return the addresses."""
        get, post = self._web.get, self._web.post
        return [
            get("/demo", self._draw, on_duty=False),
            Route("/demo/camera.jpg", self.camera, methods=["GET"]),
            post("/demo/place", self.place, back="/demo", on_duty=False),
            post("/demo/remove", self.remove, back="/demo", on_duty=False),
            post("/demo/card", self.card, back="/demo", on_duty=False),
        ]

    async def _draw(self, visit: Visit, *refusal: Rejected) -> Response:
        """Show what is at the lane and what may be put there."""
        try:
            state = await visit.ask(self._panel.state)
            vehicles = await visit.ask(self._panel.vehicles)
        except LinkLostError:
            return await visit.page("missing.html", {"back": "/"}, ROADSIDE_GONE, status=503)
        if visit.wants_json:
            return visit.json({"state": state, "vehicles": vehicles})
        template = "demo_state.html" if visit.by_htmx else "demo.html"
        return await visit.page(template, {"state": state, "vehicles": vehicles, "fragment": visit.by_htmx}, *refusal)

    async def camera(self, request: Request) -> Response:  # noqa: ARG002 - the shape of every route
        """Serve the drawn picture of the vehicle at the lane, for a device without a camera."""
        try:
            picture = await run_in_threadpool(self._panel.picture)
        except LinkLostError:
            picture = None
        if picture is None:
            return Response(status_code=404)
        return Response(picture, media_type="image/jpeg")

    async def place(self, visit: Visit) -> Response:
        """Put a vehicle at the lane."""
        vehicle, fresh = visit.form.text("vehicle"), visit.form.flag("fresh")
        return await self._moved(visit, lambda: self._panel.place(vehicle, fresh=fresh))

    async def remove(self, visit: Visit) -> Response:
        """Let the vehicle drive away."""
        return await self._moved(visit, self._panel.remove)

    async def card(self, visit: Visit) -> Response:
        """Put the card in, or take it out."""
        move = self._panel.insert_card if visit.form.flag("inserted") else self._panel.withdraw_card
        return await self._moved(visit, move)

    async def _moved(self, visit: Visit, move: Callable[[], Answer]) -> Response:
        try:
            answer = await visit.ask(move)
        except LinkLostError:
            answer = ROADSIDE_GONE
        if visit.by_htmx:
            return await self._draw(visit, *((answer,) if isinstance(answer, Rejected) else ()))
        return await visit.answer(answer, then="/demo", otherwise="/demo")
