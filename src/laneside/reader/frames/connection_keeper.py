"""The reader as something that is attached, falls silent, is unplugged and comes back; and the PSAM inside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from laneside.clock import Clock
from laneside.codec.bcd import purchase_time
from laneside.errors import LinkLostError, ReaderSilentError, SettingError
from laneside.reader.frames.conversation import STATUS, ByteLink, Conversation, Observer, Status
from laneside.reader.port import PsamAuthorisation, PsamChallenge, PsamState
from laneside.rsu import TCP, C6Form, Dialect, DialectName, Message, orders
from laneside.rsu.replies import (
    Challenge,
    PsamChannel,
    SerialPsamChallenge,
    SerialPsamResult,
    SerialStatus,
    TcpPsamChallenges,
    TcpPsamResult,
    TcpStatus,
)

READER_OK: Final = 0
SERIAL_CHALLENGE, SERIAL_AUTHORISED = 0xBD, 0xBF
TCP_CHALLENGE, TCP_AUTHORISED = 0xBA, 0xBB
INIT_TRIES: Final = 2
UNKNOWN_KEY_TYPE: Final = 0  # BD, unlike BA, does not tell it
NOT_AUTHORISED: Final = "PSAM not authorised"


class FrameReaderPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one integrated reader. Times in seconds; power and channel as the make's manual says.

    ``silence_s_max``: a reader that says nothing for so long is connected again; 0 never does, for a make without
    heartbeats. Raises SettingError for a form of C6 whose second part is not described anywhere.
    """

    dialect: Dialect = TCP
    bst_interval: int = 10
    tx_power: int = 0x1F
    pll_channel: int = 0
    first_back_off_s: float = 0.5
    back_off_s_max: float = 10.0
    silence_s_max: float = 15.0

    def __post_init__(self) -> None:
        """Refuse what could not be sent."""
        if self.dialect.name is DialectName.TCP and self.dialect.c6_form not in (C6Form.FULL, C6Form.BARE):
            form = int(self.dialect.c6_form)
            raise SettingError(f"rsu.c6_form: {form}: what its second part says is not known; 159 and 67 can be sent")

    @property
    def step_s(self) -> float:
        """How long one answer may take."""
        return self.dialect.timeouts.step_ms / 1000

    @property
    def can_write_tag(self) -> bool:
        """Whether a C6 of this reader can carry the tag's copy."""
        return self.dialect.name is DialectName.SERIAL or self.dialect.c6_form is not C6Form.BARE


