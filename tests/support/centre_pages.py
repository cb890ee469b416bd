"""The centre's pages as a person's browser has them: the secret of a form, and a login."""

import re

from laneside.centre.demo import CENTRE_ACCOUNT, DemoPasswords

PASSWORDS = DemoPasswords(
    collector="collector-1", shift_leader="leader-12", administrator="administer-1", centre="centre-page-1"
)


def csrf(page):
    """Return the secret of the page's first form."""
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def log_in(client, password=PASSWORDS.centre, name=CENTRE_ACCOUNT):
    """Log a client in and return the answer to it."""
    return client.post("/login", data={"csrf": csrf(client.get("/login")), "name": name, "password": password})
