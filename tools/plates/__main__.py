"""``python -m tools.plates``: draw labelled photographs, and measure the plate reader on labelled pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from tools.plates.bench_figures import Outcome, report
from tools.plates.bench_labels import read_labels
from tools.plates.bench_report import sheet_of, table_of
from tools.plates.bench_runs import engine_over, stock_over
from tools.plates.kinds import NAMES
from tools.plates.series import LABELS, write_series

from laneside.errors import LanesideError, SettingError

_CANT = 2

app = typer.Typer(no_args_is_help=True)


@app.command()
def bench(
    folder: Annotated[Path, typer.Argument(help="A folder with labels.csv: file, plate, source[, colour, kind].")],
    out: Annotated[Path | None, typer.Option("--html", help="Write the misses as a page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    source: Annotated[str, typer.Option(help="Sources with commas between; without, all of them.")] = "",
    every: Annotated[int, typer.Option(min=1, help="Only every Nth picture.")] = 1,
    baseline: Annotated[bool, typer.Option(help="Let the stock pipeline read the same pictures.")] = True,
) -> None:
    """Read a folder of labelled pictures and say what share is right. Exit status 2: can't measure."""
    wanted = {name for name in source.split(",") if name}
    try:
        labels = [label for label in read_labels(folder) if not wanted or label.source in wanted][::every]
        paths = [label.path for label in labels]
        with typer.progressbar(engine_over(paths), length=len(paths), label="reading", file=sys.stderr) as measured:
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
        typer.echo(f"plates bench: {error}", err=True)
        raise typer.Exit(_CANT) from error
    print(json.dumps(figures, ensure_ascii=False, indent=2) if as_json else table_of(figures))


@app.command()
def photos(
    out: Annotated[Path, typer.Argument(help="The folder to write: empty, or made when it is not there.")],
    count: Annotated[int, typer.Option(min=1, help="How many photographs, of the kinds in turn.")] = 320,
    seed: Annotated[int, typer.Option(help="Another seed gives other photographs, the same seed the same bytes.")] = 1,
    kinds: Annotated[str, typer.Option(help="Kinds of plates with commas between; without, all of them.")] = "",
    hard: Annotated[bool, typer.Option("--hard", help="Only the worst of light, weather, dirt and hands.")] = False,
) -> None:
    """Draw labelled photographs of invented vehicles, to measure a plate reader with."""
    names = tuple(word.strip() for word in kinds.split(",") if word.strip()) or NAMES
    if unknown := [name for name in names if name not in NAMES]:
        raise typer.BadParameter(f"{', '.join(unknown)}; there are: {', '.join(NAMES)}", param_hint="--kinds")
    series = write_series(out, names, count=count, seed=seed, hard=hard)
    try:
        with typer.progressbar(series, length=count, label="drawing", file=sys.stderr) as files:
            for _ in files:
                pass
    except (SettingError, OSError) as error:
        typer.echo(f"plates photos: {error}", err=True)
        raise typer.Exit(1) from error
    print(f"{out / LABELS}: {count} photographs")


if __name__ == "__main__":
    app()
