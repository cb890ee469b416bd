"""The file tree of a virtual ETC card and its byte image (spec/icc.md section 1)."""

from __future__ import annotations

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.purchase import diversify_chain
from laneside.virtual.chips.chip import MASTER_FILE, Directory, ElementaryFile, FileKind, Update
from laneside.virtual.chips.memory import Image, SlotLayout
from laneside.virtual.chips.profiles import LOG_LENGTH, LOG_RECORDS, CardProfile, ProofLife, Purpose

APPLICATION = 0x1001
APPLICATION_NAME = bytes.fromhex("A00000000386980701")
DEFAULT_PIN = b"123456"
PIN_TRIES = 3
AUTHENTICATION_TRIES = 15

FLAG_LOCKED = 0x01
FLAG_PROOF_UNTIL_INIT = 0x02

# Record ids with the total length of each record, in the order of their numbers.
COMPOSITE_FILES: dict[int, tuple[tuple[int, int], ...]] = {
    0x19: (
        (0xAA, 43),
        *((record_id, 43) for record_id in range(0xB1, 0xB6)),
        (0xC1, 63),
        (0xC2, 63),
        (0xD1, 96),
        (0xD2, 96),
    ),
    0x1A: tuple((record_id, 30) for record_id in (0x11, 0x12, 0x13, 0x14, 0x15, 0x21, 0x22, 0x23, 0x31, 0x32)),
    0x1B: tuple((record_id, 30) for record_id in (0x11, 0x12, 0x13, 0x14, 0x15, 0x21, 0x22, 0x23, 0x31, 0x32)),
}
_BINARY_LENGTHS = {
    "0001": 40,
    "0008": 128,
    "0009": 512,
    "000A": 255,
    "000C": 255,
    "000E": 255,
    "0011": 39,
    "0012": 40,
    "0015": 50,
    "0016": 55,
    "001C": 255,
    "001D": 255,
}
KEY_FIELDS = {
    (purpose, suite): f"key-{purpose.value}-{suite.value}"
    for purpose in (Purpose.PURCHASE, Purpose.TAC, Purpose.CARD_MAINTENANCE, Purpose.CARD_AUTHENTICATION)
    for suite in Suite
}
TRIES_FIELDS = {suite: f"tries-{suite.value}" for suite in Suite}

LAYOUT = SlotLayout(
    (
        ("flags", 1),
        ("pin", 6),
        ("tries-pin", 1),
        *((name, 1) for name in TRIES_FIELDS.values()),
        *((name, 16) for name in KEY_FIELDS.values()),
        ("balance", 4),
        ("counter", 2),
        ("proof", 11),
        ("length-0015", 1),
        *_BINARY_LENGTHS.items(),
        *((f"{sfi:04X}", sum(length for _, length in records)) for sfi, records in COMPOSITE_FILES.items()),
        ("log-count", 1),
        ("log-newest", 1),
        ("0018", LOG_RECORDS * LOG_LENGTH),
    )
)


def _binary(file_id: int, update: Update = Update.NEVER, length_field: str = "") -> ElementaryFile:
    """Describe a transparent file."""
    return ElementaryFile(file_id=file_id, field=f"{file_id:04X}", update=update, length_field=length_field)


DIRECTORIES = (
    Directory(file_id=MASTER_FILE, name=b"1PAY.SYS.DDF01", files=(_binary(0x0001), _binary(0x0016, Update.MAC))),
    Directory(
        file_id=APPLICATION,
        name=APPLICATION_NAME,
        fci=bytes.fromhex("6F108409") + APPLICATION_NAME + bytes.fromhex("A503880115"),
        files=(
            ElementaryFile(file_id=0x0002, field="balance", kind=FileKind.INTERNAL),
            _binary(0x0008, Update.AUTHENTICATED),
            *(_binary(file_id) for file_id in (0x0009, 0x000A, 0x000C, 0x000E, 0x0011, 0x0012)),
            _binary(0x0015, Update.MAC, "length-0015"),
            ElementaryFile(file_id=0x0018, field="0018", kind=FileKind.CYCLIC),
            *(ElementaryFile(file_id=sfi, field=f"{sfi:04X}", kind=FileKind.RECORDS) for sfi in COMPOSITE_FILES),
            _binary(0x001C),
            _binary(0x001D),
        ),
    ),
)


def record_place(sfi: int, record_id: int) -> tuple[int, int] | None:
    """Return offset and total length of a composite record by its id; None when the file has no such record."""
    offset = 0
    for found, length in COMPOSITE_FILES.get(sfi, ()):
        if found == record_id:
            return offset, length
        offset += length
    return None


def personalised(profile: CardProfile) -> bytes:
    """Write a profile into the image of a new card."""
    image = Image(LAYOUT)
    flags = FLAG_LOCKED * profile.locked | FLAG_PROOF_UNTIL_INIT * (profile.proof_life is ProofLife.NEXT_INIT)
    image.put_number("flags", flags)
    image.put_number("balance", profile.balance_fen)
    image.put_number("counter", profile.counter)
    image.put_number("length-0015", len(profile.issue_info))
    image.put("0015", profile.issue_info)
    _put_secrets(image, profile)
    _put_records(image, profile)
    return bytes(image)


def _put_secrets(image: Image, profile: CardProfile) -> None:
    """Write PIN, tries and the keys of the suites that the card knows."""
    image.put("pin", DEFAULT_PIN)
    image.put_number("tries-pin", PIN_TRIES)
    for suite in profile.suites:
        image.put_number(TRIES_FIELDS[suite], AUTHENTICATION_TRIES)
    for (purpose, suite), name in KEY_FIELDS.items():
        if suite in profile.suites:
            image.put(name, diversify_chain(suite, profile.keys.root(purpose, suite), *profile.factors))


def _put_records(image: Image, profile: CardProfile) -> None:
    """Write composite records with their headers, the passage record, the log and the proof."""
    for sfi, records in COMPOSITE_FILES.items():
        empty = b"".join(bytes((record_id, length - 2)) + bytes(length - 2) for record_id, length in records)
        image.put(f"{sfi:04X}", empty)
    image.put("0019", profile.capp)
    image.put("0018", b"".join(reversed(profile.log)))
    image.put_number("log-count", len(profile.log))
    image.put_number("log-newest", max(0, len(profile.log) - 1))
    if profile.proof is not None:
        proof = profile.proof
        image.put("proof", bytes((proof.transaction_type,)) + proof.counter.to_bytes(2, "big") + proof.mac2 + proof.tac)
