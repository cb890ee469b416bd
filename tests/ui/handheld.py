"""The handheld that the gallery is looked at with: its size, its camera, its login."""

from __future__ import annotations

from gallery import Scene

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
CAMERA_SIZE = (640, 480)
CAMERA_YUV = (149, 44, 21)  # a green that no page and no drawn picture shows
PHONE = {"width": 360, "height": 640}


def log_in(page, gallery) -> None:
    gallery.scene = Scene(path="/login", logged_in=False)
    page.goto(f"{gallery.address}/login")
    page.fill("[name=operator_id]", "620101")
    page.fill("[name=password]", "anything")
    page.tap("[data-main]")
    page.wait_for_url(f"{gallery.address}/")
