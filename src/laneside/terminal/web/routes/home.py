"""Login, home, 班前检查, 交班, setup, preferences: everything before and after a vehicle."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laneside.contract.parameters import Role
from laneside.passage.answers import DONE, Answer, Rejected, rejected
from laneside.terminal.preferences import Language, Preference, Theme
from laneside.terminal.web.exchange import Visit, Web

NOT_A_DATE = rejected("work_date", "工班日期无效", "This is not a date")
NO_SHIFT = rejected("shift", "请选择班次", "Choose a shift")
NOT_ADMINISTRATOR = rejected("", "只有管理员可以修改系统配置", "Only an administrator may change the setup")
VEHICLE_IN_WORK = rejected("", "请先结束当前车辆，再下班", "Finish the vehicle in work before closing the shift")


class HomeRoutes:
    """``/``, ``/login``, ``/check``, ``/handover``, ``/setup``, ``/more`` and their actions."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/login", self.login_page, methods=["GET"]),
            Route("/login", self.login, methods=["POST"]),
            Route("/unlock", self.unlock, methods=["POST"]),
            Route("/logout", self.logout, methods=["POST"]),
            Route("/more", self.more, methods=["GET"]),
            Route("/check", self.check, methods=["GET"]),
            Route("/handover", self.handover, methods=["GET"]),
            Route("/setup", self.setup_page, methods=["GET"]),
            Route("/setup/lanes", self.setup_lanes, methods=["POST"]),
            Route("/preferences", self.preferences, methods=["POST"]),
            Route("/session", self.session, methods=["GET"]),
            Route("/status", self.status, methods=["GET"]),
        ]

    async def home(self, request: Request) -> Response:
        """Offer the lanes; with a vehicle in work, go to it."""
        visit = await self._web.receive(request)
        if visit.on_duty is None:
            return visit.to_login()
        if await visit.ask(visit.services.desk.view) is not None:
            return visit.go("/linkage")
        lanes = await visit.ask(visit.services.desk.lanes)
        known = {lane.lane_hex for lane in lanes}
        chosen = visit.session.lane_hex if visit.session.lane_hex in known else ""
        return await visit.page("home.html", {"lanes": lanes, "chosen": chosen or (lanes[0].lane_hex if lanes else "")})

    async def login_page(self, request: Request) -> Response:
        """Ask for number, password, shift and work date, the running shift chosen already."""
        visit = await self._web.receive(request)
        if visit.on_duty is not None:
            return visit.go("/")
        duty = visit.services.duty
        obstacle = await visit.ask(duty.login_obstacle)
        plans = await visit.ask(duty.shift_plans)
        suggestion = await visit.ask(duty.shift_suggestion)
        typed = visit.session.take_typed()
        values = {
            "station": visit.services.setup.station_name(),
            "obstacle": obstacle,
            "plans": plans,
            "shift": typed.get("shift") or (str(suggestion[0]) if suggestion else ""),
            "work_date": typed.get("work_date") or (suggestion[1].isoformat() if suggestion else ""),
            "operator_id": typed.get("operator_id", ""),
            "unlocking": request.query_params.get("unlock") == "1",
        }
        return await visit.page("login.html", values)

    async def login(self, request: Request) -> Response:
        """Take a collector on duty in this browser; a passage left in work is shown again."""
        visit = await self._web.receive(request)
        untrusted = visit.untrusted("/login")
        if untrusted is not None:
            return untrusted
        answer = await self._logged_in(visit)
        if isinstance(answer, Rejected):
            kept = ("operator_id", "shift", "work_date")
            visit.session.typed = {name: visit.form.text(name) for name in kept}
            return await visit.answer(answer, then="/", otherwise="/login")
        self._web.sessions.end(visit.session)
        visit.session = self._web.sessions.begin(visit.services.duty.on_duty)
        return await visit.answer(answer, then="/", otherwise="/login")

    async def _logged_in(self, visit: Visit) -> Answer:
        form, duty = visit.form, visit.services.duty
        obstacle = await visit.ask(duty.login_obstacle)
        if obstacle is not None:
            return obstacle
        shift = form.number("shift")
        if shift is None:
            return NO_SHIFT
        try:
            work_date = date.fromisoformat(form.text("work_date"))
        except ValueError:
            return NOT_A_DATE
        operator_id, password = form.text("operator_id"), form.fields.get("password", "")
        return await visit.ask(lambda: duty.login(operator_id, password, shift, work_date))

    async def unlock(self, request: Request) -> Response:
        """Let a shift leader lift a lock-out; no one need be on duty for it."""
        visit = await self._web.receive(request)
        untrusted = visit.untrusted("/login?unlock=1")
        if untrusted is not None:
            return untrusted
        form, duty = visit.form, visit.services.duty
        answer = await visit.ask(
            lambda: duty.unlock(
                operator_id=form.text("operator_id"),
                leader=form.text("leader"),
                password=form.fields.get("password", ""),
            )
        )
        visit.session.typed = {"operator_id": form.text("operator_id")}
        return await visit.answer(answer, then="/login", otherwise="/login?unlock=1")

    async def logout(self, request: Request) -> Response:
        """Close the shift, unless a vehicle is in work."""
        visit = await self._web.receive(request)
        turned_away = visit.turn_away("/more")
        if turned_away is not None:
            return turned_away
        if await visit.ask(visit.services.desk.view) is not None:
            return await visit.answer(VEHICLE_IN_WORK, then="/login", otherwise="/more")
        answer = await visit.ask(visit.services.duty.logout)
        if not isinstance(answer, Rejected):
            self._web.sessions.end(visit.session)
            visit.session = self._web.sessions.begin()
        return await visit.answer(answer, then="/login", otherwise="/more")

    async def more(self, request: Request) -> Response:
        """Offer light, language, setup, sounds and the end of the shift."""
        visit = await self._web.receive(request)
        return visit.to_login() if visit.on_duty is None else await visit.page("more.html", {})

    async def check(self, request: Request) -> Response:
        """Examine the terminal (班前检查), also before anyone has logged in; it names no vehicle and no person."""
        visit = await self._web.receive(request)
        report = await visit.ask(visit.services.checkup)
        if visit.wants_json:
            return visit.json({"level": report.level, "at": report.at, "items": report.items})
        return await visit.page("check.html", {"report": report})

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

    async def setup_page(self, request: Request) -> Response:
        """Show the registered lanes and their types; an administrator may enable exits."""
        visit = await self._web.receive(request)
        if visit.on_duty is None:
            return visit.to_login()
        lanes = await visit.ask(visit.services.setup.lanes)
        may_change = visit.on_duty.role is Role.ADMINISTRATOR
        return await visit.page(
            "setup.html", {"lanes": lanes, "may_change": may_change, "station": visit.services.setup.station_name()}
        )

    async def setup_lanes(self, request: Request) -> Response:
        """Enable exactly the ticked lanes."""
        visit = await self._web.receive(request)
        turned_away = visit.turn_away("/setup")
        if turned_away is not None:
            return turned_away
        if visit.on_duty is None or visit.on_duty.role is not Role.ADMINISTRATOR:
            return await visit.answer(NOT_ADMINISTRATOR, then="/setup", otherwise="/setup")
        wanted = frozenset(visit.form.lists.get("lane_hex", ()))
        answer = await visit.ask(lambda: visit.services.setup.enable(wanted))
        return await visit.answer(answer, then="/setup?saved=1", otherwise="/setup")

    async def preferences(self, request: Request) -> Response:
        """Keep light and language; no one need be on duty for it."""
        visit = await self._web.receive(request)
        back = _own_path(visit.form.text("back"))
        untrusted = visit.untrusted(back)
        if untrusted is not None:
            return untrusted
        chosen = _preference(visit.services.preferences.current(), visit.form.fields)
        await visit.ask(lambda: visit.services.preferences.choose(chosen))
        return await visit.answer(DONE, then=back, otherwise=back)

    async def session(self, request: Request) -> Response:
        """Tell a script its CSRF token, who is on duty and which lanes there are."""
        visit = await self._web.receive(request)
        duty = visit.on_duty
        lanes = () if duty is None else await visit.ask(visit.services.desk.lanes)
        return visit.json({"csrf": visit.session.csrf, "on_duty": duty, "lanes": lanes})

    async def status(self, request: Request) -> Response:
        """Draw the top line again."""
        visit = await self._web.receive(request)
        if visit.wants_json:
            return visit.json(await visit.ask(visit.services.top_line))
        view = await visit.ask(visit.services.desk.view)
        return await visit.page("topline.html", {"view": view})


def _preference(present: Preference, fields: object) -> Preference:
    assert isinstance(fields, dict)
    theme, language = fields.get("theme", ""), fields.get("language", "")
    return Preference(
        theme=Theme(theme) if theme in set(Theme) else present.theme,
        language=Language(language) if language in set(Language) else present.language,
    )


def _own_path(path: str) -> str:
    """Only a path of our own: a second slash would make it another host."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
