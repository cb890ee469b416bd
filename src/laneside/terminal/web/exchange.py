"""One request and its answer: which browser asks, what its form says; page, fragment, redirect or JSON."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from threading import Lock
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from laneside.contract.upload_rules import without_controls
from laneside.passage.answers import Answer, Rejected, rejected
from laneside.passage.duty.duty import Browser, OnDuty
from laneside.terminal.services import Services
from laneside.terminal.web.rendering import Renderer

T = TypeVar("T")

SAME_PAGE_EXPIRED = rejected(
    "csrf", "页面已过期，未执行，请再点一次", "The page had expired, nothing was done: tap again"
)
LOGIN_FIRST = rejected("session", "请先登录", "Log in first")


COOKIE = "laneside_session"
_PEOPLE_MAX = 64
_STRANGERS_MAX = 512
FIELDS_MAX = 100
"""No page sends as many; a form with more is answered 400."""


class Session(msgspec.Struct, kw_only=True):
    """One browser. ``duty`` is the very duty it logged in to; ``notices`` wait for the next page that is drawn.

    ``known`` are the operators who have logged in with this browser, ``name`` is what it is called from login to
    login: wrong passwords are counted by both.
    """

    token: str
    csrf: str
    name: str = ""
    duty: OnDuty | None = None
    known: frozenset[str] = frozenset()
    lane_hex: str = ""
    notices: list[Rejected] = msgspec.field(default_factory=list)
    typed: dict[str, str] = msgspec.field(default_factory=dict)

    def csrf_matches(self, presented: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.csrf.encode(), presented.encode())

    def browser_of(self, operator_id: str) -> Browser:
        """Return where an operator gives the password who gives it here."""
        return Browser(name=self.name, known=operator_id in self.known)

    def take_notices(self) -> tuple[Rejected, ...]:
        """Return what waits to be shown, once."""
        waiting, self.notices = tuple(self.notices), []
        return waiting

    def take_typed(self) -> dict[str, str]:
        """Return what was typed into a rejected form, once."""
        typed, self.typed = self.typed, {}
        return typed


class Sessions:
    """All browsers of this terminal.

    Those with which someone has logged in are kept apart from strangers', who need no more than a request each: of
    either the one that was used longest ago goes when there are too many.
    """

    def __init__(self, *, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        # Guards both maps; no other lock is taken under it.
        self._lock = Lock()
        self._people: OrderedDict[str, Session] = OrderedDict()
        self._strangers: OrderedDict[str, Session] = OrderedDict()

    def find(self, token: str | None) -> Session | None:
        """Return the session of a cookie."""
        if token is None:
            return None
        with self._lock:
            for sessions in (self._people, self._strangers):
                if token in sessions:
                    sessions.move_to_end(token)
                    return sessions[token]
        return None

    def begin(self) -> Session:
        """Make a stranger's session."""
        return self._keep(
            self._strangers, _STRANGERS_MAX, Session(token=self._token(), csrf=self._token(), name=self._token())
        )

    def begin_after(self, former: Session, duty: OnDuty | None) -> Session:
        """Put a session with fresh tokens in the place of one, so that a token planted before is worth nothing."""
        self.end(former)
        known = former.known if duty is None else former.known | {duty.operator_id}
        session = Session(token=self._token(), csrf=self._token(), name=former.name, duty=duty, known=known)
        return self._keep(self._people, _PEOPLE_MAX, session) if known else self.begin()

    def end(self, session: Session) -> None:
        """Forget a session."""
        with self._lock:
            self._people.pop(session.token, None)
            self._strangers.pop(session.token, None)

    def _keep(self, sessions: OrderedDict[str, Session], kept_max: int, session: Session) -> Session:
        with self._lock:
            sessions[session.token] = session
            while len(sessions) > kept_max:
                sessions.popitem(last=False)
        return session

    def _token(self) -> str:
        return self._random_bytes(32).hex()


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a posted form, and the bytes of a file if it carried one."""

    fields: Mapping[str, str] = msgspec.field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    upload: bytes = b""

    def text(self, name: str) -> str:
        """Return a field without surrounding blanks and control characters; empty when it is missing."""
        return without_controls(self.fields.get(name, "")).strip()

    def number(self, name: str) -> int | None:
        """Return a small non-negative number, or None when the field holds none."""
        digits = self.text(name)
        return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 9 else None

    def flag(self, name: str) -> bool:
        """Return whether a field says yes."""
        return self.text(name) in ("1", "true", "on")


class Web:
    """What all routes share, and the one guard before them."""

    def __init__(self, *, services: Services, sessions: Sessions, renderer: Renderer) -> None:
        self.services = services
        self.sessions = sessions
        self.renderer = renderer

    def get(self, path: str, answer: Callable[[Visit], Awaitable[Response]], *, on_duty: bool = True) -> Route:
        """Return a route to a page; with ``on_duty`` everyone else is sent to the login."""

        async def guarded(request: Request) -> Response:
            visit = await self.receive(request)
            return visit.to_login() if on_duty and visit.on_duty is None else await answer(visit)

        return Route(path, guarded, methods=["GET"])

    def post(
        self, path: str, answer: Callable[[Visit], Awaitable[Response]], *, back: str = "", on_duty: bool = True
    ) -> Route:
        """Return a route to an action, as ``get`` does; a POST that is not from our own page goes ``back``.

        Without ``back`` it goes to the page that the form names.
        """

        async def guarded(request: Request) -> Response:
            visit = await self.receive(request)
            refused = visit.to_login() if on_duty and visit.on_duty is None else visit.untrusted(back or visit.back)
            return await answer(visit) if refused is None else refused

        return Route(path, guarded, methods=["POST"])

    async def receive(self, request: Request) -> Visit:
        """Find (or begin) the session and read the form."""
        session = self.sessions.find(request.cookies.get(COOKIE)) or self.sessions.begin()
        form = await _form(request) if request.method == "POST" else Form()
        return Visit(web=self, request=request, session=session, form=form)


class Visit(msgspec.Struct, kw_only=True):
    """One request with its session and form."""

    web: Web
    request: Request
    session: Session
    form: Form

    @property
    def services(self) -> Services:
        """The ports."""
        return self.web.services

    @property
    def wants_json(self) -> bool:
        """A script asks for JSON; a browser for HTML."""
        accept = self.request.headers.get("accept", "")
        return "application/json" in accept and "text/html" not in accept

    @property
    def by_htmx(self) -> bool:
        """The page swaps a part of itself."""
        return "hx-request" in self.request.headers

    @property
    def on_duty(self) -> OnDuty | None:
        """Who works here, if this very browser logged in to that duty."""
        present = self.services.duty.on_duty
        return present if present is not None and present == self.session.duty else None

    @property
    def back(self) -> str:
        """The page that the form came from; only a path of our own, as a second slash would make it another host."""
        path = self.form.text("back")
        return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"

    def trusted(self) -> bool:
        """Return whether a POST carries this session's CSRF token."""
        presented = self.request.headers.get("x-csrf-token") or self.form.text("csrf")
        return self.session.csrf_matches(presented)

    async def ask(self, call: Callable[[], T]) -> T:
        """Run a port's call beside the event loop: some of them reach the disk."""
        return await run_in_threadpool(call)

    async def page(self, template: str, values: Mapping[str, object], *extra: Rejected, status: int = 200) -> Response:
        """Draw a page (or a fragment) with what every page has."""
        top = await self.ask(self.services.top_line)
        shown = (*self.session.take_notices(), *extra)
        common = {
            "csrf": self.session.csrf,
            "duty": self.on_duty,
            "demo": self.services.demo is not None,
            "top": top,
            "home_initial": self.services.setup.home_initial(),
            "path": self.request.url.path,
        }
        html = self.web.renderer.draw(template, self.services.preferences.current(), shown, {**common, **values})
        return self.keep(HTMLResponse(html, status_code=status, headers={"vary": "hx-request, accept"}))

    def go(self, path: str) -> Response:
        """Send the browser to a page, whichever way it asked."""
        if self.by_htmx:
            return self.keep(Response(status_code=204, headers={"hx-redirect": path}))
        return self.keep(RedirectResponse(path, status_code=303))

    def json(self, value: object, status: int = 200) -> Response:
        """Answer a script."""
        body = msgspec.json.encode(value, order="deterministic")
        return self.keep(Response(body, status_code=status, media_type="application/json"))

    async def answer(self, answer: Answer, *, then: str, otherwise: str) -> Response:
        """Answer an action: JSON for a script, else on to ``then`` or back to ``otherwise`` with the message."""
        refusal = answer if isinstance(answer, Rejected) else None
        if self.wants_json:
            return self.json(await self.outcome(answer))
        if refusal is not None:
            self.session.notices.append(refusal)
            return self.go(otherwise)
        return self.go(then)

    async def outcome(self, answer: Answer) -> dict[str, object]:
        """Return an action's answer with the passage as it is now."""
        refusal = answer if isinstance(answer, Rejected) else None
        return {"ok": refusal is None, "rejected": refusal, "view": await self.ask(self.services.desk.view)}

    def keep(self, response: Response) -> Response:
        """Set the cookie when the browser does not hold it yet. No Secure flag: this is plain HTTP on loopback."""
        if self.request.cookies.get(COOKIE) != self.session.token:
            response.set_cookie(COOKIE, self.session.token, path="/", httponly=True, samesite="strict")
        return response

    def untrusted(self, back: str) -> Response | None:
        """Return the answer to a POST without this session's token; nothing was done."""
        if self.trusted():
            return None
        if self.wants_json:
            return self.json({"ok": False, "rejected": SAME_PAGE_EXPIRED, "view": None}, 403)
        self.session.notices.append(SAME_PAGE_EXPIRED)
        return self.go(back)

    def to_login(self) -> Response:
        """Send someone who is not on duty to the login page."""
        if self.wants_json:
            return self.json({"ok": False, "rejected": LOGIN_FIRST, "view": None}, 401)
        return self.go("/login")


async def _form(request: Request) -> Form:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type == "multipart/form-data":
        return await _multipart(request)
    if content_type not in ("application/x-www-form-urlencoded", ""):
        return Form()
    body = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise HTTPException(400, f"more than {FIELDS_MAX} fields") from error
    return _from_pairs(pairs)


async def _multipart(request: Request) -> Form:
    async with request.form(max_files=1, max_fields=20) as parts:
        pairs = [(name, value) for name, value in parts.multi_items() if isinstance(value, str)]
        photo = parts.get("photo")
        upload = b"" if photo is None or isinstance(photo, str) else await photo.read()
    return _from_pairs(pairs, upload)


def _from_pairs(pairs: list[tuple[str, str]], upload: bytes = b"") -> Form:
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        lists[name] = (*lists.get(name, ()), value)
    return Form(fields=dict(pairs), lists=lists, upload=upload)
