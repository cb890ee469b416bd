"""What every page needs: who is asking, in which language, and a template to answer with."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from laneside.centre.accounts import Accounts, AccountSession
from laneside.centre.alarms import Alarms
from laneside.centre.authorisations.authorisations import Authorisations
from laneside.centre.ingest.kept_uploads import KeptUploads
from laneside.centre.logins import Logins
from laneside.centre.parameters.published import PublishedDocuments
from laneside.centre.photos import Photos
from laneside.centre.terminals.enrolment import Enrolment
from laneside.centre.terminals.registry import Registry
from laneside.centre.web.language import Translator, beijing, percent, spaced_digits
from laneside.clock import Clock
from laneside.vocab.words import Language, yuan

# Cookies are shared by all ports of a host, so the names say whose they are.
SESSION_COOKIE: Final = "laneside_centre_session"
LANGUAGE_COOKIE: Final = "laneside_centre_lang"
LOGIN_COOKIE: Final = "laneside_centre_door"

Endpoint = Callable[[Request], Awaitable[Response]]
P = ParamSpec("P")
T = TypeVar("T")


class PageServices(msgspec.Struct, frozen=True, kw_only=True):
    """The nouns that the pages show. ``threads`` are how many pages may wait for the disk at a time."""

    clock: Clock
    secure_cookies: bool
    threads: CapacityLimiter
    static: Path
    accounts: Accounts
    logins: Logins
    alarms: Alarms
    authorisations: Authorisations
    documents: PublishedDocuments
    enrolment: Enrolment
    kept: KeptUploads
    photos: Photos
    registry: Registry


class PageVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One request of someone who is logged in."""

    services: PageServices
    request: Request
    session: AccountSession
    translator: Translator

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Render a page inside the common frame."""
        frame = {"session": self.session, "open_alarms": self.services.alarms.open_count()}
        return render(self.request, self.translator, template, status=status, **frame, **context)


Show = Callable[[PageVisit], Response]
Act = Callable[[PageVisit, FormData], Response]


async def in_thread(services: PageServices, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Run what waits for the disk in one of the pages' own threads: those of terminals stay free."""
    return await to_thread.run_sync(partial(work, *args, **named), limiter=services.threads)


def page(services: PageServices, show: Show) -> Endpoint:
    """Wrap a page for logged-in people; others are sent to the login."""

    def answer(request: Request) -> Response:
        visit = _visit(services, request)
        return RedirectResponse("/login", 303) if visit is None else show(visit)

    return remembering_language(services, lambda request: in_thread(services, answer, request))


def action(services: PageServices, act: Act) -> Endpoint:
    """Wrap what changes something: logged-in people only, and only from our own form."""

    def answer(request: Request, form: FormData) -> Response:
        visit = _visit(services, request)
        if visit is None:
            return RedirectResponse("/login", 303)
        if not same_secret(field(form, "csrf"), visit.session.csrf):
            return visit.page("refused.html", status=403)
        return act(visit, form)

    async def endpoint(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        return await in_thread(services, answer, request, form)

    return endpoint


def render(request: Request, translator: Translator, template: str, *, status: int = 200, **context: Any) -> Response:
    """Render a template that needs no session."""
    frame = {
        "t": translator,
        "language": translator.language,
        "path": request.url.path,
        "session": None,
        "open_alarms": 0,
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(frame | context), status_code=status)


def translator_of(request: Request) -> Translator:
    """Return the asked language: of the address, else of the cookie, else Chinese."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return Translator(Language.EN if asked == Language.EN else Language.ZH)


def set_cookie(services: PageServices, request: Request, response: Response, name: str, value: str) -> None:
    """Give the browser a cookie that no script and no other site can use, over HTTPS only where it came by HTTPS."""
    secure = services.secure_cookies or request.url.scheme == "https"
    response.set_cookie(name, value, path="/", httponly=True, samesite="strict", secure=secure)


def field(form: FormData, name: str) -> str:
    """Return a form's text field, or an empty text."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def row_number(text: str) -> int | None:
    """Read the number of a row from an address; None for anything that no row's number is."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def same_secret(given: str, wanted: str) -> bool:
    """Compare without telling by the time it takes where they differ."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _visit(services: PageServices, request: Request) -> PageVisit | None:
    session = services.accounts.session(request.cookies.get(SESSION_COOKIE, ""))
    if session is None:
        return None
    return PageVisit(services=services, request=request, session=session, translator=translator_of(request))


def remembering_language(services: PageServices, answer: Endpoint) -> Endpoint:
    """Wrap a page so that a language asked for in its address stays."""

    async def endpoint(request: Request) -> Response:
        response = await answer(request)
        asked = request.query_params.get("lang")
        if asked in set(Language):
            set_cookie(services, request, response, LANGUAGE_COOKIE, asked)
        return response

    return endpoint


_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("laneside.centre.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(yuan=yuan, beijing=beijing, digits=spaced_digits, percent=percent)
