"""Which address is which page."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from laneside.centre.web import doors, ledger_pages, terminal_pages
from laneside.centre.web.desk import Desk, action, page


def page_routes(desk: Desk) -> list[BaseRoute]:
    """Return every page and its style sheet."""
    return [
        Mount("/static", app=StaticFiles(directory=desk.static)),
        Route("/login", doors.show_login(desk), methods=["GET"]),
        Route("/login", doors.log_in(desk), methods=["POST"]),
        Route("/logout", action(desk, doors.log_out), methods=["POST"]),
        Route("/", page(desk, ledger_pages.home), methods=["GET"]),
        Route("/records", page(desk, ledger_pages.records), methods=["GET"]),
        Route("/records/{record_id}", page(desk, ledger_pages.record), methods=["GET"]),
        Route("/events", page(desk, ledger_pages.events), methods=["GET"]),
        Route("/events/{event_id}", page(desk, ledger_pages.event), methods=["GET"]),
        Route("/photos/{sha256}.jpg", page(desk, ledger_pages.photo), methods=["GET"]),
        Route("/terminals", page(desk, terminal_pages.terminals), methods=["GET"]),
        Route("/terminals/codes", action(desk, terminal_pages.new_code), methods=["POST"]),
        Route("/terminals/{terminal_id}/revoke", action(desk, terminal_pages.revoke), methods=["POST"]),
        Route("/psams", page(desk, terminal_pages.psams), methods=["GET"]),
        Route("/alarms", page(desk, terminal_pages.alarms), methods=["GET"]),
        Route("/conflicts/{subject}", page(desk, ledger_pages.conflicts), methods=["GET"]),
        Route("/alarms/{seq:int}/settle", action(desk, terminal_pages.settle), methods=["POST"]),
    ]
