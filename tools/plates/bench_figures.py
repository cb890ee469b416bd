"""Figures from readings and labels: what share is right, how sure it was, how long it took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, Final

import msgspec
from tools.plates.bench_labels import Labelled
from tools.plates.bench_runs import Measured

Json = dict[str, Any]

_STEPS: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
_CONFUSIONS_MAX: Final = 30


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one picture with what was read on it."""

    label: Labelled
    measured: Measured

    @property
    def right(self) -> bool:
        """Every character of the first reading is right; where there is no plate, nothing is offered."""
        return self.measured.text == self.label.plate or (not self.label.plate and not self.offered)

    @property
    def offered(self) -> bool:
        """The first reading is sure enough to be offered."""
        return bool(self.measured.readings) and self.measured.readings[0].offered

    @property
    def among(self) -> bool:
        """The labelled plate is among all readings of the picture."""
        return self.right or any(reading.text == self.label.plate for reading in self.measured.readings)


def report(engine: Sequence[Outcome], stock: Sequence[Outcome] | None) -> Json:
    """Return all figures as JSON; ``baseline`` is None where the stock pipeline did not run."""
    return {
        "sources": _by_source(engine, _engine_figures),
        "baseline": None if stock is None else _by_source(stock, _figures),
        "by_length": _shares(engine, lambda outcome: str(len(outcome.label.plate))),
        "by_kind": _shares(engine, lambda outcome: outcome.label.kind.value if outcome.label.kind else "none"),
        "last_of_eight": _share(
            outcome.measured.text[-1:] == outcome.label.plate[-1] for outcome in engine if len(outcome.label.plate) == 8
        ),
        "reliability": _reliability(engine),
        "confusions": _confusions(engine),
        "peak_mib": max((outcome.measured.peak_mib or 0.0 for outcome in engine), default=None),
    }


def _by_source(outcomes: Sequence[Outcome], figures: Callable[[Sequence[Outcome]], Json]) -> Json:
    return {name: figures(group) for name, group in _grouped(outcomes, lambda outcome: outcome.label.source).items()}


def _grouped(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[key(outcome)].append(outcome)
    return dict(sorted(groups.items()))


def _figures(outcomes: Sequence[Outcome]) -> Json:
    plated = [outcome for outcome in outcomes if outcome.label.plate]
    return {
        "n": len(outcomes),
        "whole_string": _share(outcome.right for outcome in outcomes),
        "province": _share(outcome.measured.text[:1] == outcome.label.plate[:1] for outcome in plated),
        "colour": None,
        "p50_ms": _quantile([outcome.measured.wall_ms for outcome in outcomes], 0.5),
        "p95_ms": _quantile([outcome.measured.wall_ms for outcome in outcomes], 0.95),
        "cpu_p50_ms": _quantile([outcome.measured.cpu_ms for outcome in outcomes], 0.5),
        "cpu_p95_ms": _quantile([outcome.measured.cpu_ms for outcome in outcomes], 0.95),
    }


def _engine_figures(outcomes: Sequence[Outcome]) -> Json:
    coloured = [outcome for outcome in outcomes if outcome.label.colour is not None and outcome.label.plate]
    plated = [outcome for outcome in outcomes if outcome.label.plate]
    offered = [outcome for outcome in outcomes if outcome.offered]
    return _figures(outcomes) | {
        "colour": _share(
            bool(outcome.measured.readings) and outcome.measured.readings[0].colour is outcome.label.colour
            for outcome in coloured
        ),
        "kind": _share(
            bool(outcome.measured.readings) and outcome.measured.readings[0].kind is outcome.label.kind
            for outcome in plated
        ),
        "among_readings": _share(outcome.among for outcome in outcomes),
        "offered": _share(outcome.offered for outcome in outcomes),
        "offered_right": _share(outcome.right for outcome in offered),
    }


def _shares(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> Json:
    return {
        name: {"n": len(group), "whole_string": _share(outcome.right for outcome in group)}
        for name, group in _grouped(outcomes, key).items()
    }


def _reliability(outcomes: Sequence[Outcome]) -> list[Json]:
    """Say for each step of confidence how many first readings had it and what share of them was right."""
    first = [(outcome.measured.readings[0].confidence, outcome) for outcome in outcomes if outcome.measured.readings]
    table = []
    for low, high in pairwise(_STEPS):
        inside = [outcome for sure, outcome in first if low <= sure < high or sure == high == 1.0]
        right = _share(outcome.measured.text == outcome.label.plate for outcome in inside)
        table.append({"from": low, "to": high, "n": len(inside), "right": right})
    return table


def _confusions(outcomes: Sequence[Outcome]) -> list[Json]:
    """Count what was read in place of what, over texts of the right length."""
    counts = Counter(
        (real, read)
        for outcome in outcomes
        if len(outcome.measured.text) == len(outcome.label.plate)
        for real, read in zip(outcome.label.plate, outcome.measured.text, strict=True)
        if real != read
    )
    return [{"real": real, "read": read, "n": count} for (real, read), count in counts.most_common(_CONFUSIONS_MAX)]


def _share(facts: Iterable[bool]) -> float | None:
    known = list(facts)
    return round(sum(known) / len(known), 4) if known else None


def _quantile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    if share == 0.5:
        return round(median(values), 1)
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)
