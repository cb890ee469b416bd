"""What a terminal was last started with, kept in its folder so that ``laneside doctor`` looks at the same devices."""

from __future__ import annotations

from typing import Final

import msgspec

from laneside.contract.signing import canonical, parse
from laneside.errors import ContractError
from laneside.sync import Folder

_FILE: Final = "attached.json"


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's address, where the reader is, and where this terminal's own pages are, empty before they are."""

    centre_url: str
    roadside: tuple[str, int] | None = None
    pcsc_card: str = ""
    pcsc_psam: str = ""
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
