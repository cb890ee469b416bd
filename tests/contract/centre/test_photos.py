"""Photos by their SHA-256."""

import hashlib
from pathlib import Path

import jpegs
import pytest

from laneside.contract.exchange import Refusal, Stored
from laneside.contract.signing import parse


def refusal(answer):
    return answer.status_code, parse(answer.content, Refusal).code


def stored_files(centre):
    return sorted(path.name for path in centre.settings.data.glob("photos/**/*") if path.is_file())


def test_a_photo_lies_under_its_digest_byte_for_byte(device, centre, rows, jpeg):
    sha256 = hashlib.sha256(jpeg).hexdigest()
    answer = device.put("photos", sha256, jpeg)
    receipt = device.receipt(answer)
    assert (answer.status_code, receipt.stored) == (201, Stored.CREATED)
    assert (receipt.subject, receipt.digest) == (sha256, sha256)
    assert (centre.settings.photo_folder / sha256[:2] / f"{sha256}.jpg").read_bytes() == jpeg
    (row,) = rows("SELECT * FROM photos")
    assert (row["sha256"], row["size"], row["terminal_id"]) == (sha256, len(jpeg), device.terminal_id)


def test_the_same_photo_again_exists_from_whomever_it_comes(enrol, centre, rows, jpeg):
    sha256 = hashlib.sha256(jpeg).hexdigest()
    first, second = enrol(), enrol()
    assert first.receipt(first.put("photos", sha256, jpeg)).stored is Stored.CREATED
    assert second.receipt(second.put("photos", sha256, jpeg)).stored is Stored.EXISTS
    assert len(rows("SELECT * FROM photos")) == 1
    assert stored_files(centre) == [f"{sha256}.jpg"]


def test_a_photo_under_another_digest_is_refused(device, centre, jpeg):
    other = hashlib.sha256(b"other").hexdigest()
    assert refusal(device.put("photos", other, jpeg)) == (422, "photo-digest")
    assert refusal(device.put("photos", hashlib.sha256(jpeg).hexdigest().upper(), jpeg)) == (422, "photo-digest")
    assert stored_files(centre) == []


def test_what_is_no_jpeg_is_refused(device, centre):
    whole = jpegs.jpeg(size=(64, 64))
    page = b"<script>alert(1)</script>"
    harmed = [
        b"\xff\xd8\xff" + page,
        b"\xff\xd8\xff\xe0" + page + b"\xff\xd9",
        whole[:-40],
    ]
    harmed += [whole + page, whole[:200] + b"\xff\xd9", b"\xff\xd8\xff\xd9"]
    for body in (b"", b"\x89PNG\r\n\x1a\n", b"<svg/>", *harmed):
        assert refusal(device.put("photos", hashlib.sha256(body).hexdigest(), body)) == (415, "photo-form")
    assert stored_files(centre) == []


def test_a_jpeg_of_too_many_pixels_is_refused_by_its_header(device, centre):
    small = jpegs.jpeg(size=(64, 64))
    at = small.index(b"\xff\xc0") + 5
    claims = small[:at] + (60000).to_bytes(2, "big") * 2 + small[at + 4 :]
    for body in (claims, jpegs.jpeg(size=(2900, 2800), progressive=True)):
        assert refusal(device.put("photos", hashlib.sha256(body).hexdigest(), body)) == (415, "photo-form")
    assert stored_files(centre) == []


def test_photos_of_an_earlier_version_are_taken(device):
    photos = sorted((Path(__file__).parents[2] / "data" / "before" / "centre" / "photos").glob("*/*.jpg"))
    assert len(photos) == 15
    for photo in photos:
        assert device.put("photos", photo.stem, photo.read_bytes()).status_code == 201


def test_a_photo_beyond_the_limit_is_refused(device, centre, jpeg):
    body = jpeg + bytes(centre.settings.photo_bytes_max)
    assert refusal(device.put("photos", hashlib.sha256(body).hexdigest(), body)) == (413, "too-large")
    assert stored_files(centre) == []


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_a_photo_whose_file_was_harmed_is_written_again(device, centre, jpeg, harm):
    sha256 = hashlib.sha256(jpeg).hexdigest()
    device.put("photos", sha256, jpeg)
    path = centre.photos.file(sha256)
    if harm == "gone":
        path.unlink()
        assert centre.photos.file(sha256) is None
    else:
        path.write_bytes(jpeg[:10])
    assert device.receipt(device.put("photos", sha256, jpeg)).stored is Stored.EXISTS
    assert path.read_bytes() == jpeg


def test_no_name_leads_out_of_the_folder(centre):
    for name in ("../centre.key", "..", "", "0" * 63, "0" * 63 + "G"):
        assert centre.photos.file(name) is None
