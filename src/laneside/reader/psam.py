"""The terminal's PSAM: powered at first use, kept powered across radio sessions, started again after a lost link."""

from __future__ import annotations

from collections.abc import Callable

from laneside.card.apdu import AnswerLostError, Device
from laneside.card.channel import CardChannel
from laneside.card.foreign import USER_CARD_IN_PSAM_SLOT, holds_user_card
from laneside.card.psam import (
    PsamIdentity,
    authorise,
    challenge_for_authorisation,
    is_authorised,
    return_to_application,
    start,
)
from laneside.card.status import ChipRefusedError
from laneside.errors import CodecError, LanesideError, LinkLostError, NothingPresentedError
from laneside.reader.port import PsamAuthorisation, PsamChallenge, PsamState
from laneside.reader.radio_session import run


class _UserCardError(LanesideError):
    """A user card sits where the PSAM belongs."""


def _identity_of(channel: CardChannel) -> PsamIdentity:
    """Start a PSAM; where the chip is no PSAM, see whether it is a user card."""
    chips = {Device.PSAM: channel}
    try:
        return run(start(), chips)
    except (ChipRefusedError, CodecError) as error:
        if run(holds_user_card(Device.PSAM), chips):
            raise _UserCardError(USER_CARD_IN_PSAM_SLOT) from error
        raise


class PsamSlot:
    """One PSAM and what is known of it. Power-off loses its authorisation, so it is closed only when it is lost."""

    def __init__(self, open_psam: Callable[[], CardChannel]) -> None:
        self._open = open_psam
        self._channel: CardChannel | None = None
        self._identity: PsamIdentity | None = None
        self._challenged = False
        self._doubted = False
        self.state = PsamState(present=False, authorised=False, trouble="not started")

    @property
    def channel(self) -> CardChannel:
        """The powered PSAM; only after ``wake`` said that it is present."""
        assert self._channel is not None, "wake the PSAM first"
        return self._channel

    @property
    def challenged(self) -> bool:
        """Whether a challenge waits for the centre's answer; any other use of the PSAM ends it."""
        return self._challenged

    def wake(self) -> PsamState:
        """Bring the PSAM to where it can sign, and say how it is. Ends any session that it holds; never raises."""
        if self._channel is not None and self._identified() and self._ask():
            return self.state
        self._start()
        return self.state

    def doubt(self) -> None:
        """Read the PSAM's numbers again at the next ``wake``, its power kept.

        A card that refuses MAC1 may have been given a terminal number that was garbled when it was read.
        """
        self._doubted = True

    def drop(self, trouble: str) -> None:
        """Give up a PSAM that does not answer; the next ``wake`` starts it again."""
        if self._channel is not None:
            self._channel.close()
        self._channel, self._identity, self._challenged, self._doubted = None, None, False, False
        self.state = PsamState(present=False, authorised=False, trouble=trouble)

    def challenge(self) -> PsamChallenge | None:
        """Take a challenge if the PSAM wants its authorisation. The MF stays selected until the next ``wake``."""
        state = self.wake()
        if not state.present or state.authorised:
            return None
        assert self._channel is not None and self._identity is not None, "it said that it is present"
        self._challenged = True
        try:
            random = run(challenge_for_authorisation(), {Device.PSAM: self._channel})
        except (AnswerLostError, ChipRefusedError) as error:
            self.drop(str(error))
            return None
        return PsamChallenge(
            terminal_number=state.terminal_number,
            serial=state.serial,
            version=self._identity.issue.version,
            key_type=self._identity.issue.key_card_type,
            area=self._identity.application.area,
            random=random,
        )

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Send the centre's APDU to the PSAM that gave the challenge, and see what it can do now.

        A challenge that was ended by anything else is not answered any more: each wrong answer costs the PSAM a try.
        """
        if not self._challenged or self._channel is None:
            return PsamAuthorisation(sw=None, detail="the challenge is over")
        self._challenged = False
        try:
            reply = run(authorise(instruction), {Device.PSAM: self._channel})
        except (AnswerLostError, ChipRefusedError) as error:
            self.drop(str(error))
            return PsamAuthorisation(sw=None, detail=str(error))
        self._ask()
        return PsamAuthorisation(sw=reply.sw, detail=str(reply))

    def _start(self) -> None:
        try:
            self._channel = self._open()
            self._identity = _identity_of(self._channel)
        except (NothingPresentedError, LinkLostError, ChipRefusedError, CodecError, _UserCardError) as error:
            self.drop(str(error) or "no PSAM answers")
            return
        self._ask()

    def _identified(self) -> bool:
        """Return whether the PSAM's numbers are known and not in doubt; read them again where they are."""
        if not self._doubted:
            return True
        assert self._channel is not None, "a powered PSAM"
        try:
            self._identity = _identity_of(self._channel)
        except (LinkLostError, ChipRefusedError, CodecError, _UserCardError) as error:
            self.drop(str(error))
            return False
        self._doubted = self._challenged = False
        return True

    def _ask(self) -> bool:
        """Renew ``state`` from a running PSAM; False when it has gone away."""
        assert self._channel is not None, "a powered PSAM"
        assert self._identity is not None, "a started PSAM"
        region = self._identity.application.area
        chips = {Device.PSAM: self._channel}
        try:
            if self._challenged:
                self._challenged = False
                run(return_to_application(), chips)
            authorised = run(is_authorised(region), chips)
        except (AnswerLostError, ChipRefusedError) as error:
            self.drop(str(error))
            return False
        self.state = PsamState(
            present=True,
            authorised=authorised,
            terminal_number=self._identity.terminal.terminal_number,
            serial=self._identity.issue.serial,
            trouble="" if authorised else "PSAM not authorised",
        )
        return True
