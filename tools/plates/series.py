"""A series of labelled photographs for measuring a plate reader: any number of them, each by its own seed."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from tools.plates.body import Body
from tools.plates.camera import Corners
from tools.plates.conditions import hard_conditions, road_conditions, road_pose
from tools.plates.kinds import KINDS, Kind, kind_named
from tools.plates.photograph import Setting, Subject, photograph

from laneside.codec.plate import plate_kind
from laneside.errors import SettingError
from laneside.virtual.plate_face import Face

LABELS: Final = "labels.csv"
FIELDS: Final = ("file", "plate", "source", "licence", "colour", "kind", "corners")
LICENCE: Final = "Apache-2.0"

_ANOTHER_IN_SIGHT: Final = 0.12


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """One photograph and what is on it; the empty lane has no plate, no colour and no corners."""

    jpeg: bytes
    source: str
    plate: str = ""
    colour: int | None = None
    corners: Corners | None = None

    def row(self, file: str) -> dict[str, str]:
        """Write the photograph's line for ``labels.csv``."""
        kind = plate_kind(self.plate)
        return {
            "file": file,
            "plate": self.plate,
            "source": self.source,
            "licence": LICENCE,
            "colour": "" if self.colour is None else str(int(self.colour)),
            "kind": "" if kind is None else kind.value,
            "corners": " ".join(f"{x:.1f},{y:.1f}" for x, y in self.corners or ()),
        }


def labelled(name: str, seed: str, *, hard: bool = False) -> Labelled:
    """Take one photograph of a kind (or of the empty lane): the same arguments give the same bytes."""
    chance = random.Random(f"{seed}/{name}/{hard}")
    kind = kind_named(name)
    subject = None if kind is None else _subject(kind, chance)
    aside = chance.choice((-1, 1)) if subject is not None and chance.random() < _ANOTHER_IN_SIGHT else 0
    conditions = (hard_conditions if hard else road_conditions)(chance)
    setting = Setting(
        pose=road_pose(Body.CAR if subject is None else subject.body, chance, aside=aside),
        conditions=conditions,
        neighbour=_subject(chance.choice(KINDS), chance) if aside else None,
        aside=aside or 1,
    )
    taken = photograph(subject, setting, chance)
    jpeg, source = taken.jpeg(conditions.quality), f"synthetic-{name}"
    if subject is None:
        return Labelled(jpeg=jpeg, source=source)
    face = subject.face
    return Labelled(jpeg=jpeg, source=source, plate=face.plate, colour=face.colour, corners=taken.plates[0])


def write_series(folder: Path, names: Sequence[str], *, count: int, seed: int, hard: bool = False) -> Iterator[str]:
    """Write ``count`` photographs of the named kinds in turn, then ``labels.csv``; yields each file as it is done.

    The labels come last, so that a folder cut short is not taken for a whole one. Raises SettingError for a folder that
    holds something, OSError where it can't be written.
    """
    assert names, "a series shows something"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingError(f"{folder} is not an empty folder; photographs go into one of their own")
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for place in range(count):
        name = names[place % len(names)]
        shown = labelled(name, f"{seed}/{place}", hard=hard)
        file = f"{place + 1:05d}-{name}.jpg"
        (folder / file).write_bytes(shown.jpeg)
        rows.append(shown.row(file))
        yield file
    with (folder / LABELS).open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, FIELDS)
        writer.writeheader()
        writer.writerows(rows)


def _subject(kind: Kind, chance: random.Random) -> Subject:
    """Invent a vehicle with a plate of the kind."""
    face = Face(plate=kind.write(chance), colour=kind.colour, rows=kind.rows)
    return Subject(face=face, body=chance.choice(kind.bodies))
