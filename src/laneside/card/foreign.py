"""What a wrong chip in a slot really is: a PSAM where the user card belongs, or the other way round.

Only selections and free reads are sent, so that nothing on any chip changes.
"""

from __future__ import annotations

from typing import Final

from laneside.card.apdu import ChipFlow, Device, ask
from laneside.card.files import MASTER_FILE, ReadBinary, Select
from laneside.card.psam import PURCHASE_APPLICATION
from laneside.card.status import Meaning
from laneside.card.user_card import TOLL_APPLICATION

PSAM_IN_CARD_SLOT: Final = "psam-in-card-slot"
USER_CARD_IN_PSAM_SLOT: Final = "user-card-in-psam-slot"


def holds_psam(device: Device) -> ChipFlow[bool]:
    """Return whether this chip is a PSAM: its application is there and so is 0017 in it (spec/psam-and-crypto.md 1)."""
    for file_id in (MASTER_FILE, PURCHASE_APPLICATION):
        reply = yield from ask(device, Select(file_id=file_id))
        if not reply.ok:
            return False
    reply = yield from ask(device, ReadBinary(sfi=0x17, length=25))
    return reply.ok and len(reply.data) == 25


def holds_user_card(device: Device) -> ChipFlow[bool]:
    """Return whether this chip is a user card: it has the toll application, open or locked (spec/icc.md 1)."""
    reply = yield from ask(device, Select(file_id=TOLL_APPLICATION))
    return reply.ok or reply.meaning is Meaning.FILE_INVALID
