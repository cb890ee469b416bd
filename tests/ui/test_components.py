"""Keyboard, camera, held buttons, sounds, the pause between steps: touched in Chromium, judged by what the desk got."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
import samples as s
from gallery import Scene
from handheld import CAMERA_SIZE, PHONE, log_in
from msgspec.structs import replace
from timeouts import scaled

from laneside.terminal.preferences import Preference

pytestmark = pytest.mark.browser

NERVOUS_S = 0.3
MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
KEYBOARD_CLOSED = ".keyboard:not(:visible)"


@pytest.fixture(autouse=True)
def in_chinese(gallery):
    gallery.preference = Preference()


def show(page, gallery, view, path: str = "/linkage"):
    gallery.scene = Scene(path=path, view=view)
    page.goto(gallery.address + path)
    until(page, "Boolean(window.htmx && customElements.get('plate-field'))")


def until(page, expression: str) -> None:
    """Ask again and again from outside: the page's own policy forbids what would wait inside it."""
    for _ in range(round(scaled(150))):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never came true: {expression}")


def press(page, text: str) -> None:
    for character in text:
        page.tap(f'.keyboard .key:text-is("{character}")')


def typed(page) -> tuple[str, str]:
    colour = page.evaluate("document.querySelector('[name=colour]:checked')?.value ?? ''")
    return page.input_value("[name=plate]"), colour


def called(gallery, name: str) -> list[tuple[object, ...]]:
    return [call for call in gallery.calls if call[0] == name]


def until_called(page, gallery, *calls: tuple[object, ...]) -> None:
    for _ in range(round(scaled(100))):
        if all(call in gallery.calls for call in calls):
            return
        page.wait_for_timeout(20)
    assert list(calls) == gallery.calls


def test_plate_and_colour_are_typed_in_one_go_and_kept_at_once(phone, gallery):
    show(phone, gallery, s.WITH_PHOTO)
    press(phone, "甘A12345")
    phone.tap('.key[data-colour="0"]')
    phone.wait_for_selector(".keyboard", state="hidden")
    assert typed(phone) == ("甘A12345", "0")
    until_called(phone, gallery, ("draft", {"plate": "甘A12345", "colour": 0}))
    phone.tap("[data-main]")
    until_called(phone, gallery, ("picture", 3, {"plate": "甘A12345", "colour": 0}))


@pytest.mark.parametrize(
    ("keys", "turns", "colour", "plate"),
    [
        ("甘AF12345", 0, "4", "甘AF12345"),
        ("甘A1234", 1, "1", "甘A1234挂"),
        ("使014578", 0, "2", "使014578"),
        ("沪A", 1, "6", "沪A应急"),
    ],
)
def test_other_plates_can_be_typed(phone, gallery, keys, turns, colour, plate):
    show(phone, gallery, s.WITH_PHOTO)
    press(phone, keys)
    for _ in range(turns):
        phone.tap(".turn")
    if turns:
        phone.tap(f'.keyboard .key:text-is("{plate.removeprefix(keys)}")')
    if not phone.query_selector(f'.key[data-colour="{colour}"]'):
        phone.tap(".turn")
    phone.tap(f'.key[data-colour="{colour}"]')
    assert typed(phone) == (plate, colour)


def test_one_character_is_corrected_where_it_stands(phone, gallery):
    show(phone, gallery, s.WITH_PHOTO)
    press(phone, "甘A1234")
    phone.tap(".cell:nth-child(4)")
    press(phone, "9")
    assert typed(phone)[0] == "甘A1934"
    phone.tap(".cell:nth-child(7)")
    phone.tap('.key:text-is("删除")')
    assert typed(phone)[0] == "甘A193"


def test_the_keys_of_a_real_keyboard_write_too(phone, gallery):
    show(phone, gallery, s.WITH_PHOTO)
    press(phone, "甘")
    phone.keyboard.type("a12345")
    assert typed(phone)[0] == "甘A12345"
    phone.keyboard.press("Enter")
    phone.wait_for_selector(".keyboard", state="hidden")
    assert called(gallery, "picture") == []


