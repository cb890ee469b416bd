"""The centre's documents as the passage asks for them; the status list is indexed once per version."""

from __future__ import annotations

from datetime import datetime

from laneside.contract.parameters import DocumentKind, Parameters, TariffTable
from laneside.statuslist import StatusListIndex
from laneside.sync import DocumentStore


class StoredDocuments:
    """Ask the document store (a :class:`laneside.passage.ports.Documents`)."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._index: tuple[int, StatusListIndex] | None = None

    def parameters(self, now: datetime) -> Parameters | None:
        """Return the parameters that hold now."""
        return self._store.parameters(now)

    def parameters_start(self, now: datetime) -> datetime | None:
        """Return when the next parameters on the device become active; None where none are to come."""
        return self._store.next_start(DocumentKind.PARAMETERS, now)

    def tariff(self, now: datetime) -> TariffTable | None:
        """Return the fee table that holds now."""
        held = self._store.tariff(now)
        return None if held is None else held[0]

    def status_list(self, now: datetime) -> StatusListIndex | None:
        """Return the status list that holds now."""
        document = self._store.current(DocumentKind.STATUS_LIST, now)
        if document is None:
            return None
        if self._index is None or self._index[0] != document.version:
            full = self._store.status_list(now)
            assert full is not None, "a current document has its content"
            self._index = (document.version, StatusListIndex.build(full))
        return self._index[1]
