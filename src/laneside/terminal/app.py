"""The terminal's local web application over its ports."""

from __future__ import annotations

import os
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from laneside.terminal.services import Services
from laneside.terminal.web.exchange import Sessions, Web
from laneside.terminal.web.guard import Guard
from laneside.terminal.web.rendering import Renderer, StaticFiles
from laneside.terminal.web.routes.demo import DemoRoutes
from laneside.terminal.web.routes.home import home_routes
from laneside.terminal.web.routes.linkage import LinkageRoutes
from laneside.terminal.web.routes.records import record_routes


def create_app(services: Services, *, random_bytes: Callable[[int], bytes] = os.urandom) -> Starlette:
    """Return the application; it must be bound to a loopback address, and answers to no other name."""
    statics = StaticFiles()
    web = Web(services=services, sessions=Sessions(random_bytes=random_bytes), renderer=Renderer(statics))
    routes: list[BaseRoute] = [
        *home_routes(web),
        *LinkageRoutes(web).routes(),
        *record_routes(web),
        Route("/static/{fingerprint}/{path:path}", statics.serve, methods=["GET"]),
    ]
    if services.demo is not None:
        routes += DemoRoutes(web, services.demo).routes()
    app = Starlette(routes=routes, middleware=[Middleware(Guard)])
    app.router.redirect_slashes = False
    return app
