"""The pages' words in both languages, from ``words.toml``; and numbers and moments as people read them."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from laneside.clock import BEIJING
from laneside.vocab.vehicle import PlateColour, TollClass, VehicleKind
from laneside.vocab.words import Language, Words, label

_DIGITS: Final = 14


@cache
def _book() -> dict[str, Words]:
    pages: dict[str, dict[str, list[str]]] = tomllib.loads((files("laneside.centre.web") / "words.toml").read_text())
    return {f"{page}.{key}": Words(zh=zh, en=en) for page, lines in pages.items() for key, (zh, en) in lines.items()}


class Translator:
    """Say things in one language. A key that words.toml lacks is a programmer's error."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str) -> str:
        """Return the text of a key in words.toml."""
        return self._of(_book()[key])

    def known(self, page: str, key: str) -> str:
        """Return the word for a key that came from outside, or the key itself."""
        words = _book().get(f"{page}.{key}")
        return key if words is None else self._of(words)

    def toll_class(self, code: int) -> str:
        """Name a toll class (车型)."""
        return self._of(label(TollClass, code))

    def vehicle_kind(self, code: int) -> str:
        """Name a vehicle kind (车种)."""
        return self._of(label(VehicleKind, code))

    def plate(self, vehicle_id: str) -> str:
        """Write ``plate_colour`` as plate and colour's name (spec/codes.md 5.2)."""
        plate, underscore, colour = vehicle_id.rpartition("_")
        if not underscore or not _is_digits(colour):
            return vehicle_id
        return f"{plate} {self._of(label(PlateColour, int(colour)))}"

    def _of(self, words: Words) -> str:
        return words.zh if self.language is Language.ZH else words.en


def _is_digits(text: str) -> bool:
    """Return whether a text is 0 to 9 alone: ``isdigit`` also takes ², of which ``int`` makes no number."""
    return text.isascii() and text.isdigit()


def percent(share: float) -> str:
    """Write a share of one as per cent."""
    return f"{share:.1%}"


def beijing(moment: datetime) -> str:
    """Write a moment in Beijing time."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def spaced_digits(digits: str) -> str:
    """Write ``yyyyMMddHHmmss`` as date and time; anything else as it is."""
    if len(digits) != _DIGITS or not _is_digits(digits):
        return digits
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:{digits[12:]}"
