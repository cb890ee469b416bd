"""Findings in words: what the collector reads, why it is so for this vehicle, and what to do next."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from laneside.rules.facts import NO_COLOUR
from laneside.rules.finding import Finding
from laneside.vocab import (
    CardListType,
    CardType,
    ObuListType,
    PlateColour,
    TollClass,
    VehicleKind,
    Words,
    label,
    special_event,
    yuan,
)

_NOTHING = Words(zh="无", en="none")
_TROUBLES = {
    "absent": Words(zh="未插卡", en="there is none"),
    "psam-in-card-slot": Words(zh="用户卡卡座中插的是PSAM卡", en="a PSAM is in the user card's slot"),
    "user-card-in-psam-slot": Words(zh="PSAM卡座中插的是用户卡", en="a user card is in the PSAM's slot"),
}
_REPEAT_BY = {
    "card": Words(zh="卡号", en="the card"),
    "obu": Words(zh="标签", en="the tag"),
    "plate": Words(zh="车牌", en="the plate"),
    "0019": Words(zh="卡内通行记录", en="the card's passage record"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingText:
    """A finding for people: the official screen text, the reason with this vehicle's facts, and the remedy."""

    text: Words
    why: Words
    remedy: Words


def describe(finding: Finding) -> FindingText:
    """Say a finding in both languages. Numbers without a national text of ours or theirs keep their number."""
    local = _table("local").get(_key(finding))
    if local is not None:
        return FindingText(
            text=_filled(local, "text", finding.params),
            why=_filled(local, "why", finding.params),
            remedy=_filled(local, "remedy", finding.params),
        )
    if isinstance(finding.code, str):
        word = Words(zh=finding.code, en=finding.code)
        return FindingText(text=word, why=word, remedy=word)
    return _national(finding.code, finding.params)


def _key(finding: Finding) -> str:
    """Name a finding's own text: one that another witness brought says something else than the number alone."""
    witness = finding.params.get("witness")
    return str(finding.code) if witness is None else f"{finding.code}-{witness}"


def local_words() -> frozenset[str]:
    """Name every code that this room has a text of its own for."""
    return frozenset(_table("local"))


def _national(code: int, params: Mapping[str, str]) -> FindingText:
    event = special_event(code)
    detail = _table("detail").get(str(code))
    why_zh, why_en = event.condition_zh, event.condition_en
    if detail is not None and params:
        why_zh = f"{why_zh.rstrip('。')}。{_fill(detail['zh'], params, 'zh')}"
        why_en = f"{why_en.rstrip('.')}. {_fill(detail['en'], params, 'en')}"
    return FindingText(
        text=Words(zh=event.screen_zh, en=event.screen_en),
        why=Words(zh=why_zh, en=why_en),
        remedy=Words(zh=event.remedy_zh, en=event.remedy_en),
    )


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, dict[str, str]]] = tomllib.loads(text)
    return tables[name]


def _filled(row: Mapping[str, str], part: str, params: Mapping[str, str]) -> Words:
    return Words(zh=_fill(row[f"{part}_zh"], params, "zh"), en=_fill(row[f"{part}_en"], params, "en"))


def _fill(template: str, params: Mapping[str, str], language: str) -> str:
    return _Filler(language).vformat(template, (), params)


class _Filler(Formatter):
    """Write params into a template of ours; the part after the colon names how a param is written."""

    def __init__(self, language: str) -> None:
        self._language = language

    def get_value(self, key: int | str, _args: Any, kwargs: Mapping[str, Any]) -> str:
        """Look a param up; a missing one is shown as a dash instead of spoiling the sentence."""
        return str(kwargs.get(str(key), "-"))

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one param the way the template asks for."""
        if not format_spec:
            return str(value)
        words = _WAYS[format_spec](str(value))
        return words.zh if self._language == "zh" else words.en


def _labelled(names: Any) -> Callable[[str], Words]:
    return lambda value: label(names, int(value)) if value.isdecimal() else Words(zh=value, en=value)


def _list_types(names: Any) -> Callable[[str], Words]:
    def write(value: str) -> Words:
        each = [_labelled(names)(part) for part in value.split(",")]
        return Words(zh="、".join(word.zh for word in each), en=", ".join(word.en for word in each))

    return write


def _colour(value: str) -> Words:
    return _NOTHING if value == str(NO_COLOUR) else _labelled(PlateColour)(value)


def _plate(value: str) -> Words:
    return Words(zh=value, en=value) if value.strip() else _NOTHING


def _yuan(value: str) -> Words:
    if not value.isdecimal():
        return Words(zh=value, en=value)
    amount = yuan(int(value))
    return Words(zh=f"{amount}元", en=f"{amount} yuan")


def _duration(value: str) -> Words:
    if not value.isdecimal():
        return Words(zh=value, en=value)
    seconds = int(value)
    for size, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= size:
            return Words(zh=f"{seconds // size}{zh}", en=f"{seconds // size} {en}")
    return Words(zh=f"{seconds}秒", en=f"{seconds} s")


def _repeat_by(value: str) -> Words:
    return _REPEAT_BY.get(value, Words(zh=value, en=value))


def _trouble(value: str) -> Words:
    return _TROUBLES.get(value, Words(zh=value, en=value))


_WAYS: dict[str, Callable[[str], Words]] = {
    "class": _labelled(TollClass),
    "kind": _labelled(VehicleKind),
    "card-type": _labelled(CardType),
    "card-list": _list_types(CardListType),
    "obu-list": _list_types(ObuListType),
    "colour": _colour,
    "plate": _plate,
    "yuan": _yuan,
    "duration": _duration,
    "repeat-by": _repeat_by,
    "trouble": _trouble,
}
