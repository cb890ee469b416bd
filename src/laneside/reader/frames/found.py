"""What one radio session through an integrated reader found: a tag, its vehicle, its card, from B2, B3 and B4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from laneside.card.user_card import PresentedCard
from laneside.codec.tag import PASSAGE_BLOCK_LENGTH, PassageBlock, SystemInfo, VehicleInfo, parse_vehicle
from laneside.errors import CodecError
from laneside.reader.port import Presented, PresentedTag, PsamState
from laneside.rsu import Dialect, ErrorTable, ShortReply
from laneside.rsu.codes import DeviceType, SerialCardError, SerialVehicleError, TcpCardError
from laneside.rsu.replies import SerialCard, SerialTag, TcpCard, TcpTag, Vehicle
from laneside.vocab.media import TagStatusBit

T = TypeVar("T")

ABSENT: Final = "absent"

_NO_REPLY: Final = {
    ErrorTable.SERIAL: frozenset({SerialCardError.NO_REPLY}),
    ErrorTable.TCP: frozenset({TcpCardError.NO_REPLY}),
}
_CARD_READ: Final = {
    ErrorTable.SERIAL: frozenset({0, SerialCardError.EF04_NO_REPLY, SerialCardError.EF04_FAILED}),
    ErrorTable.TCP: frozenset({0, TcpCardError.EF04_FAILED}),
}
_EF04_READ: Final = {
    ErrorTable.SERIAL: frozenset({0}),
    ErrorTable.TCP: frozenset({0, TcpCardError.NO_CARD, TcpCardError.CARD_FAILED}),
}
_NO_CARD: Final = frozenset({TcpCardError.NO_CARD, TcpCardError.NO_CARD_EF04_FAILED})
_NO_VEHICLE: Final = frozenset({
    TcpCardError.DECODE,
    TcpCardError.ANTENNA,
    TcpCardError.DECRYPT,
    TcpCardError.CHECK_CODE,
})  # fmt: skip


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that the reader holds. Files are None where they could not be read; ``trouble`` says why.

    ``ef04`` is the passage block as read (91 bytes) or empty; ``others`` are the MAC ids of other tags that answered
    before the card was read; ``psam_refused`` is None until a vehicle file was read or refused.
    """

    obu_id: bytes
    status: int
    system: SystemInfo
    device_type: int | None = None
    vehicle: VehicleInfo | None = None
    ef04: bytes = b""
    card: PresentedCard | None = None
    trouble: str = ""
    card_trouble: str = ""
    psam_refused: bool | None = None
    others: tuple[bytes, ...] = ()

    @property
    def region(self) -> bytes:
        """The diversification factor that C1 and C6 carry."""
        return self.system.region

    @property
    def is_single_chip(self) -> bool:
        """Whether the tag itself is the account: there is no card to be read."""
        return self.device_type == DeviceType.SINGLE_CHIP

    @property
    def is_whole(self) -> bool:
        """Whether another try in this session can't show more: a card was read, or the tag says that it has none."""
        return self.card is not None or bool(self.status & TagStatusBit.NO_CARD) or self.is_single_chip

    def presented(self, psam: PsamState) -> Presented:
        """Return the whole as the passage sees it."""
        tag = PresentedTag(
            mac_id=self.obu_id,
            status=self.status,
            system_file=bytes(self.system),
            vehicle_file=None if self.vehicle is None else bytes(self.vehicle),
            block=self.ef04 if _or_none(PassageBlock.from_bytes, self.ef04) is not None else None,
            trouble=self.trouble,
            single_chip=self.is_single_chip,
        )
        return Presented(tag=tag, card=self.card, psam=psam, card_trouble=self.card_trouble, other_tags=self.others)


def found_by(tag: SerialTag | TcpTag, dialect: Dialect) -> Found:
    """Begin with B2. Raises CodecError when the system information can't be understood."""
    device = tag.device_type if isinstance(tag, TcpTag) else None
    return Found(
        obu_id=tag.obu_id,
        status=tag.status,
        system=tag.system_info,
        device_type=None if device is None else dialect.device_type(device),
        card_trouble=ABSENT if tag.status & TagStatusBit.NO_CARD else "",
    )


def with_vehicle(found: Found, message: Vehicle | ShortReply, dialect: Dialect) -> Found:
    """Add B3. Only the old dialect has an error of its own for a PSAM without authorisation."""
    if not message.error and isinstance(message, Vehicle):
        carried = message.ef04[:PASSAGE_BLOCK_LENGTH] or found.ef04
        return _take_vehicle(replace(found, ef04=carried, psam_refused=False), message.vehicle)
    refused = dialect.error_table is ErrorTable.SERIAL and message.error == SerialVehicleError.PSAM_NOT_AUTHORISED
    return replace(found, trouble=f"vehicle file: error {message.error:02X}", psam_refused=refused or None)


def with_card(found: Found, message: SerialCard | TcpCard | ShortReply, dialect: Dialect) -> Found:
    """Add B4: what its error code says was read, and nothing else."""
    error, table = message.error, dialect.error_table
    if isinstance(message, ShortReply):
        return _without_card(found, error, table)
    if isinstance(message, TcpCard):
        found = _vehicle_of_card(found, message, table)
    if error in _EF04_READ[table] and message.ef04:
        found = replace(found, ef04=message.ef04[:PASSAGE_BLOCK_LENGTH])
    if error not in _CARD_READ[table] or found.status & TagStatusBit.NO_CARD:
        return _without_card(found, error, table)
    try:  # frames do not carry 0018
        card = PresentedCard(issue_file=message.issue, capp=message.capp, balance_fen=message.balance_fen)
    except CodecError:
        return replace(found, card_trouble="0015 can't be understood")
    return replace(found, card=card, card_trouble="")


def _without_card(found: Found, error: int, table: ErrorTable) -> Found:
    if table is ErrorTable.TCP and error in _NO_CARD:
        return replace(found, card_trouble=ABSENT, status=found.status | TagStatusBit.NO_CARD)
    return replace(found, card_trouble=found.card_trouble or f"card: error {error:02X}")


def _vehicle_of_card(found: Found, message: TcpCard, table: ErrorTable) -> Found:
    """Take the vehicle file of a B4, unless the error says that these bytes are none."""
    if message.error in _NO_REPLY[table]:
        return found
    if table is ErrorTable.TCP and message.error in _NO_VEHICLE:
        return replace(found, trouble=f"vehicle file: error {message.error:02X}")
    return _take_vehicle(found, message.vehicle)


def _take_vehicle(found: Found, data: bytes) -> Found:
    vehicle = _or_none(parse_vehicle, data)
    return replace(found, vehicle=vehicle, trouble="" if vehicle else "the vehicle file can't be understood")


def _or_none(read: Callable[[bytes], T], data: bytes) -> T | None:
    try:
        return read(data)
    except CodecError:
        return None
