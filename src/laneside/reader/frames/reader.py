"""The frame reader: two radio sessions through an integrated reader, and never a second C6 for an open result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from laneside.clock import Clock
from laneside.codec import purchase_time
from laneside.errors import CodecError, LinkLostError, NothingPresentedError
from laneside.reader.frames.conversation import ByteLink, Conversation, Observer, Status, lost
from laneside.reader.frames.debiting import Debiting
from laneside.reader.frames.found import Found, found_by, with_card, with_vehicle
from laneside.reader.port import (
    Capability,
    Intent,
    NotPrepared,
    Outcome,
    Pair,
    Prepared,
    PrepareRefusal,
    Presented,
    PsamState,
    PurchaseOrder,
    TagWrite,
    Unknown,
)
from laneside.rsu import (
    TCP,
    Antenna,
    Dialect,
    SerialCard,
    SerialStatus,
    SerialTag,
    ShortReply,
    TcpCard,
    TcpTag,
    Vehicle,
    Wire,
    orders,
)

STATUS, TAG, VEHICLE, CARD = 0xB0, 0xB2, 0xB3, 0xB4
READER_OK: Final = 0
_CARD_NO_REPLY: Final = frozenset({0x01, 0x08})


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameReaderPolicy:
    """The settings of one integrated reader. Times in seconds; power and channel as the make's manual says."""

    dialect: Dialect = TCP
    bst_interval: int = 10
    tx_power: int = 0x1F
    pll_channel: int = 0
    first_back_off_s: float = 0.5
    back_off_s_max: float = 10.0

    @property
    def step_s(self) -> float:
        """How long one answer may take."""
        return self.dialect.timeouts.step_ms / 1000