def test_polling_while_typing_takes_nothing_away(phone, gallery):
    show(phone, gallery, s.WITH_PHOTO)
    press(phone, "甘A1")
    gallery.scene = replace(gallery.scene, view=replace(s.WITH_PHOTO, age_s=700))
    phone.evaluate("document.getElementById('pulse').dispatchEvent(new Event('refresh'))")
    phone.wait_for_timeout(250)
    press(phone, "2345")
    assert typed(phone)[0] == "甘A12345"
    assert phone.is_visible(".keyboard")


def test_what_another_tab_typed_is_shown(phone, gallery):
    show(phone, gallery, replace(s.WITH_PHOTO, picture=replace(s.SHOT, plate="甘A1")))
    gallery.scene = replace(gallery.scene, view=s.WITH_PLATE)
    phone.evaluate("document.getElementById('pulse').dispatchEvent(new Event('refresh'))")
    phone.wait_for_selector(".cells.hue-0")
    assert typed(phone) == ("甘A12345", "0")


def test_the_shutter_sends_what_the_camera_sees(phone, gallery):
    from PIL import Image

    show(phone, gallery, s.READ)
    phone.wait_for_selector(".mark-source:has-text('实时画面')")
    gallery.answers["take_photo"] = s.WITH_PHOTO
    phone.tap("[data-main]")
    phone.wait_for_selector(".keyboard:visible")
    ((_, image, how),) = called(gallery, "take_photo")
    assert how["live"]
    with Image.open(io.BytesIO(image)) as photo:
        assert (photo.format, photo.size) == ("JPEG", CAMERA_SIZE)
        red, green, blue = photo.getpixel((320, 240))
    assert green > 150
    assert max(red, blue) < 110


def test_without_a_camera_the_demo_shows_the_drawn_picture(chromium, phone_context, gallery):
    page = phone_context.new_page()
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none'))")
    show(page, gallery, s.READ)
    page.wait_for_selector(".mark-source:has-text('路侧演示画面')")
    gallery.calls.clear()
    page.tap("[data-main]")
    for _ in range(round(scaled(500))):
        if called(gallery, "take_photo"):
            break
        page.wait_for_timeout(20)
    page.close()
    assert [how["live"] for _, _, how in called(gallery, "take_photo")] == [True]


def test_a_picked_file_is_not_taken_on_the_spot(phone, gallery):
    show(phone, gallery, s.READ)
    phone.set_input_files("input[type=file]", {"name": "old.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8 old"})
    until_called(phone, gallery, ("take_photo", b"\xff\xd8 old", {"live": False, "passage_id": s.READ.passage_id}))


def test_giving_up_wants_a_held_button(phone, gallery):
    show(phone, gallery, s.READ, "/linkage?sheet=leave")
    phone.tap(".btn.hold")
    phone.wait_for_timeout(150)
    assert called(gallery, "abandon") == []
    box = phone.locator(".btn.hold").bounding_box()
    phone.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.mouse.down()
    phone.wait_for_timeout(1050)
    phone.mouse.up()
    until_called(phone, gallery, ("abandon", 2, {"reason": "车辆驶离"}))


def test_a_double_tap_takes_one_step(phone, gallery):
    show(phone, gallery, s.READY_TO_QUOTE)
    gallery.answers["quote"] = s.QUOTED
    box = phone.locator("[data-main]").bounding_box()
    x, y = box["x"] + 60, box["y"] + 30
    phone.touchscreen.tap(x, y)
    begun_s = time.monotonic()
    while time.monotonic() - begun_s < NERVOUS_S:  # on a busy machine these are fewer taps, not later ones.
        phone.touchscreen.tap(x, y)
        phone.wait_for_timeout(60)
    phone.wait_for_selector(".area-fee")
    assert called(gallery, "quote") == [("quote", 4, {})]
    assert called(gallery, "submit") == []
    phone.wait_for_selector("[data-main]:enabled")
    phone.tap("[data-main]")
    until_called(phone, gallery, ("submit", 5, {}))


