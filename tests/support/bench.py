"""Card, tag and PSAM on a bench: real virtual chips behind wires that can be cut at a chosen exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random

from laneside.card.apdu import Device
from laneside.card.channel import TagPresence
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.reader.apdu import ApduReader
from laneside.reader.port import Pair, Presented, PurchaseOrder
from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import Chip
from laneside.virtual.chips.memory import RamMemory
from laneside.virtual.chips.profiles import CardProfile, PsamProfile, TagProfile, passage_file
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag

START = datetime(2024, 5, 6, 6, 30, 15, tzinfo=UTC)
ISSUER = bytes.fromhex("B8CACBE062010001")
NUMBER = "2219230200000001"
SERIAL = "6201012300004567"
TERMINAL = bytes.fromhex("620100001234")
PLATE = bytes.fromhex("B8CA41313233343500000000")
CAPP_BEFORE = bytes.fromhex(
    "AA2900 6201 0C0D 01 66380000 01 04 000000 00000000 B8CA41313233343500000000 00 00 000000 FF 00000000"
)
CAPP_AFTER = bytes.fromhex(
    "AA2900 6201 0A0B 11 663878F7 01 06 000000 00000000 B8CA41313233343500000000 00 00 000000 FF 000004E2"
)
"""The worked image of spec/icc.md 5.4."""


def issue_info(*, sm4: bool = False, number: str = NUMBER, length: int = 50) -> bytes:
    """Write a 0015 file: stored-value card, 甘A12345, blue, class 1."""
    head = ISSUER + bytes((0x16, 0x50 if sm4 else 0x40)) + bytes.fromhex("6201" + number + "2023010120330101")
    return (head + PLATE + bytes.fromhex("000001") + bytes(7))[:length]


def system_file(*, sm4: bool = False, serial: str = SERIAL) -> bytes:
    """Write an EF01: installed, valid."""
    head = ISSUER + bytes((0x00, 0x50 if sm4 else 0x40)) + bytes.fromhex(serial + "2023010120330101" + "01")
    return head.ljust(99, b"\xff")


VEHICLE_FILE = bytes.fromhex(
    "B8CA41313233343500000000 0000 01 00 01F4 14 12 04 02 001B 000005"
    "B2E2CAD4000000000000000000000000 54455354454E47494E45000000000000"
).ljust(79, b"\x00")
"""The 59 bytes of spec/psam-and-crypto.md 8.4 with their reserved tail."""


class Side(Enum):
    """Where a cut falls: the chip has not seen the command, or it has acted and its answer is lost."""

    BEFORE = "before"
    AFTER = "after"


class Span(Enum):
    """How long a cut lasts: this one exchange, or until the bench is mended."""

    BLINK = "blink"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Cut:
    """Break the ``at``-th exchange from now on, counted from 0 over all wires."""

    at: int
    side: Side
    span: Span


class BenchClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.slept_s)

    def monotonic_s(self) -> float:
        return self.slept_s

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


class Wire:
    """A channel to one chip."""

    def __init__(self, bench: Bench, device: Device, chip: Chip) -> None:
        self._bench, self._device, self._chip = bench, device, chip
        self._open = True
        chip.power_on()

    def transmit(self, command: bytes) -> bytes:
        if not self._open:
            raise LinkLostError(f"{self._device}: closed")
        return self._bench.carry(self, self._device, self._chip, command)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._chip.power_off()


@dataclass(slots=True)
class Bench:
    """Chips that come and go, everything that was sent, and one cut at a time."""

    card: Chip | None
    tag: VirtualTag | None
    psam: Chip | None
    media: dict[Device, RamMemory] = field(default_factory=dict)
    card_in_tag: bool = True
    clock: BenchClock = field(default_factory=BenchClock)
    sent: list[tuple[Device, str]] = field(default_factory=list)
    cut: Cut | None = None
    dead: bool = False
    on_sleep: Callable[[], None] | None = None
    _armed_at: int = 0

    # wires

    def arm(self, cut: Cut | None) -> None:
        """Count exchanges from here to the cut."""
        self.cut, self._armed_at = cut, len(self.sent)

    def mend(self) -> None:
        """Let every wire carry again."""
        self.cut, self.dead = None, False

    def carry(self, wire: Wire, device: Device, chip: Chip, command: bytes) -> bytes:
        if self.dead:
            raise LinkLostError(f"{device}: dead")
        self.sent.append((device, command.hex().upper()))
        if self.cut is None or len(self.sent) - 1 - self._armed_at != self.cut.at:
            return chip.transmit(command)
        if self.cut.side is Side.AFTER:
            chip.transmit(command)
        self.dead = self.cut.span is Span.DEAD
        wire.close()
        raise LinkLostError(f"{device}: cut")

    def open_card(self) -> Wire:
        return self._open(Device.CARD, self.card)

    def open_tag(self) -> tuple[TagPresence, Wire]:
        wire = self._open(Device.TAG, self.tag)
        assert self.tag is not None
        return self.tag.presence(self.card_in_tag and self.card is not None), wire

    def open_psam(self) -> Wire:
        return self._open(Device.PSAM, self.psam)

    def _open(self, device: Device, chip: Chip | None) -> Wire:
        if chip is None or self.dead:
            raise NothingPresentedError(f"no {device.value}")
        return Wire(self, device, chip)

    # readers

    def reader(self, *, with_tag: bool = True) -> ApduReader:
        """Make a reader that knows nothing of earlier ones, as after a restart."""
        return ApduReader(
            open_card=self.open_card,
            open_tag=self.open_tag if with_tag else None,
            open_psam=self.open_psam,
            clock=self.clock,
            random_bytes=Random(7).randbytes,
        )

    # facts, looked at through a twin with power of its own

    def facts(self) -> Facts:
        """Look at the chips' memory without touching their sessions."""
        card = VirtualCard.load(RamMemory(self.media[Device.CARD].read()), random_bytes=bytes)
        card.power_on()
        card.transmit(bytes.fromhex("00A40000021001"))
        log = card.transmit(bytes.fromhex("00B201C417"))
        return Facts(
            balance_fen=int.from_bytes(card.transmit(bytes.fromhex("805C000204"))[:4], "big"),
            capp=card.transmit(bytes.fromhex("00B201CC2B"))[:-2],
            counter=int.from_bytes(log[:2], "big") if log.endswith(b"\x90\x00") else None,
            tag_copy=self._tag_copy(),
        )

    def _tag_copy(self) -> bytes:
        if Device.TAG not in self.media:
            return b""
        tag = VirtualTag.load(RamMemory(self.media[Device.TAG].read()), random_bytes=bytes)
        tag.power_on()
        for select in ("00A4000002DF01", "00A4000002EF04"):
            tag.transmit(bytes.fromhex(select))
        return tag.transmit(bytes.fromhex("00B0013F27"))[:-2]

    def card_proof(self, counter_after: int) -> tuple[bytes, bytes] | None:
        """Ask a twin of the card for (TAC, MAC2) of a debit; None when it has none."""
        card = VirtualCard.load(RamMemory(self.media[Device.CARD].read()), random_bytes=bytes)
        card.power_on()
        card.transmit(bytes.fromhex("00A40000021001"))
        answer = card.transmit(bytes.fromhex("805A000902") + counter_after.to_bytes(2, "big") + b"\x08")
        return (answer[4:8], answer[:4]) if answer.endswith(b"\x90\x00") else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the chips hold; ``counter`` is the newest log entry's."""

    balance_fen: int
    capp: bytes
    counter: int | None
    tag_copy: bytes


