"""The heartbeat: the terminal's state and the journal's signed head, by which a journal that went back shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from laneside.clock import Clock
from laneside.contract.exchange import Heartbeat
from laneside.errors import LanesideError
from laneside.journal.journal import Journal
from laneside.sync.centre_client import CentreClient
from laneside.sync.document_store import DocumentStore
from laneside.sync.identity import Identity
from laneside.sync.job import Backoff, StepOutcome, StepResult

PERIOD_S: Final = 300.0


class TerminalState(msgspec.Struct, frozen=True, kw_only=True):
    """What only the terminal knows of itself: who works which lane, the PSAM, debits whose end is unknown."""

    open_debits: int = 0
    operator_id: str | None = None
    shift: int | None = None
    lane_hex: str | None = None
    psam_authorised: bool | None = None


class HeartbeatJob:
    """Send a heartbeat every ``period_s`` seconds; ``state`` is asked for each."""

    def __init__(
        self,
        centre: CentreClient,
        identity: Identity,
        journal: Journal,
        store: DocumentStore,
        *,
        clock: Clock,
        software: str,
        state: Callable[[], TerminalState],
        period_s: float = PERIOD_S,
    ) -> None:
        self._centre = centre
        self._identity = identity
        self._journal = journal
        self._store = store
        self._clock = clock
        self._software = software
        self._state = state
        self._period_s = period_s
        self.backoff = Backoff(clock)

    def step(self) -> StepResult:
        """Send one heartbeat if it is time."""
        if self.backoff.due_in_s() > 0:
            return self.backoff.too_early()
        try:
            self._centre.heartbeat(self._heartbeat())
        except LanesideError as error:
            return self.backoff.failed(error)
        self.backoff.succeed(wait_s=self._period_s)
        return StepResult(outcome=StepOutcome.DONE, wait_s=self._period_s)

    def _heartbeat(self) -> Heartbeat:
        now, counts, state = self._clock.now(), self._journal.counts(), self._state()
        head = self._journal.signed_head(self._identity.sign)
        return Heartbeat(
            terminal_id=self._identity.terminal_id,
            at=now,
            software=self._software,
            unsent_records=counts.records + counts.events,
            unsent_photos=counts.images + counts.photos,
            refused_items=counts.refused,
            open_debits=state.open_debits,
            versions=self._store.versions(now),
            operator_id=state.operator_id,
            shift=state.shift,
            lane_hex=state.lane_hex,
            psam_authorised=state.psam_authorised,
            journal_seq=head.seq,
            journal_hash=head.hash_hex,
            journal_signature=head.signature,
        )
