"""``laneside centre``: run a centre, and keep it from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from laneside.errors import LanesideError

if TYPE_CHECKING:
    from laneside.centre.app import Centre

centre = typer.Typer(invoke_without_command=True, no_args_is_help=False, help="Run a centre; its commands keep it.")

Data = Annotated[Path, typer.Option("--data", help="The centre's folder; made if it is not there.")]
Station = Annotated[str, typer.Option("--station", help="Hex code of the station, 8 digits.")]
When = Annotated[
    datetime | None, typer.Option("--activates-at", help="When it takes effect, Beijing time; now if left out.")
]


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.add_typer(centre, name="centre")


@centre.callback()
def run(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", help="The centre's folder; made if it is not there.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 0,
    port_file: Annotated[Path | None, typer.Option(help="Where to write the port once requests are answered.")] = None,
    name: Annotated[list[str] | None, typer.Option(help="A host name under which the centre is called.")] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(help="Address or network of a proxy whose X-Forwarded-For, -Proto and -Host are believed."),
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Speak TLS with this certificate and its chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's key, PEM, without a passphrase.")] = None,
    secure: Annotated[bool, typer.Option("--secure", help="Cookies over HTTPS only.")] = False,
) -> None:
    """Run a centre until it is told to stop. Without a command only."""
    if context.invoked_subcommand is not None:
        return
    if data is None:
        raise typer.BadParameter("say where the centre's folder is", param_hint="--data")
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("a certificate and its key go together", param_hint="--tls-cert, --tls-key")
    from laneside.centre.server import TlsFiles, serve
    from laneside.centre.settings import Settings
    from laneside.centre.storage.durable import write_durably

    def announce(got: int) -> None:
        if port_file is not None:
            write_durably(port_file, f"{got}\n".encode())
        print(f"{'http' if tls is None else 'https'}://{host}:{got}/", flush=True)

    if port_file is not None:
        port_file.unlink(missing_ok=True)  # one of an earlier run would name a port that no one serves
    hosts = ("127.0.0.1", "localhost", "[::1]", *(name or ()))
    tls = None if tls_cert is None or tls_key is None else TlsFiles(certificate=tls_cert, key=tls_key)
    try:
        settings = Settings(data=data, hosts=hosts, secure_cookies=secure, trusted_proxies=tuple(trusted_proxy or ()))
        serve(settings, host=host, port=port, announce=announce, tls=tls)
    except LanesideError as error:
        typer.echo(f"{error.code}: {error}", err=True)
        raise typer.Exit(2) from error


@centre.command("enrol-code")
def enrol_code(data: Data, station: Station = "") -> None:
    """Print a one-time code for one new terminal; it carries the fingerprint of the centre's key."""
    with _open(data) as opened:
        print(opened.enrolment.issue(_station(opened, station)).code.format())


@centre.command("password")
def password(
    data: Data,
    name: Annotated[str, typer.Option(help="The account's name.")] = "admin",
    word: Annotated[str, typer.Option("--password", prompt=True, hide_input=True, help="Asked for if left out.")] = "",
) -> None:
    """Make an account for the centre's pages, or give it a new password."""
    with _open(data) as opened:
        opened.accounts.set_password(name, word)


@centre.command("seed-demo")
def seed_demo(
    data: Data,
    listed_card: Annotated[str, typer.Option(help="20 digits of the card that is listed.")],
    listed_obu: Annotated[str, typer.Option(help="16 digits of the tag that is listed.")],
    collector: Annotated[str, typer.Option(envvar="LANESIDE_DEMO_COLLECTOR", help="The collector's password.")],
    shift_leader: Annotated[str, typer.Option(envvar="LANESIDE_DEMO_SHIFT_LEADER", help="The shift leader's.")],
    administrator: Annotated[str, typer.Option(envvar="LANESIDE_DEMO_ADMINISTRATOR", help="The administrator's.")],
    account: Annotated[str, typer.Option(envvar="LANESIDE_DEMO_CENTRE", help="The centre's own account's.")],
) -> None:
    """Fill a fresh centre with the invented station of the demonstration; a filled one stays as it is."""
    from laneside.centre import demo

    passwords = demo.DemoPasswords(
        collector=collector, shift_leader=shift_leader, administrator=administrator, centre=account
    )
    with _open(data) as opened:
        fresh = demo.seed_demo(
            opened.documents,
            opened.accounts,
            opened.clock,
            opened.random_bytes,
            passwords=passwords,
            listed_card_id=listed_card,
            listed_obu_id=listed_obu,
        )
        print("filled" if fresh else "already filled")


