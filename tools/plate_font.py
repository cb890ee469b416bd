"""Cut the face of the drawn number plates out of Debian's Noto Sans CJK SC Bold, with its licence beside it.

Run ``python tools/plate_font.py`` on a Debian with the package fonts-noto-cjk and with fonttools; it writes
``src/laneside/virtual/assets/plate.otf`` and ``plate.OFL.txt``.
"""

from __future__ import annotations

import string
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

COLLECTION = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
COPYRIGHT = Path("/usr/share/doc/fonts-noto-cjk/copyright")
ASSETS = Path(__file__).parents[1] / "src" / "laneside" / "virtual" / "assets"
FACE = "Noto Sans CJK SC Bold"

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新港澳台"
SPECIALS = "学警挂领使应急试超外临默"
LATIN = string.ascii_uppercase + string.ascii_lowercase + string.digits + " -·:."
BYTES_MAX = 60_000


def cut_face(target: Path) -> str:
    """Write the subset and return the face's own copyright line."""
    faces = TTCollection(COLLECTION).fonts
    face = next(face for face in faces if face["name"].getDebugName(4) == FACE)
    face.recalcTimestamp = False  # the same face gives the same bytes on any day
    copyright_line = str(face["name"].getDebugName(0))
    options = subset.Options(layout_features=[], name_IDs=[0, 1, 2, 4, 6, 13, 14], hinting=False, desubroutinize=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=PROVINCES + SPECIALS + LATIN)
    cutter.subset(face)
    face.save(target)
    return copyright_line


def licence_text() -> str:
    """Take the OFL out of the package's copyright file, without the file format's own dots and blanks."""
    paragraph = COPYRIGHT.read_text(encoding="utf-8").split("License: SIL-1.1\n")[-1].split("\nLicense:")[0]
    lines = (line.removeprefix(" ") for line in paragraph.rstrip().splitlines())
    return "\n".join("" if line == "." else line for line in lines) + "\n"


def main() -> int:
    """Write both files; 1 if the face grew beyond what a wheel should carry."""
    ASSETS.mkdir(parents=True, exist_ok=True)
    target = ASSETS / "plate.otf"
    copyright_line = cut_face(target)
    notice = f"plate.otf is a subset of {FACE}, made by tools/plate_font.py.\n\n{copyright_line}\n\n"
    (ASSETS / "plate.OFL.txt").write_text(notice + licence_text(), encoding="utf-8")
    size = target.stat().st_size
    print(f"{target}: {size} bytes")
    return 0 if size < BYTES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
