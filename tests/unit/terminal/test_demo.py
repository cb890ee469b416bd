"""The roadside's panel is there in the demo, and only there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace


def test_outside_the_demo_there_is_no_panel(gallery_without_demo):
    assert gallery_without_demo.get("/demo").status_code == 404
    assert gallery_without_demo.get("/demo/camera.jpg").status_code == 404


@pytest.fixture
def gallery_without_demo():
    from gallery import Gallery
    from starlette.testclient import TestClient

    from laneside.terminal.app import create_app

    services = replace(Gallery().services(), demo=None)
    with TestClient(create_app(services), base_url="http://127.0.0.1:8800") as client:
        yield client
