"""The tag: system information, vehicle file through the PSAM, passage block and its copy of 0019 (spec/obu.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from laneside.card.apdu import ChipFlow, Command, Device, ask
from laneside.card.files import MASTER_FILE, ReadBinary, UpdateBinary, select
from laneside.card.psam import KEY_FOR_SM4_VEHICLE, KEY_FOR_TDES_VEHICLE, Decrypt, DeriveKey
from laneside.card.status import ChipRefusedError, Meaning
from laneside.codec.tag import (
    CAPP_COPY_LENGTH,
    CAPP_COPY_OFFSET,
    PASSAGE_BLOCK_LENGTH,
    PASSAGE_BLOCK_OFFSET,
    PassageBlock,
    SystemInfo,
    VehicleInfo,
    parse_vehicle,
)

TOLL_DIRECTORY: Final = bytes.fromhex("DF01")
PASSAGE_FILE: Final = bytes.fromhex("EF04")
SYSTEM_LENGTH: Final = 27
VEHICLE_LENGTHS: Final = (79, 59)
"""The whole vehicle file, and its passenger part for tags that give no more (spec/obu.md 4 and 7.2)."""

CIPHER_LENGTH_MAX: Final = 240
"""The longest cipher of whole blocks, 8 bytes of 3DES or 16 of SM4, that fits into the data of one APDU."""

GBK_LEAD_MIN: Final = 0x81
"""A plate starts with a Chinese character, so the file's first byte is at least this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecureRead(Command):
    """The secure read ``00 B4``: the vehicle file comes back encrypted (section 7.2)."""

    NAME: ClassVar[str] = "tag secure read"
    challenge: bytes
    length: int
    key_id: int

    def __post_init__(self) -> None:
        """Hold the challenge to its eight bytes."""
        assert len(self.challenge) == 8, "eight random bytes"

    @property
    def header(self) -> bytes:
        """``00 B4 00 00``."""
        return bytes.fromhex("00B40000")

    @property
    def data(self) -> bytes:
        """Challenge, plain length, key id."""
        return self.challenge + bytes((self.length, self.key_id))


def read_system() -> ChipFlow[SystemInfo]:
    """Read EF01 of the MF up to the removal flag, 27 bytes. Raises ChipRefusedError, CodecError."""
    yield from select(Device.TAG, MASTER_FILE)
    reply = yield from ask(Device.TAG, ReadBinary(sfi=0x01, length=SYSTEM_LENGTH))
    return SystemInfo.from_bytes(reply.expect(SYSTEM_LENGTH))


def read_vehicle(system: SystemInfo, challenge: bytes) -> ChipFlow[VehicleInfo]:
    """Read the vehicle file: cipher from the tag, plaintext from the PSAM. Raises ChipRefusedError, CodecError.

    The check code inside is not verified: how it is built is not published (spec/unknowns.md 22).
    """
    yield from select(Device.TAG, TOLL_DIRECTORY)
    cipher, length = yield from _read_cipher(challenge, key_id=0x40 if system.is_sm4 else 0x00)
    plain = yield from _decrypt(system, cipher)
    return parse_vehicle(vehicle_file(plain, length=length, sm4=system.is_sm4))


def _read_cipher(challenge: bytes, *, key_id: int) -> ChipFlow[tuple[bytes, int]]:
    """Ask for the whole file, then for its passenger part where the tag gives no more."""
    whole, passenger = VEHICLE_LENGTHS
    length = whole
    reply = yield from ask(Device.TAG, SecureRead(challenge=challenge, length=whole, key_id=key_id))
    if not reply.ok:
        length = passenger
        reply = yield from ask(Device.TAG, SecureRead(challenge=challenge, length=passenger, key_id=key_id))
    cipher = reply.expect()
    if not length < len(cipher) <= CIPHER_LENGTH_MAX:
        raise ChipRefusedError(step=f"{reply.step} gave {len(cipher)} bytes", sw=reply.sw, meaning=Meaning.WRONG_LENGTH)
    return cipher, length


def _decrypt(system: SystemInfo, cipher: bytes) -> ChipFlow[bytes]:
    key = KEY_FOR_SM4_VEHICLE if system.is_sm4 else KEY_FOR_TDES_VEHICLE
    derived = yield from ask(Device.PSAM, DeriveKey(key=key, factors=system.factor + system.region))
    derived.expect()
    reply = yield from ask(Device.PSAM, Decrypt(cipher=cipher))
    return reply.expect()


def vehicle_file(plain: bytes, *, length: int, sm4: bool) -> bytes:
    """Cut the file out of ``LD ‖ check code ‖ file ‖ padding`` (7.3). Raises ChipRefusedError if too short.

    3DES has the file at byte 9. For SM4 the GBK lead byte of the plate decides between 17 and 9; where it fits both
    or neither, the length byte LD does, and 17 in the end.
    """
    start = _sm4_start(plain, length) if sm4 else 9
    content = plain[start : start + length]
    if len(content) != length:
        raise ChipRefusedError(step="tag vehicle file", sw=0x9000, meaning=Meaning.WRONG_LENGTH)
    return content


def _sm4_start(plain: bytes, length: int) -> int:
    fitting = [start for start in (17, 9) if len(plain) > start and plain[start] >= GBK_LEAD_MIN]
    if len(fitting) == 1:
        return fitting[0]
    return 9 if plain[:1] == bytes((length + 8,)) else 17


def read_passage() -> ChipFlow[PassageBlock]:
    """Read the passage block of EF04, offset 314, 91 bytes. Raises ChipRefusedError, CodecError."""
    yield from _select_passage_file()
    reply = yield from ask(Device.TAG, ReadBinary(offset=PASSAGE_BLOCK_OFFSET, length=PASSAGE_BLOCK_LENGTH))
    return PassageBlock.from_bytes(reply.expect(PASSAGE_BLOCK_LENGTH))


def read_capp_copy() -> ChipFlow[bytes]:
    """Read the tag's copy of 0019, 39 bytes as they are. Raises ChipRefusedError."""
    yield from _select_passage_file()
    reply = yield from ask(Device.TAG, ReadBinary(offset=CAPP_COPY_OFFSET, length=CAPP_COPY_LENGTH))
    return reply.expect(CAPP_COPY_LENGTH)


def write_capp_copy(capp: bytes) -> ChipFlow[None]:
    """Write bytes 0-38 of 0019 into EF04, ``00 D6 01 3F 27`` (spec/virtual-and-defaults.md section 4).

    The same bytes twice are harmless. Raises ChipRefusedError.
    """
    yield from _select_passage_file()
    command = UpdateBinary(offset=CAPP_COPY_OFFSET, content=capp[:CAPP_COPY_LENGTH])
    reply = yield from ask(Device.TAG, command)
    reply.expect()


def _select_passage_file() -> ChipFlow[None]:
    """Select EF04, whichever file is selected now."""
    yield from select(Device.TAG, MASTER_FILE)
    yield from select(Device.TAG, TOLL_DIRECTORY)
    yield from select(Device.TAG, PASSAGE_FILE)
