"""What ``laneside virtual reader`` and a roadside with an integrated reader share: its make, its wire, its life."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import typer
from msgspec.structs import replace

from laneside.cli.settings_file import settings_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from laneside.virtual.integrated.server import ReaderServer
    from laneside.virtual.integrated.settings import ReaderSettings
    from laneside.virtual.world import World

LOOPBACK = "127.0.0.1"


class ReaderChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One virtual reader as the command line has it: a TCP address or the path of a pty, never both."""

    settings: ReaderSettings
    address: tuple[str, int] | None
    pty: Path | None

    @asynccontextmanager
    async def serving(self, world: World) -> AsyncIterator[tuple[ReaderServer, str]]:
        """Let the reader live over a world; yield its server and where it is. Raises OSError."""
        import asyncio

        from laneside.virtual.integrated.reader import IntegratedReader
        from laneside.virtual.integrated.server import ReaderServer

        reader = IntegratedReader(
            world,
            settings=self.settings,
            random_bytes=secrets.token_bytes,
            now_s=asyncio.get_running_loop().time(),
        )
        server = ReaderServer(reader)
        if self.pty is not None:
            place = await server.open_pty(self.pty)
        else:
            assert self.address is not None, "one of both"
            place = await server.listen(*self.address)
        try:
            yield server, place
        finally:
            await server.stop()


def reader_choice(
    *, tcp: str | None, pty: Path | None, settings: Path | None, pace: str, several: str | None, names: tuple[str, str]
) -> ReaderChoice:
    """Read what the command line says; ``names`` are those of its two wire options. Raises SettingError."""
    from laneside.errors import SettingError
    from laneside.rsu import DialectName
    from laneside.virtual.integrated.settings import Several, pace_of, reader_settings

    if (tcp is None) == (pty is None):
        raise SettingError(f"a reader is on one wire: {names[0]} or {names[1]}")
    dialect = DialectName.TCP if pty is None else DialectName.SERIAL
    given = {} if settings is None else settings_file(settings)
    try:
        make = reader_settings(given, dialect)
    except SettingError as error:
        raise SettingError(str(error) if settings is None else f"{settings}: {error}") from error
    make = replace(make, pace=pace_of(pace, dialect))
    if several is not None:
        make = replace(make, several=_one_of(Several, several, "--several"))
    return ReaderChoice(settings=make, address=None if tcp is None else listen_address(tcp), pty=pty)


def listen_address(text: str) -> tuple[str, int]:
    """Read HOST:PORT, or a port alone, which is one on loopback."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 0xFFFF:
        raise typer.BadParameter(f"{text!r}: expected HOST:PORT")
    return host or LOOPBACK, int(port)


def _one_of(kind: Callable[[str], Any], word: str, option: str) -> Any:
    from laneside.errors import SettingError

    try:
        return kind(word)
    except ValueError as error:
        raise SettingError(f"{option}: {error}") from error
