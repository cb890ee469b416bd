"""``laneside trace``: every exchange of one vehicle with chips and lane, as the journal keeps it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from laneside.cli.demo import DEFAULT_DATA

if TYPE_CHECKING:
    from laneside.passage.trace import Trace

DEFAULT_TERMINAL = DEFAULT_DATA / "terminal"
NOT_THERE = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("trace")(trace)


def trace(
    passage: Annotated[str, typer.Argument(help="passage id, record id, or 'last' for the newest vehicle")],
    data: Annotated[Path, typer.Option(help="folder of the terminal; the demo's if left out")] = DEFAULT_TERMINAL,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table")] = False,
) -> None:
    """Show what card, tag, PSAM and lane were asked and answered; numbers, MACs and TAC stay hidden."""
    from laneside.errors import JournalError

    try:
        name, sessions = _sessions(data / "journal.sqlite3", passage)
    except (JournalError, sqlite3.Error) as error:
        typer.echo(f"laneside trace: {data / 'journal.sqlite3'}: {error}", err=True)
        raise typer.Exit(NOT_THERE) from error
    if not sessions:
        typer.echo(f"laneside trace: nothing is kept under {name or passage}", err=True)
        raise typer.Exit(NOT_THERE)
    typer.echo(_as_json(name, sessions) if as_json else _as_text(name, sessions))


def _sessions(file: Path, passage: str) -> tuple[str, tuple[Trace, ...]]:
    """Read beside a running terminal, without touching its journal."""
    from laneside.devices.machine import SystemClock
    from laneside.journal.journal import Journal
    from laneside.passage.trace import traces_of

    with closing(sqlite3.connect(f"file:{file.resolve()}?mode=ro", uri=True)) as connection:
        journal = Journal(connection, clock=SystemClock(), terminal_id="")
        newest = journal.latest("opened") if passage == "last" else None
        name = passage if newest is None else newest.passage
        return name, traces_of(journal, name)


def _as_json(name: str, sessions: tuple[Trace, ...]) -> str:
    import msgspec

    told = [
        {
            "started_at": one.started_at,
            "left_out": one.left_out,
            "exchanges": [{field: getattr(line, field) for field in line.__struct_fields__} for line in one.lines],
        }
        for one in sessions
    ]
    return msgspec.json.format(msgspec.json.encode({"passage": name, "sessions": told}), indent=2).decode()


def _as_text(name: str, sessions: tuple[Trace, ...]) -> str:
    parts = [f"{name}  sessions {len(sessions)}  exchanges {sum(len(one.lines) for one in sessions)}"]
    return "\n\n".join([*parts, *(_session(number, one) for number, one in enumerate(sessions, start=1))])


def _session(number: int, one: Trace) -> str:
    from laneside.clock import BEIJING

    began = one.started_at.astimezone(BEIJING).isoformat(sep=" ", timespec="milliseconds")
    rows = [f"{number}  {began}", f"{'ms':>7} {'took':>7}  {'chip':<6} {'command':<22} status"]
    for place, line in enumerate(one.lines):
        if one.left_out and place == len(one.first):
            rows.append(f"        ... {one.left_out} exchanges left out ...")
        rows.append(f"{line.at_ms:>7} {line.took_ms:>7.1f}  {line.channel:<6} {line.name:<22} {line.status}")
        rows += [f"{'':>18}{mark} {side}" for mark, side in ((">", line.sent), ("<", line.received)) if side]
    return "\n".join(rows)
