"""The centre's signed documents on the device: fetched, checked, kept, and what holds at a moment.

One file per version, never changed. Which version holds is a function of the files and the time: nothing is switched
over, and a cut can't leave anything half done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from threading import Event, Lock
from typing import Final, TypeVar

import msgspec

from laneside.clock import Clock
from laneside.contract.exchange import StoreEvidence, VersionReport
from laneside.contract.parameters import (
    DocumentHead,
    DocumentKind,
    Parameters,
    SignedDocument,
    StatusListFull,
    TariffTable,
)
from laneside.contract.signing import canonical, document_bytes, parse, verify
from laneside.errors import ContractError, LanesideError, SignatureError
from laneside.statuslist.index import StatusListIndex
from laneside.sync.centre_client import CentreClient
from laneside.sync.folder import Folder
from laneside.sync.job import Backoff, StepOutcome, StepResult
from laneside.tariff.table import check_table

POLL_S: Final = 60.0

Content = Parameters | TariffTable | StatusListIndex
T = TypeVar("T", Parameters, TariffTable, StatusListIndex)

_PREFIXES: Final = tuple(f"{kind}-" for kind in DocumentKind)


class Offer(StrEnum):
    """What became of a document that was offered."""

    TAKEN = "taken"
    OLD = "old"
    LATER = "later"


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    document: SignedDocument
    content: Content

    @property
    def order(self) -> tuple[int, int]:
        return self.document.order

    def holds(self, now: datetime) -> bool:
        return self.document.activates_at <= now


class DocumentStore:
    """Keep documents that carry the pinned centre's signature (a :class:`laneside.passage.ports.Documents`).

    A higher generation of the centre's store comes first, then the higher version. ``now`` is the terminal's time,
    which never runs below the journal's last entry. A damaged file counts as absent, so that the version before it
    holds until the document is fetched again; ``damaged`` names such files. Any thread may call.

    ``contact_within`` returns for how many seconds the first contact with the centre is worth waiting for now.
    """

    def __init__(
        self, folder: Folder, *, centre_key: bytes, station_hex: str, contact_within: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._folder = folder
        self._contact_within = contact_within
        self._contacted = Event()
        self._centre_key = centre_key
        self._station_hex = station_hex
        # Guards _held and _floor, and makes an offer's file and its place in _held one step. No other lock is taken
        # under it.
        self._lock = Lock()
        self._held: dict[DocumentKind, list[_Held]] = {kind: [] for kind in DocumentKind}
        self._floor = dict.fromkeys(DocumentKind, (0, 0))
        self.damaged: tuple[str, ...] = self._load()

    # --- taking in

    def offer(self, document: SignedDocument, now: datetime) -> Offer:
        """Check and keep one document. Raises SignatureError, ContractError, and OSError when it can't be written.

        A document that becomes valid only after another one which is still to come has to wait (LATER): the device
        keeps one next version, and the earlier one must have its time.
        """
        held = self._checked(document)
        with self._lock:
            newest = self._newest(document.kind)
            if newest is not None and document.order <= newest.order:
                return Offer.OLD
            following = self._next(document.kind, now)
            if _must_wait(document, following):
                return Offer.LATER
            self._folder.write(_name(document), canonical(document))
            self._held[document.kind].append(held)
            self._prune(document.kind, now)
            return Offer.TAKEN

    def newest(self, kind: DocumentKind) -> DocumentHead | None:
        """Return the head of the newest document on the device; None without one."""
        with self._lock:
            held = self._newest(kind)
        return None if held is None else held.document.head

    def contacted(self) -> None:
        """Take note that the centre was asked for everything newer."""
        self._contacted.set()

    # --- asking

    def await_contact(self) -> None:
        """Wait for the first contact as long as it is worth it; at once after it, and where the centre is away."""
        self._contacted.wait(max(0.0, self._contact_within()))

    def parameters(self, now: datetime) -> Parameters | None:
        """Return the parameters that hold now."""
        return self._content(DocumentKind.PARAMETERS, now, Parameters)

    def parameters_start(self, now: datetime) -> datetime | None:
        """Return when the next parameters on the device become active; None where none are to come."""
        with self._lock:
            following = self._next(DocumentKind.PARAMETERS, now)
        return None if following is None else following.document.activates_at

    def tariff(self, now: datetime) -> TariffTable | None:
        """Return the fee table that holds now."""
        return self._content(DocumentKind.TARIFF, now, TariffTable)

    def status_list(self, now: datetime) -> StatusListIndex | None:
        """Return the status list that holds now."""
        return self._content(DocumentKind.STATUS_LIST, now, StatusListIndex)

    def version(self, kind: DocumentKind, now: datetime) -> int | None:
        """Return the version of the document that holds now; None if none was ever received."""
        held = self._current_held(kind, now)
        return None if held is None else held.document.version

    def versions(self, now: datetime) -> tuple[VersionReport, ...]:
        """Report current and next version of each kind, for the heartbeat."""
        return tuple(self._report(kind, now) for kind in DocumentKind)

    # --- inside

    def _load(self) -> tuple[str, ...]:
        damaged = []
        for name in self._folder.names():
            if not name.startswith(_PREFIXES):
                continue
            try:
                held = self._checked(parse(self._folder.read(name) or b"", SignedDocument))
            except (ContractError, SignatureError) as error:
                damaged.append(f"{name}: {error}")
                continue
            self._held[held.document.kind].append(held)
        for kind in DocumentKind:
            self._held[kind].sort(key=lambda held: held.order)
        return tuple(damaged)

    def _checked(self, document: SignedDocument) -> _Held:
        verify(self._centre_key, document.signature, document_bytes(document))
        if document.activates_at.tzinfo is None or document.version <= 0:
            raise ContractError(f"{document.kind}: a version above 0 and an aware activation time are wanted")
        return _Held(document=document, content=self._content_of(document))

    def _content_of(self, document: SignedDocument) -> Content:
        """Parse what a document says; a status list is indexed here, once, and its rows are not kept."""
        if document.kind is DocumentKind.STATUS_LIST:
            return StatusListIndex.build(parse(document.body, StatusListFull))
        if document.kind is DocumentKind.TARIFF:
            table = parse(document.body, TariffTable)
            if faults := check_table(table):
                raise ContractError(f"tariff {document.version}: {'; '.join(faults)}")
            return table
        parameters = parse(document.body, Parameters)
        if parameters.station.station_hex != self._station_hex:
            raise ContractError(f"parameters of station {parameters.station.station_hex} came to {self._station_hex}")
        return parameters

    def _newest(self, kind: DocumentKind) -> _Held | None:
        return self._held[kind][-1] if self._held[kind] else None

    def _current_held(self, kind: DocumentKind, now: datetime) -> _Held | None:
        with self._lock:
            return self._current(kind, now)

    def _current(self, kind: DocumentKind, now: datetime) -> _Held | None:
        """Return the newest that holds; one that has held before goes on, even if the clock is set back."""
        valid = [held for held in self._held[kind] if held.holds(now) or held.order <= self._floor[kind]]
        if not valid:
            return None
        current = valid[-1]
        self._floor[kind] = max(self._floor[kind], current.order)
        return current

    def _next(self, kind: DocumentKind, now: datetime) -> _Held | None:
        current = self._current(kind, now)
        floor = (0, 0) if current is None else current.order
        return next((held for held in self._held[kind] if held.order > floor), None)

    def _prune(self, kind: DocumentKind, now: datetime) -> None:
        """Keep the one before the current, the current and the newest; the others can never hold again."""
        held = self._held[kind]
        current = self._current(kind, now)
        position = 0 if current is None else held.index(current)
        keep = [*held[max(0, position - 1) : position + (current is not None)]]
        if held[-1] not in keep:
            keep.append(held[-1])
        for gone in held:
            if gone not in keep:
                self._folder.remove(_name(gone.document))
        self._held[kind] = keep

    def _content(self, kind: DocumentKind, now: datetime, expected: type[T]) -> T | None:
        held = self._current_held(kind, now)
        if held is None:
            return None
        assert isinstance(held.content, expected)
        return held.content

    def _report(self, kind: DocumentKind, now: datetime) -> VersionReport:
        with self._lock:
            current, following = self._current(kind, now), self._next(kind, now)
        return VersionReport(
            kind=kind,
            generation=0 if current is None else current.document.generation,
            digest="" if current is None else current.document.digest,
            current=None if current is None else current.document.version,
            next=None if following is None else following.document.version,
            next_activates_at=None if following is None else following.document.activates_at,
        )


class Downloader:
    """Ask for newer documents of each kind once per step. A kind that fails does not keep the others from coming."""

    def __init__(self, store: DocumentStore, centre: CentreClient, *, clock: Clock, poll_s: float = POLL_S) -> None:
        self._store = store
        self._centre = centre
        self._clock = clock
        self._poll_s = poll_s
        self.backoff = Backoff(clock)

    def step(self) -> StepResult:
        """Fetch, verify and keep what is new, if it is time to ask."""
        if self.backoff.due_in_s() > 0:
            return self.backoff.too_early()
        taken: list[str] = []
        failed: Exception | None = None
        for kind in DocumentKind:
            try:
                taken += self._fetch(kind)
            except (LanesideError, OSError) as error:
                failed = error
        if failed is not None:
            return self.backoff.failed(failed, " ".join(taken))
        self._store.contacted()
        self.backoff.succeed(wait_s=self._poll_s)
        outcome = StepOutcome.DONE if taken else StepOutcome.IDLE
        return StepResult(outcome=outcome, wait_s=self._poll_s, subject=" ".join(taken))

    def _fetch(self, kind: DocumentKind) -> list[str]:
        """Take in the newer documents of one kind and name those that were kept."""
        held = self._store.newest(kind)
        found = self._centre.documents(kind, held)
        if found is None and held is not None:  # the centre was put back: with its own signature it begins anew
            self._centre.prove(StoreEvidence(documents=(held,)))
            found = self._centre.documents(kind, held)
        if found is None:
            raise ContractError(f"{kind}: the centre knows neither the document on the device nor a later one")
        return [f"{kind}-{document.version}" for document in found if self._keep(kind, document)]

    def _keep(self, kind: DocumentKind, document: SignedDocument) -> bool:
        return document.kind is kind and self._store.offer(document, self._clock.now()) is Offer.TAKEN


def _must_wait(document: SignedDocument, following: _Held | None) -> bool:
    """Return whether an earlier document of the same generation must have its time first."""
    return (
        following is not None
        and following.document.generation == document.generation
        and following.document.activates_at < document.activates_at
    )


def _name(document: DocumentHead) -> str:
    generation = f"{document.generation:06d}-" if document.generation else ""
    return f"{document.kind}-{generation}{document.version:010d}.json"
