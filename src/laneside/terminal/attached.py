"""What a terminal is attached to, its reader above all; kept in its folder, so that the doctor looks there too."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from laneside.contract.signing import canonical, parse
from laneside.errors import ContractError
from laneside.reader.frames import FrameReaderPolicy, policy_of
from laneside.rsu import DialectName
from laneside.sync import Folder

BAUD_RATE: Final = 115200
_FILE: Final = "attached.json"


class RoadsideChips(msgspec.Struct, frozen=True, tag_field="kind", tag="roadside"):
    """The chips of the virtual roadside, by its own address."""


ROADSIDE_CHIPS: Final = RoadsideChips()


class PcscReaders(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="pcsc"):
    """The PC/SC readers of user card and PSAM: their names, or parts that fit only one reader."""

    card: str
    psam: str


class SerialReader(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="serial"):
    """An integrated reader on a serial line. ``settings`` are those of a settings file. Raises SettingError."""

    device: str
    baud_rate: int = BAUD_RATE
    settings: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Refuse settings that no reader has."""
        self.policy  # noqa: B018 - raises where the settings are none

    @property
    def policy(self) -> FrameReaderPolicy:
        """What the settings say of the reader."""
        return policy_of(self.settings, DialectName.SERIAL)


class TcpReader(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="tcp"):
    """An integrated reader on the network. ``settings`` are those of a settings file. Raises SettingError."""

    host: str
    port: int
    settings: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Refuse settings that no reader has."""
        self.policy  # noqa: B018 - raises where the settings are none

    @property
    def policy(self) -> FrameReaderPolicy:
        """What the settings say of the reader."""
        return policy_of(self.settings, DialectName.TCP)


IntegratedReader = SerialReader | TcpReader
ReaderChoice = RoadsideChips | PcscReaders | IntegratedReader


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's address, what reads the cards, and where this terminal's own pages are, empty before they are."""

    centre_url: str
    reader: ReaderChoice = ROADSIDE_CHIPS
    roadside: tuple[str, int] | None = None
    lane_link: bool = True
    pages_url: str = ""

    @classmethod
    def load(cls, folder: Folder) -> Attached | None:
        """Read it; None before the first start, and where the file is damaged: the next start writes it again."""
        body = folder.read(_FILE)
        try:
            return None if body is None else parse(body, cls)
        except ContractError:
            return None

    def save(self, folder: Folder) -> None:
        """Keep it, unless the same is kept already."""
        body = canonical(self)
        if folder.read(_FILE) != body:
            folder.write(_FILE, body)
