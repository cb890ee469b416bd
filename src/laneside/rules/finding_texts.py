"""The texts of findings: what the collector reads, why it is so for this vehicle, and what to do next.

Texts of our own and details of national events are in ``finding_texts.toml``, national texts in ``vocab``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import msgspec

from laneside.rules.finding import Finding
from laneside.rules.vehicle_facts import NO_COLOUR
from laneside.vocab.events import special_event
from laneside.vocab.media import CardListType, CardType, ObuListType
from laneside.vocab.vehicle import PlateColour, TollClass, VehicleKind
from laneside.vocab.words import Words, label, yuan

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


class FindingText(msgspec.Struct, frozen=True, kw_only=True):
    """A finding for people: the official screen text, the reason with this vehicle's facts, and the remedy."""

    text: Words
    why: Words
    remedy: Words


def describe(finding: Finding) -> FindingText:
    """Return the texts of a finding. A number that neither table has is shown as a number, a word as it is."""
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
    """Return the key of a finding's own text: a difference that the photo shows has another text than the number."""
    witness = finding.params.get("witness")
    return str(finding.code) if witness is None else f"{finding.code}-{witness}"


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
    text = files(__package__).joinpath("finding_texts.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, dict[str, str]]] = tomllib.loads(text)
    return tables[name]


def _filled(row: Mapping[str, str], part: str, params: Mapping[str, str]) -> Words:
    return Words(zh=_fill(row[f"{part}_zh"], params, "zh"), en=_fill(row[f"{part}_en"], params, "en"))


def _fill(template: str, params: Mapping[str, str], language: str) -> str:
    return _Template(language).vformat(template, (), params)


class _Template(Formatter):
    """Write params into a template; the name after a colon is the format of a param: ``{age_s:duration}``."""

    def __init__(self, language: str) -> None:
        self._language = language

    def get_value(self, key: int | str, _args: Any, kwargs: Mapping[str, Any]) -> str:
        """Return a param; a missing one is a dash, so that the rest of the sentence can still be read."""
        return str(kwargs.get(str(key), "-"))

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one param in the template's format."""
        if not format_spec:
            return str(value)
        words = _FORMATS[format_spec](str(value))
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


_FORMATS: dict[str, Callable[[str], Words]] = {
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
