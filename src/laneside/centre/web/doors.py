"""Log in, log out, and what is not there."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from laneside.centre.web.desk import (
    DOOR_COOKIE,
    SESSION_COOKIE,
    Desk,
    Endpoint,
    Visit,
    field,
    from_own_page,
    remembering_tongue,
    render,
    same_secret,
    set_cookie,
    speech_of,
)


def show_login(desk: Desk) -> Endpoint:
    """Make the login page; its form carries a secret that the browser's cookie must repeat."""

    async def endpoint(request: Request) -> Response:
        return _login_page(desk, request, failed=False)

    return remembering_tongue(desk, endpoint)


def log_in(desk: Desk) -> Endpoint:
    """Make what the login form posts to."""

    def answer(request: Request, form: FormData) -> Response:
        own = same_secret(field(form, "csrf"), request.cookies.get(DOOR_COOKIE, "")) and from_own_page(request)
        token = desk.accounts.log_in(field(form, "name"), field(form, "password")) if own else None
        if token is None:
            return _login_page(desk, request, failed=True)
        response = RedirectResponse("/records", 303)
        set_cookie(desk, response, SESSION_COOKIE, token)
        response.delete_cookie(DOOR_COOKIE)
        return response

    async def endpoint(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        return await run_in_threadpool(answer, request, form)

    return endpoint


def log_out(visit: Visit, _form: FormData) -> Response:
    """End the session."""
    visit.desk.accounts.log_out(visit.request.cookies[SESSION_COOKIE])
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


def no_such_page(request: Request) -> Response:
    """Say that there is no such page."""
    return render(request, speech_of(request), "missing.html", status=404)


def not_accepted(request: Request, *, status: int) -> Response:
    """Say that a request was not of the form that the pages send."""
    return render(request, speech_of(request), "refused.html", status=status)


def _login_page(desk: Desk, request: Request, *, failed: bool) -> Response:
    secret = desk.accounts.token()
    status = 403 if failed else 200
    response = render(request, speech_of(request), "login.html", status=status, csrf=secret, failed=failed)
    set_cookie(desk, response, DOOR_COOKIE, secret)
    return response
