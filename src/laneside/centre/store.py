"""Which store this is, and the place of each terminal's items in it: by this a centre that was put back shows.

The evidence is what carries the centre's own signature and exceeds what the store holds. No HTTP may enter.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from ctypes import CDLL, create_string_buffer
from pathlib import Path
from struct import unpack_from
from typing import Final

import msgspec
from sqlalchemy import Connection, insert, select, update

from laneside.centre.alarms import AlarmKind, Alarms
from laneside.centre.ingest.uploads import Upload
from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import documents, items, store, terminals
from laneside.contract.exchange import CHAIN_START, Receipt, StoreEvidence, StorePlace
from laneside.contract.parameters import DocumentHead
from laneside.contract.signing import chain_after, document_bytes, receipt_bytes, verify
from laneside.errors import SignatureError

_MACHINE_ID: Final = Path("/etc/machine-id")
_AT_FDCWD: Final = -100
_STATX_BTIME: Final = 0x800
_STATX_BYTES: Final = 256
_BTIME_OFFSET: Final = 80
"""Of linux/stat.h: what statx(2) is asked for, and where its answer has it."""


class Store:
    """The store's id and generation, and the numbers of what it holds. Any thread may call."""

    def __init__(
        self,
        database: Database,
        alarms: Alarms,
        *,
        centre_key: bytes,
        random_bytes: Callable[[int], bytes],
        sign_documents: Callable[[Connection, int], None],
    ) -> None:
        self._database = database
        self._alarms = alarms
        self._centre_key = centre_key
        self._random_bytes = random_bytes
        self._sign_documents = sign_documents

    def open(self, file: Path | None) -> None:
        """Find out whether this is the file that was written last; another one is a store of its own.

        ``file`` is the database's, None on an engine that keeps its files itself: there only evidence tells.
        """
        found = "" if file is None else _identity_of(file)
        with self._database.writing() as connection:
            kept = connection.execute(select(store)).mappings().one_or_none()
            if kept is None:
                connection.execute(insert(store).values(store_id=self._new_id(), generation=1, file=found))
            elif kept["file"] != found:
                self._begin_generation(connection, kept["generation"] + 1, file=found, detail="file")

    def place(self, connection: Connection, terminal_id: str) -> StorePlace:
        """Return the place of a terminal's last item; number 0 before the first."""
        own = connection.execute(select(store)).mappings().one()
        query = select(items.c.number, items.c.chain).where(items.c.terminal_id == terminal_id)
        last = connection.execute(query.order_by(items.c.number.desc()).limit(1)).one_or_none()
        number, chain = (0, CHAIN_START) if last is None else last
        return StorePlace(store_id=own["store_id"], generation=own["generation"], number=number, chain=chain)

    def enter(self, connection: Connection, kind: str, upload: Upload) -> StorePlace:
        """Give an item the terminal's next number within the caller's transaction; one that has a number keeps it."""
        terminal_id, subject, digest_hex = upload.terminal_id, upload.subject, upload.digest
        connection.execute(  # elsewhere than on SQLite two uploads of a terminal could take the same number
            select(terminals.c.terminal_id).where(terminals.c.terminal_id == terminal_id).with_for_update()
        )
        last = self.place(connection, terminal_id)
        same = (items.c.terminal_id == terminal_id) & (items.c.kind == kind) & (items.c.subject == subject)
        kept = connection.execute(select(items.c.number, items.c.chain).where(same)).one_or_none()
        if kept is not None:
            return msgspec.structs.replace(last, number=kept[0], chain=kept[1])
        number = last.number + 1
        chain = chain_after(last.chain, number=number, kind=kind, subject=subject, digest_hex=digest_hex)
        row = {"terminal_id": terminal_id, "number": number, "kind": kind, "subject": subject, "digest": digest_hex}
        connection.execute(insert(items), {**row, "chain": chain})
        return msgspec.structs.replace(last, number=number, chain=chain)

    def position(self, terminal_id: str, known: str) -> tuple[StorePlace, bool]:
        """Return the place of a terminal's last item, and whether what the terminal knows is in its chain here."""
        with self._database.reading() as connection:
            return self.place(connection, terminal_id), self._holds(connection, terminal_id, known)

    def weigh(self, terminal_id: str, evidence: StoreEvidence) -> int:
        """Begin a new generation where the evidence shows that this store was put back, and return the generation.

        Raises SignatureError for evidence that this centre never signed.
        """
        for head in evidence.documents:
            verify(self._centre_key, head.signature, document_bytes(head))
        receipt = evidence.receipt
        if receipt is not None:
            verify(self._centre_key, receipt.signature, receipt_bytes(receipt))
            if receipt.terminal_id != terminal_id:
                raise SignatureError("the receipt is another terminal's")
        with self._database.writing() as connection:
            own = self.place(connection, terminal_id).generation
            lost = [head.generation for head in evidence.documents if not _has_document(connection, head)]
            if receipt is not None and isinstance(receipt.place, StorePlace) and not self._has(connection, receipt):
                lost.append(receipt.place.generation)
            if not lost or max(lost) < own:
                return own
            self._begin_generation(connection, max(lost) + 1, detail=f"evidence {terminal_id}")
            return max(lost) + 1

    def _begin_generation(
        self, connection: Connection, generation: int, *, detail: str, file: str | None = None
    ) -> None:
        """Name the store anew, sign the documents again, ring."""
        values = {"store_id": self._new_id(), "generation": generation} | ({} if file is None else {"file": file})
        connection.execute(update(store).values(**values))
        self._sign_documents(connection, generation)
        self._alarms.ring(
            connection, AlarmKind.STORE_PUT_BACK, subject=f"generation {generation}", terminal_id="", detail=detail
        )

    def _has(self, connection: Connection, receipt: Receipt) -> bool:
        assert isinstance(receipt.place, StorePlace)
        known = f"{receipt.place.number} {receipt.place.chain}"
        return self._holds(connection, receipt.terminal_id, known)

    def _holds(self, connection: Connection, terminal_id: str, known: str) -> bool:
        """Return whether this number has this chain here; nothing known, or an unreadable claim, is no objection."""
        number, _, chain = known.partition(" ")
        if not (number.isascii() and number.isdigit() and len(number) < 16) or int(number) == 0:
            return True
        same = (items.c.terminal_id == terminal_id) & (items.c.number == int(number))
        return connection.execute(select(items.c.chain).where(same)).scalar_one_or_none() == chain

    def _new_id(self) -> str:
        return self._random_bytes(16).hex()


