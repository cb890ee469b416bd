"""What a rule found: a number of the national table or a code of our own, and how grave it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field


class Severity(StrEnum):
    """STOP ends the vehicle unless released, WARN is shown and recorded, NOTE is only recorded."""

    STOP = "stop"
    WARN = "warn"
    NOTE = "note"


class Finding(Struct, frozen=True, kw_only=True):
    """One result of one rule; journaled as it is, its texts are looked up when it is shown.

    ``code`` is a special-event number or one of our words (``finding_texts.toml``). ``params`` are the facts behind it
    as plain text without language: codes, plates, dates, fen, seconds; they are not to be changed. ``releasable`` means
    that a shift leader may let this vehicle pass once.
    """

    code: int | str = field(name="code")
    severity: Severity = field(name="severity")
    releasable: bool = field(name="releasable", default=False)
    params: dict[str, str] = field(name="params", default_factory=dict)

    def __post_init__(self) -> None:
        """Hold that only what stops can be released."""
        assert not self.releasable or self.severity is Severity.STOP, "a release lets a stop pass"


def stop(code: int | str, *, releasable: bool = False, **params: object) -> Finding:
    """Make a finding that stops the vehicle; a shift leader may let a releasable one pass once."""
    return Finding(code=code, severity=Severity.STOP, releasable=releasable, params=_texts(params))


def warn(code: int | str, **params: object) -> Finding:
    """Make a finding that is shown and recorded but stops nothing."""
    return Finding(code=code, severity=Severity.WARN, params=_texts(params))


def note(code: int | str, **params: object) -> Finding:
    """Make a finding that is only recorded."""
    return Finding(code=code, severity=Severity.NOTE, params=_texts(params))


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
