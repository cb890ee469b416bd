"""From open chips to what the passage sees: one tag, one card, each with its trouble."""

from __future__ import annotations

from collections.abc import Mapping

from laneside.card.apdu import Device
from laneside.card.channel import CardChannel, TagPresence
from laneside.card.foreign import PSAM_IN_CARD_SLOT, holds_psam
from laneside.card.status import ChipRefusedError
from laneside.card.tag import read_passage, read_system, read_vehicle
from laneside.card.user_card import PresentedCard, read_card
from laneside.codec.tag import PassageBlock, SystemInfo, VehicleInfo
from laneside.errors import CodecError
from laneside.reader.port import PresentedTag
from laneside.reader.radio_session import run


def present_card(chips: Mapping[Device, CardChannel]) -> tuple[PresentedCard | None, str]:
    """Read the card; what is not a readable ETC card comes back as a sentence. Raises AnswerLostError."""
    try:
        return run(read_card(), chips), ""
    except (ChipRefusedError, CodecError) as error:
        return None, PSAM_IN_CARD_SLOT if run(holds_psam(Device.CARD), chips) else str(error)


def present_tag(
    presence: TagPresence,
    chips: Mapping[Device, CardChannel],
    challenge: bytes,
) -> tuple[PresentedTag | None, str]:
    """Read the tag, each file for itself; without its system information it can't be named. Raises AnswerLostError."""
    try:
        system = run(read_system(), chips)
    except (ChipRefusedError, CodecError) as error:
        return None, str(error)
    vehicle, vehicle_trouble = _vehicle(system, chips, challenge)
    passage, passage_trouble = _passage(chips)
    tag = PresentedTag(
        mac_id=presence.mac_id,
        status=presence.status,
        system_file=bytes(system),
        vehicle_file=None if vehicle is None else bytes(vehicle),
        block=None if passage is None else bytes(passage),
        trouble="; ".join(trouble for trouble in (vehicle_trouble, passage_trouble) if trouble),
    )
    return tag, ""


def _vehicle(
    system: SystemInfo,
    chips: Mapping[Device, CardChannel],
    challenge: bytes,
) -> tuple[VehicleInfo | None, str]:
    if Device.PSAM not in chips:
        return None, "no PSAM to decrypt the vehicle file"
    try:
        return run(read_vehicle(system, challenge), chips), ""
    except (ChipRefusedError, CodecError) as error:
        return None, str(error)


def _passage(chips: Mapping[Device, CardChannel]) -> tuple[PassageBlock | None, str]:
    try:
        return run(read_passage(), chips), ""
    except (ChipRefusedError, CodecError) as error:
        return None, str(error)
