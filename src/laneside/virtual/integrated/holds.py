"""What is kept back until somebody lets it go."""

from __future__ import annotations

from collections.abc import Callable

from laneside.virtual.faults import Place


class Holds:
    """Acts that wait for a release, in their order."""

    def __init__(self) -> None:
        self._kept: list[tuple[Place, Callable[[], None]]] = []

    @property
    def kept(self) -> tuple[Place, ...]:
        """Where something is kept back now."""
        return tuple(place for place, _ in self._kept)

    def keep(self, place: Place, act: Callable[[], None]) -> None:
        """Keep one back."""
        self._kept.append((place, act))

    def release(self) -> None:
        """Let everything go that is kept back now."""
        kept, self._kept = self._kept, []
        for _, act in kept:
            act()

    def drop(self) -> None:
        """Forget everything: the power went."""
        self._kept.clear()
