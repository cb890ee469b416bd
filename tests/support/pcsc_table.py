"""Two PC/SC readers of an isolated daemon, the virtual chips in them, and the terminal's link to both."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from timeouts import scaled

from laneside.devices.machine import SystemClock
from laneside.devices.pcsc import PcscLink
from laneside.reader.apdu import ApduReader
from laneside.reader.port import Pair, Prepared, Presented, PurchaseOrder
from laneside.virtual.pcsc import Insertable, VpcdSlot
from laneside.virtual.pcsc_daemon import READERS, IsolatedPcscd
from laneside.virtual.world import World

CARD_READER, PSAM_READER = READERS
SEARCH_S = scaled(3.0)
AMOUNT_FEN = 1045


@dataclass
class Table:
    """Two readers on a table, a vehicle's card, a PSAM, and everything that a test does with them."""

    daemon: IsolatedPcscd
    world: World
    card_slot: VpcdSlot
    psam_slot: VpcdSlot
    readers: list[tuple[ApduReader, PcscLink]] = field(default_factory=list)

    def link(self, **limits: float) -> PcscLink:
        return PcscLink(card_reader=CARD_READER, psam_reader=PSAM_READER, **limits)

    def reader(self, **limits: float) -> ApduReader:
        """Make a reader that knows nothing of earlier ones, as after a restart."""
        link = self.link(**limits)
        reader = ApduReader(
            open_card=link.open_card,
            open_tag=None,
            open_psam=link.open_psam,
            clock=SystemClock(),
            random_bytes=secrets.token_bytes,
        )
        self.readers.append((reader, link))
        return reader

    def chip(self, channel: str) -> Insertable:
        chip = self.world.chip(channel)
        assert chip is not None
        return chip

    def insert(self, *, card: Insertable | None = None, psam: Insertable | None = None) -> None:
        """Insert both chips, the usual ones where no other is given, and wait until the readers have them."""
        self.card_slot.insert(card or self.chip("card"))
        self.psam_slot.insert(psam or self.chip("psam"))
        assert self.card_slot.await_noticed(scaled(3))
        assert self.psam_slot.await_noticed(scaled(3))

    def facts(self) -> dict[str, object]:
        """Look at the card's memory without touching its session."""
        return dict(self.world.card_state())

    def close(self) -> None:
        for reader, link in self.readers:
            reader.close()
            link.close()
        for slot in (self.card_slot, self.psam_slot):
            slot.clear_faults()
            slot.remove()


def order_for(presented: Presented) -> PurchaseOrder:
    """Order an exit from this station, paid now."""
    assert presented.card is not None
    at = datetime.now(UTC).replace(microsecond=0)
    capp = bytearray(presented.card.capp)
    capp[3:8] = bytes.fromhex("62010A0B11")
    capp[8:12] = int(at.timestamp()).to_bytes(4, "big")
    capp[13] = 0x06
    return PurchaseOrder(
        record_id="R", plate="甘A12345", pair=Pair.of(presented), amount_fen=AMOUNT_FEN, at=at, capp_after=bytes(capp),
        write_tag=False,
    )  # fmt: skip


def prepared(reader: ApduReader) -> Prepared:
    """Read and prepare."""
    answer = reader.prepare(order_for(reader.read(search_s=SEARCH_S)), search_s=SEARCH_S)
    assert isinstance(answer, Prepared), answer
    return answer
