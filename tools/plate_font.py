"""Cut the face of the drawn number plates out of Debian's Noto Sans CJK SC, with its licence beside it.

Run ``python tools/plate_font.py [ROOT]`` with fonttools, on a Debian with the package fonts-noto-cjk or with ROOT as
the folder that it was unpacked into; it writes ``src/laneside/virtual/assets/plate.otf`` and ``plate.OFL.txt``.
"""

from __future__ import annotations

import string
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

COLLECTION = Path("usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
COPYRIGHT = Path("usr/share/doc/fonts-noto-cjk/copyright")
ASSETS = Path(__file__).parents[1] / "src" / "laneside" / "virtual" / "assets"
FACE = "Noto Sans CJK SC"

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新港澳台"
SPECIALS = "学警挂领使应急试超外临默"
# What is written on signs and vehicles in the drawn photographs (tools.plates: scenery, bodies).
WORDS = (
    "人工混合车道限高米减速慢行出口请停刷卡保持距一杆公里绿色通兰州东收费站河西天水北"
    "陇原客运西北旅游河快客金城巴士物流顺路货西域冷链大漠专线一路平安出入平安安全行车"
    "包际省服务电话核载总质量勿超宁—"
)
LATIN = string.ascii_uppercase + string.ascii_lowercase + string.digits + " -·:."
BYTES_MAX = 60_000


def cut_face(root: Path, target: Path) -> str:
    """Write the subset and return the face's own copyright line."""
    faces = TTCollection(root / COLLECTION).fonts
    face = next(face for face in faces if face["name"].getDebugName(4) == FACE)
    face.recalcTimestamp = False  # the same face gives the same bytes on any day
    copyright_line = str(face["name"].getDebugName(0))
    options = subset.Options(layout_features=[], name_IDs=[0, 1, 2, 4, 6, 13, 14], hinting=False, desubroutinize=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=PROVINCES + SPECIALS + WORDS + LATIN)
    cutter.subset(face)
    face.save(target)
    return copyright_line


def licence_text(root: Path) -> str:
    """Take the OFL out of the package's copyright file, without the file format's own dots and blanks."""
    paragraph = (root / COPYRIGHT).read_text(encoding="utf-8").split("License: SIL-1.1\n")[-1].split("\nLicense:")[0]
    lines = (line.removeprefix(" ") for line in paragraph.rstrip().splitlines())
    return "\n".join("" if line == "." else line for line in lines) + "\n"


def main() -> int:
    """Write both files; 1 if the face grew beyond what a wheel should carry."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "/")
    ASSETS.mkdir(parents=True, exist_ok=True)
    target = ASSETS / "plate.otf"
    copyright_line = cut_face(root, target)
    notice = f"plate.otf is a subset of {FACE}, made by tools/plate_font.py.\n\n{copyright_line}\n\n"
    (ASSETS / "plate.OFL.txt").write_text(notice + licence_text(root), encoding="utf-8")
    size = target.stat().st_size
    print(f"{target}: {size} bytes")
    return 0 if size < BYTES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
