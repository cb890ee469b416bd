"""The pages' own texts: pairs of Chinese and English beside a key, in one data file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from laneside.terminal.services import Language
from laneside.vocab import Words


@cache
def catalogue() -> MappingProxyType[str, Words]:
    """Return all texts by their dotted key."""
    source = files("laneside.terminal") / "locale" / "messages.toml"
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            f"{table}.{name}": Words(zh=pair[0], en=pair[1])
            for table, pairs in tables.items()
            for name, pair in pairs.items()
        }
    )


def say(text: Words | str, language: Language) -> str:
    """Return a text in a language; a plain string is a name and the same in both."""
    if isinstance(text, str):
        return text
    return text.en if language is Language.EN else text.zh


def text_of(key: str, language: Language, **params: object) -> str:
    """Return a catalogue text with its parameters filled in. KeyError for a key that is not there."""
    text = say(catalogue()[key], language)
    return text.format(**params) if params else text
