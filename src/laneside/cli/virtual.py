"""``laneside virtual``: the named vehicles, and the roadside as a process."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from laneside.virtual.server import RoadsideServer
    from laneside.virtual.world import World

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
    from laneside.virtual.server import RoadsideServer

    world = _world(data, psam)
    try:
        asyncio.run(_serve(RoadsideServer(world), host, port, port_file))
    except OSError as error:
        typer.echo(f"{host}:{port}: {error}", err=True)
        raise typer.Exit(1) from error


@virtual.command()
def photos(
    out: Annotated[Path, typer.Argument(help="The folder to write: empty, or made when it is not there.")],
    count: Annotated[int, typer.Option(min=1, help="How many photographs, of the kinds in turn.")] = 320,
    seed: Annotated[int, typer.Option(help="Another seed gives other photographs, the same seed the same bytes.")] = 1,
    kinds: Annotated[str, typer.Option(help="Kinds of plates with commas between; without, all of them.")] = "",
    hard: Annotated[bool, typer.Option("--hard", help="Only the worst of light, weather, dirt and hands.")] = False,
) -> None:
    """Draw labelled photographs of invented vehicles, to measure a plate reader with."""
    from laneside.errors import SettingError
    from laneside.virtual.synthetic.kinds import NAMES
    from laneside.virtual.synthetic.series import LABELS, write_series

    names = tuple(word.strip() for word in kinds.split(",") if word.strip()) or NAMES
    if unknown := [name for name in names if name not in NAMES]:
        raise typer.BadParameter(f"{', '.join(unknown)}; there are: {', '.join(NAMES)}", param_hint="--kinds")
    series = write_series(out, names, count=count, seed=seed, hard=hard)
    try:
        with typer.progressbar(series, length=count, label="drawing", file=sys.stderr) as files:
            for _ in files:
                pass
    except (SettingError, OSError) as error:
        typer.echo(f"laneside virtual photos: {error}", err=True)
        raise typer.Exit(1) from error
    print(f"{out / LABELS}: {count} photographs")


@virtual.command(context_settings={"ignore_unknown_options": True})
def pcsc(
    command: Annotated[
        list[str] | None, typer.Argument(help="Run this and end with it; without, until Ctrl-C.")
    ] = None,
    vehicle: Annotated[str, typer.Option(help="Whose card is in the first reader.")] = "car-3des",
    data: Annotated[Path | None, typer.Option(help="The folder that keeps the chips; without, memory.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Issue the vehicle's chips anew.")] = False,
    psam: Annotated[str, typer.Option(help="Does the PSAM want its authorisation? none or required.")] = "none",
    vpcd: Annotated[
        str | None, typer.Option(help="HOST:PORT of a vpcd that runs already; nothing is shut away.")
    ] = None,
) -> None:
    """Put a virtual card and the virtual PSAM into two PC/SC readers behind a real pcscd (root only).

    The daemon runs in a network and a mount namespace of its own; programs reach it by the variable that is printed.
    """
    from laneside.cli.virtual_pcsc import run
    from laneside.errors import SettingError

    try:
        world = _world(data, psam)
        world.place(vehicle, fresh=fresh)
        code = run(world, vpcd=vpcd, command=tuple(command or ()))
    except (SettingError, OSError) as error:
        typer.echo(f"laneside virtual pcsc: {error}", err=True)
        raise typer.Exit(1) from error
    raise typer.Exit(code)


def _world(data: Path | None, psam: str) -> World:
    """Take up the roadside of a folder, or make one in memory."""
    from laneside.devices import SystemClock
    from laneside.virtual.profiles import Authorisation
    from laneside.virtual.shelf import FolderShelf, MemoryShelf
    from laneside.virtual.world import World

    if psam not in tuple(Authorisation):
        raise typer.BadParameter(f"{psam!r} is neither none nor required", param_hint="--psam")
    return World(
        shelf=MemoryShelf() if data is None else FolderShelf(data),
        clock=SystemClock(),
        random_bytes=secrets.token_bytes,
        psam_required=psam == Authorisation.REQUIRED,
    )


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
