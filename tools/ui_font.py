#!/usr/bin/env python3
"""Make the terminal's font: subsets of Noto Sans CJK SC (OFL).

The regular file has every character that the terminal can show; the bold one does without the commonest characters of
names, and the style sheet falls back to the regular one for them.

    python tools/ui_font.py [--source /usr/share/fonts/opentype/noto]

Needs fonttools and brotli. A test says when a character is missing: then run this again and commit the result.
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "laneside"
TARGET = PACKAGE / "terminal" / "static" / "fonts"
SOURCE = Path("/usr/share/fonts/opentype/noto")
FAMILY = "Noto Sans CJK SC"
TEXTS = {".py", ".toml", ".html", ".js"}
BYTES_MAX = 250 * 1024
# Words that no page of the terminal shows: a desktop's pages, and what commands print. The demo's names are shown.
ELSEWHERE = ("centre/web/", "cli/", "rsu/", "virtual/pcsc")
NONETHELESS = "cli/demo_data"
ASCII = {chr(code) for code in range(0x20, 0x7F)}
# Names of people and places come from the centre; the commonest characters of such names are worth their bytes.
NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜"
    "崔谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


def python_texts(source: str) -> str:
    """Return the string literals of a module that are not docstrings."""
    tree = ast.parse(source)
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    literals = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in documents)
    return "".join(node.value for node in literals if isinstance(node.value, str))


def texts_of(path: Path) -> str:
    """Return what a file of the package may put on a page: a superset for everything but Python."""
    source = path.read_text(encoding="utf-8")
    return python_texts(source) if path.suffix == ".py" else source


def is_shown(path: str) -> bool:
    """Return whether a file of the package (its path from there) has words for the terminal's pages."""
    return path.startswith(NONETHELESS) or not path.startswith(ELSEWHERE)


def used_characters(*, bold: bool = False) -> set[str]:
    """Return every character of the package's texts; bold does without the names of people."""
    used = set(ASCII) | (set() if bold else set(NAMES))
    for path in PACKAGE.rglob("*"):
        if path.suffix in TEXTS and "htmx" not in path.name and is_shown(path.relative_to(PACKAGE).as_posix()):
            used |= set(texts_of(path))
    return {character for character in used if character.isprintable()}


def load(source: Path) -> TTFont:
    """Return the SC face of a collection, or a plain font."""
    if source.suffix != ".ttc":
        return TTFont(source)
    for font in TTCollection(source).fonts:
        if font["name"].getDebugName(1) == FAMILY:
            return font
    raise SystemExit(f"{source} holds no {FAMILY}")


def shrink(font: TTFont, characters: set[str]) -> TTFont:
    """Keep the characters and nothing that a page does not use."""
    options = subset.Options()
    options.layout_features = ["kern", "tnum"]
    options.hinting = False
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(font)
    return font


def write(source: Path, target: Path, wanted: set[str]) -> int:
    """Write one subset and return its size; say what the source font lacks."""
    font = load(source)
    lacking = {character for character in wanted if ord(character) not in font.getBestCmap()}
    shrink(font, wanted - lacking)
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)
    size = target.stat().st_size
    print(f"{target.relative_to(ROOT)}: {len(wanted - lacking)} characters, {size} bytes")
    if lacking:
        print("not in the source font:", " ".join(f"U+{ord(one):04X}" for one in sorted(lacking)))
    return size


def main() -> int:
    """Write both files; fail when they are too big together."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, default=SOURCE, help="folder with NotoSansCJK-Regular.ttc and -Bold.ttc")
    source = parser.parse_args().source
    size = write(source / "NotoSansCJK-Regular.ttc", TARGET / "ui.woff2", used_characters())
    size += write(source / "NotoSansCJK-Bold.ttc", TARGET / "ui-bold.woff2", used_characters(bold=True))
    return 0 if size <= BYTES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
