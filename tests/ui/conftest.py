"""One Chromium for the whole session, and the gallery served on a free loopback port."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from handheld import ARGUMENTS, CAMERA_SIZE, CAMERA_YUV, CHROMIUM, PHONE, log_in
from timeouts import scaled


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
def camera_file(tmp_path_factory) -> Path:
    """Write what the fake camera sees: two frames of one green, as YUV4MPEG2."""
    width, height = CAMERA_SIZE
    luma, blue, red = CAMERA_YUV
    frame = (
        bytes([luma]) * (width * height) + bytes([blue]) * (width * height // 4) + bytes([red]) * (width * height // 4)
    )
    path = tmp_path_factory.mktemp("camera") / "green.y4m"
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + (b"FRAME\n" + frame) * 2)
    return path


@pytest.fixture(scope="session")
def chromium(playwright_session, camera_file):
    camera = f"--use-file-for-fake-video-capture={camera_file}"
    browser = playwright_session.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, camera])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def phone_context(chromium, gallery):
    """A handheld's browser, logged in."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    context.set_default_timeout(scaled(5000))
    page = context.new_page()
    log_in(page, gallery)
    page.close()
    yield context
    context.close()


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """What the pages' consoles complained of."""
    return []


@pytest.fixture(scope="session")
def shared_page(phone_context, complaints):
    page = phone_context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    page.close()


@pytest.fixture
def phone(shared_page, gallery, complaints):
    """The handheld's page; whatever its console complains of fails the test."""
    gallery.calls.clear()
    gallery.answers.clear()
    shared_page.set_viewport_size(PHONE)
    yield shared_page
    found = list(complaints)
    complaints.clear()
    assert found == []


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
    thread.join(timeout=scaled(5))
