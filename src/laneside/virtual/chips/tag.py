"""The virtual dual-chip tag: the files of its ESAM, the encrypted vehicle read, MAC id and status (spec/obu.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from laneside.card.channel import TagPresence
from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import encrypt_vehicle_file, vehicle_check_code
from laneside.cardcrypto.purchase import diversify_chain
from laneside.virtual.chips import apdu
from laneside.virtual.chips.apdu import OK, ReceivedCommand
from laneside.virtual.chips.chip import MASTER_FILE, Act, Chip, Directory, ElementaryFile, FileKind, Update
from laneside.virtual.chips.memory import ChipMemory, Image, SlotLayout, TwoSlotStore
from laneside.virtual.chips.profiles import PASSAGE_FILE_LENGTH, SYSTEM_LENGTH, VEHICLE_LENGTH, Purpose, TagProfile
from laneside.vocab.media import TagStatusBit

APPLICATION = 0xDF01

_KEY_IDS = {Suite.TDES: 0x00, Suite.SM4: 0x40}
_KEYS = {
    "system": ("key-system", Purpose.TAG_MAINTENANCE),
    "vehicle": ("key-vehicle", Purpose.VEHICLE_MAINTENANCE),
    "decryption": ("key-decryption", Purpose.VEHICLE_DECRYPTION),
}


class VirtualTag(Chip):
    """A dual-chip OBU in software, without its card. It starts without power; ``power_on`` first."""

    LAYOUT: ClassVar[SlotLayout] = SlotLayout(
        (
            ("mac-id", 4),
            ("chip-serial", 4),
            ("status", 1),
            ("algorithm", 1),
            *((name, 16) for name, _ in _KEYS.values()),
            ("system", SYSTEM_LENGTH),
            ("vehicle", VEHICLE_LENGTH),
            ("ef02", 70),
            ("ef04", PASSAGE_FILE_LENGTH),
        )
    )
    DIRECTORIES: ClassVar[tuple[Directory, ...]] = (
        Directory(
            file_id=MASTER_FILE,
            files=(ElementaryFile(file_id=0xEF01, field="system", update=Update.MAC),),
        ),
        Directory(
            file_id=APPLICATION,
            files=(
                ElementaryFile(file_id=0xEF01, field="vehicle", kind=FileKind.CIPHERED, update=Update.MAC),
                ElementaryFile(file_id=0xEF02, field="ef02"),
                ElementaryFile(file_id=0xEF04, field="ef04", update=Update.PLAIN),
            ),
        ),
    )

    @classmethod
    def personalise(
        cls, profile: TagProfile, *, memory: ChipMemory, random_bytes: Callable[[int], bytes]
    ) -> VirtualTag:
        """Make a new tag in a memory."""
        return cls(TwoSlotStore.create(memory, personalised(profile)), random_bytes=random_bytes)

    def presence(self, card_present: bool) -> TagPresence:  # noqa: FBT001 - the only argument, and a fact.
        """Return what B2 or a VST carries beside the files; bit 7 of the status means that no card is in the tag."""
        image = self._image()
        return TagPresence(
            mac_id=image["mac-id"], status=image.number("status") | (0 if card_present else TagStatusBit.NO_CARD)
        )

    def _instruction_set(self) -> dict[tuple[int, int], Act]:
        return {
            **super()._instruction_set(),
            (0x00, 0xB4): self._read_vehicle,
            (0x80, 0xF6): self._chip_serial,
        }

    @property
    def _suite(self) -> Suite:
        return Suite.SM4 if self._image().number("algorithm") == Suite.SM4.algorithm_id else Suite.TDES

    def _maintenance_key(self, file: ElementaryFile) -> tuple[Suite, bytes]:
        return self._suite, self._image()[_KEYS[file.field][0]]

    def _chip_serial(self, command: ReceivedCommand) -> bytes:
        """`80F6000304`: the serial of the ESAM."""
        if (command.p1, command.p2) != (0x00, 0x03):
            return apdu.WRONG_P1_P2
        if command.data or command.le is None:
            return apdu.WRONG_LENGTH
        return command.wants(4) or self._image()["chip-serial"] + OK

    def _read_vehicle(self, command: ReceivedCommand) -> bytes:
        """`00B4`: answer the first bytes of the vehicle file, encrypted; data: random 8, length 1, key id 1."""
        if command.p1 or command.p2:
            return apdu.WRONG_OFFSET
        if len(command.data) != 10:
            return apdu.WRONG_LENGTH
        if self._directory.file_id != APPLICATION:
            return apdu.CONDITIONS
        challenge, length, key_id = command.data[:8], command.data[8], command.data[9]
        suite, image = self._suite, self._image()
        if key_id != _KEY_IDS[suite]:
            return apdu.NO_KEY
        if not 1 <= length <= VEHICLE_LENGTH:
            return apdu.BAD_DATA
        check_code = vehicle_check_code(suite, challenge)
        cipher = encrypt_vehicle_file(suite, image["key-decryption"], check_code, image["vehicle"][:length])
        return command.wants(len(cipher)) or cipher + OK


def personalised(profile: TagProfile) -> bytes:
    """Write a profile into the image of a new tag."""
    image = Image(VirtualTag.LAYOUT)
    image.put("mac-id", profile.mac_id)
    image.put("chip-serial", profile.chip_serial)
    image.put_number("status", profile.status)
    image.put_number("algorithm", profile.suite.algorithm_id)
    for name, purpose in _KEYS.values():
        root = profile.keys.root(purpose, profile.suite)
        image.put(name, diversify_chain(profile.suite, root, *profile.factors))
    image.put("system", profile.system)
    image.put("vehicle", profile.vehicle)
    image.put("ef04", profile.ef04)
    return bytes(image)
