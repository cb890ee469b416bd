"""The heartbeat: the terminal's state with the journal's signed head goes out, the centre's clock comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from laneside.clock import Clock
from laneside.contract.exchange import Heartbeat
from laneside.errors import LanesideError
from laneside.journal import Journal
from laneside.sync.centre import CentreClient
from laneside.sync.clocks import ClockCheck
from laneside.sync.documents import DocumentStore
from laneside.sync.identity import Identity
from laneside.sync.step import Outcome, Patience, Step

PERIOD_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalState:
    """What only the terminal knows of itself: who works which lane, the PSAM, debits whose end is unknown."""

    open_debits: int = 0
    operator_id: str | None = None
    shift: int | None = None
    lane_hex: str | None = None
    psam_authorised: bool | None = None


class Heart:
    """Beat every ``period_s`` seconds; after a failure with patience. ``state`` is asked at each beat."""

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
        self.clock_check = ClockCheck()
        self.patience = Patience(clock)

    def step(self) -> Step:
        """Send one heartbeat if it is time."""
        if self.patience.due_in_s() > 0:
            return self.patience.waiting()
        try:
            self._beat()
        except LanesideError as error:
            return self.patience.failed(error)
        self.patience.succeed(wait_s=self._period_s)
        return Step(outcome=Outcome.DONE, wait_s=self._period_s)

    def _beat(self) -> None:
        sent_at, start_s = self._clock.now(), self._clock.monotonic_s()
        reply = self._centre.heartbeat(self._heartbeat(sent_at))
        travel_s = self._clock.monotonic_s() - start_s
        self.clock_check.note(sent_at=sent_at, travel_s=travel_s, centre_at=reply.at)

    def _heartbeat(self, at: datetime) -> Heartbeat:
        counts, head, state = self._journal.counts(), self._journal.signed_head(self._identity.sign), self._state()
        return Heartbeat(
            terminal_id=self._identity.terminal_id,
            at=at,
            software=self._software,
            unsent_records=counts.records + counts.events,
            unsent_photos=counts.images + counts.photos,
            refused_items=counts.refused,
            open_debits=state.open_debits,
            versions=self._store.versions(at),
            operator_id=state.operator_id,
            shift=state.shift,
            lane_hex=state.lane_hex,
            psam_authorised=state.psam_authorised,
            journal_seq=head.seq,
            journal_hash=head.hash_hex,
            journal_signature=head.signature,
        )
