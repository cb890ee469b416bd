"""What an action of the collector comes to: done, or rejected with a message that belongs beside a field."""

from __future__ import annotations

from dataclasses import dataclass

from laneside.passage.view import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The action was taken, or had been taken already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The action was not taken. ``field`` names the input at fault, empty for the page as a whole."""

    field: str
    text: Words


Answer = Done | Rejected
DONE = Done()


def rejected(field: str, zh: str, en: str) -> Rejected:
    """Reject with one text in both languages."""
    return Rejected(field=field, text=Words(zh=zh, en=en))