@centre.command("publish")
def publish(
    data: Data,
    kind: Annotated[str, typer.Argument(help="parameters, tariff or status-list")],
    file: Annotated[Path, typer.Argument(help="The document's body as JSON.", exists=True, dir_okay=False)],
    station: Station = "",
    activates_at: When = None,
) -> None:
    """Publish a new version of a document."""
    from laneside.centre.parameters.published import BODIES
    from laneside.contract.parameters import DocumentKind
    from laneside.contract.signing import parse

    if kind not in set(DocumentKind):
        raise typer.BadParameter(f"one of {', '.join(DocumentKind)}", param_hint="KIND")
    chosen = DocumentKind(kind)
    with _open(data) as opened:
        body = parse(file.read_bytes(), BODIES[chosen])
        where = None if chosen is DocumentKind.PARAMETERS else _station(opened, station)
        print(opened.documents.publish(chosen, body, _moment(opened, activates_at), station_hex=where).version)


@centre.command("show")
def show(
    data: Data,
    kind: Annotated[str, typer.Argument(help="parameters, tariff or status-list")],
    station: Station = "",
) -> None:
    """Print the newest document's body as JSON: the form that publish takes back."""
    from msgspec import json

    from laneside.contract.parameters import DocumentKind

    if kind not in set(DocumentKind):
        raise typer.BadParameter(f"one of {', '.join(DocumentKind)}", param_hint="KIND")
    with _open(data) as opened:
        newest = opened.documents.newest(_station(opened, station), DocumentKind(kind))
        if newest is None:
            raise typer.BadParameter(f"the station has no {kind} yet", param_hint="KIND")
        print(json.format(newest.body, indent=2).decode())


@centre.command("holiday")
def holiday(
    data: Data,
    name: Annotated[str, typer.Option(help="The holiday's name.")],
    starts: Annotated[datetime, typer.Option("--from", help="First free moment, Beijing time.")],
    ends: Annotated[datetime, typer.Option("--to", help="First moment that is not free any more, Beijing time.")],
    seats_max: Annotated[int, typer.Option(help="Passenger cars up to this many seats pass free.")] = 7,
    station: Station = "",
    activates_at: When = None,
) -> None:
    """Publish the newest tariff again with one more window of free passage."""
    from laneside.centre.parameters.document_parts import with_holiday
    from laneside.clock import BEIJING
    from laneside.contract.parameters import DocumentKind, HolidayWindow, TariffTable
    from laneside.contract.signing import parse

    if starts >= ends:
        raise typer.BadParameter("must lie after --from", param_hint="--to")
    window = HolidayWindow(
        name=name, starts_at=starts.replace(tzinfo=BEIJING), ends_at=ends.replace(tzinfo=BEIJING), seats_max=seats_max
    )
    with _open(data) as opened:
        where = _station(opened, station)
        newest = opened.documents.newest(where, DocumentKind.TARIFF)
        if newest is None:
            raise typer.BadParameter("the station has no tariff yet", param_hint="--station")
        table = with_holiday(parse(newest.body, TariffTable), window, opened.clock.now())
        moment = _moment(opened, activates_at)
        print(opened.documents.publish(DocumentKind.TARIFF, table, moment, station_hex=where).version)


@contextmanager
def _open(data: Path) -> Iterator[Centre]:
    """Open a centre's folder beside a running centre or without one; its errors end the command with their text."""
    import secrets

    from laneside.centre.app import open_centre
    from laneside.centre.settings import Settings
    from laneside.devices.machine import SystemClock

    try:
        opened = open_centre(Settings(data=data), SystemClock(), secrets.token_bytes)
        try:
            yield opened
        finally:
            opened.close()
    except LanesideError as error:
        typer.echo(f"{error.code}: {error}", err=True)
        raise typer.Exit(2) from error


def _station(opened: Centre, asked: str) -> str:
    """Return the asked station, or the only one that has parameters."""
    stations = opened.documents.stations()
    if asked in stations:
        return asked
    if not asked and len(stations) == 1:
        return stations[0]
    raise typer.BadParameter(
        f"one of: {', '.join(stations) or 'no station has parameters yet'}", param_hint="--station"
    )


def _moment(opened: Centre, asked: datetime | None) -> datetime:
    from laneside.clock import BEIJING

    return opened.clock.now() if asked is None else asked.replace(tzinfo=BEIJING)
