"""``laneside decode``: a file of card, tag or PSAM, or a reader's frame, in words, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from laneside.codec.layout import ChipFile, Row

_BAD_INPUT = 2


class Kind(StrEnum):
    """The files that can be decoded, and frames of integrated readers."""

    ICC_0015 = "icc-0015"
    ICC_0018 = "icc-0018"
    ICC_0019 = "icc-0019"
    OBU_EF01 = "obu-ef01"
    OBU_VEHICLE = "obu-vehicle"
    OBU_EF04 = "obu-ef04"
    PSAM_0015 = "psam-0015"
    PSAM_0016 = "psam-0016"
    PSAM_0017 = "psam-0017"
    FRAME = "frame"


class DialectOption(StrEnum):
    """The dialects of integrated readers."""

    SERIAL = "serial"
    TCP = "tcp"


class LayoutOption(StrEnum):
    """The layouts of card file 0019."""

    NEW = "new"
    OLD = "old"
    AUTO = "auto"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="decode", help="Show a file of card, tag or PSAM, or a frame of an integrated reader, field by field."
    )(decode)


def decode(
    kind: Annotated[Kind, typer.Argument(help="Which file it is.")],
    data: Annotated[list[str], typer.Argument(metavar="HEX", help="Its bytes in hex; blanks do not matter.")],
    *,
    layout: Annotated[LayoutOption, typer.Option(help="The layout of 0019.")] = LayoutOption.NEW,
    dialect: Annotated[
        DialectOption | None, typer.Option(help="The dialect of a frame or its body; left out, the bytes decide.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: field, value, label, offset, length.")] = False,
) -> None:
    """Print the fields; exit 2 with the reason on standard error where the bytes are no such file."""
    from laneside.errors import CodecError

    try:
        rows = _rows(kind, _bytes_of(kind, " ".join(data)), layout, dialect)
    except CodecError as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(_BAD_INPUT) from None
    typer.echo(_as_json(rows) if as_json else _as_table(rows))


def _bytes_of(kind: Kind, text: str) -> bytes:
    """Read hex; a wrong digit is named by the byte it spoils."""
    from laneside.errors import CodecError

    digits = "".join(text.split())
    for place, digit in enumerate(digits):
        if digit not in "0123456789abcdefABCDEF":
            raise CodecError(file=kind, offset=place // 2, reason=f"{digit!r} is not a hex digit")
    if len(digits) % 2:
        raise CodecError(file=kind, offset=len(digits) // 2, reason="half a byte at the end")
    return bytes.fromhex(digits)


def _rows(kind: Kind, data: bytes, layout: LayoutOption, dialect: DialectOption | None) -> tuple[Row, ...]:
    from laneside.codec.card import IssueInfo, WalletLogRecord, parse_capp
    from laneside.codec.psam import PsamApplication, PsamIssue, PsamTerminal
    from laneside.codec.tag import SystemInfo, parse_passage_file, parse_vehicle

    match kind:
        case Kind.ICC_0019:
            return parse_capp(data, layout.value).rows()
        case Kind.OBU_VEHICLE:
            return parse_vehicle(data).rows()
        case Kind.OBU_EF04:
            return parse_passage_file(data).rows()
        case Kind.FRAME:
            from laneside import rsu

            known = {DialectOption.SERIAL: rsu.SERIAL, DialectOption.TCP: rsu.TCP}
            return rsu.frame_rows(data, None if dialect is None else known[dialect])
    files: dict[Kind, type[ChipFile]] = {
        Kind.ICC_0015: IssueInfo,
        Kind.ICC_0018: WalletLogRecord,
        Kind.OBU_EF01: SystemInfo,
        Kind.PSAM_0015: PsamIssue,
        Kind.PSAM_0016: PsamTerminal,
        Kind.PSAM_0017: PsamApplication,
    }
    return files[kind].from_bytes(data).rows()


def _label(row: Row) -> str:
    return "" if row.label is None else f"{row.label.zh} / {row.label.en}"


def _as_json(rows: Iterable[Row]) -> str:
    fields = [
        {"field": row.field, "value": row.value, "label": _label(row), "offset": row.offset, "length": row.length}
        for row in rows
    ]
    return json.dumps(fields, ensure_ascii=False, indent=2)


def _as_table(rows: Iterable[Row]) -> str:
    rows = tuple(rows)
    names = max(len("field"), *(len(row.field) for row in rows))
    values = max(len("value"), *(_width(_value(row)) for row in rows))
    head = f"{'off':>3} {'len':>3}  {'field':<{names}}  {_padded('value', values)}  label"
    lines = (
        f"{row.offset:>3} {row.length:>3}  {row.field:<{names}}  {_padded(_value(row), values)}  {_label(row)}".rstrip()
        for row in rows
    )
    return "\n".join((head, *lines))


def _value(row: Row) -> str:
    return "-" if row.value is None or row.value == "" else str(row.value)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Count the columns of a terminal: a Chinese character takes two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
