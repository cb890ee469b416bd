"""The pages for people at the centre: server-rendered, behind a login, without a script. No SQL may enter."""

from laneside.centre.web.desk import Desk
from laneside.centre.web.routes import page_routes
from laneside.centre.web.safety import SafetyHeaders

__all__ = ["Desk", "SafetyHeaders", "page_routes"]
