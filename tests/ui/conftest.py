"""One Chromium for the whole session, and the gallery served on a free loopback port."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)
PHONE = {"width": 360, "height": 640}


def missing_part(what: str) -> None:
    """Skip loudly on a user's machine, fail where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing: the pages are not drawn")


@pytest.fixture(scope="session")
def playwright_session() -> Iterator[object]:
    if not Path(CHROMIUM).exists() and shutil.which("chromium") is None:
        missing_part("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as session:
        yield session


@pytest.fixture(scope="session")
def chromium(playwright_session):
    browser = playwright_session.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def gallery() -> Iterator[object]:
    import uvicorn
    from gallery import Gallery

    from laneside.terminal.app import create_app

    scripted = Gallery()
    server = uvicorn.Server(
        uvicorn.Config(create_app(scripted.services()), host="127.0.0.1", port=0, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    scripted.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield scripted
    server.should_exit = True
    thread.join(timeout=5)
