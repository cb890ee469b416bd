"""The composition root: services are put together here, and the web application is made of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from laneside.centre.accounts import Accounts
from laneside.centre.alarms import Alarms
from laneside.centre.api.answers import refuse
from laneside.centre.api.request_auth import RequestAuth
from laneside.centre.api.routes import ApiServices, api_routes
from laneside.centre.authorisations.authorisations import Authorisations
from laneside.centre.authorisations.signer import signer_in
from laneside.centre.ingest.intake import Intake, Receipts
from laneside.centre.ingest.kept_uploads import KeptUploads
from laneside.centre.parameters.published import PublishedDocuments
from laneside.centre.photos import Photos
from laneside.centre.settings import Settings
from laneside.centre.storage.database import Database, open_database
from laneside.centre.storage.durable import key_in
from laneside.centre.store import Store
from laneside.centre.terminals.enrolment import Enrolment
from laneside.centre.terminals.heartbeats import Heartbeats
from laneside.centre.terminals.registry import Registry
from laneside.centre.web.login_pages import no_such_page, not_accepted
from laneside.centre.web.pages import PageServices
from laneside.centre.web.routes import SafetyHeaders, page_routes
from laneside.clock import Clock
from laneside.contract.exchange import Refusal
from laneside.contract.signing import public_bytes


def _nothing(_subject: str) -> None:
    """Stand in where nothing has to happen between commit and receipt."""


class Centre(msgspec.Struct, frozen=True, kw_only=True):
    """The whole centre, put together. Close it at the end."""

    settings: Settings
    clock: Clock
    random_bytes: Callable[[int], bytes]
    key: Ed25519PrivateKey
    database: Database
    store: Store
    alarms: Alarms
    registry: Registry
    enrolment: Enrolment
    heartbeats: Heartbeats
    documents: PublishedDocuments
    intake: Intake
    photos: Photos
    kept: KeptUploads
    accounts: Accounts
    authorisations: Authorisations

    @property
    def public_key(self) -> bytes:
        """Return the 32 bytes that terminals pin."""
        return public_bytes(self.key)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def open_centre(
    settings: Settings,
    clock: Clock,
    random_bytes: Callable[[int], bytes],
    *,
    key: Ed25519PrivateKey | None = None,
    after_commit: Callable[[str], None] = _nothing,
) -> Centre:
    """Open a centre's folder, bring its schema up to date and put its services together.

    Without ``key`` the folder's own is used, and made the first time. ``after_commit`` is called with a record's id
    after it is durable and before its receipt is written.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    own_key = key_in(settings.key_file, random_bytes) if key is None else key
    signer = signer_in(settings.settings_file)
    database = open_database(settings.database_url)
    alarms, receipts = Alarms(database, clock), Receipts(own_key, clock)
    published = PublishedDocuments(database, clock, own_key)
    store = Store(
        database,
        alarms,
        centre_key=public_bytes(own_key),
        random_bytes=random_bytes,
        sign_documents=published.sign_again,
    )
    store.open(settings.database_file)
    return Centre(
        settings=settings,
        clock=clock,
        random_bytes=random_bytes,
        key=own_key,
        database=database,
        store=store,
        alarms=alarms,
        registry=Registry(database, clock),
        enrolment=Enrolment(
            database,
            clock,
            random_bytes=random_bytes,
            centre_key=public_bytes(own_key),
            code_life=settings.code_life,
        ),
        heartbeats=Heartbeats(database, clock, alarms, age_s_max=settings.request_age_s_max),
        documents=published,
        intake=Intake(database, clock, store=store, alarms=alarms, receipts=receipts, after_commit=after_commit),
        photos=Photos(settings.photo_folder, database, clock, store=store, receipts=receipts),
        kept=KeptUploads(database),
        accounts=Accounts(
            database,
            clock,
            random_bytes=random_bytes,
            session_life=settings.session_life,
            tries_max=settings.login_tries_max,
            lock=settings.login_lock,
        ),
        authorisations=Authorisations(database, clock, signer=signer, sign=own_key.sign),
    )


def create_app(
    settings: Settings,
    clock: Clock,
    random_bytes: Callable[[int], bytes],
    *,
    key: Ed25519PrivateKey | None = None,
    after_commit: Callable[[str], None] = _nothing,
) -> Starlette:
    """Open a centre and make its web application; the centre is ``app.state.centre`` and closes at shutdown."""
    return web_app(open_centre(settings, clock, random_bytes, key=key, after_commit=after_commit))


def web_app(centre: Centre) -> Starlette:
    """Make the web application of an open centre, and close the centre when the application stops."""
    settings = centre.settings
    pages = [Middleware(RequestBodyLimitMiddleware, max_body_size=settings.form_bytes_max)]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        centre.close()

    app = Starlette(
        routes=[
            Mount("/api/v1", routes=api_routes(_api_services(centre))),
            Mount("/", routes=page_routes(_page_services(centre)), middleware=pages),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False),
            Middleware(SafetyHeaders),
        ],
        exception_handlers={HTTPException: _no_such_thing},
        lifespan=lifespan,
    )
    app.state.centre = centre
    return app


def _no_such_thing(request: Request, failure: Exception) -> Response:
    """Answer what no route takes, in the form that the asker reads."""
    assert isinstance(failure, HTTPException), "only those are sent here"
    if request.url.path.startswith("/api/"):
        code = "method" if failure.status_code == HTTPStatus.METHOD_NOT_ALLOWED else "not-found"
        return refuse(Refusal(code=code, text=f"没有这个接口 / {failure.detail}"))
    if failure.status_code == HTTPStatus.NOT_FOUND:
        return no_such_page(request)
    return not_accepted(request, status=failure.status_code)


def _api_services(centre: Centre) -> ApiServices:
    return ApiServices(
        settings=centre.settings,
        clock=centre.clock,
        sign=centre.key.sign,
        store=centre.store,
        request_auth=RequestAuth(centre.registry, centre.clock, age_s_max=centre.settings.request_age_s_max),
        enrolment=centre.enrolment,
        heartbeats=centre.heartbeats,
        documents=centre.documents,
        intake=centre.intake,
        photos=centre.photos,
        authorisations=centre.authorisations,
    )


def _page_services(centre: Centre) -> PageServices:
    return PageServices(
        clock=centre.clock,
        secure_cookies=centre.settings.secure_cookies,
        static=Path(__file__).parent / "static",
        accounts=centre.accounts,
        alarms=centre.alarms,
        authorisations=centre.authorisations,
        documents=centre.documents,
        enrolment=centre.enrolment,
        kept=centre.kept,
        photos=centre.photos,
        registry=centre.registry,
    )
