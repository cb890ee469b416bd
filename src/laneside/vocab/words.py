"""A text in both languages, the enum whose members carry one, and money as text."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum
from typing import Self

import msgspec


class Language(StrEnum):
    """The languages of every page, the first one first."""

    ZH = "zh"
    EN = "en"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """One text, Chinese and English."""

    zh: str
    en: str


class Coded(IntEnum):
    """A code table of the field: each member is its number; its meaning is ``.words``, ``.zh`` and ``.en``."""

    words: Words
    zh: str
    en: str

    def __new__(cls, code: int, zh: str = "", en: str = "") -> Self:
        """Make a member; the labels are attributes and not part of its value."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.words = Words(zh=zh, en=en)
        member.zh = zh
        member.en = en
        return member


def label(table: type[Enum], code: int) -> Words:
    """Return the label of ``code`` in ``table``; 未知 / unknown with the number for a code that the table lacks."""
    assert issubclass(table, Coded), "only code tables have labels"
    member = table._value2member_map_.get(code)
    if isinstance(member, Coded):
        return member.words
    return unknown(code)


def unknown(code: int) -> Words:
    """Return 未知 / unknown with the number, for a code that no table defines (spec/unknowns.md 68)."""
    return Words(zh=f"未知 {code}", en=f"unknown {code}")


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
