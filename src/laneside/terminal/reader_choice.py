"""Which reader a terminal has, and what else it is connected to; kept in its folder, where the doctor finds it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from laneside.contract.signing import canonical, parse
from laneside.errors import ContractError, PlainHttpError
from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.settings import policy_of
from laneside.rsu import DialectName
from laneside.sync.folder import Folder

BAUD_RATE: Final = 115200
_FILE: Final = "attached.json"


class RoadsideChips(msgspec.Struct, frozen=True, tag_field="kind", tag="roadside"):
    """The chips of the virtual roadside, by its own address."""


ROADSIDE_CHIPS: Final = RoadsideChips()


class PcscReaders(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="pcsc"):
    """The PC/SC readers of user card and PSAM: their names, or parts that fit only one reader."""

    card: str
    psam: str


class _IntegratedReader(msgspec.Struct, frozen=True, kw_only=True):
    """``settings`` are those of a settings file (docs/frames.md). Raises SettingError for one that no reader has."""

    dialect: ClassVar[DialectName]
    settings: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Refuse settings that no reader has."""
        self.policy  # noqa: B018 - raises for a bad setting

    @property
    def policy(self) -> FrameReaderPolicy:
        """What the settings say of the reader."""
        return policy_of(self.settings, self.dialect)


class SerialReader(_IntegratedReader, frozen=True, kw_only=True, tag_field="kind", tag="serial"):
    """An integrated reader on a serial line."""

    dialect = DialectName.SERIAL
    device: str
    baud_rate: int = BAUD_RATE


class TcpReader(_IntegratedReader, frozen=True, kw_only=True, tag_field="kind", tag="tcp"):
    """An integrated reader on the network."""

    dialect = DialectName.TCP
    host: str
    port: int


IntegratedReader = SerialReader | TcpReader
ReaderChoice = RoadsideChips | PcscReaders | IntegratedReader


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's address, the reader, the roadside's ``(host, port)``, and where this terminal's own pages are.

    ``pages_url`` is empty before the terminal listens.
    """

    centre_url: str
    reader: ReaderChoice = ROADSIDE_CHIPS
    roadside: tuple[str, int] | None = None
    lane_link: bool = True
    pages_url: str = ""

    @classmethod
    def load(cls, folder: Folder) -> Connections | None:
        """Read them; None before the first start, and for a damaged file: the next start writes it again."""
        body = folder.read(_FILE)
        try:
            return None if body is None else parse(body, cls)
        except ContractError:
            return None

    def save(self, folder: Folder) -> None:
        """Keep them, unless the same are kept already."""
        body = canonical(self)
        if folder.read(_FILE) != body:
            folder.write(_FILE, body)


def refuse_plain_http(centre_url: str) -> None:
    """Raise PlainHttpError, with text and remedy, where the centre is on another host and not asked over TLS."""
    parts = urlsplit(centre_url)
    if parts.scheme != "http" or _is_this_machine(parts.hostname or ""):
        return
    raise PlainHttpError(
        f"到中心的连接未加密，别人能看到流水，能代替中心应答：{centre_url}。请用 https:// 地址，"
        "或在可信网络上加 --plain-http-to-centre / "
        f"the connection to the centre at {centre_url} is not encrypted: whoever is on the way can read records and "
        "answer in its place. Give its https:// address, or, on a network that you trust, add --plain-http-to-centre"
    )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
