"""The centre's signed documents on the device: the current and the next of each kind, and what they say.

One file per version, never changed. Which one holds is a function of the files and the time, so that there is nothing
to switch over and nothing that a cut could leave half done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import Final, TypeVar

from laneside.contract.exchange import VersionReport
from laneside.contract.parameters import DocumentKind, Parameters, SignedDocument, StatusListFull, TariffTable
from laneside.contract.signing import canonical, document_bytes, parse, verify
from laneside.errors import ContractError, SignatureError
from laneside.sync.folder import Folder
from laneside.tariff import check_table

Content = Parameters | TariffTable | StatusListFull
T = TypeVar("T", Parameters, TariffTable, StatusListFull)

_TYPES: Final[dict[DocumentKind, type[Content]]] = {
    DocumentKind.PARAMETERS: Parameters,
    DocumentKind.TARIFF: TariffTable,
    DocumentKind.STATUS_LIST: StatusListFull,
}

_PREFIXES: Final = tuple(f"{kind}-" for kind in DocumentKind)


class Offer(StrEnum):
    """What became of a document that was offered."""

    TAKEN = "taken"
    OLD = "old"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    document: SignedDocument
    content: Content

    @property
    def version(self) -> int:
        return self.document.version

    def holds(self, now: datetime) -> bool:
        return self.document.activates_at <= now


class DocumentStore:
    """Keep documents that carry the pinned centre's signature; versions only rise. Any thread may ask.

    ``now`` is the terminal's time, which never runs below the journal's last entry. A damaged file counts as absent, so
    that the version before it holds until the document is fetched again; ``damaged`` names what was found so.
    """

    def __init__(self, folder: Folder, *, centre_key: bytes, station_hex: str) -> None:
        self._folder = folder
        self._centre_key = centre_key
        self._station_hex = station_hex
        self._lock = Lock()
        self._held: dict[DocumentKind, list[_Held]] = {kind: [] for kind in DocumentKind}
        self._floor = dict.fromkeys(DocumentKind, 0)
        self.damaged: tuple[str, ...] = self._load()

    # --- taking in

    def offer(self, document: SignedDocument, now: datetime) -> Offer:
        """Check and keep one document. Raises SignatureError, ContractError, and OSError when it can't be written.

        A document that becomes valid only after another one which is still to come has to wait (LATER): the device
        keeps one next version, and the earlier one must have its time.
        """
        held = self._checked(document)
        with self._lock:
            if document.version <= self._newest(document.kind):
                return Offer.OLD
            following = self._next(document.kind, now)
            if following is not None and following.document.activates_at < document.activates_at:
                return Offer.LATER
            self._folder.write(_name(document), canonical(document))
            self._held[document.kind].append(held)
            self._prune(document.kind, now)
            return Offer.TAKEN

    def newest(self, kind: DocumentKind) -> int:
        """Return the highest version on the device; 0 if there is none."""
        with self._lock:
            return self._newest(kind)

    # --- asking

    def current(self, kind: DocumentKind, now: datetime) -> SignedDocument | None:
        """Return the document that holds now; None if none was ever received."""
        held = self._current_held(kind, now)
        return None if held is None else held.document

    def parameters(self, now: datetime) -> Parameters | None:
        """Return the parameters that hold now."""
        return self._content(DocumentKind.PARAMETERS, now, Parameters)

    def tariff(self, now: datetime) -> tuple[TariffTable, int] | None:
        """Return the fee table that holds now, with its document's version."""
        held = self._current_held(DocumentKind.TARIFF, now)
        if held is None:
            return None
        assert isinstance(held.content, TariffTable)
        return held.content, held.version

    def status_list(self, now: datetime) -> StatusListFull | None:
        """Return the status list that holds now."""
        return self._content(DocumentKind.STATUS_LIST, now, StatusListFull)

    def next_start(self, kind: DocumentKind, now: datetime) -> datetime | None:
        """Return when the document after the current one becomes active; None without one."""
        with self._lock:
            following = self._next(kind, now)
        return None if following is None else following.document.activates_at

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
            self._held[kind].sort(key=lambda held: held.version)
        return tuple(damaged)

    def _checked(self, document: SignedDocument) -> _Held:
        verify(self._centre_key, document.signature, document_bytes(document))
        if document.activates_at.tzinfo is None or document.version <= 0:
            raise ContractError(f"{document.kind}: a version above 0 and an aware activation time are wanted")
        content = parse(document.body, _TYPES[document.kind])
        if isinstance(content, Parameters) and content.station.station_hex != self._station_hex:
            raise ContractError(f"parameters of station {content.station.station_hex} came to {self._station_hex}")
        if isinstance(content, TariffTable) and (faults := check_table(content)):
            raise ContractError(f"tariff {document.version}: {'; '.join(faults)}")
        return _Held(document=document, content=content)

    def _newest(self, kind: DocumentKind) -> int:
        return max((held.version for held in self._held[kind]), default=0)

    def _current_held(self, kind: DocumentKind, now: datetime) -> _Held | None:
        with self._lock:
            return self._current(kind, now)

    def _current(self, kind: DocumentKind, now: datetime) -> _Held | None:
        """Return the highest version that holds; one that has held before goes on, even if the clock is set back."""
        valid = [held for held in self._held[kind] if held.holds(now) or held.version <= self._floor[kind]]
        if not valid:
            return None
        current = valid[-1]
        self._floor[kind] = max(self._floor[kind], current.version)
        return current

    def _next(self, kind: DocumentKind, now: datetime) -> _Held | None:
        current = self._current(kind, now)
        floor = 0 if current is None else current.version
        return next((held for held in self._held[kind] if held.version > floor), None)

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
            current=None if current is None else current.version,
            next=None if following is None else following.version,
            next_activates_at=None if following is None else following.document.activates_at,
        )


def _name(document: SignedDocument) -> str:
    return f"{document.kind}-{document.version:010d}.json"
