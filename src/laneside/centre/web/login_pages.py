"""Log in, log out, and what is not there."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from laneside.centre.web.pages import (
    LOGIN_COOKIE,
    SESSION_COOKIE,
    Endpoint,
    PageServices,
    PageVisit,
    field,
    from_own_page,
    remembering_language,
    render,
    same_secret,
    set_cookie,
    translator_of,
)


def show_login(services: PageServices) -> Endpoint:
    """Make the login page; its form carries a secret that the browser's cookie must repeat."""

    async def endpoint(request: Request) -> Response:
        return _login_page(services, request, failed=False)

    return remembering_language(services, endpoint)


def log_in(services: PageServices) -> Endpoint:
    """Make what the login form posts to."""

    def answer(request: Request, form: FormData) -> Response:
        own = same_secret(field(form, "csrf"), request.cookies.get(LOGIN_COOKIE, "")) and from_own_page(request)
        token = services.accounts.log_in(field(form, "name"), field(form, "password")) if own else None
        if token is None:
            return _login_page(services, request, failed=True)
        response = RedirectResponse("/records", 303)
        set_cookie(services, response, SESSION_COOKIE, token)
        response.delete_cookie(LOGIN_COOKIE)
        return response

    async def endpoint(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        return await run_in_threadpool(answer, request, form)

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


def _login_page(services: PageServices, request: Request, *, failed: bool) -> Response:
    secret = services.accounts.token()
    status = 403 if failed else 200
    response = render(request, translator_of(request), "login.html", status=status, csrf=secret, failed=failed)
    set_cookie(services, response, LOGIN_COOKIE, secret)
    return response
