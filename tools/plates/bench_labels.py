"""A folder of labelled pictures: ``labels.csv`` with file, plate, source; colour and kind where somebody knows them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import msgspec

from laneside.codec.plate import PlateKind, plate_kind
from laneside.errors import SettingError
from laneside.vocab.vehicle import PlateColour

LABELS: Final = "labels.csv"


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one picture's path and what is on it; ``plate`` is "" where no plate is."""

    path: Path
    plate: str
    source: str
    colour: PlateColour | None
    kind: PlateKind | None


def read_labels(folder: Path) -> list[Labelled]:
    """Return what ``labels.csv`` lists. Raises SettingError where it can't be read or a line is wrong."""
    try:
        with (folder / LABELS).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return [_labelled(folder, row) for row in rows]
    except (OSError, KeyError, ValueError) as error:
        raise SettingError(f"{folder / LABELS}: {error}") from error


def _labelled(folder: Path, row: dict[str, str]) -> Labelled:
    colour, kind = row.get("colour") or "", row.get("kind") or ""
    return Labelled(
        path=folder / row["file"],
        plate=row["plate"],
        source=row["source"],
        colour=PlateColour(int(colour)) if colour else None,
        kind=PlateKind(kind) if kind else plate_kind(row["plate"]),
    )
