"""The pages of terminals and alarms, and what can be done there."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from laneside.centre.web.pages import PageVisit, field, row_number


def terminals(visit: PageVisit) -> Response:
    """List the terminals with what their last heartbeat said."""
    return _terminals_page(visit, issued=None)


def new_code(visit: PageVisit, form: FormData) -> Response:
    """Make an enrolment code for a station and show it once."""
    station = field(form, "station")
    if station not in visit.services.documents.stations():
        return visit.page("refused.html", status=400)
    return _terminals_page(visit, issued=visit.services.enrolment.issue(station))


def revoke(visit: PageVisit, _form: FormData) -> Response:
    """Take a terminal's key out of use."""
    visit.services.registry.revoke(visit.request.path_params["terminal_id"])
    return RedirectResponse("/terminals", 303)


def psams(visit: PageVisit) -> Response:
    """List the PSAM authorisations with what came of them."""
    return visit.page("psams.html", kept=visit.services.authorisations.shown())


def alarms(visit: PageVisit) -> Response:
    """List the alarms."""
    return visit.page("alarms.html", alarms=visit.services.alarms.shown())


def settle(visit: PageVisit, _form: FormData) -> Response:
    """Mark an alarm as looked after."""
    seq = row_number(visit.request.path_params["seq"])
    if seq is None:
        return visit.page("refused.html", status=400)
    visit.services.alarms.settle(seq, by=visit.session.account)
    return RedirectResponse("/alarms", 303)


def _terminals_page(visit: PageVisit, *, issued: object) -> Response:
    services = visit.services
    stations = services.documents.stations()
    newest = {station: services.documents.versions(station) for station in stations}
    return visit.page(
        "terminals.html",
        terminals=services.registry.all(),
        stations=stations,
        newest=newest,
        issued=issued,
        now=services.clock.now(),
    )
