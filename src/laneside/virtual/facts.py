"""What a chip holds, read by APDU from a second look at its memory, so that nobody's session is disturbed."""

from __future__ import annotations

from typing import Any

from laneside.virtual.antenna import SELECT_CARD_APPLICATION, Exchanges
from laneside.virtual.card import VirtualCard
from laneside.virtual.psam import VirtualPsam
from laneside.virtual.tag import VirtualTag

_OK = b"\x90\x00"
_NEWEST_0018 = "00B201C417"


def read(chip: Exchanges, command: str) -> bytes:
    """Send a command given in hex; its data come back, nothing at all where the chip refuses."""
    answer = chip.transmit(bytes.fromhex(command))
    return answer[:-2] if answer[-2:] == _OK else b""


def card_counter(card: VirtualCard) -> int:
    """Read the counter of the newest logged purchase, 0 where the log is empty."""
    card.power_on()
    read(card, SELECT_CARD_APPLICATION.hex())
    return int.from_bytes(read(card, _NEWEST_0018)[:2], "big")


def card_facts(card: VirtualCard, inserted: bool) -> dict[str, Any]:  # noqa: FBT001 -- a fact among facts
    """Write what a user card holds. ``counter`` is that of the newest logged purchase (N+1 of it)."""
    card.power_on()
    read(card, SELECT_CARD_APPLICATION.hex())
    issue = read(card, "00B0950032") or read(card, "00B095002B")
    newest = read(card, _NEWEST_0018)
    return {
        "inserted": inserted,
        "card_id": issue[10:20].hex(),
        "card_type": issue[8],
        "balance_fen": int.from_bytes(read(card, "805C000204"), "big"),
        "counter": int.from_bytes(newest[:2], "big"),
        "file_0015": issue.hex().upper(),
        "file_0019": read(card, "00B201CC2B").hex().upper(),
        "newest_0018": newest.hex().upper(),
    }


def tag_facts(tag: VirtualTag, card_inserted: bool) -> dict[str, Any]:  # noqa: FBT001 -- a fact among facts
    """Write what a tag holds: ``copy_0019`` are the 39 bytes of EF04 from offset 319 (spec/obu.md 5.1)."""
    tag.power_on()
    read(tag, "00A40000023F00")
    system = read(tag, "00B0810063")
    read(tag, "00A4000002DF01")
    read(tag, "00A4000002EF04")
    presence = tag.presence(card_inserted)
    return {
        "contract_serial": system[10:18].hex(),
        "mac_id": presence.mac_id.hex().upper(),
        "status": presence.status,
        "removal_flag": system[26],
        "copy_0019": read(tag, "00B0013F27").hex().upper(),
        "copy_0015": read(tag, "00B0016614").hex().upper(),
    }


def psam_facts(psam: VirtualPsam) -> dict[str, Any]:
    """Write how the terminal's PSAM names itself."""
    psam.power_on()
    read(psam, "00A40000023F00")
    return {
        "terminal_number": read(psam, "00B0960006").hex().upper(),
        "serial": read(psam, "00B095000E")[:10].hex().upper(),
    }
