"""Photos on the device: no metadata, bounded, upright, durable under their digest; the watermark is on a copy."""

from __future__ import annotations

import hashlib
import io
import sqlite3

import pytest
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.WebPImagePlugin import WebPImageFile

from laneside.devices.machine import SystemClock
from laneside.errors import JournalError
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.passage.passage_journal import PassageJournal
from laneside.terminal.photos import PhotoFolder

ORIENTATION, MAKER = 0x0112, 0x010F


@pytest.fixture
def folder(tmp_path):
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    schema.prepare(connection)
    journal = Journal(connection, clock=SystemClock(), terminal_id="t")
    passages = PassageJournal(journal=journal, clock=journal.clock, slot=1)
    yield PhotoFolder(tmp_path / "photos", passages=passages)
    connection.close()


def picture(width, height, *, kind="JPEG", exif=None, **form):
    image = Image.new("RGB", (width, height), (20, 60, 160))
    image.paste((200, 30, 30), (0, 0, width // 2, height // 2))
    out = io.BytesIO()
    image.save(out, kind, **({"exif": exif} if exif else {}), **form)
    return out.getvalue()


def opened(jpeg):
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image


def test_a_large_photo_is_made_smaller_and_a_small_one_stays(folder):
    assert opened(folder.develop(picture(4000, 3000), side_px_max=1280)).size == (1280, 960)
    assert opened(folder.develop(picture(640, 480, kind="PNG"), side_px_max=1280)).size == (640, 480)


def test_metadata_goes_and_the_picture_stands_upright(folder):
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "a phone that knows where it is"
    stored = folder.develop(picture(400, 200, exif=exif), side_px_max=1280)
    image = opened(stored)
    assert image.size == (200, 400)
    assert not image.getexif()
    assert b"a phone" not in stored
    red, _, blue = image.getpixel((190, 10))
    assert red > 150 > blue


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff", b"<svg/>", picture(50, 50)[:200]])
def test_what_is_no_picture_is_refused(folder, data):
    with pytest.raises(ValueError, match="picture"):
        folder.develop(data, side_px_max=1280)


def test_a_picture_that_claims_too_many_pixels_is_refused_unopened(folder, monkeypatch):
    too_many = [
        picture(5100, 5000),
        picture(4000, 2100, progressive=True),
        picture(4000, 2100, kind="PNG"),
        picture(2600, 1600, kind="WEBP"),
    ]

    def unpacked(self):
        raise AssertionError("a pixel was unpacked")

    monkeypatch.setattr(ImageFile, "load", unpacked)
    monkeypatch.setattr(WebPImageFile, "load", unpacked)
    for data in too_many:
        with pytest.raises(ValueError, match="too many pixels"):
            folder.develop(data, side_px_max=1280)


def test_a_large_jpeg_is_never_unpacked_whole(folder, monkeypatch):
    unpacked, load = [], ImageFile.load

    def noted(self):
        unpacked.append(self.size)
        return load(self)

    data = picture(5000, 4900)
    monkeypatch.setattr(ImageFile, "load", noted)
    assert opened(folder.develop(data, side_px_max=1200)).size == (1200, 1176)
    assert max(unpacked) == (1250, 1225)


def test_any_kind_of_picture_becomes_an_upright_one_in_three_colours(folder):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    for mode in ("1", "L", "LA", "P", "RGBA"):
        out = io.BytesIO()
        Image.new(mode, (40, 20)).save(out, "PNG", exif=exif)
        image = opened(folder.develop(out.getvalue(), side_px_max=1280))
        assert (image.mode, image.size) == ("RGB", (20, 40)), mode
    for kind in ("PNG", "WEBP", "JPEG"):
        assert opened(folder.develop(picture(40, 20, kind=kind, exif=exif), side_px_max=10)).size == (5, 10)


def test_a_photo_lies_under_its_digest(folder, tmp_path):
    jpeg = folder.develop(picture(320, 240), side_px_max=1280)
    sha256 = folder.put(jpeg)
    assert sha256 == hashlib.sha256(jpeg).hexdigest()
    assert (tmp_path / "photos" / sha256).read_bytes() == jpeg
    assert folder.put(jpeg) == sha256
    assert folder.get(sha256) == jpeg
    assert folder.get("0" * 64) is None


def test_the_watermark_is_on_a_copy(folder):
    jpeg = folder.develop(picture(640, 480), side_px_max=1280)
    sha256 = folder.put(jpeg)
    shown = opened(folder.watermarked(sha256))
    assert folder.get(sha256) == jpeg
    strip = [shown.getpixel((x, y)) for x in range(0, 640, 2) for y in range(454, 480)]
    assert opened(jpeg).getpixel((320, 470))[2] > 140
    assert min(max(pixel) for pixel in strip) < 100, "the caption stands on a dark ground"
    assert max(min(pixel) for pixel in strip) > 200, "the caption is written in white"
    assert folder.watermarked("0" * 64) is None


def test_a_disk_that_refuses_is_said(folder, tmp_path):
    jpeg = folder.develop(picture(32, 32), side_px_max=1280)
    (tmp_path / "photos").rmdir()
    (tmp_path / "photos").write_text("in the way")
    with pytest.raises(JournalError, match="can't be stored"):
        folder.put(jpeg)
