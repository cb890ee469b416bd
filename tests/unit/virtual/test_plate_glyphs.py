"""The characters: every one has a form of its own, none falls into the face's empty box."""

from __future__ import annotations

import ast
import string
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import ImageChops, ImageStat

from laneside.virtual.plate_glyphs import glyph_mask, sign_mask
from laneside.vocab.provinces import PROVINCES

ROOT = Path(__file__).parents[3]
SIGNS = string.digits + string.ascii_uppercase
CHINESE = "".join(province.initial for province in PROVINCES) + "学警挂港澳使领应急"


def share_apart(a: str, b: str, size: tuple[int, int] = (45, 90)) -> float:
    """How much of a cell two characters fill differently."""
    return ImageStat.Stat(ImageChops.difference(glyph_mask(a, *size), glyph_mask(b, *size))).mean[0] / 255


def test_no_two_signs_look_alike_but_zero_and_o_which_are_one_on_the_road() -> None:
    assert share_apart("0", "O") == 0
    alike = ["".join(pair) for pair in combinations(SIGNS, 2) if share_apart(*pair) < 0.02]
    assert alike == ["0O"]


@pytest.mark.parametrize("pair", ["0D", "8B", "2Z", "5S", "0Q", "1I", "6G", "UV"])
def test_the_signs_that_are_often_taken_for_each_other_differ_where_they_must(pair: str) -> None:
    assert share_apart(*pair) > 0.03
    assert share_apart(*pair, size=(65, 110)) > 0.03


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_reaches_top_and_bottom_of_its_cell_and_keeps_its_stroke_in_any_cell(sign: str) -> None:
    for width, height in ((90, 180), (130, 220), (160, 120)):
        left, top, right, bottom = sign_mask(sign, width, height, 18).getbbox()
        assert (top, bottom) == (0, height)
        assert 0 <= left < right <= width
        filled = ImageStat.Stat(sign_mask(sign, width, height, 18)).sum[0] / 255
        assert filled > 18 * height * 0.9


@pytest.mark.parametrize("character", CHINESE)
def test_chinese_characters_fill_their_cell(character: str) -> None:
    mask = glyph_mask(character, 90, 180)
    left, top, right, bottom = mask.point(lambda value: 255 if value > 127 else 0).getbbox()
    assert right - left > 76
    assert bottom - top > 172
    assert 0.14 < ImageStat.Stat(mask).mean[0] / 255 < 0.75


def test_the_face_holds_every_character_that_the_room_writes() -> None:
    with files("laneside.virtual").joinpath("assets", "plate.otf").open("rb") as data:
        held = set(TTFont(data).getBestCmap())
    written = set(CHINESE)
    drawing = [path for path in (ROOT / "tools" / "plates").glob("*.py") if not path.name.startswith("bench")]
    for source in (*drawing, ROOT / "src" / "laneside" / "virtual" / "plate_face.py"):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                written |= set(node.value)
    missing = {character for character in written if ord(character) not in held and ord(character) > 0x2000}
    assert not missing
    assert written > set("混合车道")