@pytest.mark.parametrize("key", ["Enter", "F2", "F9"])
def test_the_hardware_key_does_what_the_main_button_does(phone, gallery, key):
    show(phone, gallery, s.START)
    phone.keyboard.press(key)
    until_called(phone, gallery, ("read", 1, {}))


def test_a_second_tab_that_is_behind_is_shown_the_present_state(phone, gallery):
    show(phone, gallery, s.READY_TO_QUOTE)
    gallery.scene = replace(gallery.scene, view=s.COMPLETED)
    phone.tap("[data-main]")
    phone.wait_for_selector(".area-result")
    assert "页面已更新" in phone.inner_text(".wrong")
    assert called(gallery, "quote") == []


def test_a_sound_is_made_once_and_not_again_at_a_reload(phone_context, gallery):
    page = phone_context.new_page()
    page.add_init_script(
        "window.tones = 0; const make = AudioContext.prototype.createOscillator;"
        "AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };"
    )
    show(page, gallery, replace(s.COMPLETED, passage_id="heard-once"))
    until(page, "window.tones === 2")
    page.reload()
    page.wait_for_selector("sound-cue")
    assert page.evaluate("window.tones") == 0
    page.close()


def test_a_silent_service_is_said_and_its_return_too(phone, gallery):
    show(phone, gallery, s.START)
    phone.route("**/*", lambda route: route.abort())
    phone.tap("[data-main]")
    phone.wait_for_selector("#server-lost:visible")
    phone.unroute("**/*")
    phone.wait_for_selector("#server-lost", state="hidden")


def test_an_answer_that_is_no_page_leaves_the_page_as_it_was(phone, gallery):
    show(phone, gallery, s.START)
    phone.route("**/linkage/read", lambda route: route.fulfill(status=500, body="broken"))
    phone.tap("[data-main]")
    phone.wait_for_selector("#not-done:visible")
    assert "broken" not in phone.content()
    phone.unroute("**/linkage/read")
    phone.tap("[data-main]")
    phone.wait_for_selector("#not-done", state="hidden")


def test_a_plain_form_goes_out_once(phone, gallery):
    show(phone, gallery, None, "/")
    phone.evaluate("for (let tap = 0; tap < 5; tap += 1) document.querySelector('.go').click()")
    phone.wait_for_timeout(200)
    assert len(called(gallery, "open")) == 1


def test_without_scripts_the_forms_still_work(chromium, gallery):
    context = chromium.new_context(viewport=PHONE, has_touch=True, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(scaled(5000))
    log_in(page, gallery)
    gallery.calls.clear()
    gallery.scene = Scene(path="/linkage", view=s.WITH_PHOTO)
    page.goto(f"{gallery.address}/linkage")
    page.fill("[name=plate]", "甘a12345")
    page.check("[name=colour][value='0']")
    with page.expect_navigation():
        page.tap("[data-main]")
    gallery.scene = Scene(path="/linkage", view=s.QUOTED)
    page.goto(f"{gallery.address}/linkage")
    with page.expect_navigation():
        page.tap("[data-main]")
    assert gallery.calls == [("picture", 3, {"plate": "甘a12345", "colour": 0}), ("submit", 5, {})]
    context.close()


def test_the_measure_finds_what_is_wrong(phone, gallery):
    """A gallery that can't fail would prove nothing."""
    show(phone, gallery, None, "/setup")
    phone.evaluate(
        """() => {
          const body = document.querySelector('.body');
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('.t1{width:30px} .t2{color:#777} .t3{width:500px}');
          sheet.insertRule('.t4{width:9px;overflow:hidden;white-space:nowrap}');
          document.adoptedStyleSheets.push(sheet);
          for (const [name, tag] of [['t1', 'button'], ['t2', 'p'], ['t3', 'p'], ['t4', 'p']]) {
            const made = document.createElement(tag);
            made.className = name;
            made.textContent = '测试文字测试文字测试文字测试文字测试文字测试文字测试文字测试文字';
            body.prepend(made);
          }
        }"""
    )
    found = {fault.split()[0] for fault in phone.evaluate(MEASURE)}
    assert {"small", "contrast", "beside", "clipped", "sideways"} <= found
