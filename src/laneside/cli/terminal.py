"""``laneside terminal``: the handheld's local service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from laneside.cli.settings_file import settings_file

if TYPE_CHECKING:
    from laneside.terminal.reader_choice import ReaderChoice

BAUD_RATE = 115200

M_MMAP_THRESHOLD = -3
"""Of glibc's malloc.h."""

SWITCH_S = 0.001
"""How long a thread that draws a page or uploads may keep the one that talks to the reader waiting: a fifth of Python's
own choice, so that a session with its dozen of frames does not lose that time at each of them."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("terminal")(terminal)


def terminal(
    data: Annotated[Path, typer.Option(help="folder of this terminal: journal, photos, identity, documents")],
    centre: Annotated[str, typer.Option(help="address of the centre, for example http://127.0.0.1:8080")],
    roadside: Annotated[str | None, typer.Option(help="HOST:PORT of the virtual roadside")] = None,
    reader: Annotated[str, typer.Option(help="what reads the cards: roadside, pcsc, serial or tcp")] = "roadside",
    card_reader: Annotated[str, typer.Option(help="PC/SC reader of the user card: its name, or a part of it")] = "",
    psam_reader: Annotated[str, typer.Option(help="PC/SC reader of the PSAM: its name, or a part of it")] = "",
    reader_device: Annotated[str, typer.Option(help="serial port of an integrated reader")] = "",
    baud: Annotated[int, typer.Option(help="its speed")] = BAUD_RATE,
    reader_address: Annotated[str, typer.Option(help="HOST:PORT of an integrated reader")] = "",
    reader_settings: Annotated[
        Path | None, typer.Option(help="TOML file: its dialect, forms and times (docs/frames.md)")
    ] = None,
    enrol: Annotated[str | None, typer.Option(help="one-time code from the centre, needed once")] = None,
    name: Annotated[str, typer.Option(help="name under which the centre shows this terminal")] = "handheld",
    host: Annotated[str, typer.Option(help="loopback address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on; 0 takes a free one")] = 0,
    port_file: Annotated[Path | None, typer.Option(help="file that is told the port")] = None,
    lane_link: Annotated[bool, typer.Option(help="talk to the lane's computer; without, 人工放行")] = True,
    plain_http_to_centre: Annotated[
        bool, typer.Option("--plain-http-to-centre", help="the centre is on another host and speaks no TLS")
    ] = False,
    demo: Annotated[bool, typer.Option(hidden=True, help="show the roadside's panel")] = False,
) -> None:
    """Serve the collector's pages on loopback."""
    from laneside.cli.serving import serve
    from laneside.errors import LanesideError, PlainHttpError
    from laneside.terminal.app import create_app
    from laneside.terminal.reader_choice import Connections
    from laneside.terminal.root import Terminal, TerminalSettings

    _give_big_blocks_back()
    sys.setswitchinterval(SWITCH_S)
    try:
        settings = TerminalSettings(
            data=data,
            connections=Connections(
                centre_url=centre,
                roadside=None if roadside is None else _address(roadside, "--roadside"),
                reader=_reader(
                    reader,
                    pcsc=(card_reader, psam_reader),
                    device=(reader_device, baud),
                    address=reader_address,
                    settings=reader_settings,
                ),
                lane_link=lane_link,
            ),
            name=name,
            demo=demo,
            plain_http_to_centre=plain_http_to_centre,
        )
        machine = Terminal(settings, enrolment_code=enrol)
    except LanesideError as error:
        code = f"{error.code}: " if isinstance(error, PlainHttpError) else ""
        typer.echo(f"laneside terminal: {code}{error}", err=True)
        raise typer.Exit(1) from error
    try:
        machine.start()
        serve(
            create_app(machine.services),
            host=host,
            port=port,
            port_file=port_file,
            listening=lambda taken: machine.listens_at(f"http://{host}:{taken}"),
        )
    finally:
        machine.close()


def _reader(
    kind: str, *, pcsc: tuple[str, str], device: tuple[str, int], address: str, settings: Path | None
) -> ReaderChoice:
    """Read which reader is meant; options of another kind would do nothing and are refused. Raises SettingError."""
    from laneside.errors import SettingError
    from laneside.terminal.reader_choice import PcscReaders, RoadsideChips, SerialReader, TcpReader

    if kind not in {"roadside", "pcsc", "serial", "tcp"}:
        raise typer.BadParameter(f"{kind!r} is not roadside, pcsc, serial or tcp", param_hint="--reader")
    _only_with(kind, "serial", device[0], "--reader-device")
    _only_with(kind, "tcp", address, "--reader-address")
    if settings is not None and kind not in {"serial", "tcp"}:
        raise typer.BadParameter("only an integrated reader has them", param_hint="--reader-settings")
    given = {} if settings is None else settings_file(settings)
    given.pop("virtual", None)  # the virtual reader's own part of the same file
    try:
        match kind:
            case "serial":
                return SerialReader(device=device[0], baud_rate=device[1], settings=given)
            case "tcp":
                host, port = _address(address, "--reader-address")
                return TcpReader(host=host, port=port, settings=given)
            case "pcsc":
                return PcscReaders(card=pcsc[0], psam=pcsc[1])
            case _:
                return RoadsideChips()
    except SettingError as error:
        raise SettingError(f"{settings}: {error}") from error


def _only_with(kind: str, wanted: str, value: str, option: str) -> None:
    if (kind == wanted) != bool(value):
        raise typer.BadParameter(f"goes with --reader {wanted}, and only with it", param_hint=option)


def _address(text: str, option: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 0xFFFF:
        raise typer.BadParameter(f"{text!r}: expected HOST:PORT", param_hint=option)
    return host, int(port)


def _give_big_blocks_back() -> None:
    """Have every block from 128 KiB on returned to the system when it is freed.

    glibc raises that limit by itself after the first big block; then the 16 MB that a login's scrypt needs for a
    moment, and each decoded photo, would stay with the process. Other C libraries have no ``mallopt`` and no need.
    """
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 128 * 1024)
