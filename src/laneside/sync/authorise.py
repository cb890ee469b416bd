"""Fetch a PSAM's authorisation from the centre while the PSAM says that it wants one (spec/psam-and-crypto.md 3)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from laneside.contract.authorisation import (
    PsamAuthorisationReply,
    PsamAuthorisationRequest,
    PsamAuthorisationResult,
)
from laneside.contract.exchange import Refusal
from laneside.errors import LanesideError
from laneside.reader.port import PsamAuthorisation, PsamChallenge
from laneside.sync.centre_client import CentreClient
from laneside.sync.job import StepOutcome, StepResult

RETRY_S: Final = 5.0
"""The field's own interval, which does not grow after failures: every vehicle waits for this."""

AGAIN_S: Final = 0.5
"""How soon it asks again when a radio session came between challenge and answer."""

TRIES_KEPT: Final = 6
"""A PSAM whose counter of wrong answers comes down to fewer is left alone: at 0 it is lost for ever."""

REPORTS_MAX: Final = 8


class PsamPort(Protocol):
    """The two calls of the reader that an authorisation needs; they wait for the radio session that runs."""

    def authorisation_request(self) -> PsamChallenge | None:
        """Take a challenge from a PSAM that wants its authorisation."""
        ...

    def authorise(self, instruction: bytes) -> PsamAuthorisation:
        """Send the centre's 13 bytes to that PSAM."""
        ...


class PsamAuthoriser:
    """Ask every 5 s until the PSAM takes the answer; then ask every 5 s whether it lost it with its power.

    ``lane_id`` returns the lane's GB code, or nothing. ``trouble`` is why the PSAM is not authorised, empty when it is.
    """

    def __init__(self, psam: PsamPort, centre: CentreClient, *, lane_id: Callable[[], str]) -> None:
        self._psam = psam
        self._centre = centre
        self._lane_id = lane_id
        self._reports: deque[PsamAuthorisationResult] = deque(maxlen=REPORTS_MAX)
        self._spared: bytes | None = None
        self.trouble = ""

    def step(self) -> StepResult:
        """Complete one exchange, and report the results of the last ones to the centre."""
        self._report()
        challenge = self._psam.authorisation_request()
        if challenge is None:
            self.trouble = ""
            return StepResult(outcome=StepOutcome.IDLE, wait_s=RETRY_S)
        if challenge.serial == self._spared:
            return StepResult(outcome=StepOutcome.IDLE, wait_s=RETRY_S, trouble=self.trouble)
        try:
            reply = self._centre.authorise_psam(_request(challenge, self._lane_id()))
        except LanesideError as error:
            return self._failed(str(error))
        if isinstance(reply, Refusal):
            return self._failed(f"{reply.code}: {reply.text}")
        return self._answer_psam(challenge, reply)

    def _answer_psam(self, challenge: PsamChallenge, reply: PsamAuthorisationReply) -> StepResult:
        answer = self._psam.authorise(bytes.fromhex(reply.instruction))
        status_word = "" if answer.sw is None else f"{answer.sw:04X}"
        self._reports.append(
            PsamAuthorisationResult(list_number=reply.list_number, status_word=status_word, detail=answer.detail[:200])
        )
        self._report()
        if answer.authorised:
            self.trouble = ""
            return StepResult(outcome=StepOutcome.DONE, wait_s=RETRY_S, subject=reply.list_number)
        if answer.tries_left is not None and answer.tries_left < TRIES_KEPT:
            self._spared = challenge.serial
            return self._failed(f"the PSAM refuses the centre's answers, tries left: {answer.tries_left}", reply)
        return self._failed(answer.detail, reply, wait_s=AGAIN_S if answer.sw is None else RETRY_S)

    def _failed(
        self, trouble: str, reply: PsamAuthorisationReply | None = None, *, wait_s: float = RETRY_S
    ) -> StepResult:
        self.trouble = trouble
        subject = "" if reply is None else reply.list_number
        return StepResult(outcome=StepOutcome.FAILED, wait_s=wait_s, subject=subject, trouble=trouble)

    def _report(self) -> None:
        """Send the results; what can't be sent now goes with a later step, what the centre refuses is dropped."""
        while self._reports:
            try:
                self._centre.report_psam(self._reports[0])
            except LanesideError:
                return
            self._reports.popleft()


def _request(challenge: PsamChallenge, lane_id: str) -> PsamAuthorisationRequest:
    return PsamAuthorisationRequest(
        terminal_number=challenge.terminal_number.hex().upper(),
        psam_number=challenge.serial.hex().upper(),
        psam_version=f"{challenge.version:02X}",
        key_type=f"{challenge.key_type:02X}",
        area_code=challenge.area.hex().upper(),
        random=challenge.random.hex().upper(),
        lane_id=lane_id,
    )
