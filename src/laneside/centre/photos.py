"""The photos, in a folder, each named by its SHA-256. Nothing is changed in them and nothing is deleted."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Final

from PIL import Image
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from laneside.centre.ingest.intake import Receipts
from laneside.centre.ingest.uploads import Upload
from laneside.centre.storage.database import Database
from laneside.centre.storage.durable import make_folder_durably, sync_folder, write_durably
from laneside.centre.storage.tables import photos
from laneside.centre.store import Store
from laneside.clock import Clock
from laneside.contract.exchange import Receipt, Refusal, Stored, StorePlace

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_JPEG_END: Final = b"\xff\xd9"
_PIXELS_MAX: Final = 25_000_000
_PROGRESSIVE_PIXELS_MAX: Final = 8_000_000
"""A progressive JPEG is held whole while it is decoded, at 6 bytes a pixel; terminals send none."""

DIGEST_MISMATCH: Final = Refusal(
    code="photo-digest", text="照片内容与编号（SHA-256）不符 / the photo's SHA-256 is not the one in its address"
)
NOT_JPEG: Final = Refusal(code="photo-form", text="照片不是 JPEG / the photo is no JPEG")


class Photos:
    """The photo folder and its rows. The file is on disk before its row is."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        clock: Clock,
        *,
        store: Store,
        receipts: Receipts,
    ) -> None:
        self._folder = folder
        self._database = database
        self._clock = clock
        self._places = store
        self._receipts = receipts

    def keep(self, upload: Upload) -> Receipt | Refusal:
        """Keep a photo under its digest; the same photo may come again, from anyone."""
        if upload.digest != upload.subject:
            return DIGEST_MISMATCH
        if not _is_jpeg(upload.body):
            return NOT_JPEG
        self._write_file(upload)
        stored, place = self._write_row(upload)
        return self._receipts.write(upload, stored, place)

    def file(self, sha256: str) -> Path | None:
        """Return where a photo lies; None if it has not come."""
        path = self._path(sha256) if _NAME.fullmatch(sha256) else None
        return path if path is not None and path.is_file() else None

    def among(self, wanted: Collection[str]) -> frozenset[str]:
        """Return which of these photos have come."""
        query = select(photos.c.sha256).where(photos.c.sha256.in_(wanted))
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def _write_file(self, upload: Upload) -> None:
        path = self._path(upload.subject)
        make_folder_durably(self._folder)
        make_folder_durably(path.parent)
        # Written again even where a row exists, if the file is not what it was: the folder may have been restored.
        if path.is_file() and path.read_bytes() == upload.body:
            sync_folder(path.parent)
        else:
            write_durably(path, upload.body)

    def _write_row(self, upload: Upload) -> tuple[Stored, StorePlace]:
        row = {"sha256": upload.subject, "size": len(upload.body), "terminal_id": upload.terminal_id}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(photos), {"received_at": self._clock.now(), **row})
                return Stored.CREATED, self._places.enter(connection, "photo", upload)
        except IntegrityError:
            with self._database.writing() as connection:
                return Stored.EXISTS, self._places.enter(connection, "photo", upload)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.jpg"


def _is_jpeg(body: bytes) -> bool:
    """Return whether the bytes are one whole JPEG of a bounded size: all of it is decoded, to greys at an eighth.

    The first bytes alone prove nothing: a page of HTML can have them too.
    """
    if not body.endswith(_JPEG_END):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large and odd files; they are judged here
            with Image.open(io.BytesIO(body), formats=("JPEG",)) as picture:
                limit = _PROGRESSIVE_PIXELS_MAX if "progressive" in picture.info else _PIXELS_MAX
                if picture.width * picture.height > limit:
                    return False
                picture.draft("L", (1, 1))
                picture.load()
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return False
    return True
