"""Every screen × language × light at 360×640: targets, contrast, nothing clipped, nothing sideways, marks and words.

LANESIDE_SHOTS=folder keeps a picture of each.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gallery import SCENES, Gallery, Scene

from laneside.terminal.preferences import Preference, Theme
from laneside.vocab.words import Language

pytestmark = pytest.mark.browser
MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
SHOTS = os.environ.get("LANESIDE_SHOTS")


def visit(page, gallery: Gallery, scene: Scene) -> None:
    """Show a scene as a person would see it, with the message that a rejected form left."""
    gallery.scene = scene
    if scene.notice is not None:
        csrf = page.request.get(f"{gallery.address}/session").json()["csrf"]
        revision = scene.view.revision if scene.view else 0
        form = {"csrf": csrf, "revision": str(revision), "shift": "2", "work_date": "2026-03-14"}
        page.request.post(gallery.address + scene.post, form=form, max_redirects=0)
    page.goto(gallery.address + scene.path)
    page.evaluate("document.fonts.ready.then(() => true)")
    for selector in scene.tap.split():
        page.tap(selector)
    if page.query_selector("lane-camera"):
        page.wait_for_selector("lane-camera .mark-source:visible")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", SCENES)
def test_a_screen_can_be_read_and_touched(phone, gallery, name, language):
    gallery.preference = Preference(language=language)
    visit(phone, gallery, SCENES[name])
    faults = {}
    for theme in Theme:
        phone.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme.value)
        faults[theme.value] = phone.evaluate(MEASURE)
        if SHOTS:
            phone.screenshot(path=Path(SHOTS) / f"{name}-{theme.value}-{language.value}.png")
    assert faults == {theme.value: [] for theme in Theme}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("completed", ("已扣费", "10.45", "请放行", "两声高扬")),
        ("not-debited", ("未扣费", "重试", "转人工", "一声长低音")),
        ("unknown", ("待确认", "勿再扣费", "确认扣款", "高低交替")),
        ("refused", ("未放行", "41", "三声下降")),
        ("stopped", ("不可放行", "41", "处置", "三声下降")),
        ("picture", ("一致", "有效", "不在名单", "一声上扬")),
    ],
)
def test_a_state_is_word_and_icon_and_sound_beside_its_colour(phone, gallery, name, words):
    gallery.preference = Preference()
    visit(phone, gallery, SCENES[name])
    shown = phone.inner_text("#stage")
    for word in words:
        assert word in shown
    assert phone.query_selector(".body .icon")
    assert phone.get_attribute("sound-cue", "data-name")


def test_full_screen_results_differ_in_colour(phone, gallery):
    grounds = set()
    for name in ("completed", "not-debited", "unknown", "transferred"):
        visit(phone, gallery, SCENES[name])
        grounds.add(phone.evaluate("getComputedStyle(document.querySelector('#stage')).backgroundColor"))
    assert len(grounds) == 4


def test_the_amount_is_64_px_high(phone, gallery):
    visit(phone, gallery, SCENES["fee"])
    assert phone.evaluate("getComputedStyle(document.querySelector('.fee .amount b')).fontSize") == "64px"


def test_a_desktop_shows_the_same_page_beside_the_roadside(phone, gallery):
    phone.set_viewport_size({"width": 1280, "height": 800})
    visit(phone, gallery, SCENES["home"])
    phone.wait_for_selector("#roadside-state:visible")
    assert phone.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert phone.evaluate("document.querySelector('.device').offsetWidth") == 420