@dataclass(slots=True, kw_only=True)
class _BackOff:
    """Wait longer after each failed connection."""

    due_s: float = 0.0
    next_s: float = field(default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    token: int
    found: Found
    intent: Intent


class FrameReader:
    """Drive an integrated reader. One call at a time; ``open_link`` raises LinkLostError when nothing is attached."""

    def __init__(
        self,
        *,
        open_link: Callable[[], ByteLink],
        clock: Clock,
        policy: FrameReaderPolicy | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._open_link = open_link
        self._clock = clock
        self._policy = policy or FrameReaderPolicy()
        self._dialect = self._policy.dialect
        self._observer = observer
        self._lock = Lock()
        self._talk: Conversation | None = None
        self._back_off = _BackOff()
        self._refused = False
        self._pending: _Pending | None = None
        self._last_token = 0

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything but the wallet log, of which frames tell nothing."""
        return frozenset({Capability.TAG, Capability.PROVE, Capability.REWRITE_TAG})

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._pending = None
            self._hang_up()

    def status(self) -> PsamState:
        """Return what the reader last said of its PSAM; answers heartbeats and reconnects while nothing else runs."""
        if not self._lock.acquire(blocking=False):
            return self._psam_state()
        try:
            self._connected().pump()
        except LinkLostError:
            self._hang_up()
        finally:
            self._lock.release()
        return self._psam_state()

    def read(self, *, search_s: float) -> Presented:
        """Read tag and card in a session of their own. Raises NothingPresentedError, LinkLostError."""
        with self._lock:
            self._pending = None
            found = self._search(search_s, lambda found: found.issue is not None or bool(found.card_trouble))
            self._rest(found)
            return found.presented(self._psam_state())

    def prepare(self, order: PurchaseOrder, *, search_s: float) -> Prepared | NotPrepared:
        """Find the same pair again; no debit is begun, so N and the SAM's number are not known yet."""
        with self._lock:
            self._pending = None
            try:
                found = self._search(search_s, lambda found: found.issue is not None)
            except NothingPresentedError as error:
                return NotPrepared(refusal=PrepareRefusal.NOTHING_PRESENTED, detail=str(error))
            except LinkLostError as error:
                self._hang_up()
                return NotPrepared(refusal=PrepareRefusal.LINK_LOST, detail=str(error))
            refusal = self._refusal(order, found)
            if refusal is not None:
                self._rest(found)
                return refusal
            return self._ready(order, found)

    def commit(self, prepared: Prepared) -> Outcome:
        """Send C6 once and take its answer, or prove at once what became of it."""
        with self._lock:
            pending, self._pending = self._pending, None
            if pending is None or pending.token != prepared.token or self._talk is None:
                return Unknown(detail="this purchase is not open any more")
            try:
                return self._debiting(self._talk).purchase(pending.found, pending.intent)
            except LinkLostError as error:
                self._hang_up()
                return self._compared(pending.intent, search_s=self._policy.step_s, why=str(error))
            finally:
                self._rest(pending.found)

    def prove(self, intent: Intent, *, search_s: float) -> Outcome:
        """Find the tag again, compare card and 0019 with the intent, and fetch the TAC where the reader still can."""
        with self._lock:
            self._pending = None
            return self._compared(intent, search_s=search_s, why="proof")

    def rewrite_tag(self, intent: Intent, *, search_s: float) -> TagWrite:
        """Find the tag by its contract serial and write its copy of 0019 again; the card is not touched."""
        if intent.contract_serial is None:
            return TagWrite.FAILED
        with self._lock:
            self._pending = None
            try:
                found = self._search(search_s, lambda found: found.system.contract_serial == intent.contract_serial)
                return self._debiting(self._connected()).write_tag(found, intent)
            except (NothingPresentedError, LinkLostError):
                return TagWrite.UNKNOWN

    # --- the connection

    def _connected(self) -> Conversation:
        """Return the conversation, opened and initialised. Raises LinkLostError, at once while it is too early."""
        if self._talk is not None:
            return self._talk
        now_s = self._clock.monotonic_s()
        if now_s < self._back_off.due_s:
            raise LinkLostError("the reader is not attached; the next try comes soon")
        try:
            talk = Conversation(self._open_link(), self._dialect, self._clock, observer=self._observer)
            self._talk = talk
            self._initialise(talk)
        except LinkLostError:
            self._hang_up()
            wait_s = self._back_off.next_s or self._policy.first_back_off_s
            self._back_off = _BackOff(due_s=now_s + wait_s, next_s=min(2 * wait_s, self._policy.back_off_s_max))
            raise
        self._back_off = _BackOff()
        return talk

    def _initialise(self, talk: Conversation) -> None:
        now = self._clock.now()
        talk.send(
            orders.init(
                self._dialect,
                unix_time_s=int(now.timestamp()),
                date_time=purchase_time(now),
                bst_interval=self._policy.bst_interval,
                tx_power=self._policy.tx_power,
                pll_channel=self._policy.pll_channel,
            )
        )
        if talk.expect({STATUS}, obu_id=None, timeout_s=self._policy.step_s) is None:
            raise lost("C0")

    def _hang_up(self) -> None:
        if self._talk is not None:
            self._talk.close()
            self._talk = None

    def _psam_state(self) -> PsamState:
        status: Status | None = None if self._talk is None else self._talk.status
        if status is None:
            return PsamState(present=False, authorised=False, trouble="the reader is not attached")
        number, authorised = _psam_of(status)
        return PsamState(
            present=status.status == READER_OK and bool(number),
            authorised=authorised and not self._refused,
            terminal_number=number,
            trouble="" if status.status == READER_OK else f"reader status {status.status:02X}",
        )

    # --- the radio session

    def _search(self, search_s: float, wanted: Callable[[Found], bool]) -> Found:
        """Search until a tag is held of which enough could be read. Raises NothingPresentedError, LinkLostError."""
        deadline_s = self._clock.monotonic_s() + search_s
        seen: Found | None = None
        while True:
            seen = self._find_once(deadline_s) or seen
            if seen is not None and wanted(seen):
                return seen
            if self._clock.monotonic_s() >= deadline_s:
                break
        if seen is None:
            raise NothingPresentedError("no tag answered the reader")
        return seen

    def _find_once(self, deadline_s: float) -> Found | None:
        """Take one tag as far as it can be read. A lost link is mended within the search."""
        try:
            talk = self._connected()
            talk.send(Antenna(state=1))
            left_s = max(deadline_s - self._clock.monotonic_s(), self._policy.step_s / 4)
            tag = talk.expect({TAG}, obu_id=None, timeout_s=left_s)
            if not isinstance(tag, SerialTag | TcpTag) or tag.error:
                return None
            return self._read_files(talk, found_by(tag, self._dialect))
        except CodecError:
            return None
        except LinkLostError:
            self._hang_up()
            if self._clock.monotonic_s() >= deadline_s:
                raise
            self._clock.sleep(self._policy.first_back_off_s)
            return None

    def _read_files(self, talk: Conversation, found: Found) -> Found | None:
        """Ask with C1 for vehicle and card, in the order of the dialect; None when the tag falls silent."""
        talk.send(orders.go_on(self._dialect, found.obu_id, found.region))
        while True:
            message = talk.expect({VEHICLE, CARD}, obu_id=found.obu_id, timeout_s=self._policy.step_s)
            match message:
                case Vehicle():
                    found = self._with_vehicle(talk, found, message)
                case ShortReply(number=number) if number == VEHICLE:
                    found = self._with_vehicle(talk, found, message)
                case SerialCard() | TcpCard():
                    return self._with_card(found, message)
                case ShortReply(number=number) if number == CARD:
                    return self._with_card(found, message)
                case _:
                    return None

    def _with_vehicle(self, talk: Conversation, found: Found, message: Vehicle | ShortReply) -> Found:
        found = with_vehicle(found, message)
        self._refused = found.psam_refused
        if self._dialect.wire is Wire.SERIAL:
            talk.send(orders.go_on(self._dialect, found.obu_id, found.region))
        return found

    def _with_card(self, found: Found, message: SerialCard | TcpCard | ShortReply) -> Found | None:
        if message.error in _CARD_NO_REPLY:
            return None
        return with_card(found, message, self._dialect)

    def _rest(self, found: Found) -> None:
        """Let go of the tag and switch the antenna off until the next session."""
        if self._talk is None:
            return
        try:
            self._talk.send(orders.search_again(found.obu_id))
            self._talk.send(Antenna(state=0))
        except LinkLostError:
            self._hang_up()

    # --- the purchase

    def _refusal(self, order: PurchaseOrder, found: Found) -> NotPrepared | None:
        pair, psam, card = order.pair, self._psam_state(), found.card
        if not psam.authorised:
            return NotPrepared(refusal=PrepareRefusal.PSAM_NOT_AUTHORISED, detail=psam.trouble)
        if card is None:
            return NotPrepared(refusal=PrepareRefusal.NOTHING_PRESENTED, detail=found.card_trouble)
        if not _same_pair(pair, found):
            return NotPrepared(refusal=PrepareRefusal.PAIR_CHANGED, detail="another card or tag, or 0019 has changed")
        if card.issue.is_stored_value and card.balance_fen < order.amount_fen:
            return NotPrepared(refusal=PrepareRefusal.BALANCE_SHORT, detail="balance below the amount")
        return None

    def _ready(self, order: PurchaseOrder, found: Found) -> Prepared:
        intent = Intent(
            card_id=order.pair.card_id,
            contract_serial=found.system.contract_serial,
            mac_id=found.obu_id,
            counter=None,
            balance_before_fen=found.balance_fen,
            amount_fen=order.amount_fen,
            capp_before=found.capp,
            capp_after=order.capp_after,
            write_tag=order.write_tag and bool(found.ef04),
            terminal_number=self._psam_state().terminal_number,
            transaction_number=None,
            purchase_time=purchase_time(order.at),
            mac1=None,
            algorithm=None,
            key_index=None,
            key_version=None,
        )
        self._last_token += 1
        self._pending = _Pending(token=self._last_token, found=found, intent=intent)
        return Prepared(intent=intent, token=self._last_token)

    def _debiting(self, talk: Conversation) -> Debiting:
        return Debiting(talk=talk, dialect=self._dialect)

    def _compared(self, intent: Intent, *, search_s: float, why: str) -> Outcome:
        """Look at the card again through a fresh B4; another card, or none, settles nothing."""
        try:
            found = self._search(search_s, lambda found: found.issue is not None)
        except (NothingPresentedError, LinkLostError) as error:
            return Unknown(detail=f"{why}; then {error}")
        try:
            return self._debiting(self._connected()).judge(found, intent)
        except LinkLostError as error:
            self._hang_up()
            return Unknown(detail=f"{why}; then {error}")
        finally:
            self._rest(found)


def _same_pair(pair: Pair, found: Found) -> bool:
    """Compare what frames tell of a pair; of the counter they tell nothing before the debit."""
    card = found.card
    assert card is not None
    same_tag = pair.contract_serial in (None, found.system.contract_serial)
    return same_tag and (card.card_id, card.capp) == (pair.card_id, pair.capp)


def _psam_of(status: Status) -> tuple[bytes, bool]:
    """Return terminal number and authorisation of the first PSAM.

    The old dialect's byte does not tell (spec/unknowns.md 34): only an error 2E does.
    """
    if isinstance(status, SerialStatus):
        return status.terminal_number, True
    if not status.psams:
        return b"", False
    return status.psams[0].terminal_number, status.psams[0].authorised == 0