def _has_document(connection: Connection, head: DocumentHead) -> bool:
    """Return whether the store holds a document under this signature; no two documents have the same."""
    same = (documents.c.kind == head.kind) & (documents.c.signature == head.signature)
    return connection.execute(select(documents.c.version).where(same)).first() is not None


def _identity_of(file: Path) -> str:
    """Return what tells a database's file from a copy of it: device, inode, birth, machine.

    The file must not be opened for this: closing it would take away SQLite's locks, which belong to the whole process.
    """
    status = file.stat()
    machine = _MACHINE_ID.read_text(encoding="ascii").strip() if _MACHINE_ID.is_file() else ""
    return f"{status.st_dev}:{status.st_ino}:{_born_ns(file)}:{machine}"


def _born_ns(file: Path) -> int:
    """Return when a file was made, as inode numbers are given out again; 0 where the system keeps no such time.

    Linux tells it by statx(2) only, which Python's os does not have.
    """
    statx = getattr(CDLL(None), "statx", None)
    found = create_string_buffer(_STATX_BYTES)
    if statx is None or statx(_AT_FDCWD, os.fsencode(file), 0, _STATX_BTIME, found) != 0:
        return 0
    seconds, nanoseconds = unpack_from("=qI", found.raw, _BTIME_OFFSET)
    return int(seconds) * 1_000_000_000 + int(nanoseconds)
