"""The pages over scripted ports, asked without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gallery import Gallery, Scene
from msgspec.structs import replace
from starlette.testclient import TestClient

from laneside.terminal.app import create_app


class Page:
    """A browser that keeps cookies, knows its CSRF token and follows nothing by itself."""

    def __init__(self, gallery: Gallery, client: TestClient) -> None:
        self.gallery = gallery
        self.client = client

    @property
    def csrf(self) -> str:
        return self.client.get("/session").json()["csrf"]

    def show(self, scene: Scene) -> None:
        self.gallery.scene = scene

    def login(self) -> None:
        self.gallery.scene = replace(self.gallery.scene, logged_in=False)
        form = {"csrf": self.csrf, "operator_id": "1", "password": "x", "shift": "2", "work_date": "2026-03-14"}
        assert self.client.post("/login", data=form).headers["location"] == "/"

    def post(self, path: str, /, headers: dict[str, str] | None = None, **fields: object):
        return self.client.post(path, data={"csrf": self.csrf, **fields}, headers=headers)


@pytest.fixture
def stranger() -> Iterator[Page]:
    gallery = Gallery()
    client = TestClient(create_app(gallery.services()), base_url="http://127.0.0.1:8800", follow_redirects=False)
    with client:
        yield Page(gallery, client)


@pytest.fixture
def page(stranger: Page) -> Page:
    stranger.login()
    return stranger
