"""``laneside virtual``: the named vehicles, and the roadside as a process."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from laneside.virtual.server import RoadsideServer

virtual = typer.Typer(name="virtual", no_args_is_help=True, help="The virtual roadside: cards, tags, PSAM and lane.")


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(virtual)


@virtual.command()
def vehicles(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
) -> None:
    """List the named vehicles and how each one's passage shall end."""
    from laneside.virtual.vehicles import VEHICLES, describe

    described = [describe(vehicle) for vehicle in VEHICLES]
    if as_json:
        print(json.dumps(described, ensure_ascii=False, indent=2))
        return
    for vehicle in described:
        codes = " ".join(str(code) for code in vehicle["codes"]) or "-"
        looks = f"{vehicle['plate']}_{vehicle['plate_colour']}".ljust(12)
        kinds = f"{vehicle['toll_class']:>2} {vehicle['vehicle_kind']:>2}"
        words = f"{vehicle['description']['zh']} / {vehicle['description']['en']}"
        print(f"{vehicle['name']:<21}{looks} {kinds}  {vehicle['outcome']:<10}{codes:<13}{words}")


@virtual.command()
def roadside(
    data: Annotated[Path, typer.Option(help="The folder that keeps chips and lane; made when it is not there.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 0,
    port_file: Annotated[Path | None, typer.Option(help="Write the chosen port here once it answers.")] = None,
    psam: Annotated[str, typer.Option(help="Does the PSAM want its authorisation? none or required.")] = "none",
) -> None:
    """Serve card, tag, PSAM, lane and panel on one port until SIGTERM or Ctrl-C."""
    from laneside.devices import SystemClock
    from laneside.virtual.profiles import Authorisation
    from laneside.virtual.server import RoadsideServer
    from laneside.virtual.shelf import FolderShelf
    from laneside.virtual.world import World

    if psam not in tuple(Authorisation):
        raise typer.BadParameter(f"{psam!r} is neither none nor required", param_hint="--psam")
    world = World(
        shelf=FolderShelf(data),
        clock=SystemClock(),
        random_bytes=secrets.token_bytes,
        psam_required=psam == Authorisation.REQUIRED,
    )
    try:
        asyncio.run(_serve(RoadsideServer(world), host, port, port_file))
    except OSError as error:
        typer.echo(f"{host}:{port}: {error}", err=True)
        raise typer.Exit(1) from error


async def _serve(server: RoadsideServer, host: str, port: int, port_file: Path | None) -> None:
    """Listen, say where, and stop when asked to."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    chosen = await server.start(host, port)
    if port_file is not None:
        _write_whole(port_file, f"{chosen}\n")
    print(f"roadside on {host}:{chosen}", flush=True)
    await stopping.wait()
    await server.stop()


def _write_whole(path: Path, text: str) -> None:
    """Let a reader of the file see all of the text or none of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="ascii")
    beside.replace(path)
