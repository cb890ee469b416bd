"""``laneside terminal``: the handheld's local service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

M_MMAP_THRESHOLD = -3
"""Of glibc's malloc.h."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("terminal")(terminal)


def terminal(
    data: Annotated[Path, typer.Option(help="folder of this terminal: journal, photos, identity, documents")],
    centre: Annotated[str, typer.Option(help="address of the centre, for example http://127.0.0.1:8080")],
    roadside: Annotated[str | None, typer.Option(help="HOST:PORT of the virtual roadside")] = None,
    reader: Annotated[str, typer.Option(help="what reads the cards: roadside or pcsc")] = "roadside",
    card_reader: Annotated[str, typer.Option(help="PC/SC reader of the user card: its name, or a part of it")] = "",
    psam_reader: Annotated[str, typer.Option(help="PC/SC reader of the PSAM: its name, or a part of it")] = "",
    enrol: Annotated[str | None, typer.Option(help="one-time code from the centre, needed once")] = None,
    name: Annotated[str, typer.Option(help="name under which the centre shows this terminal")] = "handheld",
    host: Annotated[str, typer.Option(help="loopback address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on; 0 takes a free one")] = 0,
    port_file: Annotated[Path | None, typer.Option(help="file that is told the port")] = None,
    lane_link: Annotated[bool, typer.Option(help="talk to the lane's computer; without, 人工放行")] = True,
    demo: Annotated[bool, typer.Option(hidden=True, help="show the roadside's panel")] = False,
) -> None:
    """Serve the collector's pages on loopback."""
    from laneside.cli.serving import serve
    from laneside.errors import LanesideError
    from laneside.terminal.app import create_app
    from laneside.terminal.root import PcscReaders, Terminal, TerminalSettings

    _give_big_blocks_back()
    if reader not in {"roadside", "pcsc"}:
        raise typer.BadParameter(f"{reader!r} is neither roadside nor pcsc", param_hint="--reader")
    try:
        settings = TerminalSettings(
            data=data,
            centre_url=centre,
            roadside=None if roadside is None else _address(roadside),
            pcsc=PcscReaders(card=card_reader, psam=psam_reader) if reader == "pcsc" else None,
            name=name,
            lane_link=lane_link,
            demo=demo,
        )
        machine = Terminal(settings, enrolment_code=enrol)
    except LanesideError as error:
        typer.echo(f"laneside terminal: {error}", err=True)
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


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise typer.BadParameter("expected HOST:PORT", param_hint="--roadside")
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
