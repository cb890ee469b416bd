"""The pages for people at the centre: server-rendered, behind a login, without a script. No SQL may enter."""

from laneside.centre.web.pages import PageServices
from laneside.centre.web.routes import SafetyHeaders, page_routes

__all__ = ["PageServices", "SafetyHeaders", "page_routes"]
