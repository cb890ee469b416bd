"""``laneside virtual``: the named vehicles, and the roadside as a process."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from laneside.cli.virtual_reader import ReaderChoice
    from laneside.virtual.world import World

_Psam = Annotated[str, typer.Option(help="Does the PSAM want its authorisation? none or required.")]
_Settings = Annotated[
    Path | None, typer.Option(help="TOML file: the reader's dialect and forms, and what it does by itself.")
]
_Pace = Annotated[
    str, typer.Option(help="real (115,200 baud or 10 Mbit/s), 0 (all at once), or BYTES_PER_S:MS_PER_COMMAND.")
]
_Several = Annotated[str | None, typer.Option(help="Several tags in the field answer together or in-turn.")]

DEFAULT_VEHICLE = "car-3des"

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
    psam: _Psam = "none",
    reader_tcp: Annotated[
        str | None, typer.Option(help="HOST:PORT of an integrated reader in front of the same vehicle; port 0 is free.")
    ] = None,
    reader_pty: Annotated[Path | None, typer.Option(help="The same on a pseudo-terminal with this name.")] = None,
    reader_port_file: Annotated[Path | None, typer.Option(help="Write the reader's port here.")] = None,
    reader_settings: _Settings = None,
    reader_pace: _Pace = "real",
    several: _Several = None,
) -> None:
    """Serve card, tag, PSAM, lane and panel on one port until SIGTERM or Ctrl-C.

    With an integrated reader card, tag and PSAM are the reader's; lane and panel stay on the port.
    """
    from laneside.cli.virtual_reader import reader_choice
    from laneside.errors import SettingError

    world = _world(data, psam)
    try:
        choice = None
        if reader_tcp is not None or reader_pty is not None:
            choice = reader_choice(
                tcp=reader_tcp,
                pty=reader_pty,
                settings=reader_settings,
                pace=reader_pace,
                several=several,
                names=("--reader-tcp", "--reader-pty"),
            )
        asyncio.run(_roadside(world, choice, host, port, port_file, reader_port_file))
    except (SettingError, OSError) as error:
        typer.echo(f"laneside virtual roadside: {error}", err=True)
        raise typer.Exit(1) from error


@virtual.command()
def reader(
    tcp: Annotated[
        str | None, typer.Option(help="HOST:PORT, or a port on loopback; 0 takes a free one. The new dialect.")
    ] = None,
    pty: Annotated[Path | None, typer.Option(help="Name of the pseudo-terminal to make. The old dialect.")] = None,
    vehicle: Annotated[str | None, typer.Option(help="Which vehicle is at the lane; a car if left out.")] = None,
    data: Annotated[Path | None, typer.Option(help="The folder that keeps the chips; without, memory.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Issue the vehicle's chips anew.")] = False,
    psam: _Psam = "none",
    pace: _Pace = "real",
    several: _Several = None,
    beside: Annotated[str | None, typer.Option(help="A second vehicle in the field.")] = None,
    settings: _Settings = None,
    port_file: Annotated[Path | None, typer.Option(help="Write the chosen port here once it answers.")] = None,
) -> None:
    """Serve an integrated reader for any lane software, until SIGTERM or Ctrl-C: B and C frames over TCP or a pty."""
    from laneside.cli.virtual_reader import reader_choice
    from laneside.errors import SettingError

    try:
        choice = reader_choice(
            tcp=tcp, pty=pty, settings=settings, pace=pace, several=several, names=("--tcp", "--pty")
        )
        world = _world(data, psam)
        if vehicle is not None or world.vehicle is None:
            world.place(vehicle or DEFAULT_VEHICLE, fresh=fresh)
        asyncio.run(_reader(world, choice, beside, port_file))
    except (SettingError, OSError) as error:
        typer.echo(f"laneside virtual reader: {error}", err=True)
        raise typer.Exit(1) from error


@virtual.command(context_settings={"ignore_unknown_options": True})
def pcsc(
    command: Annotated[
        list[str] | None, typer.Argument(help="Run this and end with it; without, until Ctrl-C.")
    ] = None,
    vehicle: Annotated[str, typer.Option(help="Whose card is in the first reader.")] = DEFAULT_VEHICLE,
    data: Annotated[Path | None, typer.Option(help="The folder that keeps the chips; without, memory.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Issue the vehicle's chips anew.")] = False,
    psam: _Psam = "none",
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
    from laneside.devices.machine import SystemClock
    from laneside.virtual.chip_store import FolderChipStore, RamChipStore
    from laneside.virtual.chips.profiles import AuthorisationNeed
    from laneside.virtual.world import World

    if psam not in tuple(AuthorisationNeed):
        raise typer.BadParameter(f"{psam!r} is neither none nor required", param_hint="--psam")
    return World(
        store=RamChipStore() if data is None else FolderChipStore(data),
        clock=SystemClock(),
        random_bytes=secrets.token_bytes,
        psam_required=psam == AuthorisationNeed.REQUIRED,
    )


async def _roadside(
    world: World, choice: ReaderChoice | None, host: str, port: int, port_file: Path | None, reader_port: Path | None
) -> None:
    """Listen, say where, and stop when asked to."""
    from laneside.virtual.integrated.requests import ReaderRequests
    from laneside.virtual.server import RoadsideServer

    stopping = _told_to_stop()
    async with AsyncExitStack() as stack:
        desk, lives = None, []
        if choice is not None:
            served, place = await stack.enter_async_context(choice.serving(world))
            desk = ReaderRequests(served, other_world=_another_world)
            _say_where("reader", place, reader_port)
            lives = [served.ended()]
        server = RoadsideServer(world, reader=desk)
        chosen = await server.start(host, port)
        stack.push_async_callback(server.stop)
        _say_where("roadside", f"{host}:{chosen}", port_file)
        await _until(stopping, *lives)


async def _reader(world: World, choice: ReaderChoice, beside: str | None, port_file: Path | None) -> None:
    """Let one reader live, say where, and stop when asked to."""
    stopping = _told_to_stop()
    async with choice.serving(world) as (served, place):
        if beside is not None:
            served.reader.field.put_beside(_another_world(beside))
        _say_where("reader", place, port_file)
        await _until(stopping, served.ended())


def _another_world(vehicle: str) -> World:
    """Make a place beside the lane with a vehicle on it. Raises SettingError."""
    world = _world(None, "none")
    world.place(vehicle)
    return world


def _told_to_stop() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    return stopping


async def _until(stopping: asyncio.Event, *lives: Coroutine[Any, Any, None]) -> None:
    """Wait to be told to stop; a defect that ends one of the lives before that is raised."""
    waiting = [asyncio.ensure_future(each) for each in (stopping.wait(), *lives)]
    done, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in left:
        each.cancel()
    for each in done:
        each.result()


def _say_where(what: str, place: str, file: Path | None) -> None:
    """Print where something answers; ``file`` is told its port, or the name of its device."""
    if file is not None:
        _write_whole(file, f"{place.rpartition(':')[2]}\n")
    print(f"{what} on {place}", flush=True)


def _write_whole(path: Path, text: str) -> None:
    """Let a reader of the file see all of the text or none of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="ascii")
    beside.replace(path)
