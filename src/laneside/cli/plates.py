"""``laneside plates``: read plates in pictures, and measure how well that goes."""

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
    app.add_typer(plates, name="plates", help="Read number plates in pictures, and measure the reading.")


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


@plates.command()
def bench(
    folder: Annotated[Path, typer.Argument(help="A folder with labels.csv: file, plate, source[, colour, kind].")],
    out: Annotated[Path | None, typer.Option("--html", help="Write the misses as a page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    source: Annotated[str, typer.Option(help="Sources with commas between; without, all of them.")] = "",
    every: Annotated[int, typer.Option(min=1, help="Only every Nth picture.")] = 1,
    baseline: Annotated[bool, typer.Option(help="Let the stock pipeline read the same pictures.")] = True,
) -> None:
    """Read a folder of labelled pictures and say what share is right. Exit status 2: can't measure."""
    from laneside.errors import LanesideError
    from laneside.plates.bench.figures import Outcome, report
    from laneside.plates.bench.labels import read_labels
    from laneside.plates.bench.measuring import engine_over, stock_over
    from laneside.plates.bench.telling import sheet_of, table_of

    wanted = {name for name in source.split(",") if name}
    try:
        labels = [label for label in read_labels(folder) if not wanted or label.source in wanted][::every]
        paths = [label.path for label in labels]
        with typer.progressbar(engine_over(paths), length=len(paths), label="reading", file=_stderr()) as measured:
            engine = [Outcome(label=label, measured=one) for label, one in zip(labels, measured, strict=True)]
        stock = None
        if baseline:
            try:
                stock = [
                    Outcome(label=label, measured=one) for label, one in zip(labels, stock_over(paths), strict=True)
                ]
            except ImportError as error:
                typer.echo(f"the stock pipeline does not run ({error}): see docs/plates.md", err=True)
        figures = report(engine, stock)
        if out is not None:
            out.write_text(sheet_of(figures, engine), encoding="utf-8")
    except (LanesideError, OSError) as error:
        typer.echo(f"laneside plates bench: {error}", err=True)
        raise typer.Exit(_CANT) from error
    print(json.dumps(figures, ensure_ascii=False, indent=2) if as_json else table_of(figures))


def _stderr() -> Any:
    return typer.get_text_stream("stderr")


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
