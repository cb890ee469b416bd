"""What a chip holds, read by APDU from a second load of its memory, so that no open session is disturbed."""

from __future__ import annotations

from typing import Any

from laneside.virtual.chips.apdu import OK
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag

_SELECT_CARD_APPLICATION = "00A40000021001"
_NEWEST_0018 = "00B201C417"


def card_counter(card: VirtualCard) -> int:
    """Return the counter of the newest logged purchase, 0 where the log is empty."""
    card.power_on()
    _read(card, _SELECT_CARD_APPLICATION)
    return int.from_bytes(_read(card, _NEWEST_0018)[:2], "big")


def card_contents(card: VirtualCard, *, inserted: bool) -> dict[str, Any]:
    """Return what a user card holds, as JSON. ``counter`` is that of the newest logged purchase (its N+1)."""
    card.power_on()
    _read(card, _SELECT_CARD_APPLICATION)
    issue = _read(card, "00B0950032") or _read(card, "00B095002B")
    newest = _read(card, _NEWEST_0018)
    return {
        "inserted": inserted,
        "card_id": issue[10:20].hex(),
        "card_type": issue[8],
        "balance_fen": int.from_bytes(_read(card, "805C000204"), "big"),
        "counter": int.from_bytes(newest[:2], "big"),
        "file_0015": issue.hex().upper(),
        "file_0019": _read(card, "00B201CC2B").hex().upper(),
        "newest_0018": newest.hex().upper(),
    }


def tag_contents(tag: VirtualTag, *, card_inserted: bool) -> dict[str, Any]:
    """Return what a tag holds, as JSON; ``copy_0019`` are the 39 bytes of EF04 from offset 319 (spec/obu.md 5.1)."""
    tag.power_on()
    _read(tag, "00A40000023F00")
    system = _read(tag, "00B0810063")
    _read(tag, "00A4000002DF01")
    _read(tag, "00A4000002EF04")
    presence = tag.presence(card_inserted)
    return {
        "contract_serial": system[10:18].hex(),
        "mac_id": presence.mac_id.hex().upper(),
        "status": presence.status,
        "removal_flag": system[26],
        "copy_0019": _read(tag, "00B0013F27").hex().upper(),
        "copy_0015": _read(tag, "00B0016614").hex().upper(),
    }


def psam_contents(psam: VirtualPsam) -> dict[str, Any]:
    """Return the numbers of a PSAM, as JSON."""
    psam.power_on()
    _read(psam, "00A40000023F00")
    return {
        "terminal_number": _read(psam, "00B0960006").hex().upper(),
        "serial": _read(psam, "00B095000E")[:10].hex().upper(),
    }


def _read(chip: Chip, command: str) -> bytes:
    """Send a command given in hex and return its data, empty where the chip refuses."""
    answer = chip.transmit(bytes.fromhex(command))
    return answer[:-2] if answer[-2:] == OK else b""
