"""Login, home, 班前检查, 交班, setup, preferences: everything before and after a vehicle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from starlette.responses import Response
from starlette.routing import Route

from laneside.contract.parameters import Role
from laneside.passage.answers import DONE, Answer, Rejected, rejected
from laneside.terminal.preferences import Preference, Theme
from laneside.terminal.web.exchange import Visit, Web
from laneside.vocab.words import Language

NOT_A_DATE = rejected("work_date", "工班日期无效", "This is not a date")
NO_SHIFT = rejected("shift", "请选择班次", "Choose a shift")
NOT_ADMINISTRATOR = rejected("", "只有管理员可以修改系统配置", "Only an administrator may change the setup")
VEHICLE_IN_WORK = rejected("", "请先结束当前车辆，再下班", "Finish the vehicle in work before closing the shift")


def home_routes(web: Web) -> list[Route]:
    """Return ``/``, ``/login``, ``/check``, ``/handover``, ``/setup``, ``/more`` and their actions."""
    get, post = web.get, web.post
    return [
        get("/", _home),
        get("/login", _login_page, on_duty=False),
        post("/login", _login, back="/login", on_duty=False),
        post("/unlock", _unlock, back="/login?unlock=1", on_duty=False),
        post("/logout", _logout, back="/more"),
        get("/more", _more),
        get("/check", _check, on_duty=False),
        get("/handover", _handover),
        get("/setup", _setup_page),
        post("/setup/lanes", _setup_lanes, back="/setup"),
        post("/preferences", _preferences, on_duty=False),
        get("/session", _session, on_duty=False),
        get("/status", _status, on_duty=False),
    ]


async def _home(visit: Visit) -> Response:
    """Offer the lanes; with a vehicle in work, go to it."""
    if await visit.ask(visit.services.desk.view) is not None:
        return visit.go("/linkage")
    lanes = await visit.ask(visit.services.desk.lanes)
    known = {lane.lane_hex for lane in lanes}
    chosen = visit.session.lane_hex if visit.session.lane_hex in known else ""
    return await visit.page("home.html", {"lanes": lanes, "chosen": chosen or (lanes[0].lane_hex if lanes else "")})


async def _login_page(visit: Visit) -> Response:
    """Ask for number, password, shift and work date, the running shift chosen already."""
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
        "unlocking": visit.request.query_params.get("unlock") == "1",
    }
    return await visit.page("login.html", values)


async def _login(visit: Visit) -> Response:
    """Take a collector on duty in this browser; a passage left in work is shown again."""
    answer = await _log_in(visit)
    if isinstance(answer, Rejected):
        kept = ("operator_id", "shift", "work_date")
        visit.session.typed = {name: visit.form.text(name) for name in kept}
        return await visit.answer(answer, then="/", otherwise="/login")
    visit.session = visit.web.sessions.begin_after(visit.session, visit.services.duty.on_duty)
    return await visit.answer(answer, then="/", otherwise="/login")


async def _unlock(visit: Visit) -> Response:
    """Let a shift leader lift a lock-out; no one need be on duty for it."""
    form, duty = visit.form, visit.services.duty
    answer = await visit.ask(
        lambda: duty.unlock(
            operator_id=form.text("operator_id"),
            leader=form.text("leader"),
            password=form.fields.get("password", ""),
            browser=visit.session.browser_of(form.text("leader")),
        )
    )
    visit.session.typed = {"operator_id": form.text("operator_id")}
    return await visit.answer(answer, then="/login", otherwise="/login?unlock=1")


async def _logout(visit: Visit) -> Response:
    """Close the shift, unless a vehicle is in work."""
    if await visit.ask(visit.services.desk.view) is not None:
        return await visit.answer(VEHICLE_IN_WORK, then="/login", otherwise="/more")
    answer = await visit.ask(visit.services.duty.logout)
    if not isinstance(answer, Rejected):
        visit.session = visit.web.sessions.begin_after(visit.session, None)
    return await visit.answer(answer, then="/login", otherwise="/more")


async def _more(visit: Visit) -> Response:
    """Offer light, language, setup, sounds and the end of the shift."""
    return await visit.page("more.html", {})


async def _check(visit: Visit) -> Response:
    """Examine the terminal (班前检查), also before anyone has logged in; it names no vehicle and no person."""
    report = await visit.ask(visit.services.checkup)
    if visit.wants_json:
        return visit.json({"level": report.level, "at": report.at, "items": report.items})
    return await visit.page("check.html", {"report": report})


async def _handover(visit: Visit) -> Response:
    """Show the sums of the shift (交班) and what it leaves open; ``POST /logout`` closes it."""
    totals = await visit.ask(visit.services.duty.shift_totals)
    if visit.wants_json:
        return visit.json({"totals": totals})
    view = await visit.ask(visit.services.desk.view)
    return await visit.page("handover.html", {"totals": totals, "in_work": view is not None})


async def _setup_page(visit: Visit) -> Response:
    """Show the registered lanes and their types; an administrator may enable exits."""
    lanes = await visit.ask(visit.services.setup.lanes)
    values = {
        "lanes": lanes,
        "may_change": _is_administrator(visit),
        "station": visit.services.setup.station_name(),
    }
    return await visit.page("setup.html", values)


async def _setup_lanes(visit: Visit) -> Response:
    """Enable exactly the ticked lanes."""
    if not _is_administrator(visit):
        return await visit.answer(NOT_ADMINISTRATOR, then="/setup", otherwise="/setup")
    wanted = frozenset(visit.form.lists.get("lane_hex", ()))
    answer = await visit.ask(lambda: visit.services.setup.enable(wanted))
    return await visit.answer(answer, then="/setup?saved=1", otherwise="/setup")


async def _preferences(visit: Visit) -> Response:
    """Keep light and language; no one need be on duty for it."""
    chosen = _preference(visit.services.preferences.current(), visit.form.fields)
    await visit.ask(lambda: visit.services.preferences.choose(chosen))
    return await visit.answer(DONE, then=visit.back, otherwise=visit.back)


async def _session(visit: Visit) -> Response:
    """Tell a script its CSRF token, who is on duty and which lanes there are."""
    duty = visit.on_duty
    lanes = () if duty is None else await visit.ask(visit.services.desk.lanes)
    return visit.json({"csrf": visit.session.csrf, "on_duty": duty, "lanes": lanes})


async def _status(visit: Visit) -> Response:
    """Draw the top line again."""
    if visit.wants_json:
        return visit.json(await visit.ask(visit.services.top_line))
    view = await visit.ask(visit.services.desk.view)
    return await visit.page("topline.html", {"view": view})


async def _log_in(visit: Visit) -> Answer:
    form, duty = visit.form, visit.services.duty
    # Without parameters the page offers no shift: why there are none comes before the shift that is missing.
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
    browser = visit.session.browser_of(operator_id)
    return await visit.ask(lambda: duty.login(operator_id, password, shift, work_date, browser=browser))


def _is_administrator(visit: Visit) -> bool:
    return visit.on_duty is not None and visit.on_duty.role is Role.ADMINISTRATOR


def _preference(present: Preference, fields: Mapping[str, str]) -> Preference:
    theme, language = fields.get("theme", ""), fields.get("language", "")
    return Preference(
        theme=Theme(theme) if theme in set(Theme) else present.theme,
        language=Language(language) if language in set(Language) else present.language,
    )
