"""Fetch what the centre decided since last time; independent of what waits to be sent."""

from __future__ import annotations

from typing import Final

from laneside.clock import Clock
from laneside.contract.parameters import DocumentKind, SignedDocument
from laneside.errors import LanesideError
from laneside.sync.centre import CentreClient
from laneside.sync.documents import DocumentStore, Offer
from laneside.sync.step import Outcome, Patience, Step

POLL_S: Final = 60.0


class Downloader:
    """Ask for newer documents of each kind once per step. A kind that fails does not keep the others from coming."""

    def __init__(self, store: DocumentStore, centre: CentreClient, *, clock: Clock, poll_s: float = POLL_S) -> None:
        self._store = store
        self._centre = centre
        self._clock = clock
        self._poll_s = poll_s
        self.patience = Patience(clock)

    def step(self) -> Step:
        """Fetch, verify and keep what is new, if it is time to ask."""
        if self.patience.due_in_s() > 0:
            return self.patience.waiting()
        taken: list[str] = []
        failed: Exception | None = None
        for kind in DocumentKind:
            try:
                taken += self._fetch(kind)
            except (LanesideError, OSError) as error:
                failed = error
        if failed is not None:
            return self.patience.failed(failed, " ".join(taken))
        self.patience.succeed(wait_s=self._poll_s)
        outcome = Outcome.DONE if taken else Outcome.IDLE
        return Step(outcome=outcome, wait_s=self._poll_s, subject=" ".join(taken))

    def _fetch(self, kind: DocumentKind) -> list[str]:
        """Take in the newer documents of one kind and name those that were kept."""
        found = self._centre.documents(kind, after=self._store.newest(kind))
        return [f"{kind}-{document.version}" for document in found if self._keep(kind, document)]

    def _keep(self, kind: DocumentKind, document: SignedDocument) -> bool:
        return document.kind is kind and self._store.offer(document, self._clock.now()) is Offer.TAKEN
