"""The linkage page: its drawing, its actions, its photo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laneside.passage.answers import Answer, Rejected, rejected
from laneside.passage.view import PassageView
from laneside.terminal.services import Desk
from laneside.terminal.web.exchange import Form, Visit, Web
from laneside.terminal.web.linkage_page import Sheet, linkage_page

STALE = rejected("revision", "页面已更新，请看当前状态后再操作", "The page has moved on: look at it and tap again")
NOTHING_IN_WORK = rejected("", "当前没有车辆", "No vehicle is in work")
NO_PHOTO = rejected("photo", "没有收到照片", "No photo arrived")
NO_REASON = rejected("reason", "请选择原因", "Choose a reason")

Step = Callable[[Desk, Form, int], Answer]


def _with_reason(call: Callable[[str], Answer], form: Form) -> Answer:
    reason = form.text("reason")[:80]
    return call(reason) if reason else NO_REASON


def _release(desk: Desk, form: Form, revision: int) -> Answer:
    return desk.release(
        revision,
        code=form.text("code"),
        leader=form.text("leader"),
        password=form.fields.get("password", ""),
        reason=form.text("reason")[:80],
    )


ACTIONS: Mapping[str, Step] = MappingProxyType(
    {
        "read": lambda desk, form, revision: desk.read(revision),  # noqa: ARG005 - one shape for all
        "same-as-pair": lambda desk, form, revision: desk.same_as_pair(revision),  # noqa: ARG005 - one shape for all
        "take-reading": lambda desk, form, revision: desk.take_reading(revision),  # noqa: ARG005 - one shape for all
        "picture": lambda desk, form, revision: desk.submit_picture(
            revision, plate=form.text("plate").upper(), colour=form.number("colour")
        ),
        "select": lambda desk, form, revision: desk.select(
            revision, toll_class=form.number("toll_class"), vehicle_kind=form.number("vehicle_kind")
        ),
        "quote": lambda desk, form, revision: desk.quote(revision),  # noqa: ARG005 - one shape for all
        "submit": lambda desk, form, revision: desk.submit(revision),  # noqa: ARG005 - one shape for all
        "prove": lambda desk, form, revision: desk.prove(revision),  # noqa: ARG005 - one shape for all
        "rewrite-tag": lambda desk, form, revision: desk.rewrite_tag(revision),  # noqa: ARG005 - one shape for all
        "release": _release,
        "refuse": lambda desk, form, revision: _with_reason(lambda r: desk.refuse(revision, reason=r), form),
        "transfer": lambda desk, form, revision: _with_reason(lambda r: desk.transfer(revision, reason=r), form),
        "abandon": lambda desk, form, revision: _with_reason(lambda r: desk.abandon(revision, reason=r), form),
        "resume": lambda desk, form, revision: desk.resume(revision),  # noqa: ARG005 - one shape for all
        "leave": lambda desk, form, revision: desk.leave(revision),  # noqa: ARG005 - one shape for all
    }
)


FILLS_IN = frozenset({"same-as-pair", "take-reading"})
"""Actions that only fill in the form that they stand beside."""


class LinkageRoutes:
    """``/linkage`` and what is posted below it."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/linkage", self.show, methods=["GET"]),
            Route("/linkage", self.open, methods=["POST"]),
            Route("/linkage/draft", self.draft, methods=["POST"]),
            Route("/linkage/photo", self.photo, methods=["POST"]),
            Route("/linkage/{action}", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Draw the page as the server's state has it; 204 while nothing changed since the page that asks."""
        visit = await self._web.receive(request)
        if visit.on_duty is None:
            return visit.to_login()
        view = await visit.ask(visit.services.desk.view)
        if visit.wants_json:
            return visit.json({"ok": True, "rejected": None, "view": view})
        if view is None:
            return visit.go("/")
        return await self._draw(visit, view, wanted=_sheet(request.query_params.get("sheet", "")))

    async def open(self, request: Request) -> Response:
        """Take the lane (【ETC联动】); with a vehicle in work already, go to it."""
        visit = await self._web.receive(request)
        turned_away = visit.turn_away("/")
        if turned_away is not None:
            return turned_away
        lane_hex = visit.form.text("lane_hex")
        visit.session.lane_hex = lane_hex
        answer = await visit.ask(lambda: visit.services.desk.open(lane_hex))
        return await visit.answer(answer, then="/linkage", otherwise="/")

    async def draft(self, request: Request) -> Response:
        """Keep what is being typed, so that a reload loses nothing."""
        visit = await self._web.receive(request)
        turned_away = visit.turn_away("/linkage")
        if turned_away is not None:
            return turned_away
        plate, colour = visit.form.text("plate").upper(), visit.form.number("colour")
        desk = visit.services.desk
        answer = await visit.ask(lambda: _kept(desk, visit.form, lambda: desk.draft(plate=plate, colour=colour)))
        return await visit.answer(answer, then="/linkage", otherwise="/linkage")

    async def photo(self, request: Request) -> Response:
        """Keep a photo at once; ``live`` says whether the camera on the spot took it."""
        visit = await self._web.receive(request)
        turned_away = visit.turn_away("/linkage")
        if turned_away is not None:
            return turned_away
        image, live = visit.form.upload, visit.form.flag("live")
        if not image:
            return await self._acted(visit, NO_PHOTO)
        desk = visit.services.desk
        answer = await visit.ask(lambda: _kept(desk, visit.form, lambda: desk.take_photo(image, live=live)))
        return await self._acted(visit, answer)

    async def act(self, request: Request) -> Response:
        """Carry out an action once: the revision it was offered with must still be the present one."""
        visit = await self._web.receive(request)
        action = request.path_params["action"]
        step = ACTIONS.get(action)
        if step is None:
            return Response(status_code=404)
        turned_away = visit.turn_away("/linkage")
        if turned_away is not None:
            return turned_away
        answer = await visit.ask(lambda: _once(visit.services.desk, step, visit.form))
        return await self._acted(visit, answer, stays=action in FILLS_IN)

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


def _once(desk: Desk, step: Step, form: Form) -> Answer:
    in_work = desk.in_work()
    if in_work is None:
        return NOTHING_IN_WORK
    passage_id, revision = in_work
    if form.number("revision") != revision or not _of_this_passage(passage_id, form):
        return STALE
    return step(desk, form, revision)


def _of_this_passage(passage_id: str, form: Form) -> bool:
    """Revisions begin anew with each vehicle: a page left open from the last one must not act on this one."""
    return form.text("passage") in ("", passage_id)


def _kept(desk: Desk, form: Form, keep: Callable[[], Answer]) -> Answer:
    """Keep what was typed or photographed, unless it belongs to another vehicle."""
    in_work = desk.in_work()
    if in_work is None:
        return NOTHING_IN_WORK
    return keep() if _of_this_passage(in_work[0], form) else STALE


def _sheet(name: str) -> Sheet:
    return Sheet(name) if name in set(Sheet) else Sheet.NONE
