"""Notes in shapes that are no longer written: journals in the field hold them and are read as today's notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from laneside.passage import notes as n

_Form = dict[str, Any]

DEBIT_SETTLED: Final = "debit-settled"
SETTLED_KINDS: Final = (DEBIT_SETTLED, n.kind_of(n.Debited), n.kind_of(n.NotDebited))
"""The kinds that answer an ``intent``: what became of the debit is known."""


def note_of(kind: str, payload: bytes) -> n.AnyNote:
    """Return the note of a journal entry, whichever software wrote it."""
    today = _FORMER.get(kind)
    return n.read(payload if today is None else msgspec.json.encode(today(msgspec.json.decode(payload))))


def is_note(kind: str) -> bool:
    """Return whether entries of a kind hold notes."""
    return kind in n.KINDS or kind in _FORMER


def _pair_read(form: _Form) -> _Form:
    """``read`` had tag, card and PSAM's state beside waiting and findings."""
    presented = {name: form[name] for name in ("tag", "card", "card_trouble", "tag_trouble")}
    presented["other_tags"] = form.get("other_tags", [])
    presented["psam"] = {name: form[f"psam_{name}"] for name in ("present", "authorised", "terminal_number")}
    rest = {name: form[name] for name in ("waiting", "findings", "list_version")}
    return {"note": n.kind_of(n.PairRead), "presented": presented, **rest}


def _settled(form: _Form) -> _Form:
    """``debit-settled`` held both results, told apart by ``debited``."""
    kind = n.Debited if form["debited"] else n.NotDebited
    names = [each.encode_name for each in msgspec.structs.fields(kind)]
    return {"note": n.kind_of(kind)} | {name: form.get(name) for name in names}


_FORMER: Final[Mapping[str, Callable[[_Form], _Form]]] = MappingProxyType({"read": _pair_read, DEBIT_SETTLED: _settled})
