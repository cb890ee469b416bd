"""What a page shows of the plate that was read: words and values only."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from laneside.passage import notes as n
from laneside.passage.views.views import ReadCharacter, ReadingView, Sight
from laneside.plates.reading import SURE_MIN, PlateReading
from laneside.rules.pair import same_plate
from laneside.vocab.words import Words

_READING: Final = Words(zh="正在识别车牌", en="Reading the plate")
_NOTHING: Final = Words(zh="照片中未识别到车牌，请手工输入", en="No plate was read in the photo: type it")
_DOUBTFUL: Final = Words(zh="识别存疑，请逐字核对", en="Doubtful: check each character")
_NO_COLOUR: Final = Words(zh="颜色存疑，请选择颜色", en="Colour doubtful: choose it")
_FAILED: Final = Words(zh="车牌识别未成功，请手工输入", en="The plate could not be read: type it")
_WHY_FAILED: Final = MappingProxyType(
    {
        "not-installed": Words(
            zh="本机未安装车牌识别，请手工输入", en="Plate reading is not installed: type the plate"
        ),
        "hung": Words(zh="车牌识别超时，请手工输入", en="Plate reading took too long: type the plate"),
    }
)


def reading_view(read: n.PlateRead | None, *, pending: bool, plate: str, colour: int | None) -> ReadingView | None:
    """Return the reading beside a form with this plate and colour; None where nothing is read."""
    if read is None:
        return ReadingView(sight=Sight.READING, said=_READING) if pending else None
    if read.trouble:
        return ReadingView(sight=Sight.FAILED, said=_WHY_FAILED.get(read.trouble, _FAILED))
    best = read.best
    if best is None:
        return ReadingView(sight=Sight.NOTHING, said=_NOTHING)
    return ReadingView(
        sight=Sight.FOUND,
        said=_said(read, best),
        plate=best.text,
        colour=best.colour,
        characters=_characters(best),
        cut_out_sha256=best.cut_out_sha256,
        offered=best.offered,
        agrees=_agrees(best, plate, colour),
    )


def _said(read: n.PlateRead, best: PlateReading) -> Words | None:
    if read.by_pair:
        other = read.plates[1].text
        return Words(
            zh=f"画面有多块车牌，取与卡签相同的一块；另有 {other}，请核对",
            en=f"Several plates: the pair's own was taken; there is also {other}, check",
        )
    if not best.offered or any(one.doubtful for one in _characters(best)):
        return _DOUBTFUL
    return _NO_COLOUR if best.sure_colour is None else None


def _characters(best: PlateReading) -> tuple[ReadCharacter, ...]:
    sure = best.characters if len(best.characters) == len(best.text) else (best.confidence,) * len(best.text)
    return tuple(ReadCharacter(text=text, doubtful=each < SURE_MIN) for text, each in zip(best.text, sure, strict=True))


def _agrees(best: PlateReading, plate: str, colour: int | None) -> bool | None:
    """Return whether the form has the plate that was read; a doubtful colour contradicts nothing."""
    if not plate or colour is None:
        return None
    return same_plate(best.text, plate) and best.sure_colour in (None, colour)
