"""Photos on the device: re-encoded without metadata, named by their SHA-256, on disk before the journal names them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from laneside.contract.signing import digest
from laneside.errors import JournalError
from laneside.passage.passage_journal import PassageJournal
from laneside.sync.folder import DiskFolder

JPEG_QUALITY: Final = 85
CAPTION_LETTERS = 31  # of the caption's height in the picture's width: legible where it is shown 340 px wide
PIXELS_MAX: Final = {"JPEG": 25_000_000, "progressive": 8_000_000, "PNG": 8_000_000, "WEBP": 4_000_000}
"""A picture whose header claims more is refused before it is unpacked: what follows takes at most 70 MB.

25 megapixels are more than any handheld's camera gives. Only a JPEG that is not progressive is unpacked in parts and
smaller; the others are held whole, a WebP several times.
"""


class PhotoFolder:
    """The photo store of one terminal (a :class:`laneside.passage.ports.PhotoStore`)."""

    def __init__(self, root: Path, *, passages: PassageJournal) -> None:
        self._folder = DiskFolder(root)
        self._passages = passages

    def develop(self, image: bytes, *, side_px_max: int) -> bytes:
        """Re-encode a picture as JPEG, upright, no metadata, no side above the bound. ValueError for no picture."""
        from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - the terminal starts without Pillow

        try:
            with Image.open(io.BytesIO(image), formats=("JPEG", "PNG", "WEBP")) as opened:
                form = "progressive" if "progressive" in opened.info else str(opened.format)
                if opened.width * opened.height > PIXELS_MAX[form]:
                    raise ValueError("the picture has too many pixels")
                # A JPEG is unpacked at a half, a quarter or an eighth, and what is turned or converted is small.
                opened.draft("RGB", (side_px_max, side_px_max))
                coloured = opened if opened.mode == "RGB" else opened.convert("RGB")
                coloured.thumbnail((side_px_max, side_px_max))
                upright = ImageOps.exif_transpose(coloured)
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
            raise ValueError(f"not a picture: {error}") from error
        return _jpeg(upright)

    def put(self, jpeg: bytes) -> str:
        """Store durably and return the digest. Raises JournalError when the disk refuses."""
        sha256 = digest(jpeg)
        try:
            if self._folder.read(sha256) != jpeg:
                self._folder.write(sha256, jpeg)
        except OSError as error:
            raise JournalError(f"the photo can't be stored: {error}") from error
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """Return a stored photo, or None."""
        return self._folder.read(sha256)

    def watermarked(self, sha256: str) -> bytes | None:
        """Return a copy that says in the picture when and where it was taken; the stored one stays as it is."""
        jpeg = self.get(sha256)
        return None if jpeg is None else _with_caption(jpeg, self._caption(sha256))

    def _caption(self, sha256: str) -> str:
        passage_id = self._passages.passage_of_photo(sha256)
        state = None if passage_id is None else self._passages.load(passage_id)
        if state is None:
            return sha256[:16]
        opened = state.opened
        return f"{passage_id}  {opened.operator_id}  {sha256[:8]}"


def _with_caption(jpeg: bytes, text: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - the terminal starts without Pillow

    with Image.open(io.BytesIO(jpeg)) as opened:
        picture = opened.convert("RGB")
    size = max(14, picture.width // CAPTION_LETTERS)
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(picture, "RGBA")
    top = picture.height - 2 * size
    draw.rectangle((0, top, picture.width, picture.height), fill=(0, 0, 0, 150))
    draw.text((size // 2, top + size // 3), text, font=font, fill=(255, 255, 255, 255))
    return _jpeg(picture)


def _jpeg(picture: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY)  # type: ignore[attr-defined]  # a Pillow image; its type would load it
    return out.getvalue()
