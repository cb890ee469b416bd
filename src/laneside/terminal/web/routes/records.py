"""Today's vehicles, one vehicle, its slip, and photos."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from laneside.contract.parameters import Role
from laneside.passage.notes import Ending
from laneside.passage.trace import Trace
from laneside.terminal.web.exchange import Visit, Web

_HEX_DIGITS = frozenset("0123456789abcdef")


def record_routes(web: Web) -> list[Route]:
    """Return ``/records`` and ``/photos``."""
    return [
        web.get("/records", _today),
        web.get("/records/{passage_id}", _detail),
        web.get("/records/{passage_id}/slip", _slip),
        web.get("/photos/{sha256}", _photo),
    ]


async def _today(visit: Visit) -> Response:
    """List today's vehicles, newest first."""
    rows = await visit.ask(visit.services.history.today)
    if visit.wants_json:
        return visit.json({"rows": rows})
    only = visit.request.query_params.get("state", "")
    shown = tuple(row for row in rows if not only or row.state.value == only)
    return await visit.page("records.html", {"rows": shown, "all_rows": rows, "only": only})


async def _detail(visit: Visit) -> Response:
    """Show everything kept of one vehicle."""
    return await _one(visit, "record.html")


async def _slip(visit: Visit) -> Response:
    """Show the driver's slip of a paid passage; it is not an invoice."""
    return await _one(visit, "slip.html", paid_only=True)


async def _one(visit: Visit, template: str, *, paid_only: bool = False) -> Response:
    passage_id = visit.request.path_params["passage_id"]
    detail = await visit.ask(lambda: visit.services.history.detail(passage_id))
    if detail is None or (paid_only and detail.row.ending is not Ending.COMPLETED):
        return await visit.page("missing.html", {"back": "/records"}, status=404)
    if visit.wants_json:
        return visit.json({"detail": detail})
    sessions = await _sessions(visit, passage_id)
    values = {"detail": detail, "station": visit.services.setup.station_name(), "sessions": sessions}
    return await visit.page(template, values)


async def _sessions(visit: Visit, passage_id: str) -> tuple[Trace, ...]:
    """Return what was exchanged, for shift leaders and administrators: it is a technician's page."""
    duty = visit.on_duty
    if duty is None or duty.role is Role.COLLECTOR:
        return ()
    return await visit.ask(lambda: visit.services.traces_of(passage_id))


async def _photo(visit: Visit) -> Response:
    """Serve a photo as stored, or its watermarked copy."""
    sha256 = visit.request.path_params["sha256"]
    if len(sha256) != 64 or not set(sha256) <= _HEX_DIGITS:
        return Response(status_code=404)
    photos = visit.services.photos
    fetch = photos.watermarked if visit.request.query_params.get("watermark") == "1" else photos.get
    jpeg = await visit.ask(lambda: fetch(sha256))
    if jpeg is None:
        return Response(status_code=404)
    return Response(jpeg, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})
