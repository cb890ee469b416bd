"""The status list as it is looked up: one key, all its types, the most severe first (spec/status-lists.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from laneside.contract.parameters import ListedObject, StatusListFull, StatusListRow

# spec/status-lists.md 6, last row but one: lost, cancelled, suspended, overdrawn or restricted, mismatch, others.
_LOST, _CANCELLED, _SUSPENDED, _RESTRICTED, _MISMATCH, _OTHER = range(6)
_SEVERITY: Mapping[ListedObject, Mapping[int, int]] = {
    ListedObject.CARD: {1: _LOST, 3: _CANCELLED, 2: _SUSPENDED, 4: _RESTRICTED, 5: _RESTRICTED, 6: _MISMATCH},
    ListedObject.OBU: {
        1: _LOST,
        3: _CANCELLED,
        101: _CANCELLED,
        2: _SUSPENDED,
        102: _SUSPENDED,
        104: _RESTRICTED,
        105: _RESTRICTED,
        5: _RESTRICTED,
        4: _MISMATCH,
    },
}
_Types = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListIndex:
    """A whole list, made by ``build``; keys are digits as printed, 20 for cards, 16 for tags."""

    version: str
    made_at: datetime
    _types: Mapping[ListedObject, Mapping[str, _Types]] = field(repr=False, hash=False)

    @classmethod
    def build(cls, full: StatusListFull) -> StatusListIndex:
        """Return the index of a list. It keeps every type code (rule 7); keys share the few combinations of types."""
        shared: dict[_Types, _Types] = {}
        types: dict[ListedObject, dict[str, _Types]] = {}
        for listed in ListedObject:
            each = _types_by_key(listed, full.rows)
            types[listed] = {key: shared.setdefault(found, found) for key, found in each}
        return cls(version=full.list_version, made_at=full.made_at, _types=types)

    def types_of(self, listed: ListedObject, key: str) -> tuple[int, ...]:
        """Return the types under which a card or tag is listed, the most severe first; empty if it is not listed."""
        return self._types[listed].get(_normal(key), ())

    def age_s(self, now: datetime) -> int:
        """Return the seconds since the list was made, never below 0; ``now`` is aware."""
        return max(0, int((now - self.made_at).total_seconds()))


def _types_by_key(listed: ListedObject, rows: Iterable[StatusListRow]) -> Iterable[tuple[str, _Types]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.listed is listed:
            found[_normal(row.key)].add(row.type_code)
    rank = _SEVERITY[listed]
    for key, types in found.items():
        yield key, tuple(sorted(types, key=lambda code: (rank.get(code, _OTHER), code)))


def _normal(key: str) -> str:
    return key.strip().upper()
