"""The linkage page: its drawing, its actions, its photo."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from laneside.passage.answers import NO_PASSAGE, NO_PHOTO, Answer, Rejected
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.views.views import PassageView
from laneside.terminal.web.exchange import Form, Visit, Web
from laneside.terminal.web.linkage_page import Sheet, linkage_page

StructT = TypeVar("StructT", bound=msgspec.Struct)


class LinkageRoutes:
    """``/linkage`` and what is posted below it."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            self._web.get("/linkage", self.show),
            self._web.post("/linkage", self.open, back="/"),
            self._web.post("/linkage/draft", self.draft, back="/linkage"),
            self._web.post("/linkage/photo", self.photo, back="/linkage"),
            self._web.post("/linkage/{action}", self.act, back="/linkage"),
        ]

    async def show(self, visit: Visit) -> Response:
        """Draw the page as the server's state has it; 204 while nothing changed since the page that asks."""
        view = await visit.ask(visit.services.desk.view)
        if visit.wants_json:
            return visit.json({"ok": True, "rejected": None, "view": view})
        if view is None:
            return visit.go("/")
        return await self._draw(visit, view, wanted=_sheet(visit.request.query_params.get("sheet", "")))

    async def open(self, visit: Visit) -> Response:
        """Take the lane (【ETC联动】); with a vehicle in work already, go to it."""
        lane_hex, flow = visit.form.text("lane_hex"), visit.form.text("flow")
        visit.session.lane_hex = lane_hex
        answer = await visit.ask(lambda: visit.services.desk.open(lane_hex, flow))
        return await visit.answer(answer, then="/linkage", otherwise="/")

    async def draft(self, visit: Visit) -> Response:
        """Keep what is being typed, so that a reload loses nothing."""
        form = _filled_in(PlateForm, visit.form)
        answer = await visit.ask(lambda: visit.services.desk.draft(form, passage_id=_passage(visit)))
        return await visit.answer(answer, then="/linkage", otherwise="/linkage")

    async def photo(self, visit: Visit) -> Response:
        """Keep a photo at once; ``live`` says whether the camera on the spot took it."""
        image, live = visit.form.upload, visit.form.flag("live")
        if not image:
            return await self._acted(visit, NO_PHOTO)
        desk = visit.services.desk
        answer = await visit.ask(lambda: desk.take_photo(image, live=live, passage_id=_passage(visit)))
        return await self._acted(visit, answer)

    async def act(self, visit: Visit) -> Response:
        """Carry out an action of the flow in work."""
        desk, path = visit.services.desk, visit.request.path_params["action"]
        action = await visit.ask(lambda: desk.action(path))
        if action is None:
            in_work = await visit.ask(desk.view) is not None
            return Response(status_code=404) if in_work else await self._acted(visit, NO_PASSAGE)
        given = _filled_in(action.given, visit.form)
        revision = visit.form.number("revision")
        answer = await visit.ask(lambda: desk.act(path, revision, given, passage_id=_passage(visit)))
        return await self._acted(visit, answer, stays=action.fills is not None)

    async def _acted(self, visit: Visit, answer: Answer, *, stays: bool = False) -> Response:
        """Draw what came of an action; the sheet that it came from stays where it was rejected or only filled in."""
        sheet = _sheet(visit.form.text("sheet")) if stays or isinstance(answer, Rejected) else Sheet.NONE
        view = await visit.ask(visit.services.desk.view) if visit.by_htmx else None
        if view is None:
            back = f"/linkage?sheet={sheet.value}" if sheet else "/linkage"
            return await visit.answer(answer, then=back, otherwise=back)
        refusal = (answer,) if isinstance(answer, Rejected) else ()
        return await self._draw(visit, view, *refusal, wanted=sheet)

    async def _draw(self, visit: Visit, view: PassageView, *refusal: Rejected, wanted: Sheet) -> Response:
        preference = visit.services.preferences.current()
        page = linkage_page(view, wanted, f"{preference}")
        nothing_new = not refusal and not visit.session.notices
        if visit.by_htmx and nothing_new and visit.request.query_params.get("seen") == page.seen:
            return visit.keep(Response(status_code=204))
        template = "linkage_stage.html" if visit.by_htmx else "linkage.html"
        return await visit.page(template, {"page": page, "view": view}, *refusal)


def _filled_in(kind: type[StructT], form: Form) -> StructT:
    """Return what an action is given, from the form's fields of the same names; a field without a number is empty."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        if field.type is str:
            secret = field.name == "password"  # its blanks count
            values[field.name] = form.fields.get(field.name, "") if secret else form.text(field.name)
        else:
            values[field.name] = form.number(field.name)
    return kind(**values)


def _passage(visit: Visit) -> str:
    """Return the passage whose page this was."""
    return visit.form.text("passage")


def _sheet(name: str) -> Sheet:
    return Sheet(name) if name in set(Sheet) else Sheet.NONE
