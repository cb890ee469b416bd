"""Log in, log out, and what is not there."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from laneside.access.proxies import peer_of
from laneside.centre.logins import LoggedIn, TooBusy, TooManyTries, WrongPassword
from laneside.centre.web.pages import (
    LOGIN_COOKIE,
    SESSION_COOKIE,
    Endpoint,
    PageServices,
    PageVisit,
    field,
    remembering_language,
    render,
    same_secret,
    set_cookie,
    translator_of,
)


def show_login(services: PageServices) -> Endpoint:
    """Make the login page; its form carries a secret that the browser's cookie must repeat."""

    async def endpoint(request: Request) -> Response:
        return _login_page(services, request)

    return remembering_language(services, endpoint)


def log_in(services: PageServices) -> Endpoint:
    """Make what the login form posts to."""

    async def endpoint(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        if not same_secret(field(form, "csrf"), request.cookies.get(LOGIN_COOKIE, "")):
            return _login_page(services, request, WrongPassword())
        answer = await services.logins.log_in(field(form, "name"), field(form, "password"), peer_of(request.scope))
        if not isinstance(answer, LoggedIn):
            return _login_page(services, request, answer)
        response = RedirectResponse("/records", 303)
        set_cookie(services, request, response, SESSION_COOKIE, answer.token)
        response.delete_cookie(LOGIN_COOKIE)
        return response

    return endpoint


def log_out(visit: PageVisit, _form: FormData) -> Response:
    """End the session."""
    visit.services.accounts.log_out(visit.request.cookies[SESSION_COOKIE])
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


def no_such_page(request: Request) -> Response:
    """Say that there is no such page."""
    return render(request, translator_of(request), "missing.html", status=404)


def not_accepted(request: Request, *, status: int) -> Response:
    """Say that a request was not of the form that the pages send."""
    return render(request, translator_of(request), "refused.html", status=status)


_Refused = WrongPassword | TooManyTries | TooBusy
_STATUS: Final = {WrongPassword: 403, TooManyTries: 429, TooBusy: 503}


def _login_page(services: PageServices, request: Request, refused: _Refused | None = None) -> Response:
    secret, translator = services.accounts.token(), translator_of(request)
    status = 200 if refused is None else _STATUS[type(refused)]
    wait_s = 0 if refused is None or isinstance(refused, WrongPassword) else refused.wait_s
    wrong = None if refused is None else translator(f"login.{status}")
    response = render(request, translator, "login.html", status=status, csrf=secret, wrong=wrong, wait_s=wait_s)
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    set_cookie(services, request, response, LOGIN_COOKIE, secret)
    return response
