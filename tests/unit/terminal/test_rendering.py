"""What is served for good: scripts as published, a font with every character, and a first page that stays small."""

from __future__ import annotations

import hashlib
import re
import string
import sys
import tomllib
from pathlib import Path

from gallery import Scene

import laneside.terminal
from laneside.passage.flows.flow import Activity
from laneside.passage.notes import Ending
from laneside.passage.views.views import RecordState
from laneside.terminal.checkup.report import CheckLevel
from laneside.terminal.device_worker import PsamReadiness
from laneside.terminal.web.rendering import catalogue
from laneside.vocab.provinces import PROVINCES

TERMINAL = Path(laneside.terminal.__file__).parent
STATIC = TERMINAL / "static"
TOOLS = Path(__file__).resolve().parents[3] / "tools"
FIRST_PAGE_BYTES_MAX = 120 * 1024
FONT_BYTES_MAX = 250 * 1024


def test_vendored_files_are_as_published():
    listed = tomllib.loads((STATIC / "vendored.toml").read_text(encoding="utf-8"))["file"]
    assert [entry["path"] for entry in listed] == ["htmx.min.js"]
    for entry in listed:
        content = (STATIC / entry["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert f'version="{entry["version"]}"'.encode() in content


def test_static_files_are_cached_for_good_under_their_fingerprint(page):
    shown = page.client.get("/").text
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', shown):
        answer = page.client.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    old = page.client.get("/static/000000000000/ui.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-store")
    assert page.client.get("/static/000000000000/../app.py").status_code == 404
    assert page.client.get("/static/000000000000/vendored.toml").status_code == 404


def test_the_first_page_is_small(stranger):
    stranger.show(Scene(path="/login", logged_in=False))
    shown = stranger.client.get("/login").text
    paths = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', shown))
    weights = {path: len(stranger.client.get(path).content) for path in paths if not path.endswith(".woff2")}
    assert any(path.endswith("htmx.min.js") for path in weights)
    assert len(shown.encode()) + sum(weights.values()) <= FIRST_PAGE_BYTES_MAX


def test_the_font_has_every_character_and_stays_small(monkeypatch):
    from fontTools.ttLib import TTFont

    monkeypatch.setattr(sys, "path", [str(TOOLS), *sys.path])
    import ui_font

    fonts = sorted((STATIC / "fonts").glob("*.woff2"))
    assert [font.name for font in fonts] == ["ui-bold.woff2", "ui.woff2"]
    assert sum(font.stat().st_size for font in fonts) <= FONT_BYTES_MAX
    assert (STATIC / "fonts" / "OFL.txt").stat().st_size > 4000
    for font, bold in zip(fonts, (True, False), strict=True):
        with TTFont(font) as opened:
            missing = ui_font.used_characters(bold=bold) - {chr(code) for code in opened.getBestCmap()}
        assert not missing, f"run tools/ui_font.py: {font.name} lacks {sorted(missing)}"


def test_every_text_is_there_in_both_languages_with_the_same_parameters():
    for key, words in catalogue().items():
        assert words.zh, key
        assert words.en, key
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (words.zh, words.en)]
        assert fields[0] == fields[1], key


def _asked_for() -> set[str]:
    """Return every key that a template or a module names, with the computed ones written out."""
    sources = [*TERMINAL.rglob("*.html"), *(TERMINAL / "web").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    keys = set(re.findall(r"""['"]([a-z]+\.[a-z_0-9-]+)['"]""", text))
    computed = {
        "busy.": [one for activity in Activity for one in (activity, f"{activity}_hint")],
        "records.": [*Ending, *RecordState, "all", "in_work"],
        "result.tag_": ["written", "failed", "unknown", "not-asked"],
        "top.psam_": list(PsamReadiness),
        "sound.": [],
        "sound.m_": [],
        "reason.": ["driver_left", "equipment", "other_lane", "mistake"],
        "colour.c": ["0", "1", "2", "3", "4", "5", "6", "7", "9", "11", "12"],
        "more.": ["normal", "day", "night"],
        "check.": list(CheckLevel),
        "mark.": list(CheckLevel),
    }
    for prefix, names in computed.items():
        assert f"'{prefix}'" in text, prefix
        keys |= {prefix + str(name) for name in names}
    return keys


def test_every_key_that_a_page_asks_for_exists_and_none_lies_about_unused():
    known, asked = set(catalogue()), _asked_for()
    tables = {key.partition(".")[0] for key in known}
    named = {key for key in asked if key.partition(".")[0] in tables}
    beginnings = {"colour.c", "result.tag_", "sound.m_", "top.psam_"}
    files = {key for key in named if key.endswith((".html", ".py", ".js", ".css"))}
    assert named - known - beginnings - files == {"busy.none", "busy.none_hint"}
    unused = {key for key in known - asked if not key.startswith("sound.")}
    assert not unused


def test_the_keyboard_offers_every_province():
    source = (STATIC / "plate.js").read_text(encoding="utf-8")
    offered = re.search(r'PROVINCES = "([^"]+)"', source)
    assert offered is not None
    assert sorted(offered[1]) == sorted(province.initial for province in PROVINCES)


def test_every_sound_is_also_written():
    figures = (STATIC / "sound.js").read_text(encoding="utf-8")
    names = set(re.findall(r'^  "?([a-z-]+)"?: \[\[', figures, re.MULTILINE))
    written = {key.removeprefix("sound.") for key in catalogue() if key.startswith("sound.")}
    assert names - written == {"delivered"}
