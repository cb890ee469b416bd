"""``laneside plates``: read plates in pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from laneside.plates import PlateReading

plates = typer.Typer(no_args_is_help=True)

_CANT = 2


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(plates, name="plates", help="Read number plates in pictures.")


@plates.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="JPEG or PNG pictures.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, readings by file.")] = False,
) -> None:
    """Read the plates of pictures, best first. Exit status 2: a picture or the engine can't be used."""
    from laneside.errors import LanesideError
    from laneside.plates import recognise

    found: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        try:
            readings = recognise(file.read_bytes())
        except (LanesideError, OSError) as error:
            typer.echo(f"laneside plates read: {file}: {error}", err=True)
            raise typer.Exit(_CANT) from error
        found[str(file)] = [_as_json(reading) for reading in readings]
        if not as_json:
            for reading in readings:
                print(f"{file}: {_line(reading)}")
            if not readings:
                print(f"{file}: no plate")
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))


def _as_json(reading: PlateReading) -> dict[str, Any]:
    return {
        "text": reading.text,
        "colour": reading.colour.en,
        "kind": reading.kind.value,
        "confidence": round(reading.confidence, 4),
        "colour_confidence": round(reading.colour_confidence, 4),
        "characters": [round(share, 4) for share in reading.characters],
        "corners": [[round(x, 1), round(y, 1)] for x, y in reading.corners],
        "rows": reading.rows,
        "offered": reading.offered,
    }


def _line(reading: PlateReading) -> str:
    return f"{reading.text} {reading.colour.en}, {reading.kind.value}, {reading.confidence:.3f}"
