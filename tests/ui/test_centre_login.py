"""Chromium logs in to a centre behind a proxy that terminates TLS, and to one that speaks TLS itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from timeouts import scaled, until
from tls import CERTIFICATE, KEY, make_certificate, tls_proxy

from laneside.cli.demo_data import DEMO, seed_centre

pytestmark = [pytest.mark.browser, pytest.mark.process]
NAME = "centre.localhost"
"""Chromium looks for every such name on loopback."""

ELSEWHERE = "https://elsewhere.localhost/"


@contextmanager
def centre(folder: Path, *options: str) -> Iterator[int]:
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "laneside", "centre", "--data", str(folder / "centre"), "--name", NAME]
    child = subprocess.Popen(
        [*command, "--port-file", str(port_file), *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert until(lambda: port_file.exists() or child.poll() is not None, within_s=30)
        yield int(port_file.read_text())
    finally:
        child.terminate()
        child.communicate(timeout=scaled(20))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("tls")
    make_certificate(made, NAME)
    seed_centre(made / "centre", DEMO)
    return made


@pytest.fixture(params=["proxy", "built-in"])
def address(request, folder) -> Iterator[str]:
    with ExitStack() as stack:
        if request.param == "proxy":
            port = stack.enter_context(centre(folder, "--trusted-proxy", "127.0.0.1"))
            port = stack.enter_context(tls_proxy(folder, port))
        else:
            files = ["--tls-cert", str(folder / CERTIFICATE), "--tls-key", str(folder / KEY)]
            port = stack.enter_context(centre(folder, *files))
        yield f"https://{NAME}:{port}"


def test_a_person_logs_in_and_a_link_on_another_site_finds_them_logged_in(chromium, address):
    context = chromium.new_context(ignore_https_errors=True)
    context.set_default_timeout(scaled(5000))
    try:
        page = context.new_page()
        page.goto(f"{address}/")
        page.fill("[name=name]", DEMO.centre[0])
        page.fill("[name=password]", DEMO.centre[1])
        page.click("form.door button")
        page.wait_for_url(f"{address}/records")
        assert {cookie["secure"] for cookie in context.cookies()} == {True}

        asked = []
        context.on("response", lambda answer: asked.append(answer.url))
        body = f'<a href="{address}/alarms?lang=en">alarms</a>'
        context.route(ELSEWHERE, lambda route: route.fulfill(content_type="text/html", body=body))
        page.goto(ELSEWHERE)
        page.click("a")
        page.wait_for_selector("nav a[href='/alarms']")
        assert page.url == f"{address}/alarms?lang=en"
        assert not any("/login" in url for url in asked)
    finally:
        context.close()
