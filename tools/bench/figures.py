"""A measured series, its spread, and whether it meets its target."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: all its samples in ``unit``; ``target_max`` holds for the median."""

    name: str
    unit: str
    samples: Sequence[float]
    target_max: float | None = None

    @property
    def median(self) -> float:
        """Return the median."""
        return statistics.median(self.samples)

    @property
    def p99(self) -> float | None:
        """Return the value that one sample in a hundred exceeds; None where there are fewer than a hundred."""
        return statistics.quantiles(self.samples, n=100)[98] if len(self.samples) >= 100 else None

    @property
    def met(self) -> bool | None:
        """Return whether the target is met; None where there is no target."""
        return None if self.target_max is None else self.median <= self.target_max

    def as_json(self) -> dict[str, Any]:
        """Return everything that a table shows, and the samples."""
        return {
            "name": self.name,
            "unit": self.unit,
            "n": len(self.samples),
            "median": self.median,
            "p99": self.p99,
            "min": min(self.samples),
            "max": max(self.samples),
            "target_max": self.target_max,
            "met": self.met,
            "samples": list(self.samples),
        }


def table(figures: Iterable[Figure]) -> str:
    """Write figures as a Markdown table."""
    lines = ["| figure | n | median | p99 | min | max | unit | target | |", "|---|--:|--:|--:|--:|--:|---|---|---|"]
    lines += [_line(figure) for figure in figures]
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    target = "" if figure.target_max is None else f"≤ {figure.target_max:g}"
    met = {None: "", True: "met", False: "**not met**"}[figure.met]
    values = (figure.median, figure.p99, min(figure.samples), max(figure.samples))
    numbers = " | ".join("" if value is None else _number(value) for value in values)
    return f"| {figure.name} | {len(figure.samples)} | {numbers} | {figure.unit} | {target} | {met} |"


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value)}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
