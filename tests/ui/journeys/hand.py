"""A collector's hand on the terminal's pages: it taps what a collector taps and sees what the page shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from street import Json, Street
from timeouts import scaled

from laneside.cli.demo_data import DEMO
from laneside.virtual.vehicles import vehicle_named

PHONE: Final = {"width": 360, "height": 640}
WAIT_MS: Final = scaled(8_000)
HOLD_MS: Final = 1_100

COUNT_TOUCHES: Final = """
addEventListener('pointerdown', (event) => {
  if (event.target.closest?.('.keyboard')) return;
  const touched = JSON.parse(sessionStorage.getItem('touched') ?? '[]');
  touched.push((event.target.closest?.('button, a, input, summary') ?? event.target).textContent.trim());
  sessionStorage.setItem('touched', JSON.stringify(touched));
}, true);
"""


class Camera:
    """The file from which the browser's fake camera takes its frames."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def sees(self, jpeg: bytes) -> None:
        """Let every camera that is opened from now on see this picture."""
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(jpeg)
        fresh.replace(self.file)


class Hand:
    """One browser with one page (``tab`` opens another) and a vehicle before it."""

    def __init__(self, context: Any, street: Street, camera: Camera) -> None:
        self.context = context
        self.street = street
        self.camera = camera
        self.complaints: list[str] = []
        self.vehicle: Json = {}
        self.records_before: frozenset[str] = frozenset()
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(COUNT_TOUCHES)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"{error.error}"))
        self.page = context.new_page()

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def close(self) -> None:
        """Close the browser's window."""
        self.context.close()

    def tab(self) -> Hand:
        """Open a second tab of the same browser."""
        other = object.__new__(Hand)
        other.__dict__.update(self.__dict__)
        other.page = self.context.new_page()
        return other

    # --- what stands before it

    def arrive(self, name: str) -> Json:
        """Let a vehicle come to the lane, before the camera too; its state at the roadside comes back."""
        state = self.street.arrive(name)
        self.vehicle = state["vehicle"]
        self.records_before = frozenset(one.record_id for one in self.street.records())
        self.camera.sees(self.street.panel.picture())
        return state

    @property
    def seed(self) -> int:
        """The pattern in the vehicle's picture."""
        return vehicle_named(self.vehicle["name"]).seed

    # --- what is tapped

    def login(self, who: tuple[str, str] = DEMO.collector, *, button: str = "上班") -> None:
        """Log in and be at home."""
        self.go("/login")
        self.page.fill("[name=operator_id]", who[0])
        self.page.fill("[name=password]", who[1])
        self.main(button)
        self.see(".home")

    def come_home(self) -> None:
        """Be at home, on duty."""
        self.go("/")
        self.see(".home, .login")
        if not self.is_home():
            self.login()

    def is_home(self) -> bool:
        """Whether the page shows the home page now."""
        return bool(self.page.locator("main.home").count())

    def front(self) -> None:
        """Look at this tab; one that lies behind another is drawn once a second only."""
        if len(self.context.pages) > 1:
            self.page.bring_to_front()

    def close_other_tabs(self) -> None:
        """Close every tab but this one."""
        for page in self.context.pages:
            if page is not self.page:
                page.close()

    def go(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self.street.fleet.terminal.url + path)

    def tap(self, text: str) -> None:
        """Touch the button or link with this text."""
        self.page.locator("button, a, summary, label", has_text=text).locator("visible=true").last.tap()

    def main(self, text: str) -> None:
        """Touch the main button, which must say this."""
        self.front()
        self.page.locator("[data-main]", has_text=text).tap()

    def hold(self, text: str) -> None:
        """Press a button and keep the finger on it."""
        button = self.page.locator("hold-button button", has_text=text)
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.page.wait_for_timeout(HOLD_MS)
        self.page.mouse.up()

    def begin(self) -> None:
        """Take the first lane: from home to the prompt."""
        self.main("ETC联动")
        self.at("read")

    def read(self) -> None:
        """Hold the terminal to the tag; what comes after depends on the vehicle."""
        self.main("读卡")

    def shoot(self) -> None:
        """Press the shutter of the live camera."""
        self.see("lane-camera video:not([hidden])")
        self.see(".mark-source")
        self.main("拍照")
        self.see(".shot img, .taken img")

    def shoot_evidence(self) -> None:
        """Press the shutter on the sheet that asks for a photo alone."""
        self.see(".mark-source")
        self.main("拍照")

    def type_plate(self, plate: str, colour: int) -> None:
        """Type a plate on the keyboard on the screen, the colour key last."""
        if not self.page.locator(".keyboard").is_visible():
            self.page.locator(".cells").tap()
        for character in plate:
            self.key(character)
        self.colour(colour)

    def retype(self, plate: str, colour: int) -> None:
        """Type over what stands in the boxes, from the first one on."""
        self.page.locator(".cells").tap()
        self.page.locator(".cell").first.tap()
        self.type_plate(plate, colour)

    def key(self, character: str) -> None:
        """Touch one key."""
        key = self.page.locator(".keyboard .key:not(.hue)", has_text=character).first
        if not key.count():
            self.page.locator(".turn").tap()
        key.tap()

    def colour(self, colour: int) -> None:
        """Touch a colour key; the keyboard goes away."""
        self.page.locator(f'.keyboard [data-colour="{colour}"]').tap()
        self.page.locator(".keyboard").wait_for(state="hidden")

    def choose(self, kind: str, text: str, *, wait: bool = True) -> None:
        """Choose a class (``class``) or a kind (``kind``) from its list."""
        self.front()
        pick = self.page.locator(f"#pick-{kind}")
        if pick.get_attribute("open") is None:
            pick.locator("summary").tap()
        pick.locator("button.option").get_by_text(text, exact=True).tap()
        if wait:
            self.page.locator(f"#pick-{kind} summary b", has_text=text).wait_for()

    # --- whole stretches of the way

    def to_picture(self) -> None:
        """From home to the open picture area."""
        self.begin()
        self.read()
        self.at("picture")

    def to_exit(self) -> None:
        """From home to class and kind: photo taken, plate typed, picture submitted."""
        self.to_picture()
        self.shoot()
        self.type_plate(self.vehicle["plate"], self.vehicle["plate_colour"])
        self.main("提交图片数据")
        self.at("exit")

    def to_fee(self) -> None:
        """From home to the fee of a vehicle whose class and kind are preselected."""
        self.to_exit()
        self.main("算费")
        self.at("fee")

    def pay(self) -> None:
        """From home to the green page."""
        self.to_fee()
        self.main("提交数据")
        self.ends("completed")

    def leave(self) -> None:
        """From the result to home."""
        self.main("下一辆")
        self.see(".home")

    # --- what is seen

    def see(self, selector: str) -> None:
        """Wait until something is on the page."""
        self.page.locator(selector).first.wait_for()

    def at(self, area: str) -> None:
        """Wait until this area of the linkage page is open."""
        self.see(f"main.area-{area}")

    def ends(self, ending: str) -> None:
        """Wait for the full-screen end."""
        self.see(f"main.area-result.end-{ending}")

    @property
    def area(self) -> str:
        """Which area is open now."""
        classes = (self.page.locator("main").get_attribute("class") or "").split()
        return next((name.removeprefix("area-") for name in classes if name.startswith("area-")), classes[-1])

    @property
    def text(self) -> str:
        """What a reader sees on the page, without the line breaks of its layout."""
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def top(self) -> str:
        """The top line."""
        return " ".join(self.page.locator("#top").inner_text().split())

    def view(self) -> Json | None:
        """Ask the server for the passage in work, with this browser's cookie."""
        asked = "fetch('/linkage', {headers: {accept: 'application/json'}}).then((answer) => answer.json())"
        view: Json | None = self.page.evaluate(asked)["view"]
        return view

    @property
    def plate_boxes(self) -> str:
        """The characters in the boxes of the plate, empty where there are none."""
        return "".join(self.page.locator(".cells .cell").all_inner_texts())

    @property
    def plates(self) -> list[str]:
        """The drawn plates on the page, the roadside's beside it too."""
        return ["".join(text.split()) for text in self.page.locator(".plate").all_inner_texts()]

    def beside(self, field: str) -> str:
        """The message that stands directly below a field, within its form."""
        message = self.page.locator(f"label:has([name={field}]) + .wrong, fieldset:has([name={field}]) + .wrong")
        return str(message.first.inner_text()).strip()

    def until_text(self, text: str) -> str:
        """Wait until a text is on the page; the whole text comes back."""
        self.page.locator("main", has_text=text).wait_for()
        return self.text

    def freeze(self) -> None:
        """Keep the page from asking again by itself, so that it goes on showing what is past."""
        self.page.evaluate("document.getElementById('pulse').remove()")

    def settle(self) -> None:
        """Wait for fonts, pictures and the pause of the main button."""
        self.page.evaluate("document.fonts.ready.then(() => true)")
        self.page.wait_for_function("[...document.images].every((image) => image.complete)")
        self.page.wait_for_timeout(550)

    @property
    def touched(self) -> list[str]:
        """What was touched outside the plate keyboard since ``forget_touches``."""
        return list(self.page.evaluate("JSON.parse(sessionStorage.getItem('touched') ?? '[]')"))

    def forget_touches(self) -> None:
        """Begin to count anew."""
        self.page.evaluate("sessionStorage.removeItem('touched')")
