"""One street and one Chromium with a fake camera for all journeys; each journey begins and ends at home."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from journeys.hand import PHONE, Camera, Hand
from street import Street, street

CHROMIUM = "/usr/bin/chromium"
PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
MAKING_PICTURES = os.environ.get("LANESIDE_PICTURES") == "1"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=zh-CN",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)

Pages = Callable[..., Hand]
Picture = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.process)


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return Camera(tmp_path_factory.mktemp("camera") / "lane.mjpeg")


@pytest.fixture(scope="session")
def seeing(playwright_session, camera: Camera):
    """Chromium whose camera is a file: what stands in it when a page opens the camera is what the camera sees."""
    browser = playwright_session.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, f"--use-file-for-fake-video-capture={camera.file}"]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """The street of most journeys; the same vehicle may come twice, and plates are typed."""
    policy = {"duplicate_window_s": 0, "search_s": 2.0, "plate_reading": "off"}
    with street(tmp_path_factory.mktemp("street"), **policy) as running:
        yield running


def device_of(browser, street_: Street, camera: Camera, viewport: dict[str, int] = PHONE) -> Hand:
    """Open a browser of its own."""
    scale = 2 if MAKING_PICTURES and viewport == PHONE else 1
    context = browser.new_context(viewport=viewport, has_touch=True, device_scale_factor=scale, locale="zh-CN")
    return Hand(context, street_, camera)


@contextmanager
def hands(browser, street_: Street, camera: Camera) -> Iterator[Pages]:
    """Open devices on a street; at the end no page may have complained."""
    opened = []

    def another(viewport: dict[str, int] = PHONE) -> Hand:
        opened.append(device_of(browser, street_, camera, viewport))
        return opened[-1]

    yield another
    complaints = [line for hand in opened for line in hand.complaints]
    for hand in opened:
        hand.close()
    assert complaints == []


@pytest.fixture
def devices(seeing, lane: Street, camera: Camera) -> Iterator[Pages]:
    """Open further browsers on the street."""
    with hands(seeing, lane, camera) as another:
        yield another


@pytest.fixture(scope="session")
def handheld(seeing, lane: Street, camera: Camera) -> Iterator[Hand]:
    hand = device_of(seeing, lane, camera)
    yield hand
    hand.close()


@pytest.fixture
def hand(handheld: Hand, lane: Street) -> Iterator[Hand]:
    """The collector's device, on duty and at home; its pages never complain."""
    handheld.come_home()
    handheld.complaints.clear()
    yield handheld
    complaints = list(handheld.complaints)
    lane.panel.clear_faults()
    handheld.close_other_tabs()
    if not handheld.is_home():
        end_what_is_in_work(lane)
    assert complaints == []


def end_what_is_in_work(lane: Street) -> None:
    """Let a failed journey be the only one that fails."""
    with lane.collector() as collector:
        view = collector.quiet()
        if view and "leave" not in view["actions"]:
            view = collector.act("transfer", reason="测试结束")
        if view:
            collector.act("leave")


@pytest.fixture(scope="session")
def picture() -> Picture:
    """Keep a picture for the documentation; ordinary runs draw none."""

    def keep(hand: Hand, name: str) -> None:
        if MAKING_PICTURES:
            hand.settle()
            save_small(hand.page.screenshot(), PICTURES / f"{name}.png")

    return keep


def save_small(png: bytes, file: Path, *, bytes_max: int = 118_000) -> None:
    """Write a PNG with as many colours as fit into the size."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(png)) as whole:
        for colours in (256, 128, 64, 32, 16):
            out = io.BytesIO()
            whole.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
            if len(out.getvalue()) <= bytes_max:
                break
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(out.getvalue())
