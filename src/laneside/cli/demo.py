"""``laneside demo``: everything on this machine, with no hardware."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

DEFAULT_DATA = Path("data/demo")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="take one vehicle through without a browser, then end")] = False,
    scenario: Annotated[str, typer.Option(help="which vehicle (laneside virtual vehicles)")] = "car-sm4",
    data: Annotated[Path | None, typer.Option(help="folder to keep everything in")] = None,
    psam: Annotated[str, typer.Option(help="does the PSAM want the centre's authorisation? none or required")] = "none",
    reader: Annotated[
        str,
        typer.Option(help="what reads: the roadside (APDUs), or an integrated reader on tcp or serial"),
    ] = "roadside",
    as_json: Annotated[bool, typer.Option("--json", help="with --once: print JSON alone")] = False,
) -> None:
    """Start centre, terminal and virtual roadside on free loopback ports."""
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as with Ctrl-C nothing stays behind, also of a closed window.
        if signal.getsignal(ending) is not signal.SIG_IGN:
            signal.signal(ending, _interrupt)
    if psam not in {"none", "required"}:
        raise typer.BadParameter(f"{psam!r} is neither none nor required", param_hint="--psam")
    if reader not in {"roadside", "tcp", "serial"}:
        raise typer.BadParameter(f"{reader!r} is not roadside, tcp or serial", param_hint="--reader")
    if once:
        raise typer.Exit(_once(scenario, data, psam=psam, reader=reader, as_json=as_json))
    _serve((data or DEFAULT_DATA).resolve(), psam=psam, reader=reader)


def _once(scenario: str, data: Path | None, *, psam: str, reader: str, as_json: bool) -> int:
    from laneside.cli.fleet import Fleet, FleetError
    from laneside.cli.once import EXIT_STATUS, run_once, table_of
    from laneside.errors import SettingError
    from laneside.virtual.vehicles import vehicle_named

    try:
        vehicle_named(scenario)
    except SettingError as error:
        typer.echo(f"laneside demo: {error}", err=True)
        return 2
    with contextlib.ExitStack() as stack:
        folder = data.resolve() if data is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            fleet = stack.enter_context(Fleet(data=folder, psam=psam, reader=reader))
            result = run_once(fleet, scenario)
        except FleetError as error:
            typer.echo(f"laneside demo: {error}", err=True)
            return 1
    typer.echo(result.as_json() if as_json else table_of(result))
    return EXIT_STATUS[result.outcome]


def _serve(data: Path, *, psam: str, reader: str) -> None:
    from laneside.cli.demo_data import DEMO
    from laneside.cli.fleet import Fleet, FleetError
    from laneside.cli.once import enable_lanes

    for asked in (signal.SIGTERM, signal.SIGINT):  # a shell may have started us with SIGINT ignored
        signal.signal(asked, _interrupt)
    try:
        with Fleet(data=data, psam=psam, reader=reader) as fleet:
            enable_lanes(fleet.terminal.url)
            typer.echo(_welcome(fleet.terminal.url, fleet.centre.url, data, DEMO.logins))
            fleet.wait()
    except KeyboardInterrupt:
        typer.echo("\nended; start again and it goes on where it was")
    except FleetError as error:
        typer.echo(f"laneside demo: {error}", err=True)
        raise typer.Exit(1) from error


def _welcome(terminal: str, centre: str, data: Path, logins: tuple[tuple[str, str, str], ...]) -> str:
    rows = "\n".join(f"    {role}  {number}  {password}" for role, number, password in logins)
    return (
        f"\n  terminal  手持终端   {terminal}\n"
        f"  centre    收费中心   {centre}\n"
        f"  data      数据目录   {data}\n\n"
        f"  logins    登录 (工号 / 密码)\n{rows}\n\n"
        "  Ctrl-C ends all three processes.\n"
    )


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