def card_profile(*, sm4: bool = False, **changes: object) -> CardProfile:
    """Describe the bench's usual card: 1000.00 yuan, counter 0123."""
    usual: dict[str, object] = {
        "issue_info": issue_info(sm4=sm4),
        "balance_fen": 100000,
        "counter": 0x0123,
        "capp": CAPP_BEFORE,
    }
    return CardProfile(**{**usual, **changes})  # type: ignore[arg-type]  # the keys are CardProfile's own


def make_bench(
    *,
    sm4: bool = False,
    card: CardProfile | None = None,
    tag: TagProfile | None = None,
    psam: PsamProfile | None = None,
) -> Bench:
    """Put a card in its tag beside a PSAM."""
    bench = Bench(card=None, tag=None, psam=None)
    put_card(bench, card or card_profile(sm4=sm4))
    put_tag(bench, tag or tag_profile(sm4=sm4))
    put_psam(bench, psam or psam_profile())
    return bench


def tag_profile(*, sm4: bool = False, serial: str = SERIAL, ef04: bytes | None = None) -> TagProfile:
    """Describe the bench's usual tag, whose copies agree with the card."""
    return TagProfile(
        system=system_file(sm4=sm4, serial=serial),
        vehicle=VEHICLE_FILE,
        ef04=passage_file(issue_info(sm4=sm4), CAPP_BEFORE) if ef04 is None else ef04,
        mac_id=bytes.fromhex("02030405"),
    )


def psam_profile(**changes: object) -> PsamProfile:
    """Describe the bench's usual PSAM; its next number is 0000ABCD."""
    usual: dict[str, object] = {
        "serial": bytes.fromhex("62010123456789ABCDEF"),
        "terminal_number": TERMINAL,
        "issuer": ISSUER,
        "next_transaction_number": 0xABCD,
    }
    return PsamProfile(**{**usual, **changes})  # type: ignore[arg-type]  # the keys are PsamProfile's own


def put_card(bench: Bench, profile: CardProfile) -> None:
    """Put another card into the tag."""
    bench.media[Device.CARD] = RamMemory()
    bench.card = VirtualCard.personalise(profile, memory=bench.media[Device.CARD], random_bytes=Random(1).randbytes)


def put_tag(bench: Bench, profile: TagProfile) -> None:
    """Put another tag in front of the reader."""
    bench.media[Device.TAG] = RamMemory()
    bench.tag = VirtualTag.personalise(profile, memory=bench.media[Device.TAG], random_bytes=Random(2).randbytes)


def put_psam(bench: Bench, profile: PsamProfile) -> None:
    """Put another PSAM into the slot."""
    bench.media[Device.PSAM] = RamMemory()
    bench.psam = VirtualPsam.personalise(profile, memory=bench.media[Device.PSAM], random_bytes=Random(3).randbytes)


def order_for(presented: Presented, *, amount_fen: int = 1250, capp_after: bytes = CAPP_AFTER) -> PurchaseOrder:
    """Order the worked exit of spec/icc.md from what was read."""
    return PurchaseOrder(
        record_id="R",
        plate="甘A12345",
        pair=Pair.of(presented),
        amount_fen=amount_fen,
        at=START,
        capp_after=capp_after,
        write_tag=presented.tag is not None,
    )