class ConnectionKeeper:
    """Keep one reader connected. ``open_link`` raises LinkLostError when nothing is attached."""

    def __init__(
        self,
        *,
        open_link: Callable[[], ByteLink],
        clock: Clock,
        policy: FrameReaderPolicy,
        observer: Observer | None,
    ) -> None:
        self._open_link = open_link
        self._clock = clock
        self._policy = policy
        self._observer = observer
        self._talk: Conversation | None = None
        self._due_s = 0.0
        self._wait_s = policy.first_back_off_s
        self._challenged: int | None = None
        self._authorised: bool | None = None
        self._trouble = LinkLostError("the reader is not attached")

    @property
    def dialect(self) -> Dialect:
        """The dialect of this reader."""
        return self._policy.dialect

    def conversation(self) -> Conversation:
        """Return the conversation, opened and initialised, nothing old waiting in it. Ends a PSAM's challenge.

        A reader that is not attached is tried at once: a collector waits. Raises LinkLostError.
        """
        self._challenged = None
        try:
            return self._awake() or self._connect()
        except LinkLostError as error:
            self.hang_up(error)
            raise

    def hang_up(self, trouble: LinkLostError) -> None:
        """Give up the connection; the next use makes a new one."""
        if self._talk is not None:
            self._talk.close()
        self._talk, self._challenged, self._authorised, self._trouble = None, None, None, trouble

    def look(self) -> None:
        """Answer heartbeats, notice silence, connect again when it is time. Never raises for a missing reader."""
        try:
            if self._awake() is None and self._clock.monotonic_s() >= self._due_s:
                self._connect()
        except LinkLostError as error:
            self.hang_up(error)

    def reach(self) -> None:
        """Return when the reader is attached, as it was last seen. Raises the LinkLostError that says what is wrong."""
        if self._talk is None:
            raise self._trouble.with_traceback(None)

    @property
    def firmware(self) -> str:
        """What B0 says of the make: version and maker, and the interface version of the new dialect."""
        status = None if self._talk is None else self._talk.status
        if status is None:
            return ""
        parts = [f"{status.version.hex().upper()}", f"maker {status.maker_id.hex().upper()}"]
        if isinstance(status, TcpStatus):
            parts.append(f"interface {status.interface_version.hex().upper()}")
        return " ".join(parts)

    def begin_session(self) -> Conversation:
        """Return the conversation for a search, with C0 sent once more to a reader whose PSAM was not ready.

        One answer that was lost inside the reader would otherwise stay until a restart. Raises LinkLostError.
        """
        talk = self.conversation()
        if not self.psam.authorised:
            talk.initialise(self._init(), tries=1, timeout_s=self._policy.step_s)
        return talk

    def told_psam(self, *, refused: bool) -> None:
        """Take what a vehicle file's error, or its absence, says of the PSAM's authorisation."""
        self._authorised = not refused

    @property
    def psam(self) -> PsamState:
        """What the reader last said of its PSAM."""
        status = None if self._talk is None else self._talk.status
        if status is None:
            return PsamState(present=False, authorised=False, trouble=str(self._trouble))
        number, authorised = _psam_of(status)
        if self._authorised is not None:
            authorised = self._authorised
        if status.status != READER_OK or not any(number):
            words = self.dialect.words(STATUS, "status", status.status)
            told = f"reader status {status.status:02X}" + (f", {words.en}" if words else "")
            return PsamState(present=False, authorised=False, trouble=told)
        trouble = "" if authorised else NOT_AUTHORISED
        return PsamState(present=True, authorised=authorised, terminal_number=number, trouble=trouble)

    def challenge(self) -> PsamChallenge | None:
        """Take a challenge from a PSAM that wants its authorisation. Never raises for a missing reader."""
        self.look()
        state = self.psam
        if self._talk is None or not state.present or state.authorised:
            return None
        channel = _channel_of(self._talk.status)
        try:
            answer = self._ask(orders.begin_authorisation(self.dialect, channel), SERIAL_CHALLENGE, TCP_CHALLENGE)
        except LinkLostError as error:
            self.hang_up(error)
            return None
        found = _challenge(answer, channel, state.terminal_number)
        self._challenged = None if found is None else channel
        return found

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Hand the centre's APDU to the PSAM whose challenge is open; without one nothing is sent."""
        channel, self._challenged = self._challenged, None
        if channel is None or self._talk is None:
            return PsamAuthorisation(sw=None, detail="the challenge is over")
        try:
            answer = self._ask(orders.authorise(self.dialect, channel, instruction), SERIAL_AUTHORISED, TCP_AUTHORISED)
        except LinkLostError as error:
            self.hang_up(error)
            return PsamAuthorisation(sw=None, detail=str(error))
        if not isinstance(answer, SerialPsamResult | TcpPsamResult):
            return PsamAuthorisation(sw=None, detail="the reader gave no status word")
        result = PsamAuthorisation(sw=int.from_bytes(answer.status_word, "big"), detail=f"error {answer.error:02X}")
        if result.authorised:
            self._authorised = True
        return result

    def _ask(self, message: Message, serial: int, tcp: int) -> Message | None:
        assert self._talk is not None, "a connected reader"
        self._talk.send(message)
        wanted = serial if self.dialect.name is DialectName.SERIAL else tcp
        return self._talk.expect({wanted}, obu_id=None, timeout_s=self._policy.step_s)

    def _awake(self) -> Conversation | None:
        """Return the conversation that is going on, or None."""
        if self._talk is None:
            return None
        self._talk.pump()
        limit_s = self._policy.silence_s_max
        if not limit_s or self._talk.silent_s <= limit_s:
            return self._talk
        self.hang_up(ReaderSilentError(f"the reader said nothing for {limit_s:.0f} s"))
        return None

    def _connect(self) -> Conversation:
        try:
            talk = Conversation(self._open_link(), self.dialect, self._clock, observer=self._observer)
            self._talk = talk
            talk.initialise(self._init(), tries=INIT_TRIES, timeout_s=self._policy.step_s)
        except LinkLostError as error:
            self.hang_up(error)
            self._due_s = self._clock.monotonic_s() + self._wait_s
            self._wait_s = min(2 * self._wait_s, self._policy.back_off_s_max)
            raise
        self._wait_s = self._policy.first_back_off_s
        return talk

    def _init(self) -> Message:
        now = self._clock.now()
        return orders.init(
            self.dialect,
            unix_time_s=int(now.timestamp()),
            date_time=purchase_time(now),
            bst_interval=self._policy.bst_interval,
            tx_power=self._policy.tx_power,
            pll_channel=self._policy.pll_channel,
        )


def _first_psam(status: Status | None) -> PsamChannel | None:
    """Return the first PSAM of a B0 of the new dialect that has a terminal number."""
    if status is None or isinstance(status, SerialStatus):
        return None
    return next((psam for psam in status.psams if any(psam.terminal_number)), None)


def _psam_of(status: Status) -> tuple[bytes, bool]:
    """Return terminal number and authorisation of the PSAM.

    The old dialect's byte does not tell (spec/unknowns.md 34): only an error 2E does.
    """
    if isinstance(status, SerialStatus):
        return status.terminal_number, True
    psam = _first_psam(status)
    return (b"", False) if psam is None else (psam.terminal_number, psam.authorised == 0)


def _channel_of(status: Status | None) -> int:
    if isinstance(status, SerialStatus):
        return status.psam_channel
    psam = _first_psam(status)
    return 0 if psam is None else psam.channel


def _challenge(answer: Message | None, channel: int, terminal_number: bytes) -> PsamChallenge | None:
    """Read BD or BA; None for an answer that gives no challenge."""
    match answer:
        case SerialPsamChallenge(error=0):
            return PsamChallenge(
                terminal_number=terminal_number,
                serial=answer.serial,
                version=answer.version,
                key_type=UNKNOWN_KEY_TYPE,
                area=answer.area,
                random=answer.random,
            )
        case TcpPsamChallenges():
            return next((_of_entry(each) for each in answer.psams if _is_open(each, channel)), None)
        case _:
            return None


def _is_open(entry: Challenge, channel: int) -> bool:
    """Return whether an entry holds a challenge of this PSAM; one that gave none shows zeros."""
    return entry.channel == channel and any(entry.random)


def _of_entry(entry: Challenge) -> PsamChallenge:
    return PsamChallenge(
        terminal_number=entry.terminal_number,
        serial=entry.serial,
        version=entry.version,
        key_type=entry.key_type,
        area=entry.area,
        random=entry.random,
    )
